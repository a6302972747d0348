%% SPDX-License-Identifier: MPL-2.0
%% @doc Clients of Engine.IO and Socket.IO 0.9 in single requests, as an attacker makes them.
-module(attacks_polls).

-export([open/2, connect/2, target/1, target/2, request/4, get/2, post/3, echo/2, websocket/2, text/2, heard/1, many/3]).

-define(WAIT, 10000).

-type target() :: socks_client:target().
-type answer() :: {100..599, [socks_client:header()], binary()} | {error, term()}.

%% @doc The session id of a new client of this protocol of Engine.IO.
-spec open(target(), 3 | 4) -> Sid :: binary().
open(Target, Version) ->
    {200, _, Body} = get(Target, target(Version)),
    sid(Body).

%% @doc One that is connected to "/", and knows it.
-spec connect(target(), 3 | 4) -> Sid :: binary().
connect(Target, Version) ->
    Sid = open(Target, Version),
    _ = Version =:= 4 andalso ({200, _, <<"ok">>} = post(Target, target(4, Sid), "40")),
    {200, _, Connected} = get(Target, target(Version, Sid)),
    {match, _} = re:run(Connected, "40"),
    Sid.

sid(Body) ->
    {match, [Sid]} = re:run(Body, "\"sid\":\"([^\"]+)\"", [{capture, [1], binary}]),
    Sid.

-spec target(3 | 4) -> iodata().
target(Version) -> ["/socket.io/?transport=polling&b64=1&EIO=", integer_to_list(Version)].

-spec target(3 | 4, Sid :: binary()) -> iodata().
target(Version, Sid) -> [target(Version), "&sid=", Sid].

%% @doc On a connection of its own.
-spec request(target(), iodata(), iodata(), {[{iodata(), iodata()}], iodata()}) -> answer().
request(Target, Method, Path, {Fields, Body}) ->
    C = socks_client:connect(Target),
    Answer = socks_client:request(C, Method, Path, Fields, Body),
    ok = socks_client:close(C),
    Answer.

-spec get(target(), iodata()) -> answer().
get(Target, Path) -> request(Target, "GET", Path, {[], ""}).

-spec post(target(), iodata(), iodata()) -> answer().
post(Target, Path, Body) -> request(Target, "POST", Path, {[], Body}).

%% @doc The client of Engine.IO 4 gets its event back.
-spec echo(target(), Sid :: binary()) -> ok.
echo(Target, Sid) ->
    {200, _, <<"ok">>} = post(Target, target(4, Sid), "42[\"echo\",1]"),
    {200, _, <<"42[\"echo\",1]">>} = get(Target, target(4, Sid)),
    ok.

%% @doc A WebSocket of Engine.IO 4: of a new client, or of one that polls.
-spec websocket(target(), new | binary()) -> socks_ws:ws().
websocket(Target, new) ->
    Ws = socks_ws:open(Target, "/socket.io/?EIO=4&transport=websocket"),
    {utf8, <<"0{", _/binary>>} = socks_ws:recv(Ws, ?WAIT),
    Ws;
websocket(Target, Sid) ->
    socks_ws:open(Target, ["/socket.io/?EIO=4&transport=websocket&sid=", Sid]).

-spec text(socks_ws:ws(), iodata()) -> ok | {error, term()}.
text(Ws, Text) -> socks_ws:send(Ws, {utf8, iolist_to_binary(Text)}).

-spec heard(socks_ws:ws()) -> socks_ws:message().
heard(Ws) -> socks_ws:recv(Ws, ?WAIT).

%% @doc That many handshakes, a thousand at a time on one connection; what came back, without the heads.
-spec many(target(), iodata(), pos_integer()) -> [binary()].
many(Target, Path, Count) ->
    lists:append([handshakes(Target, Path, min(1000, Count - Done)) || Done <- lists:seq(0, Count - 1, 1000)]).

handshakes(Target, Path, Count) ->
    C = socks_client:connect(Target),
    Get = ["GET ", Path, " HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    Writer = attacks_client:writing(C, lists:duplicate(Count, Get)),
    Bodies = [begin {200, _, Body} = socks_client:response(C, ?WAIT), Body end || _ <- lists:seq(1, Count)],
    attacks_client:finish(Writer, C),
    [sid(Body) || Body <- Bodies].
