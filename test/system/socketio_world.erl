%% SPDX-License-Identifier: MPL-2.0
%% @doc What the suite of Socket.IO starts from: a broker, and listeners with the options that a case wants.
-module(socketio_world).

-include_lib("common_test/include/ct.hrl").

-export([start/1, stop/1, clean/1, listen/2, listen/3, tls/1, web/2, unlisten/2, sessions/1, settled/1, connect/3, connect/4, witness/1]).

-spec start([term()]) -> [term()].
start(Config) ->
    Broker = socks_broker:start(),
    [ok = socks_broker:load(Broker, Module) || Module <- [mixed_callback, socketio_callback]],
    [{broker, Broker} | Config].

-spec stop([term()]) -> ok.
stop(Config) -> socks_broker:stop(?config(broker, Config)).

%% @doc No listener stays, nor a session.
-spec clean([term()]) -> ok.
clean(Config) ->
    _ = [listeners_world:stop(Config, Interface) || #{interface := Interface} <- listeners_world:rpc(Config, rabbit_socks, listeners, [])],
    settled(Config).

%% @doc A listener of mixed_callback, or another, on a free port.
-spec listen([term()], [term()]) -> inet:port_number().
listen(Config, Options) -> listen(Config, mixed_callback, Options).

-spec listen([term()], module(), [term()]) -> inet:port_number().
listen(Config, Module, Options) ->
    Port = socks_broker:free_port(),
    ok = listeners_world:start(Config, {"127.0.0.1", Port}, Module, Options),
    Port.

%% @doc One over TLS, with a certificate of its own.
-spec tls([term()]) -> inet:port_number().
tls(Config) ->
    Key = [{key, {namedCurve, secp256r1}}, {digest, sha256}],
    Chain = #{root => Key, intermediates => [], peer => Key},
    #{server_config := Server} = public_key:pkix_test_data(#{server_chain => Chain, client_chain => Chain}),
    listen(Config, [{ssl, true}, {ssl_opts, Server}]).

%% @doc One in the broker's web server: its port, and what ends it.
-spec web([term()], string()) -> {inet:port_number(), fun(() -> ok)}.
web(Config, Prefix) ->
    Port = socks_broker:free_port(),
    Interface = {rabbit_web_dispatch, Prefix},
    ok = listeners_world:start(Config, Interface, mixed_callback, [{port, Port}, {engine_ping_interval, 120000}]),
    {Port, fun() -> ok = listeners_world:stop(Config, Interface) end}.

-spec unlisten([term()], inet:port_number()) -> ok.
unlisten(Config, Port) -> ok = listeners_world:stop(Config, {"127.0.0.1", Port}).

-spec sessions([term()]) -> non_neg_integer().
sessions(Config) ->
    {active, Count} = lists:keyfind(active, 1, listeners_world:rpc(Config, supervisor, count_children, [rabbit_socks_session_sup])),
    Count.

%% @doc Nothing is left of what was there before.
-spec settled([term()]) -> ok.
settled(Config) -> listeners_world:eventually(fun() -> sessions(Config) =:= 0 end).

%% @doc A client of Socket.IO 2 (Engine.IO 3) or 4 that is in the namespace "/"; for 4 with what the server said.
-spec connect(socks_client:target(), 3 | 4, polling | websocket) -> socks_engine:client().
connect(Target, Version, Transport) ->
    {C, _} = connect(Target, Version, Transport, <<>>),
    C.

%% @doc Auth is JSON.
-spec connect(socks_client:target(), 3 | 4, polling | websocket, binary()) -> {socks_engine:client(), binary()}.
connect(Target, 3, Transport, <<>>) ->
    C = socks_engine:open(Target, 3, Transport, "/socket.io/", #{query => "&b64=1"}),
    [<<"0">>] = socks_engine:recv(C, 1),
    {C, <<>>};
connect(Target, 4, Transport, Auth) ->
    C = socks_engine:open(Target, 4, Transport, "/socket.io/"),
    ok = socks_engine:send(C, [<<"0", Auth/binary>>]),
    [<<"0", Answer/binary>>] = socks_engine:recv(C, 1),
    {C, Answer}.

%% @doc A bare WebSocket that hears what happens to the sessions of mixed_callback.
-spec witness(socks_client:target()) -> mixed_member:member().
witness(Target) ->
    Witness = mixed_member:open(Target, {websocket, websocket}, "witness"),
    ok = mixed_member:say(Witness, "join witness"),
    ok = mixed_member:settle(Witness),
    Witness.
