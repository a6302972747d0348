%% SPDX-License-Identifier: MPL-2.0
%% @doc What the clients of each generation are told when not they end: the edge dies, the broker is drained. Each must be told
%% what makes its library come again.
-module(socketio_ends).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([edge_killed/1, drained/1]).

-import(mixed_member, [open/2, say/2, hear/2, settle/1, close/1]).

-define(KINDS, [{websocket, websocket}, {'rabbit-socks.json', websocket}, {'socket.io-0.6', websocket}, {'socket.io-0.6', 'xhr-polling'},
                {'socket.io-0.9', websocket},
                {'socket.io-0.9', 'xhr-polling'}, {'socket.io-2', websocket}, {'socket.io-2', polling}, {'socket.io-4', websocket},
                {'socket.io-4', polling}, {'engine.io-3', websocket}, {'engine.io-4', polling}]).

%% @doc Everybody loses the connection, nobody's session stays, and everybody can connect again at once.
-spec edge_killed([term()]) -> ok.
edge_killed(Config) ->
    Broker = ?config(broker, Config),
    Plain = socketio_world:listen(Config, []),
    Tls = socketio_world:tls(Config),
    Edge = socks_broker:await_edge(Broker),
    Members = [{Target, Kind, member(Target, Kind)} || Target <- [Plain, {tls, Tls}], Kind <- ?KINDS],
    ok = socks_os:kill(Edge, "KILL"),
    ok = socks_os:await_gone(Edge, 30_000),
    [?assertEqual({Kind, lost}, {Kind, last(Kind, Member)}) || {_, Kind, Member} <- Members],
    Again = [{Kind, member(Target, Kind)} || {Target, Kind, _} <- Members],
    [Speaker | _] = [M || {_, M} <- Again],
    %% Of the rooms nothing is left but those who have come again.
    [settle(M) || {_, M} <- Again],
    ok = say(Speaker, "tell lobby again"),
    [begin
         ?assertEqual([{frame, <<"again">>}], hear(M, 1)),
         settle(M),
         close(M)
     end || {_, M} <- Again],
    ?assertNotEqual(Edge, socks_broker:await_edge(Broker)),
    [socketio_world:unlisten(Config, Port) || Port <- [Plain, Tls]],
    socketio_world:settled(Config).

%% @doc A WebSocket is closed with 1001, a poll ends; and no word that makes a library stay away.
-spec drained([term()]) -> ok.
drained(Config) ->
    Broker = ?config(broker, Config),
    Port = socketio_world:listen(Config, []),
    Waiting = [{Kind, waits(member(Port, Kind))} || Kind <- ?KINDS],
    {0, _} = socks_broker:upgrade(Broker, ["drain"]),
    [?assertEqual({Kind, told(Kind)}, {Kind, last(Kind, Member)}) || {Kind, Member} <- Waiting],
    socketio_world:settled(Config),
    listeners_world:refused(Port),
    {0, _} = socks_broker:upgrade(Broker, ["revive"]),
    [close(member(Port, Kind)) || Kind <- ?KINDS],
    socketio_world:unlisten(Config, Port).

%% In the room "lobby".
member(Target, Kind) ->
    Member = open(Target, Kind),
    ok = say(Member, "join lobby"),
    ok = settle(Member),
    Member.

%% Its poll is under way.
waits({'socket.io-0.6', #{transport := 'xhr-polling'} = C} = Member) -> ok = socks_socketio06:poll(C), Member;
waits({'socket.io-0.9', #{transport := 'xhr-polling'} = C} = Member) -> ok = socks_socketio09:poll(C), Member;
waits({_, #{transport := polling} = C} = Member) -> ok = socks_engine:poll(C), Member;
waits(Member) -> Member.

told({_, websocket}) -> {close, 1001};
told({'socket.io-0.6', _}) -> {status, 404};
told({'socket.io-0.9', _}) -> {status, 404};
told({_, polling}) -> {packets, [<<"1">>]}.

%% What comes last.
last({websocket, _}, {_, Ws}) -> of_websocket(Ws);
last({'rabbit-socks.json', _}, {_, Ws}) -> of_websocket(Ws);
last({_, websocket}, {_, #{down := Ws}}) -> of_websocket(Ws);
last({Kind, 'xhr-polling'}, {Kind, #{down := Down}}) -> of_poll(socks_client:response(Down, 30_000));
last({Kind, polling}, {Kind, C}) -> of_poll(socks_engine:poll_answer(C)).

of_websocket(Ws) ->
    case socks_ws:recv(Ws, 30_000) of
        {close, Code, _} -> {close, Code};
        closed -> lost;
        {error, Reason} when Reason =/= timeout -> lost;
        Other -> Other
    end.

of_poll({200, _, Packets}) -> {packets, Packets};
of_poll({Status, _, _}) -> {status, Status};
of_poll({error, Reason}) when Reason =/= timeout -> lost.
