%% SPDX-License-Identifier: MPL-2.0
%% @doc Emit from anywhere: whoever may publish to one exchange of the broker reaches the clients of every node, by namespace and
%% room (docs/EMIT.md). Off unless the key `emit' of the configuration says otherwise.
%%
%% This process has no part in the work: it keeps a rabbit_socks_emit_consumer running, tries again while that is not
%% possible, and says once why.
-module(rabbit_socks_emit).
-behaviour(gen_server).

-include_lib("kernel/include/logger.hrl").

-export([start_link/0, status/0]).
-export([init/1, handle_continue/2, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).
-export_type([status/0]).

%% Events that were sent on and messages that were none, since the plugin was started on this node.
-type status() :: off | #{state := running | booting | binary(), exchange := binary(), vhost := binary(),
                          emitted := non_neg_integer(), refused := non_neg_integer()}.

-define(DOMAIN, #{domain => [rabbitmq, socks]}).
%% Between two tries (ms): while the broker boots, and else from the first to the last.
-define(BOOTING, 200).
-define(FIRST, 1_000).
-define(LAST, 30_000).

-record(state, {
    settings :: rabbit_socks_emit_settings:settings(),
    tally :: rabbit_socks_emit_consumer:tally(),
    consumer = booting :: pid() | booting | binary(),   % or why there is none
    retry = ?FIRST :: pos_integer()
}).

-spec start_link() -> {ok, pid()} | ignore | {error, term()}.
start_link() ->
    case rabbit_socks_emit_settings:check(application:get_env(rabbit_socks, emit, false)) of
        off -> ignore;
        {ok, Settings} -> gen_server:start_link({local, ?MODULE}, ?MODULE, Settings, []);
        {error, Text} ->
            ?LOG_ERROR("rabbit_socks: events of AMQP are not emitted: ~ts", [Text], ?DOMAIN),
            ignore
    end.

%% @doc Of this node.
-spec status() -> status().
status() ->
    case whereis(?MODULE) of
        undefined -> off;
        Pid -> gen_server:call(Pid, status)
    end.

-spec init(rabbit_socks_emit_settings:settings()) -> {ok, #state{}, {continue, start}}.
init(Settings) ->
    process_flag(trap_exit, true),
    {ok, #state{settings = Settings, tally = counters:new(2, [])}, {continue, start}}.

-spec handle_continue(start, #state{}) -> {noreply, #state{}}.
handle_continue(start, State) ->
    {noreply, start(State)}.

start(#state{settings = #{vhost := VHost, exchange := Exchange} = Settings, tally = Tally} = State) ->
    case rabbit_socks_emit_consumer:start_link(Settings, Tally) of
        {ok, Pid} ->
            ?LOG_INFO("rabbit_socks: events of exchange '~ts' in virtual host '~ts' are emitted", [Exchange, VHost], ?DOMAIN),
            State#state{consumer = Pid, retry = ?FIRST};
        {error, {shutdown, booting}} ->
            again(?BOOTING),
            State;
        {error, {shutdown, Text}} ->
            failed(Text, State)
    end.

failed(Reason, #state{settings = #{vhost := VHost, exchange := Exchange}, consumer = Before, retry = Retry} = State) ->
    again(Retry),
    Text = unicode:characters_to_binary(Reason),
    _ = case Before of
        Text -> said;
        _ -> ?LOG_ERROR("rabbit_socks: events of exchange '~ts' in virtual host '~ts' are not emitted: ~ts (trying again)",
                        [Exchange, VHost, Text], ?DOMAIN)
    end,
    State#state{consumer = Text, retry = min(2 * Retry, ?LAST)}.

again(After) ->
    _ = erlang:send_after(After, self(), start),
    ok.

-spec handle_call(term(), gen_server:from(), #state{}) -> {reply, status() | {error, unknown}, #state{}}.
handle_call(status, _, #state{settings = Settings, tally = Tally, consumer = Consumer} = State) ->
    Running = case is_pid(Consumer) of
        true -> running;
        false -> Consumer
    end,
    {reply, Settings#{state => Running, emitted => counters:get(Tally, 1), refused => counters:get(Tally, 2)}, State};
handle_call(_, _, State) ->
    {reply, {error, unknown}, State}.

-spec handle_cast(term(), #state{}) -> {noreply, #state{}}.
handle_cast(_, State) ->
    {noreply, State}.

-spec handle_info(term(), #state{}) -> {noreply, #state{}} | {stop, term(), #state{}}.
handle_info(start, State) ->
    {noreply, start(State)};
handle_info({'EXIT', Consumer, {shutdown, Text}}, #state{consumer = Consumer} = State) ->
    {noreply, failed(Text, State)};
handle_info({'EXIT', Consumer, Reason}, #state{consumer = Consumer} = State) ->
    {noreply, failed(rabbit_socks_blame:reason(Reason), State)};
handle_info(_, State) ->
    {noreply, State}.

%% The consumer is linked, and ends with this process: it is waited for, so that its queue is gone.
-spec terminate(term(), #state{}) -> ok.
terminate(_, #state{consumer = Consumer}) when is_pid(Consumer) ->
    Monitor = monitor(process, Consumer),
    true = exit(Consumer, shutdown),
    receive {'DOWN', Monitor, process, _, _} -> ok end;
terminate(_, _) ->
    ok.
