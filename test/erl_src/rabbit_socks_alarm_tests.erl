%% SPDX-License-Identifier: MPL-2.0
%% @doc With the broker's own alarm handler, which needs no broker: alarms of other nodes are events to it like any other.
-module(rabbit_socks_alarm_tests).

-include_lib("eunit/include/eunit.hrl").

-define(BLOCKED, {rabbit_socks_alarm, blocked, [memory]}).
-define(UNBLOCKED, {rabbit_socks_alarm, unblocked}).

changed_test_() ->
    Fold = fun(Events) ->
        lists:foldl(fun({Source, Alert}, Sources) -> rabbit_socks_alarm:changed(Source, Alert, Sources) end, [], Events)
    end,
    On = fun(Source, Node) -> {Source, {true, true, Node}} end,
    [?_assertEqual(Sources, Fold(Events)) || {Sources, Events} <- [
        {[], []},
        {[memory], [On(memory, a)]},
        {[memory], [On(memory, a), On(memory, a)]},
        {[disk, memory], [On(memory, a), On(disk, a)]},
        {[memory], [On(disk, a), On(memory, a), {disk, {false, false, a}}]},
        %% Two nodes with the same alarm: it is over when both are.
        {[memory], [On(memory, a), On(memory, b), {memory, {false, true, a}}]},
        {[], [On(memory, a), On(memory, b), {memory, {false, true, a}}, {memory, {false, false, b}}]},
        %% What was never set.
        {[], [{disk, {false, false, a}}]}
    ]].

news_test_() ->
    [?_assertEqual(News, rabbit_socks_alarm:news(Before, After)) || {Before, After, News} <- [
        {[], [memory], ?BLOCKED}, {[memory], [], ?UNBLOCKED}, {[memory], [disk, memory], none}, {[disk, memory], [disk], none},
        {[], [], none}, {[disk], [memory], none}]].

%% Processes

world_test_() ->
    {foreach, fun setup/0, fun cleanup/1,
     [{atom_to_list(Name), fun() -> Test() end} || {Name, Test} <- [
        {told, fun told/0}, {cluster, fun cluster/0}, {late, fun late/0}, {ended, fun ended/0}, {unasked, fun unasked/0}, {thousands, fun thousands/0},
        {server_dies, fun server_dies/0}, {broker_dies, fun broker_dies/0}, {no_broker_yet, fun no_broker_yet/0}]]}.

setup() ->
    Level = maps:get(level, logger:get_primary_config()),
    ok = logger:set_primary_config(level, none),
    {ok, Events} = gen_event:start({local, rabbit_event}),
    ok = start_broker(),
    ok = rabbit_socks_connections:create(),
    ok = rabbit_socks_alarm:create(),
    {Level, Events}.

cleanup({Level, Events}) ->
    stop(whereis(rabbit_socks_alarm)),
    stop_broker(),
    gen_event:stop(Events),
    true = ets:delete(rabbit_socks_alarm),
    true = ets:delete(rabbit_socks_connections),
    flush(),
    ok = logger:set_primary_config(level, Level).

start_broker() ->
    {ok, Pid} = rabbit_alarm:start_link(),
    true = unlink(Pid),
    gen_event:add_handler(rabbit_alarm, rabbit_alarm, []).

stop_broker() -> stop(whereis(rabbit_alarm)).

stop(undefined) -> ok;
stop(Pid) ->
    Monitor = monitor(process, Pid),
    exit(Pid, kill),
    receive {'DOWN', Monitor, process, _, _} -> ok end.

start_server() ->
    {ok, Pid} = rabbit_socks_alarm:start_link(),
    true = unlink(Pid),
    settled().

%% Whatever came before has been handled.
settled() ->
    _ = rabbit_alarm:get_alarms(),
    sys:get_state(rabbit_socks_alarm),
    ok.

set(Source, Node) -> rabbit_alarm:set_alarm({{resource_limit, Source, Node}, []}).
clear(Source, Node) -> rabbit_alarm:clear_alarm({resource_limit, Source, Node}).

told() ->
    start_server(),
    ?assertEqual([], subscribe()),
    set(memory, node()),
    ?assertEqual(?BLOCKED, next()),
    set(disk, node()),
    clear(memory, node()),
    settled(),
    ?assertEqual(none, next(0)),
    clear(disk, node()),
    ?assertEqual(?UNBLOCKED, next()),
    set(disk, node()),
    ?assertEqual({rabbit_socks_alarm, blocked, [disk]}, next()).

