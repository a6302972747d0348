%% SPDX-License-Identifier: MPL-2.0
%% @doc permessage-deflate on a real broker, after sections 12 and 13 of Autobahn's suite: every combination of parameters that a
%% client may offer against the rules of RFC 7692 7.1 (said here once more), messages of many sizes through each, and the
%% same through the broker's web context. Hostile clients are in attacks_SUITE, others' libraries in deflate_clients_SUITE.
-module(deflate_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1]).
-export([off/1, shared/1, dedicated/1, small_windows/1, sizes_shared/1, sizes_dedicated/1, minimum/1, drafts/1, web_context/1, relayed/1, idle/1]).

-define(PATH, "/websocket/echo").
-define(IDLE, 500).

suite() -> [{timetrap, {minutes, 5}}].

%% The first needs an edge that has done nothing yet: what an allocator keeps of others would hide what it measures.
all() -> [idle, off, shared, dedicated, small_windows, sizes_shared, sizes_dedicated, minimum, drafts, web_context, relayed].

init_per_suite(Config) ->
    Listeners = [{off, []},
                 {shared, [{compression, shared}, {compression_min_size, 0}]},
                 {dedicated, [{compression, dedicated}, {compression_min_size, 0}]},
                 {small, [{compression, dedicated}, {compression_min_size, 0}, {compression_window_bits, 10}]},
                 {usual, [{compression, shared}]}],
    Broker = socks_broker:start(#{
        ports => [web | [Name || {Name, _} <- Listeners]],
        config => fun(Ports) ->
            [{rabbit_socks, [{listeners,
                [{rabbit_web_dispatch, rabbit_socks_echo, [{port, maps:get(web, Ports)}, {compression, shared}, {compression_min_size, 0}]} |
                 [{{"127.0.0.1", maps:get(Name, Ports)}, rabbit_socks_echo, Options} || {Name, Options} <- Listeners]]}]}]
        end
    }),
    [{broker, Broker} | Config].

end_per_suite(Config) -> socks_broker:stop(?config(broker, Config)).

port(Name, Config) -> socks_broker:port(?config(broker, Config), Name).

%% Every combination.

