%% SPDX-License-Identifier: MPL-2.0
%% @doc Attacks after the handshake that need time, order or a callback module. The suite adds the standing check.
-module(attacks_frames).

-include_lib("stdlib/include/assert.hrl").

-export([byte_by_byte/1, interleaved/1, cut_frames/1, close_not_answered/1, half_close/1, reasons/1, empty_messages/1,
         hixie_key/1, hixie_split_close/1, hixie_empty_texts/1, hixie_off/1]).

-import(attacks_world, [port/2, listener/2, listener/3, unlisten/2, sessions/1, eventually/1]).

-define(ECHO, "/websocket/echo").
-define(MASK, 0, 0, 0, 0).
-define(WAIT, 20000).

-type world() :: attacks_world:world().

%% F13 one message of 1 MiB, the first 64 KiB of it in as many writes.
-spec byte_by_byte(world()) -> ok.
byte_by_byte(World) ->
    Ws = socks_ws:open(port(World, plain), ?ECHO),
    C = socks_ws:connection(Ws),
    Data = crypto:strong_rand_bytes(1048576),
    <<Slow:65536/binary, Rest/binary>> = Data,
    ok = socks_client:send(C, <<16#82, 16#FF, 1048576:64, ?MASK>>),
    lists:foreach(fun(Byte) -> ok = socks_client:send(C, <<Byte>>) end, binary_to_list(Slow)),
    Writer = attacks_client:writing(C, Rest),
    {binary, Data} = socks_ws:recv(Ws, ?WAIT),
    attacks_client:finish(Writer, C).

%% F21 a ping inside a message, cut at every place.
-spec interleaved(world()) -> ok.
interleaved(World) ->
    Bytes = <<1, 16#81, ?MASK, "a", 16#89, 16#80, ?MASK, 16#80, 16#81, ?MASK, "b">>,
    Ws = socks_ws:open(port(World, plain), ?ECHO),
    C = socks_ws:connection(Ws),
    [begin
        <<First:N/binary, Second/binary>> = Bytes,
        ok = socks_client:send(C, First),
        ok = socks_client:send(C, Second),
        {pong, <<>>} = socks_ws:recv(Ws),
        {utf8, <<"ab">>} = socks_ws:recv(Ws)
     end || N <- lists:seq(0, byte_size(Bytes))],
    socks_ws:close(Ws).

%% F24 the head of a frame that is cut after each of its bytes: by a FIN, and by a reset.
-spec cut_frames(world()) -> ok.
cut_frames(World) ->
    Head = <<16#82, 16#FF, 70000:64, 1, 2, 3, 4>>,
    [begin
        C = socks_ws:connection(socks_ws:open(port(World, plain), ?ECHO)),
        ok = socks_client:send(C, binary:part(Head, 0, N)),
        _ = socks_client:End(C),
        socks_client:close(C)
     end || N <- lists:seq(1, byte_size(Head)), End <- [shutdown, reset, close]],
    ok.

%% F17, L8 our close is never answered: a reset after `close_timeout', and the session is gone at once.
-spec close_not_answered(world()) -> ok.
close_not_answered(World) ->
    Port = listener(World, [{close_timeout, 500}]),
    Ws = socks_ws:open(Port, "/websocket/bye"),
    ok = socks_ws:send(Ws, {utf8, <<"enough">>}),
    {close, 4000, <<"enough">>} = socks_ws:recv(Ws),
    ok = eventually(fun() -> sessions(World) =:= 1 end),
    ?assertEqual({error, closed}, socks_client:recv(socks_ws:connection(Ws), ?WAIT)),
    socks_ws:close(Ws),
    unlisten(World, Port).

%% F17 the client ends its half without a close frame: the session ends.
-spec half_close(world()) -> ok.
half_close(World) ->
    Ws = socks_ws:open(port(World, plain), ?ECHO),
    C = socks_ws:connection(Ws),
    ok = socks_client:shutdown(C),
    ok = eventually(fun() -> sessions(World) =:= 1 end),
    ok = attacks_client:ended(C),
    socks_client:close(C).

%% F18 CVE-2026-45736: a reason is cut at 123 bytes between two characters; one that is no text is the module's crash.
-spec reasons(world()) -> ok.
reasons(World) ->
    Port = listener(World, []),
    Long = binary:copy(<<"ü"/utf8>>, 100),
    [begin
        Ws = socks_ws:open(Port, "/websocket/bye"),
        ok = socks_ws:send(Ws, {utf8, Reason}),
        ?assertEqual({close, 4000, Sent}, socks_ws:recv(Ws)),
        socks_ws:close(Ws)
     end || {Reason, Sent} <- [{<<>>, <<>>}, {Long, binary:part(Long, 0, 122)}]],
    NoText = socks_ws:open(Port, "/websocket/bye"),
    ok = socks_ws:send(NoText, {binary, <<16#C0, 16#AF>>}),
    {close, 1011, _} = socks_ws:recv(NoText),
    socks_ws:close(NoText),
    unlisten(World, Port).

%% F23 messages without a byte, as many as one likes: the module takes 50 a second, so the client is not read.
-spec empty_messages(world()) -> ok.
empty_messages(World) ->
    Port = listener(World, []),
    Ws = socks_ws:open(Port, "/websocket/slow"),
    C = socks_ws:connection(Ws),
    Writer = attacks_client:writing(C, fun() -> pour(C, binary:copy(<<16#81, 16#80, ?MASK>>, 10000), 1000) end),
    [begin
        {utf8, <<>>} = socks_ws:recv(Ws),
        ?assert(mailboxes(World) =< 64)
     end || _ <- lists:seq(1, 30)],
    attacks_client:finish(Writer, C),
    unlisten(World, Port).

pour(_, _, 0) -> ok;
pour(C, Bytes, N) ->
    case socks_client:send(C, Bytes) of
        ok -> pour(C, Bytes, N - 1);
        {error, _} -> ok
    end.

%% What waits in the fullest mailbox of a session: batches of messages.
mailboxes(World) ->
    Pids = [Pid || {_, Pid, _, _} <- attacks_world:rpc(World, supervisor, which_children, [rabbit_socks_session_sup]), is_pid(Pid)],
    lists:max([0 | [N || Pid <- Pids, {message_queue_len, N} <- [attacks_world:rpc(World, erlang, process_info, [Pid, message_queue_len])]]]).

%% X03 the eight bytes: never, some of them, one by one, with the first frame.
-spec hixie_key(world()) -> ok.
hixie_key(World) ->
    Head = "GET " ?ECHO " HTTP/1.1\r\nHost: localhost\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nOrigin: http://localhost\r\n"
           "Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\nSec-WebSocket-Key2: 12998 5 Y3 1  .P00\r\n\r\n",
    %% A part of the key can be told 408; without any the 101 has gone out, for the sake of proxies, and the connection ends.
    Some = socks_client:connect(port(World, short)),
    ok = socks_client:send(Some, [Head, "^n:"]),
    {ok, _} = attacks_client:answer(Some, [408]),
    ok = attacks_client:ended(Some),
    socks_client:close(Some),
    None = socks_client:connect(port(World, short)),
    ok = socks_client:send(None, Head),
    {101, _, _} = socks_client:head(None, ?WAIT),
    ok = attacks_client:ended(None),
    socks_client:close(None),
    [begin
        C = socks_client:connect(port(World, plain)),
        [ok = socks_client:send(C, Piece) || Piece <- [Head | Pieces]],
        {101, _, _} = socks_client:head(C),
        {ok, <<"8jKS'y:G*Co,Wxa-", 0, "hi", 255>>} = socks_client:recv_exactly(C, 20),
        socks_client:close(C)
     end || Pieces <- [[[B] || B <- "^n:ds[4U" ++ [0] ++ "hi" ++ [255]], [["^n:ds[4U", 0, "hi", 255]]]],
    ok.

%% X07 the two bytes of a close, apart.
-spec hixie_split_close(world()) -> ok.
hixie_split_close(World) ->
    Ws = socks_ws:open(port(World, plain), ?ECHO, #{draft => 'hixie-76'}),
    C = socks_ws:connection(Ws),
    ok = socks_client:send_slowly(C, <<0, "hi", 255, 255, 0>>, 1),
    {utf8, <<"hi">>} = socks_ws:recv(Ws),
    {close, 1005, <<>>} = socks_ws:recv(Ws),
    ok = attacks_client:ended(C),
    socks_ws:close(Ws).

%% X09 texts without a byte.
-spec hixie_empty_texts(world()) -> ok.
hixie_empty_texts(World) ->
    Ws = socks_ws:open(port(World, plain), ?ECHO, #{draft => 'hixie-76'}),
    C = socks_ws:connection(Ws),
    Bytes = binary:copy(<<0, 255>>, 100000),
    Writer = attacks_client:writing(C, Bytes),
    {ok, Bytes} = socks_client:recv_exactly(C, byte_size(Bytes), ?WAIT),
    attacks_client:finish(Writer, C).

%% X11 the drafts without masks can be switched off; what masks is served.
-spec hixie_off(world()) -> ok.
hixie_off(World) ->
    Port = listener(World, rabbit_socks_echo, [{hixie, false}]),
    [{400, _} = attacks_client:refusal(Port, ?ECHO, #{draft => Draft}) || Draft <- ['hixie-75', 'hixie-76']],
    [socks_ws:close(socks_ws:open(Port, ?ECHO, #{draft => Draft})) || Draft <- ['hybi-7', 'hybi-8', rfc6455]],
    unlisten(World, Port).
