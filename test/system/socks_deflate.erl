%% SPDX-License-Identifier: MPL-2.0
%% @doc A client of permessage-deflate (RFC 7692) for suites, on socks_ws and the zlib of OTP. It does what the server's answer
%% says, to the letter: its window and its context, and it insists that the server does, too.
%%
%%     D = socks_deflate:open(Port, "/websocket/echo", "permessage-deflate; client_max_window_bits"),
%%     ok = socks_deflate:send(D, {utf8, <<"hello">>}),
%%     {deflated, {utf8, <<"hello">>}} = socks_deflate:recv(D).
-module(socks_deflate).

-export([open/3, open/4, answer/1, ws/1, terms/1, send/2, recv/1, close/1, compress/1, compress/2, frame/1]).
-export_type([deflate/0]).

-type deflate() :: #{ws := socks_ws:ws(), terms := #{atom() => 8..15 | true}, out := zlib:zstream(), in := zlib:zstream()}.

-spec open(socks_client:target(), iodata(), iodata()) -> deflate().
open(Target, Path, Offer) -> open(Target, Path, Offer, #{}).

-spec open(socks_client:target(), iodata(), iodata(), map()) -> deflate().
open(Target, Path, Offer, Options) ->
    Ws = socks_ws:open(Target, Path, Options#{headers => [{"Sec-WebSocket-Extensions", Offer}]}),
    Terms = terms(answer(Ws)),
    Out = zlib:open(),
    %% Raw deflate of zlib has no window of 256 bytes; the stored blocks of level 0 refer to nothing.
    Bits = maps:get(client_max_window_bits, Terms, 15),
    ok = zlib:deflateInit(Out, case Bits of 8 -> none; _ -> default end, deflated, -max(Bits, 9), 8, default),
    In = zlib:open(),
    ok = zlib:inflateInit(In, -maps:get(server_max_window_bits, Terms, 15)),
    #{ws => Ws, terms => Terms, out => Out, in => In}.

%% @doc The server's Sec-WebSocket-Extensions.
-spec answer(socks_ws:ws()) -> binary() | undefined.
answer(Ws) -> socks_client:header(<<"sec-websocket-extensions">>, socks_ws:headers(Ws)).

-spec ws(deflate()) -> socks_ws:ws().
ws(#{ws := Ws}) -> Ws.

%% @doc What a server's answer says. Its grammar is stricter than an offer's: nothing unknown, nothing twice.
-spec terms(binary() | deflate()) -> #{atom() => 8..15 | true}.
terms(#{terms := Terms}) ->
    Terms;
terms(Answer) ->
    [<<"permessage-deflate">> | Parameters] = [string:trim(P) || P <- binary:split(Answer, <<";">>, [global])],
    Terms = [case binary:split(P, <<"=">>) of
                 [<<"server_no_context_takeover">>] -> {server_no_context_takeover, true};
                 [<<"client_no_context_takeover">>] -> {client_no_context_takeover, true};
                 [<<"server_max_window_bits">>, N] -> {server_max_window_bits, bits(binary_to_integer(N))};
                 [<<"client_max_window_bits">>, N] -> {client_max_window_bits, bits(binary_to_integer(N))}
             end || P <- Parameters],
    true = length(Terms) =:= maps:size(maps:from_list(Terms)),
    maps:from_list(Terms).

bits(N) when N >= 8, N =< 15 -> N.

%% @doc Sends a compressed message, in fragments if it is a list of sizes that says so: `{utf8, Data, [Size]}'.
-spec send(deflate(), {utf8 | binary, binary()} | {utf8 | binary, binary(), [pos_integer()]}) -> ok | {error, term()}.
send(D, {Type, Data}) -> send(D, {Type, Data, []});
send(#{ws := Ws, terms := Terms, out := Out}, {Type, Data, Sizes}) ->
    Compressed = compress(Out, Data),
    case Terms of
        #{client_no_context_takeover := true} -> ok = zlib:deflateReset(Out);
        _ -> ok
    end,
    Opcode = case Type of utf8 -> 1; binary -> 2 end,
    socks_client:send(socks_ws:connection(Ws), fragments(Opcode, 4, Compressed, Sizes)).

fragments(Opcode, Rsv, Data, [Size | Sizes]) when Size < byte_size(Data) ->
    <<Piece:Size/binary, Rest/binary>> = Data,
    [socks_ws:frame(#{opcode => Opcode, rsv => Rsv, fin => false, payload => Piece}) | fragments(0, 0, Rest, Sizes)];
fragments(Opcode, Rsv, Data, _) ->
    [socks_ws:frame(#{opcode => Opcode, rsv => Rsv, payload => Data})].

%% @doc A message, and whether it came compressed; the server sends each in one frame.
-spec recv(deflate()) -> {plain | deflated, socks_ws:message()} | {error, term()}.
recv(#{ws := Ws, terms := Terms, in := In}) ->
    case socks_ws:recv_frame(Ws, 20_000) of
        #{opcode := Opcode, fin := true, rsv := Rsv, payload := Payload} ->
            message(Opcode, Rsv, Payload, Terms, In);
        Other ->
            {error, Other}
    end.

message(8, 0, <<Code:16, Reason/binary>>, _, _) -> {plain, {close, Code, Reason}};
message(9, 0, Data, _, _) -> {plain, {ping, Data}};
message(10, 0, Data, _, _) -> {plain, {pong, Data}};
message(Opcode, 0, Data, _, _) when Opcode =:= 1; Opcode =:= 2 -> {plain, {type(Opcode), Data}};
message(Opcode, 4, Data, Terms, In) when Opcode =:= 1; Opcode =:= 2 ->
    Inflated = iolist_to_binary(zlib:inflate(In, [Data, <<0, 0, 255, 255>>])),
    case Terms of
        #{server_no_context_takeover := true} -> ok = zlib:inflateReset(In);
        _ -> ok
    end,
    {deflated, {type(Opcode), Inflated}}.

type(1) -> utf8;
type(2) -> binary.

-spec close(deflate()) -> ok.
close(#{ws := Ws, out := Out, in := In}) ->
    ok = zlib:close(Out),
    ok = zlib:close(In),
    socks_ws:close(Ws).

%% @doc One message by itself.
-spec compress(iodata()) -> binary().
compress(Data) ->
    Out = zlib:open(),
    ok = zlib:deflateInit(Out, default, deflated, -15, 8, default),
    Compressed = compress(Out, Data),
    ok = zlib:close(Out),
    Compressed.

%% @doc The next message of a stream: flushed, without its tail (7.2.1). The empty one is a byte, whatever zlib has to flush.
-spec compress(zlib:zstream(), iodata()) -> binary().
compress(Out, Data) ->
    case iolist_size(Data) of
        0 -> <<0>>;
        _ ->
            Flushed = iolist_to_binary(zlib:deflate(Out, Data, sync)),
            Size = byte_size(Flushed) - 4,
            <<Compressed:Size/binary, 0, 0, 255, 255>> = Flushed,
            Compressed
    end.

%% @doc The frame of a compressed message: text, or what the map says.
-spec frame(map()) -> binary().
frame(Frame) -> socks_ws:frame(maps:merge(#{opcode => 1, rsv => 4}, Frame)).
