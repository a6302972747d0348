%% SPDX-License-Identifier: MPL-2.0
%% @doc Events from AMQP applications to clients of every generation, on a real broker with the real archive.
-module(emit_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, end_per_testcase/2]).
-export([booted/1, generations/1, namespaces/1, exceptions/1, bodies/1, by_http/1, no_events/1, permissions/1, off/1, settings/1]).
-export([another_exchange/1, queue_deleted/1, exchange_deleted/1, vhost_deleted/1, edge_killed/1]).

-import(emit_world, [set/2, running/1, status/1, consumer/1, logged/2, emitted/2, emit/2, emit_to/3, target/1, event/3, probe/3]).
-import(listeners_world, [rpc/4, eventually/1]).

-define(COUNT, 1000).
-define(WAIT, 30_000).

suite() -> [{timetrap, {minutes, 2}}].

all() ->
    [booted, generations, namespaces, exceptions, bodies, by_http, no_events, permissions, off, settings,
     another_exchange, queue_deleted, exchange_deleted, vhost_deleted, edge_killed].

init_per_suite(Config) -> emit_world:start(Config).
end_per_suite(Config) -> emit_world:stop(Config).

end_per_testcase(_, Config) ->
    socketio_world:clean(Config),
    ok = set(Config, true),
    running(Config).

%% The broker is not ready when the plugin starts: nobody has to read of that.
booted(Config) ->
    running(Config),
    ?assertMatch([_], logged(Config, "events of exchange 'socks' in virtual host '/' are emitted")),
    ?assertEqual([], logged(Config, "not emitted")).

%% Everybody in a room, once and in order; events as such, and without a name as what a bare WebSocket takes for a message.
generations(Config) ->
    Port = socketio_world:listen(Config, []),
    Members = [mixed_member:open(Port, Kind) || Kind <- mixed_member:kinds()],
    [mixed_member:say(M, "join the.lobby") || M <- Members],
    [mixed_member:settle(M) || M <- Members],
    Numbers = [integer_to_binary(N) || N <- lists:seq(1, ?COUNT)],
    ok = emit(Config, [event(<<"/.the.lobby">>, <<"news">>, N) || N <- Numbers] ++ [{<<"/.the.lobby">>, [], undefined, <<"text">>}]),
    [begin
         ?assertEqual({Kind, [{news, N} || N <- Numbers] ++ [{frame, <<"text">>}]}, {Kind, mixed_member:hear(M, ?COUNT + 1)}),
         mixed_member:settle(M)
     end || {Kind, _} = M <- Members],
    [mixed_member:close(M) || M <- Members].

