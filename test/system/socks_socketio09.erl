%% SPDX-License-Identifier: MPL-2.0
%% @doc A raw client of Socket.IO 0.7 to 0.9 for suites, by WebSocket and xhr-polling.
%%
%%     C = socks_socketio09:open(Port, 'xhr-polling', "/socket.io"),
%%     ok = socks_socketio09:send(C, [<<"3:::hello">>]),
%%     [<<"3:::hello">>] = socks_socketio09:recv(C, 1),
%%     ok = socks_socketio09:close(C).
%%
%% What comes is read by the process that opened it: heartbeats are answered meanwhile and not shown, nor are noops.
-module(socks_socketio09).

-export([open/3, sid/1, send/2, recv/2, poll/1, close/1, encode/1, decode/1]).
-export_type([client/0]).

-type client() :: #{
    transport := websocket | 'xhr-polling', base := iodata(), sid := binary(),
    down := socks_client:connection() | socks_ws:ws(), up := socks_client:connection() | none
}.

-define(MARK, <<16#FFFD/utf8>>).
-define(WAITING(C), {?MODULE, maps:get(sid, C)}).
-define(TIMEOUT, 30_000).

-spec open(socks_client:target(), websocket | 'xhr-polling', iodata()) -> client().
open(Target, Transport, Base) ->
    Up = socks_client:connect(Target),
    {200, _, Handshake} = socks_client:get(Up, [Base, "/1/?t=1"]),
    [Sid, _, _, _] = binary:split(Handshake, <<":">>, [global]),
    C = opened(Target, #{transport => Transport, base => Base, sid => Sid, down => none, up => Up}),
    _ = put(?WAITING(C), []),
    [<<"1::">>] = recv(C, 1),
    C.

opened(Target, #{transport := websocket, up := Up} = C) ->
    ok = socks_client:close(Up),
    C#{down := socks_ws:open(Target, url(C)), up := none};
opened(Target, C) ->
    C#{down := socks_client:connect(Target)}.

url(#{base := Base, transport := Transport, sid := Sid}) -> [Base, "/1/", atom_to_list(Transport), $/, Sid].

-spec sid(client()) -> binary().
sid(#{sid := Sid}) -> Sid.

%% @doc One payload, or a message each.
-spec send(client(), [binary()]) -> ok.
send(#{transport := websocket, down := Ws}, Packets) ->
    lists:foreach(fun(Packet) -> ok = socks_ws:send(Ws, {utf8, Packet}) end, Packets);
send(#{up := Up} = C, Packets) ->
    {200, _, <<"1">>} = socks_client:request(Up, "POST", url(C), [{"Content-Type", "text/plain;charset=UTF-8"}], encode(Packets)),
    ok.

%% @doc The next so many packets; polls as often as it has to.
-spec recv(client(), non_neg_integer()) -> [binary() | closed].
recv(C, Count) ->
    recv(C, Count, get(?WAITING(C))).

recv(C, Count, Waiting) when length(Waiting) >= Count ->
    {Wanted, More} = lists:split(Count, Waiting),
    _ = put(?WAITING(C), More),
    Wanted;
recv(C, Count, Waiting) ->
    recv(C, Count, Waiting ++ [Packet || Packet <- next(C), is_news(C, Packet)]).

is_news(C, <<"2::">>) -> ok = send(C, [<<"2::">>]), false;
is_news(_, <<"8::">>) -> false;
is_news(_, _) -> true.

next(#{transport := websocket, down := Ws}) ->
    case socks_ws:recv(Ws, ?TIMEOUT) of
        {utf8, Packet} -> [Packet];
        {close, _, _} -> [closed];
        closed -> [closed]
    end;
next(#{down := Down} = C) ->
    ok = poll(C),
    {200, _, Payload} = socks_client:response(Down, ?TIMEOUT),
    decode(Payload).

%% @doc Asks without waiting for the answer.
-spec poll(client()) -> ok.
poll(#{down := Down} = C) ->
    socks_client:send_request(Down, "GET", url(C), [], "").

%% @doc Without a word.
-spec close(client()) -> ok.
close(#{down := Down, up := Up} = C) ->
    _ = erase(?WAITING(C)),
    case Up of
        none -> socks_ws:close(Down);
        _ -> ok = socks_client:close(Up), socks_client:close(Down)
    end.

%% @doc One packet is bare; several are framed with their length in UTF-16 units.
-spec encode([binary()]) -> iodata().
encode([Packet]) -> Packet;
encode(Packets) -> [[?MARK, integer_to_binary(length(utf16(Packet)) div 2), ?MARK, Packet] || Packet <- Packets].

utf16(Text) -> binary_to_list(unicode:characters_to_binary(Text, utf8, utf16)).

-spec decode(binary()) -> [binary()].
decode(<<16#FFFD/utf8, _/binary>> = Payload) -> framed(Payload);
decode(Packet) -> [Packet].

framed(<<>>) ->
    [];
framed(<<16#FFFD/utf8, Rest/binary>>) ->
    [Units, Text] = binary:split(Rest, ?MARK),
    Wide = unicode:characters_to_binary(Text, utf8, utf16),
    Size = 2 * binary_to_integer(Units),
    <<Packet:Size/binary, More/binary>> = Wide,
    [unicode:characters_to_binary(Packet, utf16, utf8) | framed(unicode:characters_to_binary(More, utf16, utf8))].
