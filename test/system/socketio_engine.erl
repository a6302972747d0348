%% SPDX-License-Identifier: MPL-2.0
%% @doc Bare Engine.IO: clients without Socket.IO on top, whose messages are frames.
-module(socketio_engine).

-include_lib("stdlib/include/assert.hrl").

-export([echo/1]).

-define(PATH, "/engine.io/").

%% @doc Text and bytes, one by one and many at once, by every transport of both versions and across the upgrade.
-spec echo([term()]) -> ok.
echo(Config) ->
    Port = socketio_world:listen(Config, rabbit_socks_echo, [{max_packets, 2000}]),
    [echoes(socks_engine:open(Port, Version, Transport, ?PATH, #{query => Query}))
     || Version <- [3, 4], Transport <- [polling, websocket], Query <- ["", "&b64=1"]],
    [begin
         C = socks_engine:open(Port, Version, polling, ?PATH),
         ok = socks_engine:send(C, [<<"before">>]),
         ?assertEqual([<<"before">>], socks_engine:recv(C, 1)),
         ok = socks_engine:send(C, [<<"across 1">>, <<"across 2">>]),
         Upgraded = socks_engine:upgrade(C),
         ?assertEqual([<<"across 1">>, <<"across 2">>], socks_engine:recv(Upgraded, 2)),
         echoes(Upgraded)
     end || Version <- [3, 4]],
    socketio_world:settled(Config),
    socketio_world:unlisten(Config, Port).

echoes(C) ->
    Messages = [<<"hello">>, <<>>, <<"grüße € 😀 \"\\ \n"/utf8>>, {binary, <<>>}, {binary, <<0, 4, 30, 255>>}, {binary, binary:copy(<<7>>, 70000)},
                binary:copy(<<"é"/utf8>>, 70000), <<"4b6">>],
    [begin ok = socks_engine:send(C, [M]), ?assertEqual([M], socks_engine:recv(C, 1)) end || M <- Messages],
    ok = socks_engine:send(C, Messages),
    ?assertEqual(Messages, socks_engine:recv(C, length(Messages))),
    Many = [integer_to_binary(N) || N <- lists:seq(1, 1000)],
    ok = socks_engine:send(C, Many),
    ?assertEqual(Many, socks_engine:recv(C, 1000)),
    ok = socks_engine:close(C).
