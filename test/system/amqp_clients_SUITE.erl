%% SPDX-License-Identifier: MPL-2.0
%% @doc Published clients of Socket.IO, of each generation that runs in Node, as clients of the bridge.
-module(amqp_clients_SUITE).

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1]).
-export([client_09/1, client_17/1, client_25/1, client_31/1, client_48/1, streams/1]).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

suite() -> [{timetrap, {minutes, 5}}].

all() -> [client_09, client_17, client_25, client_31, client_48, streams].

init_per_suite(Config) ->
    Dir = socks_node:dir("socketio"),
    ok = socks_node:npm(Dir),
    Broker = socks_broker:start(#{
        ports => [socks],
        config => fun(#{socks := Port}) -> [{rabbit_socks, [{listeners, [{{"127.0.0.1", Port}, rabbit_socks_amqp, []}]}]}] end
    }),
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

%% A stream is read on after cuts, and after a restart of the broker, which the program asks for.
streams(Config) ->
    Broker = ?config(broker, Config),
    Url = socks_broker:url(Broker, socks),
    lists:foreach(fun(Transport) ->
        Test = self(),
        Program = spawn_link(fun() ->
            Test ! {self(), socks_node:run(?config(dir, Config), "node", ["streams.mjs", "4.8.4", Transport, Url], 150_000)}
        end),
        Asked = fun() -> {0, Queues} = socks_broker:ctl(Broker, ["list_queues", "-q", "name", "messages"]), Queues end,
        ok = socks_os:wait_until(fun() -> binary:match(Asked(), <<"restart\t1\n">>) =/= nomatch end, 120_000),
        {0, _} = socks_broker:ctl(Broker, ["purge_queue", "restart"]),
        _ = socks_broker:restart(Broker),
        {Status, Output} = receive {Program, Result} -> Result end,
        ?assertEqual({Transport, 0, <<>>}, {Transport, Status, Output})
    end, ["websocket", "polling"]).
