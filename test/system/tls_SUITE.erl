%% SPDX-License-Identifier: MPL-2.0
%% @doc TLS that the edge ends, against a real broker with the real archive.
-module(tls_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1]).
-export([echo/1]).

suite() -> [{timetrap, {minutes, 3}}].

all() -> [echo].

init_per_suite(Config) ->
    {ok, _} = application:ensure_all_started(ssl),
    Directory = tls_certs:directory(filename:join(?config(priv_dir, Config), "certificates")),
    Broker = socks_broker:start(#{
        ports => [tls],
        config => fun(#{tls := Port}) ->
            [{rabbit_socks, [{listeners, [
                {{"127.0.0.1", Port}, rabbit_socks_echo, [{ssl, true}, {ssl_opts, [
                    {certfile, tls_certs:pem(Directory, "server")}, {keyfile, tls_certs:key(Directory, "server")}]}]}]}]}]
        end}),
    [{broker, Broker}, {directory, Directory} | Config].

end_per_suite(Config) -> socks_broker:stop(?config(broker, Config)).

echo(Config) ->
    listeners_world:echoes({tls, listeners_world:port(Config, tls)}, "/websocket/x").
