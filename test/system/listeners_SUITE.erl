%% SPDX-License-Identifier: MPL-2.0
%% @doc Listeners of a real broker: how they are configured, shown, drained, stopped, and the web context.
-module(listeners_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1]).
-export([shown/1, forms/1, routes/1, ipv6/1, every_address/1, bad_entries/1, port_in_use/1, from_code/1, origins/1,
         drain_and_revive/1, suspended_by_hand/1, edge_killed/1, listener_killed/1,
         web_upgrade/1, web_requests/1, web_bodies/1, web_hixie/1, web_tls/1, web_tls_slow/1, web_tls_certificates/1, web_prefixes/1,
         web_beside_management/1, web_edge_killed/1, many_upgrades/1,
         command_line/1, disable_leaves_nothing/1]).

-define(ECHO, "/websocket/echo").
-define(WAIT, 10000).
-define(KEY, {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}).

suite() -> [{timetrap, {minutes, 3}}].

all() ->
    [shown, forms, routes, ipv6, every_address, bad_entries, port_in_use, from_code, origins,
     web_upgrade, web_requests, web_bodies, web_hixie, web_tls, web_tls_slow, web_tls_certificates, web_prefixes,
     web_beside_management, many_upgrades,
     drain_and_revive, suspended_by_hand, listener_killed, edge_killed, web_edge_killed,
     command_line, disable_leaves_nothing].

init_per_suite(Config) ->
    Broker = socks_broker:start(#{
        ports => [plain, older, every, v6, several, web, management, taken],
        plugins => [rabbit_socks, rabbitmq_management],
        config => fun(#{taken := Taken} = Ports) ->
            take(Taken),
            [{rabbitmq_management, [{listener, [{port, maps:get(management, Ports)}]}]},
             {rabbit_socks, [{listeners, listeners(Ports)}]}]
        end}),
    ok = socks_broker:load(Broker, listeners_callback),
    [{broker, Broker} | Config].

end_per_suite(Config) -> socks_broker:stop(?config(broker, Config)).

%% Somebody else's port: the broker opens its own only after those of its plugins.
take(Port) ->
    Self = self(),
    Holder = spawn(fun() ->
        {ok, _} = gen_tcp:listen(Port, [{ip, {127, 0, 0, 1}}]),
        Self ! {self(), taken},
        receive stop -> ok end
    end),
    receive {Holder, taken} -> ok end.

