%% SPDX-License-Identifier: MPL-2.0
%% @doc Two real nodes in one cluster: what a client of one of them says and hears reaches those of the other, and goes on there when
%% this one is gone.
-module(cluster_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, end_per_testcase/2]).
-export([one_cluster/1, emit_crosses/1, subscriptions_cross/1, queues_cross/1, stream_goes_on_at_another_node/1, permissions_are_everywhere/1,
         operators_see_both/1, a_node_stops/1]).

-import(bridge_client, [ask/3, heard/1]).
-import(listeners_world, [eventually/1, rpc/4]).

suite() -> [{timetrap, {minutes, 4}}].

all() ->
    [one_cluster, emit_crosses, subscriptions_cross, queues_cross, stream_goes_on_at_another_node, permissions_are_everywhere, operators_see_both,
     a_node_stops].

init_per_suite(Config) ->
    Options = #{config => [{rabbit_socks, [{emit, true}, {permission_refresh, 200}]}]},
    First = socks_broker:start(Options),
    Second = try socks_broker:start(Options#{joins => First})
    catch Class:Reason:Stack ->
        ok = socks_broker:stop(First),
        erlang:raise(Class, Reason, Stack)
    end,
    Started = [{first, First}, {second, Second} | Config],
    lists:foreach(fun loaded/1, nodes_of(Started)),
    Started.

end_per_suite(Config) ->
    [ok = socks_broker:stop(?config(Name, Config)) || Name <- [second, first]].

end_per_testcase(_, Config) ->
    lists:foreach(fun socketio_world:clean/1, nodes_of(Config)).

loaded(At) ->
    [ok = socks_broker:load(?config(broker, At), Module) || Module <- [mixed_callback, emit_probe, amqp_probe]],
    emit_world:running(At).

%% What the worlds of the other suites take.
at(Name, Config) -> [{broker, ?config(Name, Config)} | Config].

nodes_of(Config) -> [at(first, Config), at(second, Config)].

bridge(At) -> [{port, socketio_world:listen(At, rabbit_socks_amqp, [])} | At].

one_cluster(Config) ->
    Names = lists:sort([Node || Name <- [first, second], #{node := Node} <- [?config(Name, Config)]]),
    [?assertEqual(Names, lists:sort(rpc(At, rabbit_nodes, all_running, []))) || At <- nodes_of(Config)].

%% Whichever node an application is connected to, and whichever a client: once, and in the order of one channel.
emit_crosses(Config) ->
    Count = 200,
    Members = [begin
        M = mixed_member:open(socketio_world:listen(At, []), Kind),
        ok = mixed_member:say(M, "join lobby"),
        ok = mixed_member:settle(M),
        M
    end || At <- nodes_of(Config), Kind <- [{'socket.io-4', websocket}, {'socket.io-2', polling}, {websocket, websocket}]],
    Numbers = [integer_to_binary(N) || N <- lists:seq(1, Count)],
    [begin
         ok = emit_world:emit(At, [emit_world:event(<<"/.lobby">>, <<"news">>, N) || N <- Numbers]),
         [?assertEqual([{news, N} || N <- Numbers], mixed_member:hear(M, Count)) || M <- Members],
         lists:foreach(fun mixed_member:settle/1, Members)
     end || At <- nodes_of(Config)],
    lists:foreach(fun mixed_member:close/1, Members).

%% Subscribers of one thing on both nodes; publishers at either.
subscriptions_cross(Config) ->
    Guests = guests(Config),
    [Id, Id] = [begin
        #{<<"ok">> := true, <<"subscription">> := Id} = ask(C, "subscribe", [<<"amq.topic">>, <<"news.#">>]),
        Id
    end || C <- Guests],
    [begin
         ?assertEqual(#{<<"ok">> => true}, ask(Publisher, "publish", [<<"amq.topic">>, <<"news.x">>, N])),
         [?assertMatch({<<"message">>, [Id, N, #{<<"routingKey">> := <<"news.x">>}]}, heard(C)) || C <- Guests]
     end || {N, Publisher} <- lists:enumerate(Guests)],
    lists:foreach(fun bridge_client:close/1, Guests).

%% A queue lives on one node, its consumer is on the other, and so is who waits for the reply.
queues_cross(Config) ->
    [Here, There] = Guests = guests(Config),
    #{<<"ok">> := true} = ask(Here, "declare", [<<"work">>]),
    #{<<"ok">> := true} = ask(There, "consume", [<<"work">>]),
    Request = bridge_client:start(Here, "request", [<<>>, <<"work">>, #{a => 1}]),
    {Id, [_, #{<<"a">> := 1} | _]} = bridge_client:delivery(There),
    ok = bridge_client:settle(There, Id, [null, #{sum => 2}]),
    ?assertMatch(#{<<"ok">> := true, <<"body">> := #{<<"sum">> := 2}}, bridge_client:answer_to(Here, Request)),
    #{<<"ok">> := true} = ask(There, "delete", [<<"work">>]),
    lists:foreach(fun bridge_client:close/1, Guests).

%% What its library has kept of the last entry is all that a client brings.
stream_goes_on_at_another_node(Config) ->
    [Here, Elsewhere] = [bridge(At) || At <- nodes_of(Config)],
    C = amqp_world:guest(Here),
    #{<<"ok">> := true} = ask(C, "declare", [<<"prices">>, #{arguments => #{<<"x-queue-type">> => <<"stream">>}}]),
    [#{<<"ok">> := true} = ask(C, "publish", [<<>>, <<"prices">>, N]) || N <- lists:seq(0, 9)],
    #{<<"ok">> := true, <<"resumed">> := false} = ask(C, "stream", [<<"prices">>, #{offset => first}]),
    {<<"position">>, _} = heard(C),
    [_, _, _, _, Kept] = entries(C, lists:seq(0, 4)),
    ok = bridge_client:close(C),
    Auth = #{username => <<"guest">>, password => <<"guest">>, pid => <<"the other node's">>, offset => Kept},
    There = bridge_client:open(amqp_world:port(Elsewhere), websocket, Auth),
    #{<<"ok">> := true, <<"resumed">> := true} = ask(There, "stream", [<<"prices">>]),
    {<<"position">>, _} = heard(There),
    #{<<"ok">> := true} = ask(There, "publish", [<<>>, <<"prices">>, 10]),
    _ = entries(There, lists:seq(5, 10)),
    #{<<"ok">> := true} = ask(There, "delete", [<<"prices">>]),
    ok = bridge_client:close(There).

%% These come next; what the library keeps of each.
entries(C, Offsets) ->
    [begin
         {<<"entry">>, [_, Body, #{<<"offset">> := Offset}, Kept]} = heard(C),
         ?assertEqual({N, N}, {Offset, Body}),
         Kept
     end || N <- Offsets].

%% What is granted, and taken away, at one node counts at the other.
permissions_are_everywhere(Config) ->
    First = ?config(first, Config),
    [{0, _} = socks_broker:ctl(First, Command) || Command <- [["add_user", "ada", "secret"], ["set_permissions", "ada", ".*", ".*", "^(socks-.*|amq\\.topic)$"]]],
    There = bridge(at(second, Config)),
    Ada = amqp_world:user(There, <<"ada">>),
    #{<<"ok">> := true, <<"subscription">> := Id} = ask(Ada, "subscribe", [<<"amq.topic">>, <<"k">>]),
    ?assertEqual(<<"access_refused">>, amqp_world:wrong(Ada, "subscribe", [<<"amq.direct">>, <<"k">>])),
    {0, _} = socks_broker:ctl(First, ["set_permissions", "ada", ".*", ".*", "^$"]),
    ?assertMatch({<<"cancelled">>, [Id, #{<<"error">> := <<"access_refused">>}]}, heard(Ada)),
    {0, _} = socks_broker:ctl(First, ["delete_user", "ada"]),
    ?assertEqual([<<"41">>, {close, 1000, <<>>}], last(Ada, 2)),
    ?assertMatch({_, <<"access_refused">>}, bridge_client:refused(amqp_world:port(There), websocket, #{username => <<"ada">>, password => <<"secret">>})).

%% One command, run at either node, for the sessions of both.
operators_see_both(Config) ->
    Guests = guests(Config),
    Nodes = [atom_to_binary(Node) || Name <- [first, second], #{node := Node} <- [?config(Name, Config)]],
    [eventually(fun() -> [Node || {Node, _} <- listed(At)] =:= lists:sort(Nodes) end) || At <- nodes_of(Config)],
    %% The session at the second node, closed from the first.
    {_, Name} = lists:keyfind(lists:last(Nodes), 1, listed(at(first, Config))),
    {0, _} = socks_broker:ctl(?config(first, Config), ["close_socks_connection", binary_to_list(Name), "enough"]),
    [Here, There] = Guests,
    ?assertEqual([<<"41">>, {close, 1000, <<>>}], last(There, 2)),
    eventually(fun() -> [Node || {Node, _} <- listed(at(second, Config))] =:= [hd(Nodes)] end),
    ok = bridge_client:close(Here).

listed(At) ->
    {0, Output} = socks_broker:ctl(?config(broker, At), ["-q", "list_socks_connections", "--formatter", "json", "node", "name"]),
    lists:sort([{Node, Name} || #{<<"node">> := Node, <<"name">> := Name} <- rpc(At, rabbit_json, decode, [Output])]).

%% Without a warning; then it comes back.
a_node_stops(Config) ->
    First = ?config(first, Config),
    [_, There] = nodes_of(Config),
    [Lost, Stays] = guests(Config),
    [#{<<"ok">> := true} = ask(C, "subscribe", [<<"amq.topic">>, <<"k">>]) || C <- [Lost, Stays]],
    Member = mixed_member:open(socketio_world:listen(There, []), {'socket.io-4', websocket}),
    ok = socks_broker:kill9(First),
    ?assertMatch([{close, 1001, _}], last(Lost, 1)),
    %% Until then a message for its queues, too, is refused.
    eventually(fun() -> [emit_world:probe(There, bindings, [<<"/">>, Exchange]) || Exchange <- [<<"amq.topic">>, <<"socks">>]] =:= [1, 1] end),
    goes_on(There, Stays, Member, <<"alone">>),
    _ = socks_broker:restart(First),
    [Back | _] = nodes_of(Config),
    loaded(Back),
    one_cluster(Config),
    Again = mixed_member:open(socketio_world:listen(Back, []), {'socket.io-4', websocket}),
    goes_on(There, Stays, Member, <<"together">>),
    ?assertEqual([{news, <<"1">>}], mixed_member:hear(Again, 1)),
    [mixed_member:close(M) || M <- [Member, Again]],
    ok = bridge_client:close(Stays).

goes_on(There, Subscriber, Member, Text) ->
    ?assertEqual(#{<<"ok">> => true}, ask(Subscriber, "publish", [<<"amq.topic">>, <<"k">>, Text])),
    ?assertMatch({<<"message">>, [_, Text | _]}, heard(Subscriber)),
    ok = emit_world:emit(There, [emit_world:event(<<"/">>, <<"news">>, "1")]),
    ?assertMatch({<<"news">>, [1]}, heard(Subscriber)),
    ?assertEqual([{news, <<"1">>}], mixed_member:hear(Member, 1)).

%% What a client is told at the end.
last({_, C}, Count) -> socks_engine:packets(C, Count).

%% One at each node.
guests(Config) -> [amqp_world:guest(bridge(At)) || At <- nodes_of(Config)].