off(Config) ->
    [begin
         Ws = socks_ws:open(port(off, Config), ?PATH, #{headers => [{"Sec-WebSocket-Extensions", offer(Offer)}]}),
         ?assertEqual(undefined, socks_deflate:answer(Ws)),
         socks_ws:close(Ws)
     end || Offer <- offers()],
    ok.

shared(Config) -> combinations(shared, 15, Config).
dedicated(Config) -> combinations(dedicated, 15, Config).
small_windows(Config) -> combinations(small, 10, Config).

combinations(Listener, Bits, Config) ->
    Port = port(Listener, Config),
    Failed = [{offer(Offer), Why} || Offer <- offers(), {error, Why} <- [combination(Port, Listener, Bits, Offer)]],
    ct:log("~b combinations, ~b failed", [length(offers()), length(Failed)]),
    ?assertEqual([], Failed).

combination(Port, Listener, Bits, Offer) ->
    D = socks_deflate:open(Port, ?PATH, offer(Offer)),
    try
        ?assertEqual(answer(Listener, Bits, Offer), socks_deflate:terms(D)),
        conversation(D)
    catch
        error:Reason -> {error, Reason}
    after
        socks_deflate:close(D)
    end.

%% A parameter that is not offered is none.
offers() ->
    [{ServerNo, ClientNo, ServerBits, ClientBits}
     || ServerNo <- [none, true], ClientNo <- [none, true],
        ServerBits <- [none, 9, 10, 11, 12, 13, 14, 15], ClientBits <- [none, true, 8, 9, 10, 12, 15]].

offer({ServerNo, ClientNo, ServerBits, ClientBits}) ->
    lists:flatten(["permessage-deflate",
                   parameter("client_max_window_bits", ClientBits), parameter("server_no_context_takeover", ServerNo),
                   parameter("server_max_window_bits", ServerBits), parameter("client_no_context_takeover", ClientNo)]).

parameter(_, none) -> "";
parameter(Name, true) -> ["; ", Name];
parameter(Name, Bits) -> ["; ", Name, "=", integer_to_list(Bits)].

%% The rules of 7.1, with our listener's wishes: no context for shared, a window of at most Bits.
answer(Listener, Bits, {ServerNo, ClientNo, ServerBits, ClientBits}) ->
    Shared = Listener =:= shared,
    maps:from_list(
        [{server_no_context_takeover, true} || Shared orelse ServerNo =/= none] ++
        [{client_no_context_takeover, true} || Shared orelse ClientNo =/= none] ++
        [{server_max_window_bits, min(Bits, case ServerBits of none -> 15; _ -> ServerBits end)}
         || ServerBits =/= none orelse Bits < 15] ++
        %% Never unless it was offered (7.1.2.2).
        [{client_max_window_bits, min(Bits, case ClientBits of true -> 15; _ -> ClientBits end)}
         || ClientBits =/= none, is_integer(ClientBits) orelse Bits < 15]).

%% Messages that refer to what was said, beyond small windows, too; some of them in fragments, some not compressed.
conversation(D) ->
    Text = text(3000),
    Noise = crypto:strong_rand_bytes(600),
    [echo(D, Message) || Message <- [{utf8, <<"Hello">>}, {utf8, <<"Hello">>}, {utf8, <<>>}, {utf8, Text}, {binary, Noise}, {utf8, Text},
                                     {binary, <<Noise/binary, Text/binary, Noise/binary>>}, {utf8, Text, [1, 1, 100]}]],
    ok = socks_ws:send(socks_deflate:ws(D), {utf8, <<"as it is">>}),
    {_, {utf8, <<"as it is">>}} = socks_deflate:recv(D),
    echo(D, {utf8, <<"Hello">>}).

echo(D, Message) ->
    ok = socks_deflate:send(D, Message),
    {Form, Echo} = socks_deflate:recv(D),
    ?assertEqual({element(1, Message), element(2, Message)}, Echo),
    %% With a context every message is compressed; else only where that gains.
    case {byte_size(element(2, Message)), socks_deflate:terms(D)} of
        {0, _} -> ?assertEqual(plain, Form);
        {_, #{server_no_context_takeover := true}} -> ok;
        _ -> ?assertEqual(deflated, Form)
    end,
    ok.

%% Sizes, many messages each (Autobahn 12 and 13).

sizes_shared(Config) -> sizes(port(shared, Config), deflated).
sizes_dedicated(Config) -> sizes(port(dedicated, Config), deflated).

sizes(Port, Form) ->
    D = socks_deflate:open(Port, ?PATH, "permessage-deflate; client_max_window_bits"),
    [begin
         Data = case Type of utf8 -> text(Size); binary -> iolist_to_binary(lists:duplicate(Size div 16 + 1, <<0:64, Size:64>>)) end,
         Messages = [{Type, binary:part(Data, 0, Size - N rem 3)} || N <- lists:seq(1, Count)],
         Writer = spawn_link(fun() -> [ok = send(D, M, Split) || M <- Messages] end),
         ok = hear(D, Form, Messages),
         true = unlink(Writer)
     end || {Size, Count} <- [{16, 200}, {64, 200}, {256, 200}, {1024, 200}, {4096, 100}, {8192, 50}, {16384, 50}, {32768, 30},
                              {65536, 20}, {131072, 10}],
            Type <- [utf8, binary], Split <- [whole, {cut, 256}]],
    socks_deflate:close(D).

%% The compressor belongs to the process that opened it.
send(#{ws := Ws}, {Type, Data}, Split) ->
    Compressed = socks_deflate:compress(Data),
    Opcode = case Type of utf8 -> 1; binary -> 2 end,
    socks_client:send(socks_ws:connection(Ws), cut(Opcode, 4, Compressed, Split)).

cut(Opcode, Rsv, Data, {cut, Size}) when byte_size(Data) > Size ->
    <<Piece:Size/binary, Rest/binary>> = Data,
    [socks_ws:frame(#{opcode => Opcode, rsv => Rsv, fin => false, payload => Piece}) | cut(0, 0, Rest, {cut, Size})];
cut(Opcode, Rsv, Data, _) ->
    [socks_ws:frame(#{opcode => Opcode, rsv => Rsv, payload => Data})].

hear(D, Form, Messages) ->
    [begin
         {Got, Echo} = socks_deflate:recv(D),
         ?assertEqual(Message, Echo),
         byte_size(element(2, Message)) < 100 orelse ?assertEqual(Form, Got)
     end || Message <- Messages],
    ok.

%% Text of that many bytes that repeats itself here and there, as JSON does.
text(Size) ->
    Lines = [["{\"n\":", integer_to_list(N * N rem 977), ",\"name\":\"rabbit ", integer_to_list(N rem 31), "\"},"] || N <- lists:seq(1, Size div 20 + 1)],
    binary:part(iolist_to_binary(Lines), 0, Size).

minimum(Config) ->
    D = socks_deflate:open(port(usual, Config), ?PATH, "permessage-deflate"),
    [begin
         Text = binary:copy(<<"a">>, Size),
         ok = socks_deflate:send(D, {utf8, Text}),
         ?assertEqual({Size, {Form, {utf8, Text}}}, {Size, socks_deflate:recv(D)})
     end || {Size, Form} <- [{1, plain}, {1023, plain}, {1024, deflated}, {5000, deflated}]],
    socks_deflate:close(D).

%% Versions 7 and 8 had another extension of that kind.
drafts(Config) ->
    [begin
         Ws = socks_ws:open(port(shared, Config), ?PATH, #{draft => Draft, headers => [{"Sec-WebSocket-Extensions", "permessage-deflate"}]}),
         ?assertEqual(undefined, socks_deflate:answer(Ws)),
         ok = socks_ws:send(Ws, {utf8, text(2000)}),
         ?assertEqual({utf8, text(2000)}, socks_ws:recv(Ws)),
         socks_ws:close(Ws)
     end || Draft <- ['hybi-7', 'hybi-8']],
    ok.

web_context(Config) ->
    D = socks_deflate:open(port(web, Config), "/socks" ?PATH, "x-webkit-deflate-frame, permessage-deflate; client_max_window_bits"),
    ?assertEqual(#{server_no_context_takeover => true, client_no_context_takeover => true}, socks_deflate:terms(D)),
    ok = conversation(D),
    socks_deflate:close(D).

%% TLS that the broker ends: every byte goes through it.
relayed(Config) ->
    Interface = {rabbit_web_dispatch, "relayed"},
    Port = socks_broker:free_port(),
    Key = [{key, {namedCurve, secp256r1}}, {digest, sha256}],
    Chain = #{root => Key, intermediates => [], peer => Key},
    #{server_config := Server} = public_key:pkix_test_data(#{server_chain => Chain, client_chain => Chain}),
    ok = socks_broker:rpc(?config(broker, Config), rabbit_socks, start_listener,
                          [Interface, rabbit_socks_echo, [{port, Port}, {ssl, true}, {ssl_opts, Server}, {compression, dedicated},
                                                          {compression_min_size, 0}]]),
    D = socks_deflate:open({tls, Port}, "/relayed" ?PATH, "permessage-deflate; client_max_window_bits"),
    ?assertEqual(#{}, socks_deflate:terms(D)),
    ok = conversation(D),
    socks_deflate:close(D),
    ok = socks_broker:rpc(?config(broker, Config), rabbit_socks, stop_listener, [Interface]).

%% D09, D11: who has negotiated and says nothing costs next to nothing, whatever was agreed.
idle(Config) ->
    Edge = socks_broker:await_edge(?config(broker, Config)),
    Open = fun(Name) -> [socks_ws:open(port(Name, Config), ?PATH, #{headers => [{"Sec-WebSocket-Extensions", "permessage-deflate"}]})
                         || _ <- lists:seq(1, ?IDLE)] end,
    %% All of them stay open: what one leaves behind would hide what the next one takes. The first takes what is for all.
    Costs = [{Name, cost(Edge, fun() -> Open(Name) end)} || Name <- [off, off, shared, dedicated]],
    ct:log("bytes a connection: ~p", [[{Name, Cost} || {Name, {Cost, _}} <- Costs]]),
    [_, {off, {Off, _}} | Deflating] = Costs,
    %% The sanitizer's own memory is not what is asked for.
    Sanitized = socks_os:sanitized(Edge),
    [?assert(Sanitized orelse Cost =< Off + 512, {Name, Cost, Off}) || {Name, {Cost, _}} <- Deflating],
    [socks_ws:close(Ws) || {_, {_, All}} <- Costs, Ws <- All],
    ok.

cost(Edge, Open) ->
    timer:sleep(1000),
    Before = socks_os:rss(Edge),
    Connections = Open(),
    timer:sleep(1000),
    {(socks_os:rss(Edge) - Before) div ?IDLE, Connections}.
