%% SPDX-License-Identifier: MPL-2.0
%% @doc Attacks on permessage-deflate, rows D01 to D11. The suite adds the standing check.
-module(attacks_deflate).

-include_lib("stdlib/include/assert.hrl").

-export([bomb/1, ten_megabytes/1, flushed_parts/1, fragments/1, refused/1, members/1, offers/1, off/1, takeover/1, silent/1]).

-import(attacks_world, [port/2, listener/3, unlisten/2]).

-define(ECHO, "/websocket/echo").
-define(LIMIT, 1048576).    % max_message's default: L4
-define(EXTENSION, "permessage-deflate; client_max_window_bits").

-type world() :: attacks_world:world().

%% D01 256 MiB of zeros in 255 KiB.
-spec bomb(world()) -> ok.
bomb(World) -> explode(World, 256, 261000).

%% D01 10 MiB in 10 KiB.
-spec ten_megabytes(world()) -> ok.
ten_megabytes(World) -> explode(World, 10, 10200).

%% What the edge held at most, at any moment, is the limit and 64 KiB.
explode(World, MiB, Most) ->
    Bomb = zeros(MiB),
    ?assert(byte_size(Bomb) =< Most, byte_size(Bomb)),
    Edge = attacks_world:edge(World),
    [begin
         Port = listener(World, rabbit_socks_echo, [{compression, Mode}]),
         %% The same, small: what the edge takes once and for all is there.
         warm(Port),
         Before = socks_os:rss(Edge),
         ok = socks_os:reset_peak(Edge),
         ?assertEqual(1009, fails(Port, socks_deflate:frame(#{opcode => 2, payload => Bomb}))),
         Grown = socks_os:peak(Edge) - Before,
         ct:log("~p: ~b KiB at the peak above ~b KiB", [Mode, Grown div 1024, Before div 1024]),
         attacks_world:sanitized(World) orelse ?assert(Grown =< ?LIMIT + 65536, {Mode, Grown}),
         unlisten(World, Port)
     end || Mode <- [shared, dedicated]],
    ok.

warm(Port) ->
    D = socks_deflate:open(Port, ?ECHO, ?EXTENSION),
    Ws = socks_deflate:ws(D),
    %% In many reads, as the bomb comes.
    ok = socks_ws:send(Ws, {binary, crypto:strong_rand_bytes(300000)}),
    {_, {binary, _}} = socks_deflate:recv(D),
    Text = binary:copy(<<"a">>, 2000),
    ok = socks_deflate:send(D, {utf8, Text}),
    {deflated, {utf8, Text}} = socks_deflate:recv(D),
    socks_deflate:close(D).

zeros(MiB) ->
    Out = zlib:open(),
    ok = zlib:deflateInit(Out, 9, deflated, -15, 9, default),
    Zeros = <<0:8388608>>,
    Parts = [zlib:deflate(Out, Zeros) || _ <- lists:seq(1, MiB)],
    Whole = iolist_to_binary([Parts, zlib:deflate(Out, [], sync)]),
    ok = zlib:close(Out),
    binary:part(Whole, 0, byte_size(Whole) - 4).

%% The code of the close frame that answers these bytes, and then the end.
fails(Port, Bytes) ->
    Ws = open(Port, ?EXTENSION),
    C = socks_ws:connection(Ws),
    Writer = attacks_client:writing(C, Bytes),
    try
        {close, Code, _} = socks_ws:recv(Ws),
        ok = attacks_client:ended(C),
        Code
    after
        attacks_client:finish(Writer, C)
    end.

open(Port, Offer) ->
    socks_ws:open(Port, ?ECHO, #{headers => [{"Sec-WebSocket-Extensions", Offer}]}).

%% D02 three flushed parts of 50 bytes with a limit of 100, a segment each: Cowboy's ws_deflate_max_frame_size_chunked_close.
-spec flushed_parts(world()) -> ok.
flushed_parts(World) ->
    Port = listener(World, rabbit_socks_echo, [{compression, dedicated}, {max_message, 100}]),
    Out = zlib:open(),
    ok = zlib:deflateInit(Out, default, deflated, -15, 8, default),
    [One, Two, Three] = [iolist_to_binary(zlib:deflate(Out, binary:copy(<<"p">>, 50), sync)) || _ <- [1, 2, 3]],
    ok = zlib:close(Out),
    Size = byte_size(One) + byte_size(Two) + byte_size(Three),
    Ws = open(Port, ?EXTENSION),
    C = socks_ws:connection(Ws),
    ok = socks_client:send(C, [<<1:1, 4:3, 2:4, 1:1, Size:7, 0:32>>, One]),
    ok = socks_client:send(C, Two),
    {error, timeout} = socks_ws:recv(Ws, 200),
    ok = socks_client:send(C, Three),
    {close, 1009, _} = socks_ws:recv(Ws),
    ok = attacks_client:ended(C),
    socks_ws:close(Ws),
    unlisten(World, Port).

%% D03 fragments of 8 bytes with a ping after each.
-spec fragments(world()) -> ok.
fragments(World) ->
    Port = listener(World, rabbit_socks_echo, [{compression, shared}, {max_message, 65536}, {max_control_rate, 100000}]),
    Bomb = zeros(1),
    Ws = open(Port, ?EXTENSION),
    C = socks_ws:connection(Ws),
    Writer = attacks_client:writing(C, pieces(2, 4, Bomb)),
    1009 = after_pongs(Ws),
    attacks_client:finish(Writer, C),
    unlisten(World, Port).

pieces(Opcode, Rsv, <<Piece:8/binary, Rest/binary>>) ->
    [socks_ws:frame(#{opcode => Opcode, rsv => Rsv, fin => false, payload => Piece}), socks_ws:frame(#{opcode => 9}) | pieces(0, 0, Rest)];
pieces(Opcode, Rsv, Last) ->
    [socks_ws:frame(#{opcode => Opcode, rsv => Rsv, payload => Last})].

after_pongs(Ws) ->
    case socks_ws:recv(Ws) of
        {pong, _} -> after_pongs(Ws);
        {close, Code, _} -> Code
    end.

%% D04 RSV1 where it means nothing, D05 what is no deflate, D06 what is no text.
-spec refused(world()) -> ok.
refused(World) ->
    Port = listener(World, rabbit_socks_echo, [{compression, shared}]),
    Hello = <<16#F2, 16#48, 16#CD, 16#C9, 16#C9, 7, 0>>,
    F = fun socks_deflate:frame/1,
    Rows = [
        {"D04 continuation", [F(#{fin => false, payload => Hello}), F(#{opcode => 0, payload => <<>>})], 1002},
        {"D04 first", F(#{opcode => 0, fin => false}), 1002},
        {"D04 ping", F(#{opcode => 9}), 1002},
        {"D04 close", F(#{opcode => 8, payload => <<1000:16>>}), 1002},
        {"D05 cut short", F(#{payload => binary:part(Hello, 0, 5)}), 1007},
        {"D05 corrupt", F(#{payload => <<7, 7, 7>>}), 1007},
        {"D05 nothing", F(#{payload => <<>>}), 1007},
        {"D05 distance", F(#{payload => <<16#F2, 0, 16#11, 0, 0>>}), 1007},
        {"D06 no UTF-8", F(#{payload => socks_deflate:compress(<<"caf", 16#E9>>)}), 1007},
        {"D06 half a character", F(#{payload => socks_deflate:compress(<<16#F0, 16#9F>>)}), 1007}],
    ?assertEqual([], [{Id, Code} || {Id, Bytes, Expected} <- Rows, (Code = fails(Port, Bytes)) =/= Expected]),
    unlisten(World, Port).

%% D05 aiohttp CVE-2026-128131: half a million streams in a message, each ended; and the empty message. All of it is legal.
-spec members(world()) -> ok.
members(World) ->
    Port = listener(World, rabbit_socks_echo, [{compression, dedicated}]),
    D = socks_deflate:open(Port, ?ECHO, ?EXTENSION),
    Ws = socks_deflate:ws(D),
    C = socks_ws:connection(Ws),
    Window = crypto:strong_rand_bytes(60000),
    ok = socks_deflate:send(D, {binary, Window}),
    {_, {binary, Window}} = socks_deflate:recv(D),
    Many = [binary:copy(<<3, 0>>, ?LIMIT div 2), <<0>>],
    [begin
         ok = socks_client:send(C, socks_deflate:frame(#{payload => Payload})),
         {plain, {utf8, <<>>}} = socks_deflate:recv(D)
     end || Payload <- [Many, <<0>>, <<3, 0, 0>>, <<3, 0>>]],
    socks_deflate:close(D),
    unlisten(World, Port).

%% D07 offers that are none, D08 the window that zlib has not: declined, each of them, and the next is looked at.
-spec offers(world()) -> ok.
offers(World) ->
    Port = listener(World, rabbit_socks_echo, [{compression, shared}]),
    Bad = ["client_max_window_bits=7", "client_max_window_bits=16", "client_max_window_bits=08", "server_max_window_bits",
           "server_max_window_bits=0", "server_max_window_bits=8", "client_max_window_bits; client_max_window_bits", "unknown",
           "server_no_context_takeover=1", "server_max_window_bits=\"\"", "server_max_window_bits=\"10", ";", "=", "\\"],
    Declined = lists:join(", ", ["permessage-deflate; " ++ Parameter || Parameter <- Bad]),
    Many = lists:duplicate(500, "permessage-deflate; x, "),
    Good = "permessage-deflate; server_max_window_bits=\"10\"",
    Answer = <<"permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10">>,
    [begin
         Ws = open(Port, Offer),
         ?assertEqual({Offer, Expected}, {Offer, socks_deflate:answer(Ws)}),
         ok = socks_ws:send(Ws, {utf8, <<"hi">>}),
         {utf8, <<"hi">>} = socks_ws:recv(Ws),
         socks_ws:close(Ws)
     end || {Offer, Expected} <- [{["permessage-deflate; ", P], undefined} || P <- Bad] ++
                [{[lists:delete($\", Declined)], undefined}, {Many, undefined}, {[Many, Good], Answer}]],
    unlisten(World, Port).

%% D10 nobody's secrets are compressed unless the listener says so.
-spec off(world()) -> ok.
off(World) ->
    Ws = open(port(World, plain), ?EXTENSION),
    undefined = socks_deflate:answer(Ws),
    socks_ws:close(Ws).

%% D09 what clients ask to be kept for them is not kept by a shared compressor, though they used it.
-spec takeover(world()) -> ok.
takeover(World) ->
    Port = listener(World, rabbit_socks_echo, [{compression, shared}]),
    warm(Port),
    crowd(World, Port, 500, 2048, fun(D) ->
        Text = binary:copy(<<"takeover">>, 500),
        ok = socks_deflate:send(D, {utf8, Text}),
        {deflated, {utf8, Text}} = socks_deflate:recv(D)
    end),
    unlisten(World, Port).

%% D11 who negotiates and says nothing has no window, whatever was agreed.
-spec silent(world()) -> ok.
silent(World) ->
    Port = listener(World, rabbit_socks_echo, [{compression, dedicated}]),
    crowd(World, Port, 1000, 2048, fun(_) -> ok end),
    unlisten(World, Port).

%% So many connections cost at most so many bytes each: a window would be 32 KiB.
crowd(World, Port, Count, Most, Talk) ->
    Before = attacks_world:grown(World),
    Crowd = [socks_deflate:open(Port, ?ECHO, "permessage-deflate; client_max_window_bits") || _ <- lists:seq(1, Count)],
    lists:foreach(Talk, Crowd),
    Grown = attacks_world:grown(World) - Before,
    ct:log("~b bytes a connection", [Grown div Count]),
    attacks_world:sanitized(World) orelse ?assert(Grown =< Count * Most + 1048576, Grown),
    lists:foreach(fun socks_deflate:close/1, Crowd).
