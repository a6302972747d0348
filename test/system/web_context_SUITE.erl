%% SPDX-License-Identifier: MPL-2.0
%% @doc The broker's web context: upgrades handed over or relayed, requests, TLS, beside a running management plugin.
-module(web_context_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1]).
-export([upgrade/1, requests/1, bodies/1, hixie/1, tls/1, tls_slow/1, tls_certificates/1, prefixes/1,
         beside_management/1, many_upgrades/1, edge_killed/1]).

-import(listeners_world, [port/2, rpc/4, start/4, stop/2, eventually/1, opened/2, echo/2, echoes/2,
                        refusal/3, tells/3, gone/1, refused/1, request/5, get/2, tls_listener/3]).

-define(ECHO, "/websocket/echo").
-define(KEY, {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}).

suite() -> [{timetrap, {minutes, 3}}].

all() -> [upgrade, requests, bodies, hixie, tls, tls_slow, tls_certificates, prefixes, beside_management,
          many_upgrades, edge_killed].

init_per_suite(Config) ->
    Broker = socks_broker:start(#{
        ports => [web, management],
        plugins => [rabbit_socks, rabbitmq_management],
        config => fun(#{web := Web, management := Management}) ->
            [{rabbitmq_management, [{listener, [{port, Management}]}]},
             {rabbit_socks, [{listeners, [{rabbit_mochiweb, rabbit_socks_echo, [{port, Web}]}]}]}]
        end}),
    ok = socks_broker:load(Broker, listeners_callback),
    [{broker, Broker} | Config].

end_per_suite(Config) -> socks_broker:stop(?config(broker, Config)).

