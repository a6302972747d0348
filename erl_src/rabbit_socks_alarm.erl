%% SPDX-License-Identifier: MPL-2.0
%% @doc The broker's memory and disk alarms, for the sessions of this node; the only module that knows rabbit_alarm. The
%% broker is asked once, by this process, however many sessions want to know.
%%
%% What is in alarm is a set of sources: one may be over while another goes on, and one source may be in alarm on several
%% nodes. As for the broker's own clients an alarm on any node of the cluster counts.
%%
%% Subscribers are sessions: it is noted where all are listed, and goes with them. Who subscribed gets
%% `{rabbit_socks_alarm, blocked, Sources}' when the first alarm comes and `{rabbit_socks_alarm, unblocked}' when the last
%% one is over. Subscribers and sources are in tables that outlive this process: one that is started again tells what
%% changed meanwhile.
-module(rabbit_socks_alarm).
-behaviour(gen_server).

-export([create/0, start_link/0, subscribe/0]).
-export([changed/3, news/2, conserve_resources/3]).
-export([init/1, handle_continue/2, handle_call/3, handle_cast/2, handle_info/2]).
-export_type([source/0, news/0]).

%% `memory' and `disk', and what later brokers add.
-type source() :: term().
-type news() :: {rabbit_socks_alarm, blocked, [source()]} | {rabbit_socks_alarm, unblocked}.

-define(TABLE, ?MODULE).
%% Until the broker's process can be asked again (ms).
-define(RETRY, 1_000).

%% @doc Called by the owner of the table.
-spec create() -> ok.
create() ->
    ?TABLE = ets:new(?TABLE, [named_table, public, {read_concurrency, true}]),
    true = ets:insert(?TABLE, {sources, []}),
    ok.

-spec start_link() -> {ok, pid()}.
start_link() ->
    {ok, _} = gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% @doc From now on the calling process, a session's, is told, until it has ended. The sources that are in alarm already, [] if
%% none is: what comes as a message afterwards is newer. It waits for nobody.
-spec subscribe() -> [source()].
subscribe() ->
    ok = rabbit_socks_connections:subscribe_alarms(),
    sources().

%% Pure

%% @doc What the broker says of a source, to the set of those in alarm. Its three values: was the alarm set or cleared, is it
%% set on any node still, and on which node it changed.
-spec changed(source(), {boolean(), boolean(), node()}, [source()]) -> [source()].
changed(Source, {_, true, _}, Sources) -> lists:usort([Source | Sources]);
changed(Source, {_, false, _}, Sources) -> lists:delete(Source, Sources).

%% @doc What subscribers are told when this set becomes that one.
-spec news([source()], [source()]) -> news() | none.
news([], [_ | _] = Sources) -> {?MODULE, blocked, Sources};
news([_ | _], []) -> {?MODULE, unblocked};
news(_, _) -> none.

%% The process. Its state is the monitor of the broker's process, while it is registered there.

-spec init([]) -> {ok, none, {continue, start}}.
init([]) ->
    {ok, none, {continue, start}}.

-spec handle_continue(start, none) -> {noreply, reference() | none}.
handle_continue(start, none) ->
    {noreply, register_here()}.

-spec handle_call(term(), gen_server:from(), Monitor) -> {reply, {error, unknown}, Monitor}.
handle_call(_, _, Monitor) ->
    {reply, {error, unknown}, Monitor}.

-spec handle_cast(term(), Monitor) -> {noreply, Monitor}.
handle_cast(_, Monitor) ->
    {noreply, Monitor}.

-spec handle_info(term(), reference() | none) -> {noreply, reference() | none}.
handle_info({?MODULE, Source, Alert}, Monitor) ->
    ok = set(changed(Source, Alert, sources())),
    {noreply, Monitor};
handle_info({'DOWN', Monitor, process, _, _}, Monitor) ->
    {noreply, register_here()};
handle_info(register, none) ->
    {noreply, register_here()};
handle_info(_, Monitor) ->
    {noreply, Monitor}.

%% Of alarms that are set the broker tells at once and in its answer: that is the same twice. While it cannot be asked what
%% was known last is kept.
register_here() ->
    Monitor = erlang:monitor(process, rabbit_alarm),
    try lists:usort(rabbit_alarm:register(self(), {?MODULE, conserve_resources, []})) of
        Sources ->
            ok = set(Sources),
            Monitor
    catch
        exit:_ -> again(Monitor);
        error:function_clause -> again(Monitor)    % {error, bad_module}: there is a process without its handler
    end.

again(Monitor) ->
    true = erlang:demonitor(Monitor, [flush]),
    _ = erlang:send_after(?RETRY, self(), register),
    none.

%% @private Runs in the broker's process for every client that is registered: it sends a message and does no more.
-spec conserve_resources(pid(), source(), {boolean(), boolean(), node()}) -> ok.
conserve_resources(Pid, Source, Alert) ->
    _ = Pid ! {?MODULE, Source, Alert},
    ok.

%% The set is written before anybody is told: who subscribes meanwhile reads the new one, or is told.
set(Sources) ->
    News = news(sources(), Sources),
    true = ets:insert(?TABLE, {sources, Sources}),
    case News of
        none -> ok;
        _ -> lists:foreach(fun(Pid) -> Pid ! News end, rabbit_socks_connections:alarm_subscribers())
    end.

sources() ->
    ets:lookup_element(?TABLE, sources, 2).
