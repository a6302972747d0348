%% SPDX-License-Identifier: MPL-2.0
%% @doc Runs one script of conformance_cases against an echo endpoint and says what went wrong, strictly: nothing may be sent that was not expected.
-module(conformance_client).

-export([run/3]).

-define(TIMEOUT, 20000).

-spec run(inet:port_number(), string(), [conformance_cases:step()]) -> ok | {failed, term()}.
run(Port, Path, Steps) ->
    {ok, Socket} = gen_tcp:connect("127.0.0.1", Port, [binary, {active, false}, {nodelay, true}, {buffer, 262144}]),
    try
        Rest = handshake(Socket, Path),
        steps(Steps, Socket, Rest)
    catch
        throw:Failure -> {failed, Failure}
    after
        gen_tcp:close(Socket)
    end.

handshake(Socket, Path) ->
    ok = gen_tcp:send(Socket, ["GET ", Path, " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                               "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"]),
    head(Socket, <<>>).

head(Socket, Read) ->
    case binary:split(Read, <<"\r\n\r\n">>) of
        [<<"HTTP/1.1 101", _/binary>>, Rest] -> Rest;
        [Head, _] -> throw({refused, Head});
        [_] -> head(Socket, <<Read/binary, (recv(Socket))/binary>>)
    end.

steps([{close, Code}], Socket, Read) ->
    write(Socket, [frame({1, 0, 8, <<Code:16>>})]),
    ended([Code], Socket, Read);
steps([{closes, Codes}], Socket, Read) ->
    ended(Codes, Socket, Read);
steps([{fails, Codes}], Socket, Read) ->
    ended(Codes, Socket, Read);
steps([{send, Frames} | Steps], Socket, Read) ->
    write(Socket, [frame(F) || F <- Frames]),
    steps(Steps, Socket, Read);
steps([{chop, Octets, Frames} | Steps], Socket, Read) ->
    chop(Socket, Octets, iolist_to_binary([frame(F) || F <- Frames])),
    steps(Steps, Socket, Read);
steps([{start, Payload, Octets} | Steps], Socket, Read) ->
    Whole = iolist_to_binary(frame({1, 0, 1, Payload})),
    Head = byte_size(Whole) - byte_size(Payload) + Octets,
    write(Socket, binary:part(Whole, 0, Head)),
    steps(Steps, Socket, Read);
steps([{expect, []} | Steps], Socket, Read) ->
    steps(Steps, Socket, Read);
steps([{expect, [Message | Messages]} | Steps], Socket, Read) ->
    case frame_from(Socket, Read) of
        {Message, Rest} -> steps([{expect, Messages} | Steps], Socket, Rest);
        {Other, _} -> throw({expected, brief(Message), got, brief(Other)})
    end.

%% The next thing is a close frame with one of the codes, and then the end, which the server makes.
ended(Codes, Socket, Read) ->
    case frame_from(Socket, Read) of
        {{close, Code}, Rest} ->
            lists:member(Code, Codes) orelse throw({expected, Codes, got, Code}),
            Rest =:= <<>> orelse throw({after_close, Rest}),
            case gen_tcp:recv(Socket, 0, ?TIMEOUT) of
                {error, closed} -> ok;
                Other -> throw({expected, closed, got, Other})
            end;
        {Other, _} -> throw({expected, {close, Codes}, got, brief(Other)})
    end.

frame_from(Socket, <<1:1, 0:3, Opcode:4, 0:1, Length:7, Rest/binary>> = Read) ->
    Sized = case {Length, Rest} of
                {127, <<N:64, R/binary>>} -> {N, R};
                {126, <<N:16, R/binary>>} -> {N, R};
                {N, R} when N < 126 -> {N, R};
                _ -> more
            end,
    case Sized of
        {Size, Payload} when byte_size(Payload) >= Size ->
            <<Data:Size/binary, Left/binary>> = Payload,
            {message(Opcode, Data), Left};
        {Size, Payload} ->
            %% One receive for the whole of a large message: appending would copy it again and again.
            Missing = Size - byte_size(Payload),
            {ok, More} = gen_tcp:recv(Socket, Missing, ?TIMEOUT),
            {message(Opcode, <<Payload/binary, More/binary>>), <<>>};
        more ->
            frame_from(Socket, <<Read/binary, (recv(Socket))/binary>>)
    end;
frame_from(_Socket, <<_, _, _/binary>> = Read) ->
    throw({malformed, binary:part(Read, 0, 2)});
frame_from(Socket, Read) ->
    frame_from(Socket, <<Read/binary, (recv(Socket))/binary>>).

message(1, Data) -> {text, Data};
message(2, Data) -> {binary, Data};
message(8, <<>>) -> {close, none};
message(8, <<Code:16, _/binary>>) -> {close, Code};
message(9, Data) -> {ping, Data};
message(10, Data) -> {pong, Data};
message(Opcode, _) -> throw({opcode, Opcode}).

recv(Socket) ->
    case gen_tcp:recv(Socket, 0, ?TIMEOUT) of
        {ok, Data} -> Data;
        {error, Reason} -> throw({recv, Reason})
    end.

%% A server that has failed the connection may be gone before everything is written: what it said is what counts.
write(Socket, Bytes) ->
    case gen_tcp:send(Socket, Bytes) of
        ok -> ok;
        {error, _} -> ok
    end.

chop(_Socket, _Octets, <<>>) -> ok;
chop(Socket, Octets, Bytes) when byte_size(Bytes) =< Octets -> write(Socket, Bytes);
chop(Socket, Octets, Bytes) ->
    <<Piece:Octets/binary, Rest/binary>> = Bytes,
    write(Socket, Piece),
    chop(Socket, Octets, Rest).

frame({Fin, Rsv, Opcode, Payload}) ->
    Key = <<16#37, 16#FA, 16#21, 16#3D>>,
    Size = byte_size(Payload),
    Length = if Size < 126 -> <<1:1, Size:7>>;
                Size < 65536 -> <<1:1, 126:7, Size:16>>;
                true -> <<1:1, 127:7, Size:64>>
             end,
    [<<Fin:1, Rsv:3, Opcode:4>>, Length, Key, mask(Payload, Key)].

mask(<<>>, _Key) -> <<>>;
mask(Payload, Key) ->
    Size = byte_size(Payload),
    crypto:exor(Payload, binary:part(binary:copy(Key, Size div 4 + 1), 0, Size)).

brief({Kind, Data}) when is_binary(Data), byte_size(Data) > 64 -> {Kind, byte_size(Data), binary:part(Data, 0, 32)};
brief(Other) -> Other.
