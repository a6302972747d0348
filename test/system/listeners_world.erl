%% SPDX-License-Identifier: MPL-2.0
%% @doc What the suites of listeners and of the web context share: calls of the plugin, sessions that echo or tell.
-module(listeners_world).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([port/2, rpc/4, start/4, stop/2, listener/2, states/1, log_lines/2, take/1, eventually/1]).
-export([opened/2, echo/2, echoes/2, refusal/3, tells/3, gone/1, refused/1, request/5, get/2, tls_listener/3]).

-define(WAIT, 10000).

-spec port([term()], atom()) -> inet:port_number().
port(Config, Name) -> socks_broker:port(?config(broker, Config), Name).

-spec rpc([term()], module(), atom(), [term()]) -> term().
rpc(Config, Module, Function, Args) -> socks_broker:rpc(?config(broker, Config), Module, Function, Args).

-spec start([term()], term(), term(), term()) -> ok | {error, string()}.
start(Config, Interface, Module, Options) -> rpc(Config, rabbit_socks, start_listener, [Interface, Module, Options]).

-spec stop([term()], term()) -> ok | {error, not_found}.
stop(Config, Interface) -> rpc(Config, rabbit_socks, stop_listener, [Interface]).

-spec listener([term()], term()) -> map().
listener(Config, Interface) ->
    [Listener] = [L || #{interface := I} = L <- rpc(Config, rabbit_socks, listeners, []), I =:= Interface],
    Listener.

%% Opens a session and leaves it open after one echo.
-spec opened(socks_client:target(), iodata()) -> socks_ws:ws().
opened(Target, Path) -> echo(socks_ws:open(Target, Path), <<"hello">>).

-spec echo(socks_ws:ws(), binary()) -> socks_ws:ws().
echo(Ws, Text) ->
    ok = socks_ws:send(Ws, {utf8, Text}),
    ?assertEqual({utf8, Text}, socks_ws:recv(Ws, ?WAIT)),
    Ws.

-spec echoes(socks_client:target(), iodata()) -> ok.
echoes(Target, Path) -> socks_ws:close(opened(Target, Path)).

%% The status of a refused handshake.
-spec refusal(socks_client:target(), iodata(), map()) -> pos_integer().
refusal(Target, Path, Options) ->
    {refused, Status, _, _} = socks_ws:handshake(Target, Path, Options),
    Status.

-spec request(socks_client:target(), iodata(), iodata(), [{iodata(), iodata()}], iodata()) -> tuple().
request(Target, Method, Path, Fields, Body) ->
    C = socks_client:connect(Target),
    Answer = socks_client:request(C, Method, Path, Fields, Body),
    ok = socks_client:close(C),
    Answer.

-spec get(socks_client:target(), iodata()) -> tuple().
get(Target, Path) -> request(Target, "GET", Path, [], "").

-spec refused(inet:port_number()) -> ok.
refused(Port) ->
    ?assertEqual({error, econnrefused}, gen_tcp:connect({127, 0, 0, 1}, Port, [])).

-spec eventually(fun(() -> boolean())) -> ok.
eventually(What) ->
    case socks_os:wait_until(What, ?WAIT) of
        ok -> ok;
        {error, timeout} -> ct:fail(timeout)
    end.

-spec log_lines([term()], iodata()) -> [binary()].
log_lines(Config, Text) ->
    [Line || Line <- binary:split(socks_broker:log(?config(broker, Config)), <<"\n">>, [global]),
             binary:match(Line, iolist_to_binary(Text)) =/= nomatch].

-spec states([term()]) -> [running | suspended].
states(Config) -> lists:usort([State || #{state := State} <- rpc(Config, rabbit_socks, listeners, [])]).

%% Somebody else's port: the broker opens its own only after those of its plugins.
-spec take(inet:port_number()) -> ok.
take(Port) ->
    Self = self(),
    Holder = spawn(fun() ->
        {ok, _} = gen_tcp:listen(Port, [{ip, {127, 0, 0, 1}}]),
        Self ! {self(), taken},
        receive stop -> ok end
    end),
    receive {Holder, taken} -> ok end.

%% A session of listeners_callback, which answers with the rest of its path.
-spec tells(socks_client:target(), iodata(), binary()) -> ok.
tells(Target, Path, Rest) ->
    Ws = socks_ws:open(Target, Path, #{protocols => ["tells"]}),
    ok = socks_ws:send(Ws, {utf8, <<"x">>}),
    ?assertEqual({utf8, <<Rest/binary, ": x">>}, socks_ws:recv(Ws)),
    socks_ws:close(Ws).

%% The connection ends, cleanly or not.
-spec gone(socks_ws:ws()) -> ok.
gone(Ws) ->
    case socks_ws:recv(Ws, ?WAIT) of
        closed -> socks_ws:close(Ws);
        {error, Reason} when Reason =/= timeout -> socks_ws:close(Ws);
        {close, 1001, _} -> socks_ws:close(Ws)
    end.

%% @doc A web context over TLS with a certificate of its own, on a free port.
-spec tls_listener([term()], term(), module()) -> inet:port_number().
tls_listener(Config, Interface, Module) ->
    Port = socks_broker:free_port(),
    Key = [{key, {namedCurve, secp256r1}}, {digest, sha256}],
    Chain = #{root => Key, intermediates => [], peer => Key},
    #{server_config := Server} = public_key:pkix_test_data(#{server_chain => Chain, client_chain => Chain}),
    ok = start(Config, Interface, Module, [{port, Port}, {ssl, true}, {ssl_opts, Server}]),
    Port.