%% The alarm of another node counts, until that node is gone.
cluster() ->
    start_server(),
    [] = subscribe(),
    set(memory, 'a@elsewhere'),
    ?assertEqual(?BLOCKED, next()),
    set(memory, 'b@elsewhere'),
    clear(memory, 'a@elsewhere'),
    settled(),
    ?assertEqual(none, next(0)),
    ok = rabbit_alarm:on_node_down('b@elsewhere'),
    ?assertEqual(?UNBLOCKED, next()).

%% Who comes during an alarm, the server itself too.
late() ->
    set(memory, node()),
    set(disk, 'a@elsewhere'),
    start_server(),
    ?assertEqual([disk, memory], subscribe()),
    settled(),
    ?assertEqual(none, next(0)),
    clear(memory, node()),
    clear(disk, 'a@elsewhere'),
    ?assertEqual(?UNBLOCKED, next()).

%% Who has ended is forgotten, and no other; what is in alarm is not.
ended() ->
    start_server(),
    Pids = [spawn_monitor(fun subscribe/0) || _ <- lists:seq(1, 100)],
    [receive {'DOWN', Monitor, process, Pid, _} -> ok end || {Pid, Monitor} <- Pids],
    [] = subscribe(),
    ?assertEqual(101, length(rabbit_socks_connections:alarm_subscribers())),
    [?assertEqual(ok, rabbit_socks_connections:ended(Pid)) || {Pid, _} <- Pids],
    ?assertEqual([self()], rabbit_socks_connections:alarm_subscribers()),
    set(memory, node()),
    ?assertEqual(?BLOCKED, next()),
    ok = rabbit_socks_connections:ended(self()),
    clear(memory, node()),
    settled(),
    ?assertEqual(none, next(0)).

%% A session that has not asked is not told.
unasked() ->
    start_server(),
    session(),
    set(memory, node()),
    settled(),
    ?assertEqual(none, next(0)).

thousands() ->
    start_server(),
    Self = self(),
    Pids = [spawn_link(fun() ->
        Self ! {self(), subscribe()},
        Self ! {self(), next()},
        Self ! {self(), next()}
    end) || _ <- lists:seq(1, 5_000)],
    [?assertEqual([], from(Pid)) || Pid <- Pids],
    set(memory, node()),
    [?assertEqual(?BLOCKED, from(Pid)) || Pid <- Pids],
    clear(memory, node()),
    [?assertEqual(?UNBLOCKED, from(Pid)) || Pid <- Pids],
    ok.

%% One alarm ends and nobody tells; the next server does.
server_dies() ->
    start_server(),
    [] = subscribe(),
    set(memory, node()),
    ?BLOCKED = next(),
    stop(whereis(rabbit_socks_alarm)),
    clear(memory, node()),
    start_server(),
    ?assertEqual(?UNBLOCKED, next()),
    set(memory, node()),
    ?assertEqual(?BLOCKED, next()),
    stop(whereis(rabbit_socks_alarm)),
    start_server(),
    ?assertEqual(none, next(0)).

broker_dies() ->
    start_server(),
    [] = subscribe(),
    set(memory, node()),
    ?BLOCKED = next(),
    stop_broker(),
    %% As a supervisor would, without its handler first.
    {ok, Bare} = rabbit_alarm:start_link(),
    true = unlink(Bare),
    rabbit_socks_alarm ! register,
    sys:get_state(rabbit_socks_alarm),
    ?assertEqual(none, next(0)),
    ok = gen_event:add_handler(rabbit_alarm, rabbit_alarm, []),
    ?assertEqual(?UNBLOCKED, next()),
    set(memory, node()),
    ?assertEqual(?BLOCKED, next()).

no_broker_yet() ->
    stop_broker(),
    {ok, Pid} = rabbit_socks_alarm:start_link(),
    true = unlink(Pid),
    ?assertEqual([], subscribe()),
    sys:get_state(rabbit_socks_alarm),
    ok = start_broker(),
    set(memory, node()),
    ?assertEqual(?BLOCKED, next()).

%% As a session does.
subscribe() ->
    session(),
    rabbit_socks_alarm:subscribe().

session() -> ok = rabbit_socks_connections:opened(1, ?MODULE, #{}, rabbit_socks_traffic:new()).

next() -> next(10_000).

next(Timeout) ->
    receive News when element(1, News) =:= rabbit_socks_alarm -> News after Timeout -> none end.

from(Pid) -> receive {Pid, What} -> What after 10_000 -> none end.

flush() -> receive _ -> flush() after 0 -> ok end.
