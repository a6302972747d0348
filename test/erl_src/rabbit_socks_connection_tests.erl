%% SPDX-License-Identifier: MPL-2.0
%% @doc How a session is shown: names, ends, protocols in words.
-module(rabbit_socks_connection_tests).

-include_lib("eunit/include/eunit.hrl").

-import(rabbit_socks_connection, [new/5, name/1, identify/2, known/1, column/2, columns/0, is_told/1]).

info(More) ->
    maps:merge(#{peer => {<<"10.0.0.1">>, 50000}, local => {<<"10.0.0.2">>, 8080}, secure => false, transport => websocket,
                 protocol => rfc6455, generation => none, namespace => none}, More).

connection(More) -> connection(More, rabbit_socks_traffic:new()).

connection(More, Traffic) -> new(self(), 37, some_module, info(More), Traffic).

name_test() ->
    ?assertEqual(<<"10.0.0.1:50000 -> 10.0.0.2:8080 (11)">>, name(connection(#{}))),
    ?assertEqual(<<"[2001:db8::1]:1 -> [::1]:65535 (11)">>,
                 name(connection(#{peer => {<<"2001:db8::1">>, 1}, local => {<<"::1">>, 65535}}))),
    %% Two sessions of one client have different names.
    ?assertNotEqual(name(connection(#{})), name(new(self(), 38, some_module, info(#{}), rabbit_socks_traffic:new()))).

%% What the edge cannot tell is no reason to turn a client away.
no_address_test() ->
    Connection = connection(#{peer => {<<>>, 0}}),
    ?assertEqual(<<"unknown:0 -> 10.0.0.2:8080 (11)">>, name(Connection)),
    ?assertEqual(<<"unknown">>, column(peer_host, Connection)),
    ?assertEqual(unknown, proplists:get_value(peer_host, known(identify({<<"u">>, <<"/">>, registered}, Connection)))).

protocol_test_() ->
    [?_assertEqual(Expected, column(protocol, connection(#{generation => Generation, protocol => Protocol})))
     || {Generation, Protocol, Expected} <- [
         {none, rfc6455, <<"WebSocket RFC 6455">>}, {none, 'hixie-76', <<"WebSocket hixie-76">>},
         {'socket.io-0.6', http, <<"Socket.IO 0.6">>}, {'socket.io-4', rfc6455, <<"Socket.IO 4">>},
         {'engine.io-3', http, <<"Engine.IO 3">>}, {'rabbit-socks.json', rfc6455, <<"WebSocket rabbit-socks.json">>}]].

%% Those that know a disconnection from a lost connection.
is_told_test() ->
    ?assertEqual(['socket.io-0.9', 'socket.io-2', 'socket.io-4'],
                 [Generation || Generation <- [none, 'socket.io-0.6', 'socket.io-0.9', 'socket.io-2', 'socket.io-4', 'engine.io-3', 'engine.io-4',
                                 'rabbit-socks.json'],
                                is_told(connection(#{generation => Generation}))]).

columns_test() ->
    Nobody = connection(#{}),
    ?assertEqual(['', '', '', ''], [column(Column, Nobody) || Column <- [user, vhost, generation, namespace]]),
    Traffic = rabbit_socks_traffic:new(),
    Connection = identify({<<"ada">>, <<"v">>, unregistered},
                          connection(#{generation => 'socket.io-4', namespace => <<"/chat">>, secure => true, transport => 'xhr-polling'}, Traffic)),
    ok = rabbit_socks_traffic:received(2, 30, Traffic),
    ok = rabbit_socks_traffic:sent(1, 7, Traffic),
    Shown = [{Column, column(Column, Connection)} || Column <- columns(), not lists:member(Column, [name, protocol, connected_at])],
    ?assertEqual([{user, <<"ada">>}, {vhost, <<"v">>}, {transport, 'xhr-polling'}, {generation, 'socket.io-4'}, {namespace, <<"/chat">>},
                  {module, some_module}, {ssl, true}, {peer_host, <<"10.0.0.1">>}, {peer_port, 50000}, {host, <<"10.0.0.2">>}, {port, 8080},
                  {recv_cnt, 2}, {recv_oct, 30}, {send_cnt, 1}, {send_oct, 7}, {node, node()}, {pid, self()}], Shown).

%% What the broker's tracking of connections reads is all there.
known_test() ->
    Before = erlang:system_time(millisecond),
    Known = known(identify({<<"ada">>, <<"/">>, registered}, connection(#{namespace => <<"/x">>}))),
    [?assertEqual({Key, Value}, {Key, proplists:get_value(Key, Known)}) || {Key, Value} <- [
        {pid, self()}, {node, node()}, {user, <<"ada">>}, {user_who_performed_action, <<"ada">>}, {vhost, <<"/">>}, {type, socks},
        {protocol, {'WebSocket', "RFC 6455"}}, {peer_host, {10, 0, 0, 1}}, {peer_port, 50000}, {host, {10, 0, 0, 2}}, {port, 8080}, {ssl, false},
        {client_properties, [{<<"transport">>, longstr, <<"websocket">>}, {<<"namespace">>, longstr, <<"/x">>},
                             {<<"module">>, longstr, <<"some_module">>}]}]],
    Usual = known(identify({<<"ada">>, <<"/">>, registered}, connection(#{namespace => <<"/">>}))),
    ?assertMatch([{<<"transport">>, _, _}, {<<"module">>, _, _}], proplists:get_value(client_properties, Usual)),
    At = proplists:get_value(connected_at, Known),
    ?assert(At >= Before - 1000),
    ?assert(At =< erlang:system_time(millisecond) + 1000).

%% It is memory of every session, in words of eight bytes: three of them are the reference to what is counted of it.
size_test() ->
    ?assert(erts_debug:flat_size(connection(#{})) =< 25).
