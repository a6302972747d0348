%% SPDX-License-Identifier: MPL-2.0
%% @doc A WebSocket client of every draft for suites, on socks_client. It sends whatever frame it is told, right or wrong.
%%
%%     Ws = socks_ws:open(Port, "/websocket/echo"),               % RFC 6455
%%     Ws = socks_ws:open(Port, "/websocket/echo", #{draft => 'hixie-76', origin => "http://a", protocols => ["stomp"]}),
%%     ok = socks_ws:send(Ws, {utf8, <<"hello">>}),
%%     {utf8, <<"hello">>} = socks_ws:recv(Ws),
%%     ok = socks_ws:send_frame(Ws, #{opcode => 9, payload => <<"p">>, fin => false}),    % a broken frame
%%     {close, 1002, _} = socks_ws:recv(Ws),
%%     closed = socks_ws:recv(Ws).
%%
%% `handshake/3' gives the server's answer whatever it is; `open/3' insists on a good one and checks the computed proof.
-module(socks_ws).

-export([open/2, open/3, handshake/3, connection/1, headers/1, close/1, close/3]).
-export([send/2, send_frame/2, frame/1, recv/1, recv/2, recv_frame/1, recv_frame/2]).

-export_type([ws/0, draft/0, message/0]).

-type draft() :: 'hixie-75' | 'hixie-76' | 'hybi-7' | 'hybi-8' | rfc6455.
-type ws() :: #{connection := socks_client:connection(), draft := draft(), headers := [socks_client:header()]}.
-type message() :: {utf8 | binary | ping | pong, binary()} | {close, 1000..4999 | 1005, binary()} | closed | {error, term()}.
-type options() :: #{
    draft => draft(),
    headers => [{iodata(), iodata()}],
    origin => iodata(),
    protocols => [iodata()],
    connection => socks_client:connection()
}.

-define(GUID, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").
-define(TIMEOUT, 5_000).

-spec open(socks_client:target(), iodata()) -> ws().
open(Target, Path) ->
    open(Target, Path, #{}).

-spec open(socks_client:target(), iodata(), options()) -> ws().
open(Target, Path, Options) ->
    {ok, Ws} = handshake(Target, Path, Options),
    Ws.

%% @doc Connects and shakes hands: a session, or the answer that refused it (and an open connection).
-spec handshake(socks_client:target(), iodata(), options()) ->
    {ok, ws()} | {refused, pos_integer(), [socks_client:header()], binary()} | {error, term()}.
handshake(Target, Path, Options) ->
    C = case Options of #{connection := Given} -> Given; _ -> socks_client:connect(Target) end,
    Draft = maps:get(draft, Options, rfc6455),
    {Headers, Body, Proof} = client_part(Draft, Options),
    ok = socks_client:send(C, ["GET ", Path, " HTTP/1.1\r\n", [[N, ": ", V, "\r\n"] || {N, V} <- Headers], "\r\n", Body]),
    case socks_client:head(C) of
        {101, Answer, _} -> prove(#{connection => C, draft => Draft, headers => Answer}, Proof);
        {Status, Answer, _} -> refusal(C, Status, Answer);
        Error -> Error
    end.

refusal(C, Status, Headers) ->
    case socks_client:header(<<"content-length">>, Headers) of
        undefined ->
            {refused, Status, Headers, <<>>};
        Length ->
            {ok, Body} = socks_client:recv_exactly(C, binary_to_integer(Length)),
            {refused, Status, Headers, Body}
    end.

client_part(Draft, Options) ->
    Host = [{"Host", "localhost"}],
    Origin = maps:get(origin, Options, none),
    Protocols = [iolist_to_binary(P) || P <- maps:get(protocols, Options, [])],
    Extra = maps:get(headers, Options, []),
    case Draft of
        'hixie-75' ->
            {upgrade("WebSocket") ++ Host ++ hixie_origin(Origin) ++ hixie_protocol("WebSocket-Protocol", Protocols) ++ Extra, "", none};
        'hixie-76' ->
            {Key1, N1} = hixie_key(),
            {Key2, N2} = hixie_key(),
            Key3 = crypto:strong_rand_bytes(8),
            Keys = [{"Sec-WebSocket-Key1", Key1}, {"Sec-WebSocket-Key2", Key2}],
            {upgrade("WebSocket") ++ Host ++ hixie_origin(Origin) ++ hixie_protocol("Sec-WebSocket-Protocol", Protocols) ++ Keys ++ Extra,
                Key3, {body, crypto:hash(md5, <<N1:32, N2:32, Key3/binary>>)}};
        _ ->
            Key = base64:encode(crypto:strong_rand_bytes(16)),
            {upgrade("websocket") ++ Host ++ [{"Sec-WebSocket-Key", Key}, {"Sec-WebSocket-Version", version(Draft)}] ++
                [{origin_name(Draft), Origin} || Origin =/= none] ++
                [{"Sec-WebSocket-Protocol", lists:join(", ", Protocols)} || Protocols =/= []] ++ Extra,
                "", {header, base64:encode(crypto:hash(sha, [Key, ?GUID]))}}
    end.

upgrade(Token) -> [{"Upgrade", Token}, {"Connection", "Upgrade"}].

version('hybi-7') -> "7";
version('hybi-8') -> "8";
version(rfc6455) -> "13".

origin_name(rfc6455) -> "Origin";
origin_name(_) -> "Sec-WebSocket-Origin".

%% The hixie drafts require an origin; it is answered in Sec-WebSocket-Origin.
hixie_origin(none) -> [{"Origin", "http://localhost"}];
hixie_origin(Origin) -> [{"Origin", Origin}].

hixie_protocol(_, []) -> [];
hixie_protocol(Name, Protocols) -> [{Name, lists:join(" ", Protocols)}].

%% Draft 76, 4.1: a number, times its spaces, with spaces and other characters strewn in.
hixie_key() ->
    Spaces = rand:uniform(12),
    Number = rand:uniform(16#FFFFFFFF div Spaces),
    Digits = integer_to_list(Number * Spaces),
    Strewn = lists:foldl(fun strew/2, Digits, lists:duplicate(1 + rand:uniform(6), $x)),
    {lists:foldl(fun strew/2, Strewn, lists:duplicate(Spaces, $\s)), Number}.

%% Spaces come after the others, so never at an end, where a header's value is trimmed.
strew(Char, Text) ->
    {Left, Right} = lists:split(rand:uniform(max(1, length(Text) - 1)), Text),
    Left ++ [Char | Right].

%% What every client looks at first, and then the draft's own proof.
prove(Ws = #{headers := Headers, draft := Draft}, Proof) ->
    Upgrade = case Draft of
        _ when Draft =:= 'hixie-75'; Draft =:= 'hixie-76' -> <<"WebSocket">>;
        _ -> <<"websocket">>
    end,
    case {socks_client:header(<<"upgrade">>, Headers), socks_client:header(<<"connection">>, Headers)} of
        {Upgrade, <<"Upgrade">>} -> proof(Ws, Proof);
        Other -> {error, {no_upgrade, Other}}
    end.

proof(Ws, none) ->
    {ok, Ws};
proof(Ws = #{connection := C}, {body, Expected}) ->
    case socks_client:recv_exactly(C, 16) of
        {ok, Expected} -> {ok, Ws};
        Other -> {error, {bad_proof, Other}}
    end;
proof(Ws = #{headers := Headers}, {header, Expected}) ->
    case socks_client:header(<<"sec-websocket-accept">>, Headers) of
        Expected -> {ok, Ws};
        Other -> {error, {bad_proof, Other}}
    end.

-spec connection(ws()) -> socks_client:connection().
connection(#{connection := C}) -> C.

%% @doc The headers of the server's 101.
-spec headers(ws()) -> [socks_client:header()].
headers(#{headers := Headers}) -> Headers.

%% @doc Ends the TCP connection without a close handshake.
-spec close(ws()) -> ok.
close(#{connection := C}) ->
    socks_client:close(C).

%% @doc The whole close handshake: the server's answer.
-spec close(ws(), 1000..4999, binary()) -> message().
close(Ws, Code, Reason) ->
    ok = send(Ws, {close, Code, Reason}),
    Answer = recv(Ws),
    close(Ws),
    Answer.

-spec send(ws(), message()) -> ok | {error, term()}.
send(Ws, {utf8, Text}) -> send_frame(Ws, #{opcode => 1, payload => Text});
send(Ws, {binary, Data}) -> send_frame(Ws, #{opcode => 2, payload => Data});
send(Ws, {close, 1005, _}) -> send_frame(Ws, #{opcode => 8});
send(Ws, {close, Code, Reason}) -> send_frame(Ws, #{opcode => 8, payload => <<Code:16, Reason/binary>>});
send(Ws, {ping, Data}) -> send_frame(Ws, #{opcode => 9, payload => Data});
send(Ws, {pong, Data}) -> send_frame(Ws, #{opcode => 10, payload => Data}).

%% @doc Sends one frame; see frame/1. In a hixie draft text is all there is, and opcode 8 is its closing frame.
-spec send_frame(ws(), map()) -> ok | {error, term()}.
send_frame(#{connection := C, draft := Draft}, Frame) when Draft =:= 'hixie-75'; Draft =:= 'hixie-76' ->
    case Frame of
        #{opcode := 1, payload := Text} -> socks_client:send(C, [0, Text, 255]);
        #{opcode := 8} -> socks_client:send(C, [255, 0])
    end;
send_frame(#{connection := C}, Frame) ->
    socks_client:send(C, frame(Frame)).

%% @doc The bytes of a client's frame: `#{opcode, payload, fin, rsv, mask, length}'. mask is four bytes or `none' (a fault of
%% the client's); length may lie or use more bytes than it needs: `{7 | 16 | 64, N}'.
-spec frame(map()) -> binary().
frame(Frame = #{opcode := Opcode}) ->
    Payload = iolist_to_binary(maps:get(payload, Frame, <<>>)),
    Fin = case maps:get(fin, Frame, true) of true -> 1; false -> 0 end,
    Rsv = maps:get(rsv, Frame, 0),
    Length = length_bits(maps:get(length, Frame, byte_size(Payload))),
    case maps:get(mask, Frame, crypto:strong_rand_bytes(4)) of
        none -> <<Fin:1, Rsv:3, Opcode:4, 0:1, Length/bitstring, Payload/binary>>;
        Mask -> <<Fin:1, Rsv:3, Opcode:4, 1:1, Length/bitstring, Mask/binary, (mask(Payload, Mask))/binary>>
    end.

length_bits({7, N}) -> <<N:7>>;
length_bits({16, N}) -> <<126:7, N:16>>;
length_bits({64, N}) -> <<127:7, N:64>>;
length_bits(N) when N < 126 -> length_bits({7, N});
length_bits(N) when N < 65_536 -> length_bits({16, N});
length_bits(N) -> length_bits({64, N}).

mask(Payload, Mask) ->
    Size = byte_size(Payload),
    crypto:exor(Payload, binary:part(binary:copy(Mask, Size div 4 + 1), 0, Size)).

%% @doc The next message, whole, or control frame. The server must not mask, nor break the rules for fragments.
-spec recv(ws()) -> message().
recv(Ws) ->
    recv(Ws, ?TIMEOUT).

-spec recv(ws(), timeout()) -> message().
recv(Ws, Timeout) ->
    case recv_frame(Ws, Timeout) of
        #{opcode := 1, fin := true, payload := Text} -> {utf8, Text};
        #{opcode := 2, fin := true, payload := Data} -> {binary, Data};
        #{opcode := 1, fin := false, payload := Text} -> rest(Ws, Timeout, utf8, [Text]);
        #{opcode := 2, fin := false, payload := Data} -> rest(Ws, Timeout, binary, [Data]);
        #{opcode := 8, payload := <<Code:16, Reason/binary>>} -> {close, Code, Reason};
        #{opcode := 8, payload := <<>>} -> {close, 1005, <<>>};
        #{opcode := 9, payload := Data} -> {ping, Data};
        #{opcode := 10, payload := Data} -> {pong, Data};
        {error, closed} -> closed;
        {error, econnreset} -> closed;
        {error, Reason} -> {error, Reason}
    end.

rest(Ws, Timeout, Type, Pieces) ->
    case recv_frame(Ws, Timeout) of
        #{opcode := 0, fin := true, payload := Last} -> {Type, iolist_to_binary(lists:reverse([Last | Pieces]))};
        #{opcode := 0, fin := false, payload := More} -> rest(Ws, Timeout, Type, [More | Pieces]);
        Other -> {error, {not_a_continuation, Other}}
    end.

-spec recv_frame(ws()) -> map() | {error, term()}.
recv_frame(Ws) ->
    recv_frame(Ws, ?TIMEOUT).

%% @doc One frame as it came: `#{opcode, fin, rsv, payload}'; hixie's are given the opcodes 1 and 8.
-spec recv_frame(ws(), timeout()) -> map() | {error, term()}.
recv_frame(#{connection := C, draft := Draft}, Timeout) when Draft =:= 'hixie-75'; Draft =:= 'hixie-76' ->
    case socks_client:recv_exactly(C, 1, Timeout) of
        {ok, <<0>>} -> hixie_text(socks_client:recv_until(C, <<255>>, Timeout));
        {ok, <<255>>} -> hixie_close(socks_client:recv_exactly(C, 1, Timeout));
        {ok, Other} -> {error, {not_a_frame, Other}};
        Error -> Error
    end;
recv_frame(#{connection := C}, Timeout) ->
    case socks_client:recv_exactly(C, 2, Timeout) of
        {ok, <<_:8, 1:1, _:7>>} -> {error, masked_by_server};
        {ok, <<Fin:1, Rsv:3, Opcode:4, 0:1, Length:7>>} ->
            payload(#{opcode => Opcode, fin => Fin =:= 1, rsv => Rsv}, C, extended(C, Length, Timeout), Timeout);
        Error -> Error
    end.

hixie_text({ok, Bytes}) -> #{opcode => 1, fin => true, rsv => 0, payload => binary:part(Bytes, 0, byte_size(Bytes) - 1)};
hixie_text(Error) -> Error.

hixie_close({ok, <<0>>}) -> #{opcode => 8, fin => true, rsv => 0, payload => <<>>};
hixie_close(Other) -> {error, {not_a_frame, Other}}.

extended(C, 126, Timeout) -> socks_client:recv_exactly(C, 2, Timeout);
extended(C, 127, Timeout) -> socks_client:recv_exactly(C, 8, Timeout);
extended(_, Length, _) -> {ok, <<Length>>}.

payload(Frame, C, {ok, Length}, Timeout) ->
    case socks_client:recv_exactly(C, binary:decode_unsigned(Length), Timeout) of
        {ok, Payload} -> Frame#{payload => Payload};
        Error -> Error
    end;
payload(_, _, Error, _) ->
    Error.
