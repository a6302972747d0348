%% SPDX-License-Identifier: MPL-2.0
%% @doc What sessions share: one process for each key, started when it is first asked for. Its end is its own affair; the next who
%% asks gets another.
-module(rabbit_socks_amqp_workers).
-behaviour(gen_server).

-export([start_link/0, call/3]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-define(TABLE, ?MODULE).
-define(TRIES, 3).
-define(WAIT, 30000). % ms
%% Silence after which it gives back what a burst of callers needed.
-define(HIBERNATE_AFTER, 1000). % ms

%% The processes that have ended are taken out when the monitor tells.
-type state() :: #{reference() => {tuple(), pid()}}.

-spec start_link() -> gen_server:start_ret().
start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], [{hibernate_after, ?HIBERNATE_AFTER}]).

%% @doc Asks the process for that key, and tells which it was. Key begins with the module, whose start_link(Argument) must return
%% before it waits for anything. One that is about to end when it is asked is not the one that is meant: the next is asked then.
-spec call(Key :: tuple(), Argument :: term(), Request :: term()) -> {pid(), Answer :: term()} | {error, term()}.
call(Key, Argument, Request) ->
    call(Key, Argument, Request, ?TRIES).

call(Key, Argument, Request, Tries) ->
    case find(Key, Argument) of
        {ok, Pid} ->
            try
                {Pid, gen_server:call(Pid, Request, ?WAIT)}
            catch
                exit:{Reason, _} when Tries > 1, Reason =:= noproc orelse Reason =:= normal orelse Reason =:= {shutdown, idle} ->
                    call(Key, Argument, Request, Tries - 1);
                exit:{Reason, _} ->
                    {error, Reason}
            end;
        {error, Reason} ->
            {error, Reason}
    end.

find(Key, Argument) ->
    case alive(Key) of
        {ok, Pid} -> {ok, Pid};
        none -> gen_server:call(?MODULE, {start, Key, Argument}, infinity)
    end.

alive(Key) ->
    case ets:lookup(?TABLE, Key) of
        [{_, Pid}] ->
            case is_process_alive(Pid) of
                true -> {ok, Pid};
                false -> none
            end;
        [] -> none
    end.

-spec init([]) -> {ok, state()}.
init([]) ->
    process_flag(trap_exit, true),
    ?TABLE = ets:new(?TABLE, [named_table, protected, {read_concurrency, true}]),
    {ok, #{}}.

-spec handle_call({start, tuple(), term()}, gen_server:from(), state()) -> {reply, {ok, pid()} | {error, term()}, state()}.
handle_call({start, Key, Argument}, _, State) ->
    case alive(Key) of
        {ok, Pid} -> {reply, {ok, Pid}, State};
        none -> start(Key, Argument, State)
    end.

start(Key, Argument, State) ->
    Module = element(1, Key),
    case Module:start_link(Argument) of
        {ok, Pid} ->
            true = ets:insert(?TABLE, {Key, Pid}),
            {reply, {ok, Pid}, State#{monitor(process, Pid) => {Key, Pid}}};
        {error, Reason} ->
            {reply, {error, Reason}, State}
    end.

-spec handle_cast(term(), state()) -> {noreply, state()}.
handle_cast(_, State) ->
    {noreply, State}.

-spec handle_info(term(), state()) -> {noreply, state()}.
handle_info({'DOWN', Monitor, process, _, _}, State) ->
    {Row, State1} = maps:take(Monitor, State),
    true = ets:delete_object(?TABLE, Row), % by now it may be another's
    {noreply, State1};
handle_info(_, State) ->
    {noreply, State}. % the exits of those whose monitors tell
