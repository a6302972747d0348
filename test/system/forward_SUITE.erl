%% SPDX-License-Identifier: MPL-2.0
%% @doc Polling clients of a cluster whose requests go now to this node, now to that one: they are served, whatever their
%% generation, and one who is unknown everywhere is told so.
-module(forward_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, init_per_testcase/2, end_per_testcase/2]).
-export([balanced/1, binary_both_ways/1, large/1, waits_at_the_other_node/1, leaves_at_the_other_node/1, disconnects_at_the_other_node/1,
         web_context/1, secure/1, unknown/1, probe/1, origins/1, limits/1, off/1, the_edge_dies/1, the_owner_dies/1]).

-import(listeners_world, [eventually/1, rpc/4]).

-define(COUNT, 60).

suite() -> [{timetrap, {minutes, 4}}].

all() ->
    [balanced, binary_both_ways, large, waits_at_the_other_node, leaves_at_the_other_node, disconnects_at_the_other_node, web_context, secure,
     unknown, probe, origins, limits, off, the_edge_dies, the_owner_dies].

init_per_suite(Config) ->
    First = socks_broker:start(),
    Second = try socks_broker:start(#{joins => First})
    catch Class:Reason:Stack ->
        ok = socks_broker:stop(First),
        erlang:raise(Class, Reason, Stack)
    end,
    Started = [{first, First}, {second, Second} | Config],
    [ok = socks_broker:load(?config(broker, At), mixed_callback) || At <- nodes_of(Started)],
    Started.

end_per_suite(Config) ->
    [ok = socks_broker:stop(?config(Name, Config)) || Name <- [second, first]].

%% A listener at each node, and a balancer before them.
init_per_testcase(_, Config) ->
    Ports = [socketio_world:listen(At, [{max_message, 16000000}, {max_body, 16000000}, {send_queue_hard, 16000000}]) || At <- nodes_of(Config)],
    [{ports, Ports}, {balancer, socks_balancer:start(Ports)} | Config].

end_per_testcase(_, Config) ->
    ok = socks_balancer:stop(?config(balancer, Config)),
    [socketio_world:clean(At) || At <- nodes_of(Config)].

nodes_of(Config) -> [[{broker, ?config(Name, Config)} | Config] || Name <- [first, second]].

balancer(Config) -> socks_balancer:port(?config(balancer, Config)).

%% Everything that polls, each request to the other node than the one before: events in order both ways.
balanced(Config) ->
    [begin
         M = mixed_member:open(balancer(Config), Kind),
         Said = [["echo ", integer_to_list(N)] || N <- lists:seq(1, ?COUNT)],
         lists:foreach(fun(Text) -> ok = mixed_member:say(M, Text) end, Said),
         ?assertEqual([{frame, iolist_to_binary(integer_to_list(N))} || N <- lists:seq(1, ?COUNT)], mixed_member:hear(M, ?COUNT)),
         [ok = mixed_member:say(M, ["up ", integer_to_list(N)]) || N <- lists:seq(1, ?COUNT)],
         ok = mixed_member:say(M, ["flow ", integer_to_list(?COUNT)]),
         ?assertEqual([{frame, iolist_to_binary(["down ", integer_to_list(N)])} || N <- lists:seq(1, ?COUNT)], mixed_member:hear(M, ?COUNT)),
         ok = mixed_member:say(M, "counted"),
         ?assertEqual([{frame, iolist_to_binary(io_lib:format("counted ~b true", [?COUNT]))}], mixed_member:hear(M, 1)),
         ok = mixed_member:close(M),
         leaves(Kind, Config)
     end || Kind <- [{'socket.io-4', polling}, {'socket.io-2', polling}, {'engine.io-4', polling}, {'engine.io-3', polling},
                     {'socket.io-0.9', 'xhr-polling'}, {'socket.io-0.6', 'xhr-polling'}, {'socket.io-0.6', 'jsonp-polling'}]].

%% Those that can say so do; the older ones are found by their silence, which is not waited for here.
leaves({Kind, _}, Config) when Kind =/= 'socket.io-0.9', Kind =/= 'socket.io-0.6' ->
    lists:foreach(fun socketio_world:settled/1, nodes_of(Config));
leaves(_, _) ->
    ok.

binary_both_ways(Config) ->
    Bytes = binary:copy(<<0, 255, 1, 254, "ü"/utf8>>, 10000),
    [begin
         C = socks_engine:open(balancer(Config), Version, polling, "/engine.io/"),
         ok = socks_engine:send(C, [{binary, Bytes}, <<"echo text">>, {binary, <<>>}]),
         ?assertEqual([{binary, Bytes}, <<"text">>, {binary, <<>>}], socks_engine:recv(C, 3)),
         ok = socks_engine:close(C)
     end || Version <- [3, 4]].

%% An answer of more than 4 MiB is several events of the link.
large(Config) ->
    [begin
         C = socks_engine:open(balancer(Config), 4, polling, "/engine.io/"),
         Text = binary:copy(<<"0123456789abcde ">>, 375000),
         ok = socks_engine:send(C, [<<"echo ", Text/binary>>]),
         ?assertEqual([Text], socks_engine:recv(C, 1)),
         ok = socks_engine:close(C)
     end || _ <- [here, there]].

%% The session of `first' is known to `second' by its poll only.
waits_at_the_other_node(Config) ->
    [First, Second] = nodes_of(Config),
    C = opened_at_first(4, Config),
    ok = socks_engine:poll(C),
    eventually(fun() -> forwards(Second) =:= 1 end),
    ?assertEqual({1, 0}, {socketio_world:sessions(First), socketio_world:sessions(Second)}),
    ok = rpc(First, mixed_callback, broadcasts, [event, <<"room">>, 1]),
    ?assertMatch({200, _, [<<"42[\"news\",1]">>]}, socks_engine:poll_answer(C)),
    eventually(fun() -> forwards(Second) =:= 0 end),
    ok = socks_engine:close(C).

%% A poll that is given up is the end of its client, wherever it waits.
leaves_at_the_other_node(Config) ->
    [First, Second] = nodes_of(Config),
    C = opened_at_first(4, Config),
    ok = socks_engine:poll(C),
    eventually(fun() -> forwards(Second) =:= 1 end),
    ok = socks_engine:reset(C),
    socketio_world:settled(First),
    eventually(fun() -> {forwards(Second), refs(First)} =:= {0, []} end).

%% By its last packet, or as 0.9 does when a page unloads.
disconnects_at_the_other_node(Config) ->
    [First, _] = nodes_of(Config),
    C = opened_at_first(3, Config),
    ok = socks_engine:close(C),
    socketio_world:settled(First),
    [PortA, PortB] = ?config(ports, Config),
    Old = socks_socketio09:open(PortA, 'xhr-polling', "/socket.io"),
    There = socks_client:connect(PortB),
    {200, _, <<>>} = socks_client:get(There, ["/socket.io/1/xhr-polling/", socks_socketio09:sid(Old), "?disconnect"]),
    socketio_world:settled(First),
    ok = socks_client:close(There),
    ok = socks_socketio09:close(Old).

%% The broker's own web server at the wrong node.
web_context(Config) ->
    [First, Second] = nodes_of(Config),
    {Web, Stop} = socketio_world:web(Second, "socks"),
    C = opened_at_first(4, Config),
    There = moved(C, Web, "/socks/socket.io/"),
    ok = socks_engine:send(There, [<<"2[\"message\",\"echo x\"]">>]),
    ?assertEqual([<<"2[\"message\",\"x\"]">>], socks_engine:recv(There, 1)),
    ok = socks_engine:poll(There),
    eventually(fun() -> forwards(Second) =:= 1 end),
    ok = socks_engine:reset(There),
    socketio_world:settled(First),
    ok = Stop().

%% TLS ends at the node that a request reaches.
secure(Config) ->
    [_, Second] = nodes_of(Config),
    C = opened_at_first(4, Config),
    There = moved(C, {tls, socketio_world:tls(Second)}, "/socket.io/"),
    ok = socks_engine:send(There, [<<"2[\"message\",\"echo x\"]">>]),
    ?assertEqual([<<"2[\"message\",\"x\"]">>], socks_engine:recv(There, 1)),
    ok = socks_engine:close(There).

%% Names of this node, of the other one, of none; each generation has its own words for it.
unknown(Config) ->
    [PortA, PortB] = ?config(ports, Config),
    [TagA, TagB] = [binary:part(socks_engine:sid(C), 27, 8) || Port <- [PortA, PortB], C <- [socks_engine:open(Port, 4, polling, "/engine.io/")],
                    ok =:= socks_engine:close(C)],
    ?assertNotEqual(TagA, TagB),
    C = socks_client:connect(PortA),
    [begin
         Name = [lists:duplicate(27, $x), Tag],
         ?assertMatch({400, _, <<"{\"code\":1,\"message\":\"Session ID unknown\"}">>},
                      socks_client:get(C, ["/socket.io/?EIO=4&transport=polling&sid=", Name])),
         ?assertMatch({400, _, <<"{\"code\":1,", _/binary>>},
                      socks_client:request(C, "POST", ["/socket.io/?EIO=3&transport=polling&sid=", Name], [], "2:40")),
         ?assertMatch({200, _, <<"7:::1+0">>}, socks_client:get(C, ["/socket.io/1/xhr-polling/", Name])),
         ?assertMatch({404, _, <<"no such session">>}, socks_client:get(C, ["/socket.io/xhr-polling/", Name, "/1"]))
     end || Tag <- [TagA, TagB, "-madeup-"]],
    ok = socks_client:close(C).

%% The one at the wrong node is refused, and the client goes on as it was.
probe(Config) ->
    [_, PortB] = ?config(ports, Config),
    C = opened_at_first(4, Config),
    Fields = [{"Connection", "Upgrade"}, {"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}, {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}],
    There = socks_client:connect(PortB),
    ?assertMatch({400, _, _}, socks_client:request(There, "GET", ["/socket.io/?EIO=4&transport=websocket&sid=", socks_engine:sid(C)], Fields, "")),
    ok = socks_client:close(There),
    ok = socks_engine:send(C, [<<"2[\"message\",\"echo x\"]">>]),
    ?assertEqual([<<"2[\"message\",\"x\"]">>], socks_engine:recv(C, 1)),
    [PortA, _] = ?config(ports, Config),
    Upgraded = socks_engine:upgrade(moved(C, PortA, "/socket.io/")),
    ok = socks_engine:send(Upgraded, [<<"2[\"message\",\"echo y\"]">>]),
    ?assertEqual([<<"2[\"message\",\"y\"]">>], socks_engine:recv(Upgraded, 1)),
    ok = socks_engine:close(Upgraded).

%% Those of both listeners count: where the request came, and where its client is.
origins(Config) ->
    [First, Second] = nodes_of(Config),
    Page = {"Origin", "https://page.example"},
    Choosy = [socketio_world:listen(At, [{origins, [element(2, Page)]}]) || At <- [First, Second]],
    [{A, _}, {_, B}] = [{lists:nth(N, ?config(ports, Config)), lists:nth(N, Choosy)} || N <- [1, 2]],
    Sid = socks_engine:sid(opened_at_first(4, Config)),
    Picky = socks_engine:sid(socks_engine:open(hd(Choosy), 4, polling, "/socket.io/", #{headers => [Page]})),
    Post = fun(Port, Name, Origin) ->
        C = socks_client:connect(Port),
        {Status, Headers, _} = socks_client:request(C, "POST", ["/socket.io/?EIO=4&transport=polling&sid=", Name], [Origin], "2"),
        ok = socks_client:close(C),
        {Status, socks_client:header(<<"access-control-allow-origin">>, Headers)}
    end,
    Other = {"Origin", "https://other.example"},
    ?assertEqual({403, undefined}, Post(B, Sid, Other)),
    ?assertEqual({403, undefined}, Post(lists:last(?config(ports, Config)), Picky, Other)),
    ?assertMatch({_, <<"https://page.example">>}, Post(B, Picky, Page)),
    ?assertMatch({_, _}, Post(A, Sid, Page)).

%% Beyond it a request is refused, and no session comes to harm.
limits(Config) ->
    [_, Second] = nodes_of(Config),
    Port = socketio_world:listen(Second, [{max_forwards, 1}]),
    [C, D] = [moved(opened_at_first(4, Config), Port, "/socket.io/") || _ <- [1, 2]],
    ok = socks_engine:poll(C),
    eventually(fun() -> forwards(Second) =:= 1 end),
    ?assertMatch({503, _, <<"too many requests for other nodes">>}, socks_engine:post(D, "2")),
    ok = socks_engine:reset(C),
    eventually(fun() -> forwards(Second) =:= 0 end),
    Again = moved(D, Port, "/socket.io/"),
    ok = socks_engine:send(Again, [<<"2[\"message\",\"echo x\"]">>]),
    ?assertEqual([<<"2[\"message\",\"x\"]">>], socks_engine:recv(Again, 1)),
    ok = socks_engine:close(Again).

%% Where the operator does not want it, a name is one that others do not know.
off(Config) ->
    [_, Second] = nodes_of(Config),
    ok = rpc(Second, application, set_env, [rabbit_socks, forward, false]),
    ok = new_edge(Second),
    C = opened_at_first(4, Config),
    ?assertMatch({400, _, <<"{\"code\":1,", _/binary>>}, socks_engine:post(C, "2")),
    There = socks_engine:open(lists:last(?config(ports, Config)), 4, polling, "/engine.io/"),
    ?assertEqual(27, byte_size(socks_engine:sid(There))),
    ok = socks_engine:close(There),
    ok = rpc(Second, application, unset_env, [rabbit_socks, forward]),
    ok = new_edge(Second).

%% The one that has the client: who waits at the other node is answered, and begins anew.
the_edge_dies(Config) ->
    [First, Second] = nodes_of(Config),
    C = opened_at_first(4, Config),
    ok = socks_engine:poll(C),
    eventually(fun() -> forwards(Second) =:= 1 end),
    ok = new_edge(First),
    ?assertMatch({400, _, <<"{\"code\":1,", _/binary>>}, socks_engine:poll_answer(C)),
    M = mixed_member:open(balancer(Config), {'socket.io-4', polling}),
    ok = mixed_member:settle(M),
    ok = mixed_member:close(M).

%% The same with its node. It comes back.
the_owner_dies(Config) ->
    [First, Second] = nodes_of(Config),
    C = opened_at_first(4, Config),
    ok = socks_engine:poll(C),
    eventually(fun() -> forwards(Second) =:= 1 end),
    ok = socks_broker:kill9(?config(broker, First)),
    ?assertMatch({400, _, <<"{\"code\":1,", _/binary>>}, socks_engine:poll_answer(C)),
    ?assertMatch({400, _, <<"{\"code\":1,", _/binary>>}, socks_engine:post(C, "2")),
    _ = socks_broker:restart(?config(broker, First)),
    ok = socks_broker:load(?config(broker, First), mixed_callback).

%% A client of Socket.IO at the first node, in the room "room", whose requests go to the second from now on.
opened_at_first(Version, Config) ->
    [PortA, PortB] = ?config(ports, Config),
    C = socketio_world:connect(PortA, Version, polling),
    ok = socks_engine:send(C, [<<"2[\"message\",\"join room\"]">>]),
    moved(C, PortB, "/socket.io/").

moved(#{down := Down, up := Up} = C, Target, Path) ->
    [ok = socks_client:close(Connection) || Connection <- [Down, Up]],
    C#{target := Target, path := Path, down := socks_client:connect(Target), up := socks_client:connect(Target)}.

%% Requests that this node has sent to others.
forwards(At) -> length([Ref || {{forward, _} = Ref, _} <- refs(At)]).

refs(At) -> rpc(At, rabbit_socks_edge_table, refs, []).

%% The edge is killed, and the next one is up.
new_edge(At) ->
    Broker = ?config(broker, At),
    {ok, Before} = rpc(At, rabbit_socks_edge, os_pid, []),
    ok = socks_os:kill(Before, "KILL"),
    eventually(fun() -> case rpc(At, rabbit_socks_edge, os_pid, []) of {ok, Pid} -> Pid =/= Before; _ -> false end end),
    _ = socks_broker:await_edge(Broker),
    ok.