%% A room is one for all namespaces; the key says which of its clients are meant. Without a room it is everybody there.
namespaces(Config) ->
    Port = socketio_world:listen(Config, socketio_callback, []),
    Four = socketio_world:connect(Port, 4, websocket),
    ok = socks_engine:send(Four, [<<"0/chat,">>]),
    [<<"0/chat,", _/binary>>] = socks_engine:recv(Four, 1),
    [begin
         ok = socks_engine:send(Four, [<<"2", Namespace/binary, "1[\"join\",\"room\"]">>]),
         Ack = <<"3", Namespace/binary, "1[]">>,
         ?assertEqual([Ack], socks_engine:recv(Four, 1))
     end || Namespace <- [<<>>, <<"/chat,">>]],
    Polling = socketio_world:connect(Port, 3, polling),
    Nine = socks_socketio09:open(Port, websocket, "/socket.io"),
    Json = socks_ws:open(Port, "/websocket/", #{protocols => ["rabbit-socks.json"]}),
    ok = emit(Config, [event(Key, <<"x">>, N) || {Key, N} <- [
        {<<"/chat">>, "1"}, {<<"/">>, "2"}, {<<"/chat.room">>, "3"}, {<<"/.room">>, "4"},
        {<<"/nobody">>, "5"}, {<<"/nobody.room">>, "6"}, {<<"/.nobody">>, "7"}, {<<"/chat/.room">>, "8"}, {<<"/Chat">>, "9"}, {<<"/">>, "10"}]]),
    ?assertEqual([<<"2/chat,[\"x\",1]">>, <<"2[\"x\",2]">>, <<"2/chat,[\"x\",3]">>, <<"2[\"x\",4]">>, <<"2[\"x\",10]">>], socks_engine:recv(Four, 5)),
    ?assertEqual([<<"2[\"x\",2]">>, <<"2[\"x\",10]">>], socks_engine:recv(Polling, 2)),
    ?assertEqual([<<"5:::{\"name\":\"x\",\"args\":[2]}">>, <<"5:::{\"name\":\"x\",\"args\":[10]}">>], socks_socketio09:recv(Nine, 2)),
    ?assertEqual([{utf8, <<"{\"event\":\"x\",\"args\":[", N/binary, "]}">>} || N <- [<<"2">>, <<"10">>]], [socks_ws:recv(Json, ?WAIT) || _ <- [1, 2]]),
    [ok = socks_engine:close(C) || C <- [Four, Polling]],
    ok = socks_socketio09:close(Nine),
    ok = socks_ws:close(Json).

exceptions(Config) ->
    Port = socketio_world:listen(Config, []),
    [A, B, C] = Members = [mixed_member:open(Port, {'socket.io-4', websocket}) || _ <- [1, 2, 3]],
    [mixed_member:say(M, Words) || {M, Words} <- [{M, "join all"} || M <- Members] ++ [{A, "join a"}, {B, "join b"}]],
    [mixed_member:settle(M) || M <- Members],
    ok = emit(Config, [{Key, [{<<"except">>, Type, Rooms}], undefined, Text} || {Key, Type, Rooms, Text} <- [
        {<<"/.all">>, longstr, <<"a">>, <<"1">>}, {<<"/">>, longstr, <<"b">>, <<"2">>}, {<<"/.all">>, array, [{longstr, <<"a">>}, {longstr, <<"b">>}], <<"3">>},
        {<<"/">>, array, [], <<"4">>}]]),
    [begin
         ?assertEqual([{frame, Text} || Text <- Texts], mixed_member:hear(M, length(Texts))),
         mixed_member:settle(M)
     end || {M, Texts} <- [{A, [<<"2">>, <<"4">>]}, {B, [<<"1">>, <<"4">>]}, {C, [<<"1">>, <<"2">>, <<"3">>, <<"4">>]}]],
    [mixed_member:close(M) || M <- Members].

bodies(Config) ->
    Port = socketio_world:listen(Config, []),
    C = socketio_world:connect(Port, 4, websocket),
    Json = <<"application/json">>,
    ok = emit(Config, [{<<"/">>, [{<<"event">>, longstr, <<"größe"/utf8>>}], Type, Body} || {Type, Body} <- [
        {Json, <<"[1,\"two\",{\"three\":[null,true]}]">>}, {Json, <<"[]">>}, {Json, <<"[[1]]">>}, {Json, <<"{\"a\":1}">>}, {<<"text/plain">>, <<"hä"/utf8>>},
        {<<"application/octet-stream">>, <<"bytes">>}, {undefined, <<255>>}]]),
    ?assertEqual([<<"2[\"größe\",1,\"two\",{\"three\":[null,true]}]"/utf8>>, <<"2[\"größe\"]"/utf8>>, <<"2[\"größe\",[1]]"/utf8>>, <<"2[\"größe\",{\"a\":1}]"/utf8>>,
                  <<"2[\"größe\",\"hä\"]"/utf8>>,
                  <<"51-[\"größe\",{\"_placeholder\":true,\"num\":0}]"/utf8>>, {binary, <<"bytes">>},
                  <<"51-[\"größe\",{\"_placeholder\":true,\"num\":0}]"/utf8>>, {binary, <<255>>}], socks_engine:recv(C, 9)),
    ok = socks_engine:close(C).

%% The example of docs/EMIT.md: whatever the broker takes messages by.
by_http(Config) ->
    {ok, Text} = file:read_file(filename:join([os:getenv("RABBIT_SOCKS_ROOT"), "docs", "EMIT.md"])),
    {match, [Path, Body]} = re:run(Text, "curl -u guest:guest [^`]*http://localhost:15672(\\S+) -d '([^']*)'", [{capture, all_but_first, binary}]),
    Port = socketio_world:listen(Config, socketio_callback, []),
    C = socketio_world:connect(Port, 4, websocket),
    ok = socks_engine:send(C, [<<"0/chat,">>]),
    [<<"0/chat,", _/binary>>] = socks_engine:recv(C, 1),
    ok = socks_engine:send(C, [<<"2/chat,1[\"join\",\"lobby\"]">>]),
    [<<"3/chat,1[]">>] = socks_engine:recv(C, 1),
    Fields = [{"Authorization", ["Basic ", base64:encode("guest:guest")]}, {"Content-Type", "application/json"}],
    {200, _, <<"{\"routed\":true}">>} = listeners_world:request(listeners_world:port(Config, management), "POST", Path, Fields, Body),
    ?assertEqual([<<"2/chat,[\"said\",\"Ada\",\"hello\"]">>], socks_engine:recv(C, 1)),
    ok = socks_engine:close(C).

%% They are counted, and the log has one line of them; what comes after is emitted.
no_events(Config) ->
    Port = socketio_world:listen(Config, []),
    C = socketio_world:connect(Port, 4, websocket),
    Before = status(Config),
    Bad = [{<<"chat">>, [], undefined, <<>>}, {<<"/.">>, [], undefined, <<>>}, {<<"/">>, [{<<"event">>, long, 1}], undefined, <<>>},
           {<<"/">>, [{<<"except">>, bool, true}], undefined, <<>>}, {<<"/">>, [], <<"application/json">>, <<"{">>},
           {<<"/">>, [], <<"application/json">>, <<(binary:copy(<<"[">>, 100))/binary, (binary:copy(<<"]">>, 100))/binary>>},
           {<<"/.socks-subscription-1">>, [], undefined, <<>>}, {<<"/">>, [], undefined, {4 * 1024 * 1024 + 1, <<0>>}},
           {<<"/">>, [], <<"application/json">>, {1024 * 1024 + 1, <<"1.5,">>}}],
    ok = emit(Config, Bad ++ Bad ++ [event(<<"/">>, <<"good">>, "[]")]),
    ?assertEqual([<<"2[\"good\"]">>], socks_engine:recv(C, 1)),
    ?assertEqual({1, 2 * length(Bad)}, emitted(Config, Before)),
    ?assertMatch([_], logged(Config, "is not emitted")),
    ?assertEqual([], logged(Config, "were not emitted")),
    More = io_lib:format("~b more messages of exchange 'socks' were not emitted", [2 * length(Bad) - 1]),
    [rpc(Config, erlang, send, [consumer(Config), may_speak]) || _ <- [1, 2]],
    eventually(fun() -> length(logged(Config, More)) =:= 1 end),
    ok = emit(Config, [hd(Bad)]),
    eventually(fun() -> length(logged(Config, "is not emitted")) =:= 2 end),
    ?assertMatch([_], logged(Config, "were not emitted")),
    ok = socks_engine:close(C).

%% The broker asks who may write to the exchange, and to which keys.
permissions(Config) ->
    Broker = ?config(broker, Config),
    [{0, _} = socks_broker:ctl(Broker, Command) || Command <- [
        ["add_user", "teller", "secret"], ["set_permissions", "teller", "^$", "^socks$", "^$"],
        ["set_topic_permissions", "teller", "socks", "^/chat\\.", "^$"],
        ["add_user", "stranger", "secret"], ["set_permissions", "stranger", ".*", "^amq\\.", ".*"]]],
    Port = socketio_world:listen(Config, socketio_callback, []),
    C = socketio_world:connect(Port, 4, websocket),
    ok = socks_engine:send(C, [<<"0/chat,">>]),
    [<<"0/chat,", _/binary>>] = socks_engine:recv(C, 1),
    ok = socks_engine:send(C, [<<"2/chat,1[\"join\",\"room\"]">>]),
    [<<"3/chat,1[]">>] = socks_engine:recv(C, 1),
    As = fun(User, Key) -> probe(Config, publish, [(target(Config))#{user := User, password := <<"secret">>}, <<"socks">>, [event(Key, User, "[]")]]) end,
    [?assertEqual({User, Key, Result}, {User, Key, As(User, Key)}) || {User, Key, Result} <- [
        {<<"stranger">>, <<"/chat.room">>, {refused, 403}}, {<<"teller">>, <<"/chat">>, {refused, 403}}, {<<"teller">>, <<"/.room">>, {refused, 403}},
        {<<"teller">>, <<"/chat.room">>, ok}]],
    ?assertEqual([<<"2/chat,[\"teller\"]">>], socks_engine:recv(C, 1)),
    [{0, _} = socks_broker:ctl(Broker, ["delete_user", User]) || User <- ["teller", "stranger"]],
    ok = socks_engine:close(C).

%% As it is when the configuration says nothing.
off(Config) ->
    ok = set(Config, false),
    ?assertEqual(off, status(Config)),
    ?assertEqual([], probe(Config, queues, [<<"/">>])),
    ok = set(Config, yes),
    ?assertEqual(off, status(Config)),
    ?assertMatch([_], logged(Config, "the key 'emit' must be")).

settings(Config) ->
    Broker = ?config(broker, Config),
    {0, _} = socks_broker:ctl(Broker, ["add_vhost", "apps"]),
    {0, _} = socks_broker:ctl(Broker, ["set_permissions", "-p", "apps", "guest", ".*", ".*", ".*"]),
    ok = set(Config, [{vhost, "apps"}, {exchange, "events"}]),
    running(Config),
    ?assertMatch({[], [_]}, {probe(Config, queues, [<<"/">>]), probe(Config, queues, [<<"apps">>])}),
    Port = socketio_world:listen(Config, []),
    C = socketio_world:connect(Port, 4, websocket),
    ok = probe(Config, publish, [(target(Config))#{vhost := <<"apps">>}, <<"events">>, [event(<<"/">>, <<"x">>, "[]")]]),
    ?assertEqual([<<"2[\"x\"]">>], socks_engine:recv(C, 1)),
    ok = socks_engine:close(C),
    {0, _} = socks_broker:ctl(Broker, ["delete_vhost", "apps"]),
    ok.

%% Somebody has an exchange of this name and another type: the log says so once, and when it is gone all is well.
another_exchange(Config) ->
    ok = probe(Config, exchange, [target(Config), <<"taken">>, <<"fanout">>]),
    ok = set(Config, [{exchange, <<"taken">>}]),
    Refused = fun() -> case status(Config) of #{state := <<_/binary>>} -> true; _ -> false end end,
    eventually(Refused),
    #{state := Why} = status(Config),
    ?assertMatch({_, _}, binary:match(Why, <<"inequivalent arg 'type' for exchange 'taken'">>)),
    %% Another try at least.
    Tried = length(logged(Config, "operation exchange.declare caused a channel exception precondition_failed")),
    eventually(fun() -> length(logged(Config, "operation exchange.declare caused a channel exception precondition_failed")) > Tried end),
    ?assertMatch([_], logged(Config, "events of exchange 'taken' in virtual host '/' are not emitted")),
    ok = probe(Config, delete_exchange, [target(Config), <<"taken">>]),
    running(Config),
    hears(Config, <<"taken">>),
    ok = set(Config, false),
    ok = probe(Config, delete_exchange, [target(Config), <<"taken">>]).

queue_deleted(Config) ->
    [Queue] = probe(Config, queues, [<<"/">>]),
    ok = probe(Config, delete_queue, [<<"/">>, Queue]),
    eventually(fun() -> case probe(Config, queues, [<<"/">>]) of [Other] -> Other =/= Queue; [] -> false end end),
    running(Config),
    hears(Config, <<"socks">>).

%% Nobody is told of that: it is looked after from time to time, which is now.
exchange_deleted(Config) ->
    ok = probe(Config, delete_exchange, [target(Config), <<"socks">>]),
    rpc(Config, erlang, send, [consumer(Config), refresh]),
    eventually(fun() -> probe(Config, bindings, [<<"/">>, <<"socks">>]) =:= 1 end),
    hears(Config, <<"socks">>).

vhost_deleted(Config) ->
    Broker = ?config(broker, Config),
    ok = set(Config, [{vhost, "brief"}]),
    eventually(fun() -> case status(Config) of #{state := <<_/binary>>} -> true; _ -> false end end),
    {0, _} = socks_broker:ctl(Broker, ["add_vhost", "brief"]),
    running(Config),
    {0, _} = socks_broker:ctl(Broker, ["delete_vhost", "brief"]),
    eventually(fun() -> case status(Config) of #{state := <<_/binary>>} -> true; _ -> false end end).

%% What is emitted while there is no edge is for nobody.
edge_killed(Config) ->
    Broker = ?config(broker, Config),
    Edge = socks_broker:edge(Broker),
    socks_os:kill(Edge, "KILL"),
    eventually(fun() -> socks_broker:await_edge(Broker) =/= Edge end),
    ok = emit(Config, [event(<<"/">>, <<"x">>, "[]")]),
    hears(Config, <<"socks">>).

%% A client that comes now gets what is emitted now.
hears(Config, Exchange) ->
    Port = socketio_world:listen(Config, []),
    C = socketio_world:connect(Port, 4, websocket),
    ok = emit_to(Config, Exchange, [event(<<"/">>, <<"heard">>, "[]")]),
    ?assertEqual([<<"2[\"heard\"]">>], socks_engine:recv(C, 1)),
    ok = socks_engine:close(C).