listeners(#{plain := Plain, older := Older, every := Every, v6 := V6, several := Several, web := Web,
            management := Management, taken := Taken}) ->
    [{{"127.0.0.1", Plain}, rabbit_socks_echo, []},
     {{{127, 0, 0, 1}, Older}, [{protocol, rabbit_socks_echo}, {max_message, 1000}]},
     {Every, rabbit_socks_echo, []},
     {{"::1", V6}, rabbit_socks_echo, []},
     {{"localhost", Several}, [{"/a", rabbit_socks_echo, []}, {"b/c", rabbit_socks_echo, []}], [{hixie, false}]},
     {rabbit_mochiweb, rabbit_socks_echo, [{port, Web}]}]
    ++ bad(#{taken => Taken, management => Management, plain => Plain}).

%% Entries that must not start, with what their one line in the log must say.
bad(#{taken := Taken, management := Management, plain := Plain}) ->
    [Entry || {Entry, _} <- bad_with_words(Taken, Management, Plain)].

bad_with_words(Taken, Management, Plain) ->
    [{nonsense, "nonsense"},
     {{rabbit_web_dispach, rabbit_socks_echo, []}, "rabbit_web_dispach is no interface"},
     {{17001, no_such_module, []}, "no_such_module cannot be loaded"},
     {{17002, lists, []}, "lists does not export"},
     {{17003, rabbit_socks_echo, [{max_mesage, 7}]}, "max_mesage is unknown; near to it are max_message"},
     {{17004, rabbit_socks_echo, [{ssl, true}]}, "for TLS use the interface rabbit_web_dispatch"},
     {{17005, rabbit_socks_echo, [{max_message, many}]}, "max_message must be an integer from 1"},
     {{{"127.0.0.1", Taken}, rabbit_socks_echo, []}, "the port is in use"},
     {{{"127.0.0.1", Plain}, rabbit_socks_echo, []}, "with the same address and port is started already"},
     {{{"192.0.2.1", 17006}, rabbit_socks_echo, []}, "this machine has no such address"},
     {{{"no-such-host.invalid", 17007}, rabbit_socks_echo, []}, "no-such-host.invalid has no address"},
     {{rabbit_web_dispatch, rabbit_socks_echo, [{port, Management}]}, "a web context for every path"},
     {{rabbit_web_dispatch, rabbit_socks_echo, [{port, Taken}, {ip, "127.0.0.1"}]}, "the port is in use"}].

%% Helpers.

port(Config, Name) -> socks_broker:port(?config(broker, Config), Name).

rpc(Config, Module, Function, Args) -> socks_broker:rpc(?config(broker, Config), Module, Function, Args).

start(Config, Interface, Module, Options) -> rpc(Config, rabbit_socks, start_listener, [Interface, Module, Options]).

stop(Config, Interface) -> rpc(Config, rabbit_socks, stop_listener, [Interface]).

listener(Config, Interface) ->
    [Listener] = [L || #{interface := I} = L <- rpc(Config, rabbit_socks, listeners, []), I =:= Interface],
    Listener.

%% Opens a session and leaves it open after one echo.
opened(Target, Path) -> echo(socks_ws:open(Target, Path), <<"hello">>).

echo(Ws, Text) ->
    ok = socks_ws:send(Ws, {utf8, Text}),
    ?assertEqual({utf8, Text}, socks_ws:recv(Ws, ?WAIT)),
    Ws.

echoes(Target, Path) -> socks_ws:close(opened(Target, Path)).

%% The status of a refused handshake.
refusal(Target, Path, Options) ->
    {refused, Status, _, _} = socks_ws:handshake(Target, Path, Options),
    Status.

request(Target, Method, Path, Fields, Body) ->
    C = socks_client:connect(Target),
    Answer = socks_client:request(C, Method, Path, Fields, Body),
    ok = socks_client:close(C),
    Answer.

get(Target, Path) -> request(Target, "GET", Path, [], "").

refused(Port) ->
    ?assertEqual({error, econnrefused}, gen_tcp:connect({127, 0, 0, 1}, Port, [])).

eventually(What) ->
    case socks_os:wait_until(What, ?WAIT) of
        ok -> ok;
        {error, timeout} -> ct:fail(timeout)
    end.

log_lines(Config, Text) ->
    [Line || Line <- binary:split(socks_broker:log(?config(broker, Config)), <<"\n">>, [global]),
             binary:match(Line, iolist_to_binary(Text)) =/= nomatch].

%% Ports of their own.

shown(Config) ->
    {0, Output} = socks_broker:diagnostics(?config(broker, Config), ["listeners"]),
    [?assertMatch({Name, {match, _}},
                  {Name, re:run(Output, ["Interface: ", Address, ", port: ", integer_to_list(port(Config, Name)),
                                         ", protocol: http/socks"])})
     || {Name, Address} <- [{plain, "127\\.0\\.0\\.1"}, {older, "127\\.0\\.0\\.1"}, {every, "(\\[::\\]|0\\.0\\.0\\.0)"},
                            {v6, "\\[::1\\]"}, {web, "(\\[::\\]|0\\.0\\.0\\.0)"}]],
    #{address := {127, 0, 0, 1}, state := running, protocol := 'http/socks', routes := [{"", rabbit_socks_echo}]} =
        listener(Config, {"127.0.0.1", port(Config, plain)}).

forms(Config) ->
    echoes(port(Config, plain), ?ECHO),
    Ws = opened(port(Config, older), ?ECHO),
    ok = socks_ws:send(Ws, {utf8, binary:copy(<<"x">>, 1001)}),
    ?assertMatch({close, 1009, _}, socks_ws:recv(Ws)),
    socks_ws:close(Ws).

routes(Config) ->
    Several = port(Config, several),
    echoes(Several, "/websocket/a"),
    echoes(Several, "/websocket/a/b/c"),
    echoes(Several, "/websocket/b/c"),
    ?assertEqual(404, refusal(Several, "/websocket/b", #{})),
    ?assert(refusal(Several, "/websocket/a", #{draft => 'hixie-76'}) >= 400),
    Routes = [{"/tell", listeners_callback, []}, {"/tell/more", rabbit_socks_echo, []}, {"", rabbit_socks_echo, []}],
    ok = start(Config, {"127.0.0.1", 0}, Routes, []),
    #{port := Port, routes := [{"tell", listeners_callback}, {"tell/more", rabbit_socks_echo}, {"", rabbit_socks_echo}]} =
        listener(Config, {"127.0.0.1", 0}),
    echoes(Port, "/websocket"),
    echoes(Port, "/websocket/tell/more/x"),
    tells(Port, "/websocket/tell/a%20b/c", <<"a b/c">>),
    ok = stop(Config, {"127.0.0.1", Port}).

%% A session of listeners_callback, which answers with the rest of its path.
tells(Target, Path, Rest) ->
    Ws = socks_ws:open(Target, Path, #{protocols => ["tells"]}),
    ok = socks_ws:send(Ws, {utf8, <<"x">>}),
    ?assertEqual({utf8, <<Rest/binary, ": x">>}, socks_ws:recv(Ws)),
    socks_ws:close(Ws).

ipv6(Config) ->
    Port = port(Config, v6),
    echoes({{0, 0, 0, 0, 0, 0, 0, 1}, Port}, ?ECHO),
    refused(Port),
    %% IPv4 and IPv6 on one port are two listeners.
    ok = start(Config, {"127.0.0.1", Port}, rabbit_socks_echo, []),
    echoes(Port, ?ECHO),
    ok = stop(Config, {"127.0.0.1", Port}),
    refused(Port),
    echoes({{0, 0, 0, 0, 0, 0, 0, 1}, Port}, ?ECHO).

every_address(Config) ->
    [echoes({Ip, port(Config, every)}, ?ECHO) || Ip <- [{127, 0, 0, 1}, {127, 0, 0, 2}, {0, 0, 0, 0, 0, 0, 0, 1}]].

bad_entries(Config) ->
    Bad = bad_with_words(port(Config, taken), port(Config, management), port(Config, plain)),
    Lines = log_lines(Config, "is not started: "),
    ?assertEqual(length(Bad), length(Lines)),
    [?assertMatch([_], [Line || Line <- Lines, binary:match(Line, list_to_binary(Words)) =/= nomatch,
                                Entry =:= nonsense orelse named(Line, element(1, Entry))])
     || {Entry, Words} <- Bad],
    [?assertNotEqual(nomatch, binary:match(Line, <<"[error]">>)) || Line <- Lines],
    %% One line each and nothing else: no report of Ranch, of a supervisor, of a crash.
    ?assertEqual(length(Bad), length(log_lines(Config, "[error]"))).

named(Line, Interface) ->
    binary:match(Line, unicode:characters_to_binary(io_lib:format("{~0tp, ", [Interface]))) =/= nomatch.

port_in_use(Config) ->
    {ok, Thief} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}}]),
    {ok, Port} = inet:port(Thief),
    {error, Text} = start(Config, {"127.0.0.1", Port}, rabbit_socks_echo, []),
    ?assertNotEqual(nomatch, string:find(Text, "the port is in use")),
    gen_tcp:close(Thief),
    ok = start(Config, {"127.0.0.1", Port}, rabbit_socks_echo, []),
    echoes(Port, ?ECHO),
    ok = stop(Config, {"127.0.0.1", Port}).

from_code(Config) ->
    Before = rpc(Config, rabbit_socks, listeners, []),
    ok = start(Config, {"127.0.0.1", 0}, rabbit_socks_echo, []),
    ok = start(Config, {"127.0.0.1", 0}, rabbit_socks_echo, #{max_message => 10}),
    [#{port := A}, #{port := B}] = rpc(Config, rabbit_socks, listeners, []) -- Before,
    Ws = opened(A, ?ECHO),
    echoes(B, ?ECHO),
    ok = stop(Config, {"127.0.0.1", A}),
    %% Sessions of a stopped listener are closed.
    ?assertMatch({close, 1001, _}, socks_ws:recv(Ws)),
    socks_ws:close(Ws),
    refused(A),
    echoes(B, ?ECHO),
    %% The port is free at once, again and again.
    [begin
         ok = start(Config, {"127.0.0.1", A}, rabbit_socks_echo, []),
         echoes(A, ?ECHO),
         ok = stop(Config, {"127.0.0.1", A})
     end || _ <- lists:seq(1, 10)],
    ok = stop(Config, {"127.0.0.1", 0}),
    {error, not_found} = stop(Config, {"127.0.0.1", 0}),
    {error, not_found} = stop(Config, nonsense),
    ?assertEqual(Before, rpc(Config, rabbit_socks, listeners, [])).

origins(Config) ->
    ok = start(Config, {"127.0.0.1", 0}, rabbit_socks_echo, [{origins, ["http://good.example:8000"]}]),
    #{port := Port} = listener(Config, {"127.0.0.1", 0}),
    Good = socks_ws:open(Port, ?ECHO, #{origin => "http://good.example:8000"}),
    socks_ws:close(echo(Good, <<"x">>)),
    ?assertEqual(403, refusal(Port, ?ECHO, #{origin => "http://good.example"})),
    ok = stop(Config, {"127.0.0.1", 0}).

%% Maintenance and failures.

drain_and_revive(Config) ->
    Broker = ?config(broker, Config),
    Tls = {tls, tls_listener(Config)},
    Web = port(Config, web),
    Open = [opened(Target, Path) || {Target, Path} <- [{port(Config, plain), ?ECHO}, {Web, "/socks" ?ECHO}, {Tls, "/socks" ?ECHO}]],
    {0, _} = socks_broker:upgrade(Broker, ["drain"]),
    [begin
         ?assertMatch({close, 1001, _}, socks_ws:recv(Ws)),
         socks_ws:close(Ws)
     end || Ws <- Open],
    [refused(Port) || Port <- [port(Config, plain), port(Config, every), Web, element(2, Tls)]],
    ?assertEqual([suspended], states(Config)),
    {0, _} = socks_broker:diagnostics(Broker, ["listeners"]),
    {0, _} = socks_broker:upgrade(Broker, ["revive"]),
    echoes(port(Config, plain), ?ECHO),
    echoes(port(Config, every), ?ECHO),
    echoes(Web, "/socks" ?ECHO),
    echoes(Tls, "/socks" ?ECHO),
    ?assertEqual([running], states(Config)),
    ok = stop_tls(Config).

states(Config) -> lists:usort([State || #{state := State} <- rpc(Config, rabbit_socks, listeners, [])]).

suspended_by_hand(Config) ->
    Port = port(Config, plain),
    Ref = {acceptor, {127, 0, 0, 1}, Port},
    Open = opened(Port, ?ECHO),
    ok = rpc(Config, ranch, suspend_listener, [Ref]),
    refused(Port),
    Still = echo(Open, <<"still there">>),
    ok = rpc(Config, ranch, resume_listener, [Ref]),
    echoes(Port, ?ECHO),
    socks_ws:close(echo(Still, <<"and after">>)).

%% Connections made while there is no edge are served by the next one.
edge_killed(Config) ->
    Broker = ?config(broker, Config),
    Port = port(Config, plain),
    Edge = socks_broker:edge(Broker),
    Old = opened(Port, ?ECHO),
    socks_os:kill(Edge, "STOP"),
    Waiting = [socks_client:connect(Port) || _ <- lists:seq(1, 20)],
    socks_os:kill(Edge, "KILL"),
    Later = [socks_client:connect(Port) || _ <- lists:seq(1, 20)],
    [socks_ws:close(echo(socks_ws:open(Port, ?ECHO, #{connection => C}), <<"x">>)) || C <- Waiting ++ Later],
    gone(Old),
    ?assertNotEqual(Edge, socks_broker:await_edge(Broker)).

%% The connection ends, cleanly or not.
gone(Ws) ->
    case socks_ws:recv(Ws, ?WAIT) of
        closed -> socks_ws:close(Ws);
        {error, Reason} when Reason =/= timeout -> socks_ws:close(Ws);
        {close, 1001, _} -> socks_ws:close(Ws)
    end.

%% What Ranch has opened outlives the process that watches it.
listener_killed(Config) ->
    Port = port(Config, plain),
    Open = opened(Port, ?ECHO),
    Children = fun() -> rpc(Config, supervisor, which_children, [rabbit_socks_listener_sup]) end,
    Before = Children(),
    [true = rpc(Config, erlang, exit, [Pid, kill]) || {{port, _, P}, Pid, _, _} <- Before, P =:= Port],
    eventually(fun() -> Now = Children(), Now =/= Before andalso lists:all(fun({_, Pid, _, _}) -> is_pid(Pid) end, Now) end),
    echoes(Port, ?ECHO),
    socks_ws:close(echo(Open, <<"still there">>)),
    suspended_by_hand(Config).

%% The web context.

web_upgrade(Config) ->
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

web_requests(Config) ->
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

web_bodies(Config) ->
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
web_hixie(Config) ->
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

tls_listener(Config) -> tls_listener(Config, rabbit_socks_echo).

tls_listener(Config, Module) ->
    Port = socks_broker:free_port(),
    #{server_config := Server} = public_key:pkix_test_data(#{
        server_chain => #{root => key(), intermediates => [], peer => key()},
        client_chain => #{root => key(), intermediates => [], peer => key()}}),
    ok = start(Config, {rabbit_web_dispatch, "socks"}, Module, [{port, Port}, {ssl, true}, {ssl_opts, Server}]),
    Port.

key() -> [{key, {namedCurve, secp256r1}}].

%% The plain web listener has the same interface: start it again.
stop_tls(Config) ->
    ok = stop(Config, rabbit_web_dispatch),
    start(Config, rabbit_mochiweb, rabbit_socks_echo, [{port, port(Config, web)}]).

web_tls(Config) ->
    Port = tls_listener(Config),
    Tls = {tls, Port},
    {0, Output} = socks_broker:diagnostics(?config(broker, Config), ["listeners"]),
    {match, _} = re:run(Output, ["port: ", integer_to_list(Port), ", protocol: https/socks"]),
    Big = binary:copy(<<"0123456789">>, 30000),
    socks_ws:close(lists:foldl(fun(_, Ws) -> echo(Ws, Big) end, opened(Tls, "/socks" ?ECHO), lists:seq(1, 5))),
    [socks_ws:close(echo(hixie76(Tls, "/socks" ?ECHO, Key, How), <<"hello">>))
     || Key <- [<<"^n:ds[4U">>, <<"\n2345678">>], How <- [together, apart]],
    %% The close handshake and the end of the connection come through too.
    Ws = opened(Tls, "/socks" ?ECHO),
    ok = socks_ws:send(Ws, {close, 1000, <<>>}),
    ?assertMatch({close, 1000, _}, socks_ws:recv(Ws)),
    ?assertEqual(closed, socks_ws:recv(Ws)),
    {200, _, _} = get(Tls, "/socks/"),
    poll(Tls, "/socks"),
    ?assertEqual(404, refusal(Tls, "/x" ?ECHO, #{})),
    ok = stop_tls(Config),
    refused(Port).

%% A client that sends more than its session can handle waits, over a relay too: 13 MB, fifty times what may be on its way.
web_tls_slow(Config) ->
    Port = tls_listener(Config, listeners_callback),
    Ws = socks_ws:open({tls, Port}, "/socks/websocket/slow"),
    Piece = binary:copy(<<"x">>, 65536),
    [ok = socks_ws:send(Ws, {utf8, Piece}) || _ <- lists:seq(1, 200)],
    ok = socks_ws:send(Ws, {utf8, <<"how many">>}),
    ?assertEqual({utf8, <<"200">>}, socks_ws:recv(Ws, 30000)),
    socks_ws:close(Ws),
    ok = stop_tls(Config).

web_tls_certificates(Config) ->
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

web_prefixes(Config) ->
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

web_beside_management(Config) ->
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

web_edge_killed(Config) ->
    Broker = ?config(broker, Config),
    Web = port(Config, web),
    Open = opened(Web, "/socks" ?ECHO),
    socks_os:kill(socks_broker:edge(Broker), "KILL"),
    %% Served by the new one, or told to come again.
    {Status, _, _} = get(Web, "/socks/"),
    ?assert(lists:member(Status, [200, 503])),
    gone(Open),
    _ = socks_broker:await_edge(Broker),
    eventually(fun() -> element(1, get(Web, "/socks/")) =:= 200 end),
    echoes(Web, "/socks" ?ECHO).

%% Beginning and end.

command_line(_Config) ->
    Port = socks_broker:free_port(),
    Args = lists:flatten(io_lib:format("-rabbit_socks listeners [{~b,rabbit_socks_echo,[]}]", [Port])),
    Broker = socks_broker:start(#{args => Args}),
    try
        [#{interface := Port}] = socks_broker:rpc(Broker, rabbit_socks, listeners, []),
        echoes(Port, ?ECHO)
    after
        socks_broker:stop(Broker)
    end.

disable_leaves_nothing(Config) ->
    Broker = ?config(broker, Config),
    Open = opened(port(Config, plain), ?ECHO),
    {0, _} = socks_broker:plugins(Broker, ["disable", "rabbit_socks"]),
    gone(Open),
    Ports = [port(Config, Name) || Name <- [plain, older, every, several, web]],
    lists:foreach(fun refused/1, Ports),
    {0, Output} = socks_broker:diagnostics(Broker, ["listeners"]),
    nomatch = re:run(Output, "https?/socks"),
    ?assertEqual([], [Ref || {Ref, #{transport := rabbit_socks_transport}} <- maps:to_list(rpc(Config, ranch, info, []))]),
    ?assertEqual([], [Path || {Path, _, _} <- rpc(Config, rabbit_web_dispatch_registry, list_all, []), Path =/= ""]),
    ?assertEqual([], [Handler || {rabbit_socks_maintenance, _} = Handler <- rpc(Config, gen_event, which_handlers, [rabbit_event])]),
    {200, _, _} = get(port(Config, management), "/"),
    {0, _} = socks_broker:plugins(Broker, ["enable", "rabbit_socks"]),
    echoes(port(Config, plain), ?ECHO),
    echoes(port(Config, web), "/socks" ?ECHO).
