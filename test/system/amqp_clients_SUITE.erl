%% SPDX-License-Identifier: MPL-2.0
%% @doc Published clients of Socket.IO, of each generation that runs in Node, as clients of the bridge.
-module(amqp_clients_SUITE).

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1]).
-export([client_09/1, client_17/1, client_25/1, client_31/1, client_48/1]).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

suite() -> [{timetrap, {minutes, 5}}].

all() -> [client_09, client_17, client_25, client_31, client_48].

init_per_suite(Config) ->
    Dir = socks_node:dir("socketio"),
    ok = socks_node:npm(Dir),
    Broker = socks_broker:start(#{ports => [socks]}),
    Interface = {"127.0.0.1", socks_broker:port(Broker, socks)},
    ok = socks_broker:rpc(Broker, rabbit_socks, start_listener, [Interface, rabbit_socks_amqp, []]),
    [{broker, Broker}, {dir, Dir} | Config].

end_per_suite(Config) -> socks_broker:stop(?config(broker, Config)).

client_09(Config) -> run("0.9.17", ["websocket", "polling"], Config).
client_17(Config) -> run("1.7.4", ["websocket", "polling", "upgrade"], Config).
client_25(Config) -> run("2.5.0", ["websocket", "polling", "upgrade"], Config).
client_31(Config) -> run("3.1.3", ["websocket", "polling", "upgrade"], Config).
client_48(Config) -> run("4.8.4", ["websocket", "polling", "upgrade"], Config).

run(Version, Transports, Config) ->
    Url = socks_broker:url(?config(broker, Config), socks),
    lists:foreach(fun(Transport) ->
        {Status, Output} = socks_node:run(?config(dir, Config), "node", ["bridge.mjs", Version, Transport, Url], 90_000),
        ct:log("~s ~s: ~ts", [Version, Transport, Output]),
        ?assertEqual({Version, Transport, 0, <<>>}, {Version, Transport, Status, Output})
    end, Transports).
