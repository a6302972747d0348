%% SPDX-License-Identifier: MPL-2.0
%% @doc The stock client library, @stomp/stompjs, against rabbit_socks_stomp and against Web STOMP in the same broker. What it
%% sees must be the same, except where Web STOMP of 3.10.8 fails the case (see docs/STOMP.md).
-module(stomp_client_SUITE).

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, init_per_testcase/2, end_per_testcase/2]).
-export([v10/1, v11/1, v12/1, wrong_passcode/1, wrong_login/1, wrong_vhost/1, denied_vhost/1, acks/1, cumulative/1,
         transactions/1, topic/1, many/1, large/1, binary/1, heartbeats/1, goodbye/1]).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

suite() -> [{timetrap, {minutes, 3}}].

all() ->
    [v10, v11, v12, wrong_passcode, wrong_login, wrong_vhost, denied_vhost, acks, cumulative, transactions, topic, many, large,
     binary, heartbeats, goodbye].

init_per_suite(Config) ->
    Dir = socks_node:dir("stomp"),
    ok = socks_node:npm(Dir),
    Broker = socks_broker:start(#{
        ports => [socks, web, stomp],
        plugins => [rabbit_socks, rabbitmq_stomp, rabbitmq_web_stomp],
        config => fun(#{socks := Socks, web := Web, stomp := Stomp}) ->
            [{rabbitmq_stomp, [{tcp_listeners, [{"127.0.0.1", Stomp}]}]},
             {rabbitmq_web_stomp, [{tcp_config, [{port, Web}, {ip, "127.0.0.1"}]}]},
             {rabbit_socks, [{listeners, [{{"127.0.0.1", Socks}, rabbit_socks_stomp, []}]}]}]
        end
    }),
    [{0, _} = socks_broker:ctl(Broker, Args) || Args <- [["add_vhost", "other"], ["add_user", "reader", "reader"]]],
    [{broker, Broker}, {dir, Dir} | Config].

end_per_suite(Config) ->
    socks_broker:stop(?config(broker, Config)).

init_per_testcase(Case, Config) -> [{tc, Case} | Config].

end_per_testcase(_, _) -> ok.

v10(Config) -> same(Config).
v11(Config) -> same(Config).
v12(Config) -> same(Config).
wrong_passcode(Config) -> same(Config).
wrong_login(Config) -> same(Config).
wrong_vhost(Config) -> same(Config).
denied_vhost(Config) -> same(Config).
acks(Config) -> same(Config).
cumulative(Config) -> same(Config).
transactions(Config) -> same(Config).
topic(Config) -> same(Config).
many(Config) -> same(Config).
large(Config) -> same(Config).
heartbeats(Config) -> same(Config).

%% Web STOMP sends bytes as text, which ends the connection.
binary(Config) -> ours(Config).

%% Web STOMP closes before its receipt.
goodbye(Config) -> ours(Config).

same(Config) ->
    ?assertEqual(run(web, "/ws", Config), ours(Config)).

ours(Config) ->
    run(socks, "/websocket", Config).

run(Port, Path, Config) ->
    Url = "ws://127.0.0.1:" ++ integer_to_list(socks_broker:port(?config(broker, Config), Port)) ++ Path,
    {Status, Output} = socks_node:run(?config(dir, Config), "node", ["stomp.mjs", atom_to_list(?config(tc, Config)), Url], 90_000),
    ct:log("~p: ~ts", [Port, Output]),
    ?assertEqual({Port, 0, Output}, {Port, Status, Output}),
    Output.