upgrade(Config) ->
    Web = port(Config, web),
    echoes(Web, "/socks" ?ECHO),
    socks_ws:close(echo(opened(Web, "/socks" ?ECHO), binary:copy(<<"0123456789">>, 30000))),
    [socks_ws:close(echo(socks_ws:open(Web, "/socks" ?ECHO, #{draft => Draft}), <<"x">>)) || Draft <- ['hybi-7', 'hybi-8', 'hixie-76']],
    %% A refusal is an answer of the edge, and ends the connection.
    C = socks_client:connect(Web),
    {426, Headers, _} = socks_client:get(C, "/socks" ?ECHO, [{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, ?KEY,
                                                             {"Sec-WebSocket-Version", "99"}]),
    ?assertNotEqual(undefined, socks_client:header(<<"sec-websocket-version">>, Headers)),
    ?assertEqual({error, closed}, socks_client:recv(C)),
    {404, _, _} = get(Web, "/else/socks/x"),
    ?assertEqual(404, refusal(Web, "/else/socks" ?ECHO, #{})).

requests(Config) ->
    Web = port(Config, web),
    {301, Moved, _} = get(Web, "/socks"),
    ?assertEqual(<<"/socks/">>, socks_client:header(<<"location">>, Moved)),
    {200, Headers, Page} = get(Web, "/socks/"),
    ?assertMatch(<<"text/html", _/binary>>, socks_client:header(<<"content-type">>, Headers)),
    ?assertNotEqual(nomatch, binary:match(Page, <<"<html">>)),
    {200, Head, <<>>} = request(Web, "HEAD", "/socks/", [], ""),
    ?assertEqual(integer_to_binary(byte_size(Page)), socks_client:header(<<"content-length">>, Head)),
    {404, _, _} = get(Web, "/socks/no-such-page"),
    {404, _, _} = get(Web, "/socks/../../etc/passwd"),
    {204, _, <<>>} = request(Web, "OPTIONS", "/socks/socket.io/echo/xhr-polling//",
                             [{"Origin", "http://a.example"}, {"Access-Control-Request-Method", "POST"}], ""),
    poll(Web, "/socks").

%% A Socket.IO 0.6 conversation by polls: the session's id, a message in, its echo out.
poll(Target, Prefix) ->
    Base = Prefix ++ "/socket.io/echo/xhr-polling/",
    {200, _, Opened} = get(Target, [Base, "/", stamp()]),
    {match, [Id]} = re:run(Opened, "^~m~\\d+~m~([0-9A-Za-z_-]+)", [{capture, [1], list}]),
    {200, _, _} = request(Target, "POST", [Base, Id, "/send"], [{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}],
                          "data=~m~5~m~hello"),
    {200, _, Echo} = get(Target, [Base, Id, "/", stamp()]),
    ?assertNotEqual(nomatch, binary:match(Echo, <<"~m~5~m~hello">>)).

stamp() -> integer_to_list(erlang:unique_integer([positive])).

bodies(Config) ->
    Web = port(Config, web),
    Path = "/socks/socket.io/echo/xhr-polling/x/send",
    %% A length that is too much is refused before the body is sent.
    {413, _, _} = request(Web, "POST", Path, [{"Content-Length", "1000001"}], ""),
    {413, _, _} = request(Web, "POST", Path, [{"Content-Length", "18446744073709551615"}], ""),
    Chunked = socks_client:connect(Web),
    ok = socks_client:send(Chunked, ["POST ", Path, " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                                     "f4241\r\n", binary:copy(<<"x">>, 1000001), "\r\n0\r\n\r\n"]),
    {413, _, _} = socks_client:response(Chunked),
    ok = start(Config, {rabbit_web_dispatch, "slow"}, rabbit_socks_echo, [{port, Web}, {body_timeout, 300}]),
    {408, _, _} = request(Web, "POST", "/slow/socket.io/echo/xhr-polling/x/send", [{"Content-Length", "10"}], "123"),
    ok = stop(Config, {rabbit_web_dispatch, "slow"}),
    %% An upgrade with a body is no upgrade: its body must not become WebSocket bytes.
    {400, _, _} = request(Web, "GET", "/socks" ?ECHO, [{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, ?KEY,
                                                       {"Sec-WebSocket-Version", "13"}], "test"),
    echoes(Web, "/socks" ?ECHO).

%% Whatever the eight bytes are: some of them look like the beginning of a request, or of its end.
hixie(Config) ->
    Web = port(Config, web),
    [socks_ws:close(echo(hixie76(Web, "/socks" ?ECHO, Key, How), <<"hello">>))
     || Key <- [<<"^n:ds[4U">>, <<"\n2345678">>, <<"\r\n345678">>, <<" 2345678">>, <<"1234567\n">>, <<"GET / H\n">>,
                <<"\r\n\r\n\r\n\r\n">>, <<0:64>>, <<-1:64>>],
        How <- [together, apart]],
    %% hixie-75 has no key at all.
    {refused, 400, _, Text} = socks_ws:handshake(Web, "/socks" ?ECHO, #{draft => 'hixie-75'}),
    ?assertNotEqual(nomatch, binary:match(Text, <<"hixie-75">>)).

%% The handshake of the draft's example with these eight bytes: in the packet of the head, or in another one.
hixie76(Target, Path, Key3, How) ->
    C = socks_client:connect(Target),
    Head = ["GET ", Path, " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n"
            "Sec-WebSocket-Key2: 12998 5 Y3 1  .P00\r\nSec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\n"
            "Origin: http://example.com\r\n\r\n"],
    case How of
        together -> ok = socks_client:send(C, [Head, Key3]);
        apart -> ok = socks_client:send(C, Head), timer:sleep(20), ok = socks_client:send(C, Key3)
    end,
    {101, _, _} = socks_client:head(C),
    Proof = erlang:md5(<<829309203:32, 259970620:32, Key3/binary>>),
    ?assertEqual({ok, Proof}, socks_client:recv_exactly(C, 16)),
    #{connection => C, draft => 'hixie-76', headers => []}.

tls(Config) ->
    Port = tls_listener(Config, {rabbit_web_dispatch, "tls"}, rabbit_socks_echo),
    Tls = {tls, Port},
    {0, Output} = socks_broker:diagnostics(?config(broker, Config), ["listeners"]),
    {match, _} = re:run(Output, ["port: ", integer_to_list(Port), ", protocol: https/socks"]),
    Big = binary:copy(<<"0123456789">>, 30000),
    socks_ws:close(lists:foldl(fun(_, Ws) -> echo(Ws, Big) end, opened(Tls, "/tls" ?ECHO), lists:seq(1, 5))),
    [socks_ws:close(echo(hixie76(Tls, "/tls" ?ECHO, Key, How), <<"hello">>))
     || Key <- [<<"^n:ds[4U">>, <<"\n2345678">>], How <- [together, apart]],
    %% The close handshake and the end of the connection come through too.
    Ws = opened(Tls, "/tls" ?ECHO),
    ok = socks_ws:send(Ws, {close, 1000, <<>>}),
    ?assertMatch({close, 1000, _}, socks_ws:recv(Ws)),
    ?assertEqual(closed, socks_ws:recv(Ws)),
    {200, _, _} = get(Tls, "/tls/"),
    poll(Tls, "/tls"),
    ?assertEqual(404, refusal(Tls, "/x" ?ECHO, #{})),
    ok = stop(Config, {rabbit_web_dispatch, "tls"}),
    refused(Port).

%% A client that sends more than its session can handle waits, over a relay too: 13 MB, fifty times what may be on its way.
tls_slow(Config) ->
    Port = tls_listener(Config, {rabbit_web_dispatch, "tls"}, listeners_callback),
    Ws = socks_ws:open({tls, Port}, "/tls/websocket/slow"),
    Piece = binary:copy(<<"x">>, 65536),
    [ok = socks_ws:send(Ws, {utf8, Piece}) || _ <- lists:seq(1, 200)],
    ok = socks_ws:send(Ws, {utf8, <<"how many">>}),
    ?assertEqual({utf8, <<"200">>}, socks_ws:recv(Ws, 30000)),
    socks_ws:close(Ws),
    ok = stop(Config, {rabbit_web_dispatch, "tls"}).

tls_certificates(Config) ->
    Start = fun(Options) ->
        {error, Text} = start(Config, {rabbit_web_dispatch, "tls"}, rabbit_socks_echo,
                              [{port, socks_broker:free_port()}, {ssl, true} | Options]),
        Text
    end,
    [?assertMatch({_, [_ | _]}, {Text, string:find(Text, Words)}) || {Text, Words} <- [
        {Start([]), "no certificate"},
        {Start([{ssl_opts, []}]), "no certificate"},
        {Start([{ssl_opts, [{certfile, "/no/such/file"}]}]), "a certfile \"/no/such/file\" that cannot be read"},
        {Start([{ssl_opts, [{certfile, "/etc/hostname"}, {no_such_option, 1}]}]), "that ssl:listen/2 refuses"}]].

prefixes(Config) ->
    Web = port(Config, web),
    ok = start(Config, {rabbit_web_dispatch, "a/b"}, listeners_callback, [{port, Web}]),
    ok = start(Config, {rabbit_mochiweb, "/a/"}, rabbit_socks_echo, [{port, Web}]),
    echoes(Web, "/a" ?ECHO),
    echoes(Web, "/socks" ?ECHO),
    tells(Web, "/a/b/websocket/x/y", <<"x/y">>),
    {404, _, _} = get(Web, "/ab" ?ECHO),
    {error, Text} = start(Config, {rabbit_web_dispatch, "c"}, rabbit_socks_echo, [{port, Web}, {ip, "127.0.0.1"}]),
    ?assertNotEqual(nomatch, string:find(Text, "with other listener options")),
    ok = stop(Config, {rabbit_web_dispatch, "a/b"}),
    ok = stop(Config, {rabbit_web_dispatch, "a"}),
    {404, _, _} = get(Web, "/a/"),
    echoes(Web, "/socks" ?ECHO).

beside_management(Config) ->
    Management = port(Config, management),
    {401, _, _} = get(Management, "/api/overview"),
    {200, _, _} = get(Management, "/"),
    Contexts = [{Path, proplists:get_value(port, Listener)}
                || {Path, _, Listener} <- rpc(Config, rabbit_web_dispatch_registry, list_all, [])],
    ?assertEqual(lists:sort([{"", Management}, {"socks", port(Config, web)}]), lists:sort(Contexts)).

%% Each connection that was handed over is closed in the broker: nothing piles up there.
many_upgrades(Config) ->
    Web = port(Config, web),
    Fds = fun() -> length(socks_os:fds(socks_broker:os_pid(?config(broker, Config)))) end,
    echoes(Web, "/socks" ?ECHO),
    Before = Fds(),
    Open = [opened(Web, "/socks" ?ECHO) || _ <- lists:seq(1, 200)],
    eventually(fun() -> Fds() < Before + 20 end),
    lists:foreach(fun socks_ws:close/1, Open),
    Ref = rpc(Config, rabbit_networking, ranch_ref, [[{port, Web}]]),
    eventually(fun() -> maps:get(active_connections, maps:get(Ref, rpc(Config, ranch, info, []))) =:= 0 end).

edge_killed(Config) ->
    Broker = ?config(broker, Config),
    Web = port(Config, web),
    Open = opened(Web, "/socks" ?ECHO),
    socks_os:kill(socks_broker:await_edge(Broker), "KILL"),
    %% Served by the new one, or told to come again.
    {Status, _, _} = get(Web, "/socks/"),
    ?assert(lists:member(Status, [200, 503])),
    gone(Open),
    _ = socks_broker:await_edge(Broker),
    eventually(fun() -> element(1, get(Web, "/socks/")) =:= 200 end),
    echoes(Web, "/socks" ?ECHO).
