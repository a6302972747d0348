%% SPDX-License-Identifier: MPL-2.0
%% @doc What subscribers that do not read cost those that do: 900 of one routing key, alone and beside 100 that sleep, under each
%% policy.
-module(bench_slow).

-export([measure/1]).

-define(READERS, 900).
-define(PACE, 50). % messages a second
%% Low, so that a sleeper is at its limits when the measurement begins.
-define(LIMITS, [{send_queue_soft, 16_384}, {send_queue_hard, 65_536}, {send_timeout, 300_000}, {engine_ping_interval, 300_000}]).

-spec measure(map()) -> ok.
measure(Options) ->
    lists:foreach(fun(Policy) -> policy(Policy, Options) end, ["close", "drop_oldest", "conflate"]).

policy(Policy, Options) ->
    Broker = socks_broker:start(#{
        ports => [bridge],
        plugins => [rabbit_socks],
        config => fun(#{bridge := Bridge}) ->
            [{rabbit_socks, [{listeners, [{{"127.0.0.1", Bridge}, rabbit_socks_amqp, ?LIMITS}]}]}]
        end
    }),
    Alone = bench_peers:ours(Broker, bridge, "/socket.io/?EIO=4&transport=websocket"),
    try
        bench_rounds:compare(io_lib:format("~b subscribers, 100 bytes, ~b messages a second, beside ~b that do not read: ~ts",
                                           [?READERS, ?PACE, ?READERS div 9, Policy]), "delivery",
                             Options#{mode => "fanout-paced", connections => ?READERS, window => ?PACE},
                             Alone#{name := "alone"}, Alone#{name := "beside sleepers", dialect => Policy ++ "-"})
    after
        ok = socks_broker:stop(Broker)
    end.
