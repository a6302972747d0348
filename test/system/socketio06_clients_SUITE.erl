%% SPDX-License-Identifier: MPL-2.0
%% @doc The published JavaScript client of Socket.IO 0.6, unchanged, in headless Chromium: each transport that a living browser
%% has. (xhr-multipart and htmlfile ended with the browsers that had them: socketio06_SUITE has their wire.)
-module(socketio06_clients_SUITE).

-export([all/0, suite/0, groups/0, init_per_suite/1, end_per_suite/1]).
-export([websocket/1, xhr_polling/1, jsonp_polling/1, first_websocket/1, first_xhr_polling/1, first_jsonp_polling/1]).
-export([foreign_xhr_polling/1, foreign_jsonp_polling/1, foreign_websocket/1, stranger/1]).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-define(FRIEND, "http://friend.test").

suite() -> [{timetrap, {minutes, 4}}].

all() -> [{group, newest}, {group, oldest}, {group, foreign_page}].

groups() ->
    [{newest, [], [websocket, xhr_polling, jsonp_polling]},
     {oldest, [], [first_websocket, first_xhr_polling, first_jsonp_polling]},
     {foreign_page, [], [foreign_xhr_polling, foreign_jsonp_polling, foreign_websocket, stranger]}].

init_per_suite(Config) ->
    Dir = socks_node:dir("socketio06"),
    ok = socks_node:npm(Dir),
    Broker = socks_broker:start(#{
        ports => [socks, guarded],
        config => fun(#{socks := Port, guarded := Guarded}) ->
            [{rabbit_socks, [{listeners, [
                {{"127.0.0.1", Port}, rabbit_socks_echo, []},
                {{"127.0.0.1", Guarded}, rabbit_socks_echo, [{origins, [?FRIEND]}]}]}]}]
        end
    }),
    [{broker, Broker}, {dir, Dir} | Config].

end_per_suite(Config) ->
    socks_broker:stop(?config(broker, Config)).

websocket(Config) -> ok("0.6.18", "websocket", Config).
xhr_polling(Config) -> ok("0.6.18", "xhr-polling", Config).
jsonp_polling(Config) -> ok("0.6.18", "jsonp-polling", Config).

first_websocket(Config) -> ok("0.6.8", "websocket", Config).
first_xhr_polling(Config) -> ok("0.6.8", "xhr-polling", Config).
first_jsonp_polling(Config) -> ok("0.6.8", "jsonp-polling", Config).

%% A page of another origin that the listener lets in.
foreign_xhr_polling(Config) -> foreign("xhr-polling", Config).
foreign_jsonp_polling(Config) -> foreign("jsonp-polling", Config).
foreign_websocket(Config) -> foreign("websocket", Config).

%% One that it does not.
stranger(Config) ->
    {Status, Output} = run("0.6.18", "xhr-polling", guarded, ["http://stranger.test"], Config),
    ?assertNotEqual(0, Status),
    ?assertNotEqual(nomatch, string:find(Output, "connect failed")).

ok(Version, Transport, Config) ->
    ?assertEqual({0, <<"ok\n">>}, run(Version, Transport, socks, [], Config)).

foreign(Transport, Config) ->
    ?assertEqual({0, <<"ok\n">>}, run("0.6.18", Transport, guarded, [?FRIEND], Config)).

run(Version, Transport, Port, Origin, Config) ->
    Url = socks_broker:url(?config(broker, Config), Port),
    Result = socks_node:run(?config(dir, Config), "node", ["client.mjs", Version, Transport, Url, "socket.io/echo" | Origin], 150_000),
    ct:log("~p", [Result]),
    Result.
