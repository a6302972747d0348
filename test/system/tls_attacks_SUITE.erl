%% SPDX-License-Identifier: MPL-2.0
%% @doc Rows T01 to T10 of the attacks against a real broker: after each case the edge is the same process, its sessions and
%% descriptors are back where they were, and a connection that was open all the time has its echo.
-module(tls_attacks_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, init_per_testcase/2, end_per_testcase/2]).
-export([no_handshake/1, plain_text/1, renegotiation/1, many_handshakes/1, truncation/1, records/1, slow_reader/1, renewed/1,
         bad_renewal/1, hostile_chain/1, handshakes_beside_echo/1, limits/1, reset_everywhere/1, idle_memory/1]).

-import(listeners_world, [rpc/4, log_lines/2, echo/2, eventually/1]).
-import(tls_world, [directory/1, server/2, trusting/2, listen/2, listen/3, listen/4, unlisten/2, connect/2, try_connect/2,
                    certificate/2, ws/1, ws/2, server_name/1, truncate/1]).

suite() -> [{timetrap, {minutes, 3}}].

all() -> [no_handshake, plain_text, renegotiation, many_handshakes, truncation, records, slow_reader, renewed, bad_renewal,
          hostile_chain, handshakes_beside_echo, limits, reset_everywhere, idle_memory].

init_per_suite(Config) -> tls_world:start(Config).
end_per_suite(Config) -> tls_world:stop(Config).

%% The witness is another listener's, with a certificate of its own.
init_per_testcase(_, Config) ->
    Port = listen(Config, server(directory(Config), "chain"), [], []),
    Witness = echo(ws(Port, []), <<"before">>),
    Edge = edge(Config),
    [{witness, Witness}, {witness_port, Port}, {edge, Edge}, {sockets, length(socks_os:sockets(Edge))} | Config].

end_per_testcase(_, Config) ->
    Edge = ?config(edge, Config),
    Edge = edge(Config),
    echo(?config(witness, Config), <<"after">>),
    eventually(fun() -> {active, 1} =:= lists:keyfind(active, 1, rpc(Config, supervisor, count_children, [rabbit_socks_session_sup])) end),
    eventually(fun() -> length(socks_os:sockets(Edge)) =< ?config(sockets, Config) end),
    socks_ws:close(?config(witness, Config)),
    unlisten(Config, ?config(witness_port, Config)).

edge(Config) -> socks_broker:edge(?config(broker, Config)).

%% Sessions whose callback module has been told of their end.
ended(Config) -> rpc(Config, tls_callback, ended, []).

raw(Port) ->
    {ok, Socket} = connect(Port),
    Socket.

connect(Port) -> gen_tcp:connect({127, 0, 0, 1}, Port, [binary, {active, false}, {nodelay, true}]).

%% Ends, in whatever way; what came before.
rest(Socket) ->
    case gen_tcp:recv(Socket, 0, 30000) of
        {ok, Bytes} -> <<Bytes/binary, (rest(Socket))/binary>>;
        {error, timeout} -> ct:fail(still_open);
        {error, _} -> gen_tcp:close(Socket), <<>>
    end.

%% Row T01: nobody says anything, half of a hello, one byte now and then.
no_handshake(Config) ->
    Port = listen(Config, []),
    Silent = raw(Port),
    Half = raw(Port),
    ok = gen_tcp:send(Half, <<22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3>>),
    Slow = raw(Port),
    Dripping = spawn_link(fun() -> drip(Slow, <<22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, 0:4000>>) end),
    ?assertEqual([<<>>, <<>>, <<>>], [rest(Socket) || Socket <- [Silent, Half, Slow]]),
    unlink(Dripping),
    exit(Dripping, kill),
    unlisten(Config, Port).

drip(Socket, <<Byte, Rest/binary>>) ->
    case gen_tcp:send(Socket, <<Byte>>) of
        ok -> timer:sleep(200), drip(Socket, Rest);
        {error, _} -> ok
    end.

