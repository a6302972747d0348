%% SPDX-License-Identifier: MPL-2.0
%% @doc The whole life of a listener on a port of its own.
-module(rabbit_socks_listener_tests).

-include_lib("eunit/include/eunit.hrl").

-import(broker_stub, [called/1]).

-define(ANY, {"127.0.0.1", 0}).
-define(IP, {127, 0, 0, 1}).

all_test_() ->
    broker_stub:tests([{starts_and_stops, fun starts_and_stops/0},
                       {restarted_edge, fun restarted_edge/0},
                       {no_edge, fun no_edge/0},
                       {suspended, fun suspended/0},
                       {suspended_and_resumed_at_once, fun suspended_and_resumed_at_once/0},
                       {maintenance, fun maintenance/0},
                       {killed, fun killed/0},
                       {killed_while_suspended, fun killed_while_suspended/0},
                       {stopped_behind_our_back, fun stopped_behind_our_back/0}]).

rows() -> [{element(5, Row), element(6, Row)} || Row <- broker_stub:rows()].

start() ->
    ok = rabbit_socks_listener_sup:start_listener(?ANY, broker_stub, [{options, here}]),
    {Id, Fd} = listening(),
    [#{port := Port, interface := ?ANY, state := running, address := ?IP}] = rabbit_socks_listener_sup:listeners(),
    {Id, Fd, Port}.

listening() ->
    [Id, #{routes := [_ | _]}, Fd] = called(listen),
    {Id, Fd}.

silent() ->
    receive {edge, Function, _, _} when Function =:= listen; Function =:= remove -> error({called, Function}) after 100 -> ok end.

connects(Port) ->
    {ok, Socket} = gen_tcp:connect(?IP, Port, []),
    gen_tcp:close(Socket).

refused(Port) -> ?assertEqual({error, econnrefused}, gen_tcp:connect(?IP, Port, [])).

%% An edge's copy of the descriptor, which it keeps for as long as it likes.
copy(Fd) ->
    {ok, Copy} = socket:open(Fd, #{dup => true}),
    Copy.

accepts(Port, Copy) ->
    {ok, Client} = gen_tcp:connect(?IP, Port, [binary, {active, false}]),
    {ok, Peer} = socket:accept(Copy, 5000),
    ok = socket:send(Peer, <<"hello">>),
    ?assertEqual({ok, <<"hello">>}, gen_tcp:recv(Client, 5)),
    socket:close(Peer),
    gen_tcp:close(Client).

starts_and_stops() ->
    {Id, Fd, Port} = start(),
    ?assertEqual([Id, [{broker_stub, here}]], called(put)),
    ?assertEqual([{?IP, Port}], rows()),
    Copy = copy(Fd),
    accepts(Port, Copy),
    silent(),
    ok = rabbit_socks_listener_sup:stop_listener({"127.0.0.1", Port}),
    ?assertMatch([Id, 1001, _, 0], called(remove)),
    ?assertEqual([Id], called(delete)),
    ?assertEqual({error, not_found}, rabbit_socks_listener_sup:stop_listener(?ANY)),
    ?assertEqual([], rabbit_socks_listener_sup:listeners()),
    ?assertEqual([], rows()),
    %% Although the edge has its copy still, the port is free.
    refused(Port),
    {ok, Next} = gen_tcp:listen(Port, [{ip, ?IP}, {reuseaddr, true}]),
    lists:foreach(fun gen_tcp:close/1, [Next]),
    socket:close(Copy).

restarted_edge() ->
    {Id, _, Port} = start(),
    [{_, Pid, _, _}] = supervisor:which_children(rabbit_socks_listener_sup),
    connects(Port),
    Pid ! {rabbit_socks_edge, up},
    {Id, Fd} = listening(),
    Copy = copy(Fd),
    %% The connection that was made meanwhile waits in the backlog.
    {ok, Waiting} = socket:accept(Copy, 5000),
    socket:close(Waiting),
    accepts(Port, Copy),
    socket:close(Copy).

no_edge() ->
    edge_stub:down(),
    ok = rabbit_socks_listener_sup:start_listener(?ANY, broker_stub, []),
    [#{port := Port}] = rabbit_socks_listener_sup:listeners(),
    [Pid] = called(monitor_up),
    connects(Port),
    %% It came up and is gone again before it could be told.
    Pid ! {rabbit_socks_edge, up},
    _ = listening(),
    ok = ranch:suspend_listener({acceptor, ?IP, Port}),
    ok = ranch:resume_listener({acceptor, ?IP, Port}),
    connects(Port),
    ok = rabbit_socks_listener_sup:stop_listener(?ANY),
    refused(Port),
    edge_stub:up().

suspended() ->
    {Id, Fd, Port} = start(),
    Copy = copy(Fd),
    ok = ranch:suspend_listener({acceptor, ?IP, Port}),
    ?assertEqual([Id], called(unlisten)),
    [#{state := suspended}] = eventually(fun() -> [#{state := suspended}] = rabbit_socks_listener_sup:listeners() end),
    refused(Port),
    ?assertEqual([{?IP, Port}], rows()),
    ok = ranch:resume_listener({acceptor, ?IP, Port}),
    {Id, Next} = listening(),
    eventually(fun() -> [#{state := running}] = rabbit_socks_listener_sup:listeners() end),
    NextCopy = copy(Next),
    accepts(Port, NextCopy),
    ?assertEqual({error, einval}, socket:accept(Copy, 1000)),
    lists:foreach(fun socket:close/1, [Copy, NextCopy]).

suspended_and_resumed_at_once() ->
    {Id, Fd, Port} = start(),
    Copy = copy(Fd),
    [begin
         ok = ranch:suspend_listener({acceptor, ?IP, Port}),
         ok = ranch:resume_listener({acceptor, ?IP, Port}),
         {Id, _} = listening(),
         connects(Port)
     end || _ <- lists:seq(1, 20)],
    socket:close(Copy).

maintenance() ->
    {Id, _, Port} = start(),
    [Id, _] = called(put),
    ok = ranch:suspend_listener({acceptor, ?IP, Port}),
    gen_event:notify(rabbit_event, {event, some_other_thing, [], none, 1}),
    gen_event:notify(rabbit_event, {event, maintenance_connections_closed, #{}, none, 1}),
    ?assertMatch([Id, 1001, _, 0], called(remove)),
    ?assertEqual([Id], called(delete)),
    %% What comes now is another listener to the edge.
    [Next, [{broker_stub, here}]] = called(put),
    ?assertNotEqual(Id, Next),
    gen_event:notify(rabbit_event, {event, maintenance_revived, #{}, none, 1}),
    ok = ranch:resume_listener({acceptor, ?IP, Port}),
    {Next, _} = listening(),
    eventually(fun() -> [#{state := running}] = rabbit_socks_listener_sup:listeners() end).

killed() ->
    {Id, Fd, Port} = start(),
    Copy = copy(Fd),
    [{Key, Pid, _, _}] = supervisor:which_children(rabbit_socks_listener_sup),
    exit(Pid, kill),
    {Id, Next} = listening(),
    [{Key, Pid2, _, _}] = supervisor:which_children(rabbit_socks_listener_sup),
    ?assertNotEqual(Pid, Pid2),
    %% The same socket: it never closed.
    accepts(Port, Copy),
    NextCopy = copy(Next),
    accepts(Port, NextCopy),
    ?assertEqual([{?IP, Port}], rows()),
    ?assertEqual(1, length(gen_event:which_handlers(rabbit_event))),
    ok = ranch:suspend_listener({acceptor, ?IP, Port}),
    [Id] = called(unlisten),
    refused(Port),
    ok = ranch:resume_listener({acceptor, ?IP, Port}),
    {Id, _} = listening(),
    lists:foreach(fun socket:close/1, [Copy, NextCopy]).

killed_while_suspended() ->
    {Id, _, Port} = start(),
    ok = ranch:suspend_listener({acceptor, ?IP, Port}),
    [Id] = called(unlisten),
    [{_, Pid, _, _}] = supervisor:which_children(rabbit_socks_listener_sup),
    exit(Pid, kill),
    eventually(fun() -> [{_, Next, _, _}] = supervisor:which_children(rabbit_socks_listener_sup), true = is_pid(Next) andalso Next =/= Pid end),
    ok = ranch:resume_listener({acceptor, ?IP, Port}),
    {Id, _} = listening(),
    connects(Port).

stopped_behind_our_back() ->
    {Id, _, Port} = start(),
    ok = ranch:stop_listener({acceptor, ?IP, Port}),
    [Id] = called(unlisten),
    ok = rabbit_socks_listener_sup:stop_listener(?ANY),
    ?assertEqual([], rows()).

eventually(Match) -> eventually(Match, 100).

eventually(Match, 0) -> Match();
eventually(Match, N) ->
    try Match() catch error:{badmatch, _} -> timer:sleep(20), eventually(Match, N - 1) end.