%% Row H10 the other way round: nothing is answered in the clear, and no line in the log is a client's.
plain_text(Config) ->
    Port = listen(Config, []),
    [begin
         Socket = raw(Port),
         ok = gen_tcp:send(Socket, Bytes),
         ok = gen_tcp:shutdown(Socket, write),
         Answer = rest(Socket),
         %% An alert, or nothing.
         ?assertMatch({_, true}, {Answer, Answer =:= <<>> orelse binary:first(Answer) =:= 21})
     end || Bytes <- ["GET /websocket/x HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n", binary:copy(<<16#a5>>, 100000),
                      <<22, 3, 1, 16#ff, 16#ff>>, <<16#80, 16#2e, 1, 0, 2>>]],
    ?assertEqual(ok, try_connect(Port, [])),
    ?assertEqual([], log_lines(Config, "[error]")),
    unlisten(Config, Port).

%% Row T02.
renegotiation(Config) ->
    Port = listen(Config, []),
    C = connect(Port, [{versions, ['tlsv1.2']}]),
    Ws = echo(ws(C), <<"x">>),
    [?assertMatch({error, _}, ssl:renegotiate(socks_client:socket(C))) || _ <- lists:seq(1, 20)],
    echo(Ws, <<"y">>),
    socks_ws:close(Ws),
    unlisten(Config, Port).

%% Row T03: what handshakes leave behind is with the clients.
many_handshakes(Config) ->
    Port = listen(Config, []),
    Edge = edge(Config),
    Hands = fun(Count) -> [ok = try_connect(Port, [{session_tickets, disabled}]) || _ <- lists:seq(1, Count)] end,
    Hands(300),
    Before = socks_os:rss(Edge),
    Hands(900),
    Grown = socks_os:rss(Edge) - Before,
    ct:pal("~b bytes after 900 more handshakes", [Grown]),
    %% A session kept would be a kilobyte or more.
    socks_os:sanitized(Edge) orelse ?assertMatch({_, true}, {Grown, Grown < 900 * 512}),
    unlisten(Config, Port).

%% Row T04: FIN without close_notify, between messages and within one.
truncation(Config) ->
    Port = listen(Config, []),
    [begin
         {C, Cut} = truncate(Port),
         Ws = echo(ws(C), <<"x">>),
         ok = socks_client:send(C, Tail),
         Ended = ended(Config),
         ok = Cut(),
         eventually(fun() -> ended(Config) =:= Ended + 1 end),
         erase({socks_client, maps:get(connection, Ws)})
     end || Tail <- [<<>>, <<16#81>>, <<16#81, 16#85, 0, 0, 0, 0, "he">>]],
    unlisten(Config, Port).

%% Row T06.
records(Config) ->
    Port = listen(Config, []),
    C = connect(Port, []),
    Ws = ws(C),
    Texts = [integer_to_binary(N) || N <- lists:seq(1, 100)],
    ok = socks_client:send(C, [socks_ws:frame(#{opcode => 1, payload => Text}) || Text <- Texts]),
    ?assertEqual(Texts, [Text || _ <- Texts, {utf8, Text} <- [socks_ws:recv(Ws)]]),
    %% One frame over a hundred records.
    Long = binary:copy(<<"0123456789">>, 100),
    [ok = socks_client:send(C, Piece) || <<Piece:10/binary>> <= padded(socks_ws:frame(#{opcode => 1, payload => Long}))],
    ?assertEqual({utf8, Long}, socks_ws:recv(Ws)),
    socks_ws:close(Ws),
    unlisten(Config, Port).

%% Whole pieces of ten bytes: a pong that nobody asked for fills the last one.
padded(Frame0) ->
    Frame = iolist_to_binary(Frame0),
    Missing = (20 - (byte_size(Frame) + 6) rem 10) rem 10,
    <<Frame/binary, (iolist_to_binary(socks_ws:frame(#{opcode => 10, payload => binary:copy(<<"x">>, Missing)})))/binary>>.

%% Rows T05 and T06: credit stops reading with records on their way, the client reads late, and nothing is lost.
slow_reader(Config) ->
    Port = listen(Config, [], [{send_queue_hard, 100000000}, {send_queue_soft, 1000}]),
    C = connect(Port, []),
    Ws = ws(C),
    Count = 3000,
    Piece = binary:copy(<<"y">>, 1000),
    ok = socks_client:send(C, [socks_ws:frame(#{opcode => 1, payload => [integer_to_binary(N), $:, Piece]}) || N <- lists:seq(1, Count)]),
    timer:sleep(500),
    [begin
         Want = iolist_to_binary([integer_to_binary(N), $:, Piece]),
         ?assertEqual({utf8, Want}, socks_ws:recv(Ws, 30000))
     end || N <- lists:seq(1, Count)],
    socks_ws:close(Ws),
    unlisten(Config, Port).

%% Row T07: while others echo.
renewed(Config) ->
    Directory = directory(Config),
    [ok = tls_certs:copy(Directory, {"server", Kind}, {"renewing", Kind}) || Kind <- [pem, key]],
    Port = listen(Config, server(Directory, "renewing"), [], []),
    Old = [ws(Port, []) || _ <- lists:seq(1, 50)],
    ?assertEqual("server", seen(Port)),
    [ok = tls_certs:copy(Directory, {"renewed", Kind}, {"renewing", Kind}) || Kind <- [key, pem]],
    eventually(fun() -> seen(Port) =:= "renewed" end),
    [echo(Ws, <<"still here">>) || Ws <- Old],
    [socks_ws:close(Ws) || Ws <- Old],
    unlisten(Config, Port).

bad_renewal(Config) ->
    Directory = directory(Config),
    [ok = tls_certs:copy(Directory, {"server", Kind}, {"spoiling", Kind}) || Kind <- [pem, key]],
    Port = listen(Config, server(Directory, "spoiling"), [], []),
    Reports = fun() -> length(log_lines(Config, "the certificate of before is still served")) end,
    ?assertEqual({"server", 0}, {seen(Port), Reports()}),
    ok = tls_certs:copy(Directory, {"second", key}, {"spoiling", key}),
    eventually(fun() -> "server" = seen(Port), Reports() =:= 1 end),
    timer:sleep(1100),
    ?assertEqual({"server", 1}, {seen(Port), Reports()}),
    %% Expired: served, with a warning.
    [ok = tls_certs:copy(Directory, {"late", Kind}, {"spoiling", Kind}) || Kind <- [key, pem]],
    eventually(fun() -> seen(Port) =:= "late" end),
    eventually(fun() -> log_lines(Config, "an expired certificate is served") =/= [] end),
    unlisten(Config, Port).

seen(Port) ->
    C = connect(Port, []),
    Name = server_name(C),
    ok = socks_client:close(C),
    Name.

%% Row T08: more certificates than any chain has.
hostile_chain(Config) ->
    Port = listen(Config, trusting(directory(Config), "ca")),
    Der = tls_certs:der(directory(Config), "client"),
    {ok, Pem} = file:read_file(tls_certs:key(directory(Config), "client")),
    [{Type, Key, not_encrypted} | _] = [E || {T, _, _} = E <- public_key:pem_decode(Pem), T =/= 'EcpkParameters'],
    Options = fun(Count) -> [{cert, lists:duplicate(Count, Der)}, {key, {Type, Key}}] end,
    ?assertEqual([ok, refused], [try_connect(Port, Options(Count)) || Count <- [1, 200]]),
    unlisten(Config, Port).

%% Row T09: who is served already goes on.
handshakes_beside_echo(Config) ->
    Port = listen(Config, []),
    Ws = ws(Port, []),
    Self = self(),
    Clients = [spawn_link(fun() -> Self ! {self(), try_connect(Port, [])} end) || _ <- lists:seq(1, 100)],
    [echo(Ws, integer_to_binary(N)) || N <- lists:seq(1, 200)],
    [receive {Client, Result} -> ?assertEqual(ok, Result) after 30000 -> ct:fail(timeout) end || Client <- Clients],
    socks_ws:close(Ws),
    unlisten(Config, Port).

%% Row R07 over TLS: an address counts from its accept, before it has said anything.
limits(Config) ->
    Port = listen(Config, [], [{max_connections_per_address, 3}]),
    Silent = [raw(Port) || _ <- lists:seq(1, 3)],
    eventually(fun() ->
        case connect(Port) of
            {ok, Socket} ->
                Closed = gen_tcp:recv(Socket, 0, 500) =/= {error, timeout},
                ok = gen_tcp:close(Socket),
                Closed;
            {error, econnreset} -> true % before the socket's options were set
        end
    end),
    [ok = gen_tcp:close(Socket) || Socket <- Silent],
    eventually(fun() -> try_connect(Port, []) =:= ok end),
    unlisten(Config, Port).

%% Row R05: in the handshake, in a write, in the end.
reset_everywhere(Config) ->
    Port = listen(Config, []),
    Reset = fun(Socket) -> ok = inet:setopts(Socket, [{linger, {true, 0}}]), ok = gen_tcp:close(Socket) end,
    [begin
         Socket = raw(Port),
         ok = gen_tcp:send(Socket, binary:part(<<22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3>>, 0, Size)),
         Reset(Socket)
     end || Size <- lists:seq(0, 11)],
    {ok, Tcp} = gen_tcp:connect({127, 0, 0, 1}, Port, [binary, {active, false}]),
    {ok, Tls} = ssl:connect(Tcp, [{verify, verify_none}]),
    C = {socks_client, ssl, Tls},
    _ = ws(C),
    [ok = socks_client:send(C, socks_ws:frame(#{opcode => 2, payload => binary:copy(<<"z">>, 100000)})) || _ <- lists:seq(1, 20)],
    Ended = ended(Config),
    Reset(Tcp),
    eventually(fun() -> ended(Config) =:= Ended + 1 end),
    unlisten(Config, Port).

%% What an idle connection costs in the edge.
idle_memory(Config) ->
    Port = listen(Config, []),
    Edge = edge(Config),
    Warm = [ws(Port, []) || _ <- lists:seq(1, 50)],
    Before = socks_os:rss(Edge),
    Count = 500,
    Open = [ws(Port, []) || _ <- lists:seq(1, Count)],
    Each = (socks_os:rss(Edge) - Before) div Count,
    ct:pal("~b bytes a connection", [Each]),
    socks_os:sanitized(Edge) orelse ?assertMatch({_, true}, {Each, Each =< 17 * 1024}),
    [socks_ws:close(Ws) || Ws <- Warm ++ Open],
    unlisten(Config, Port).
