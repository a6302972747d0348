%% SPDX-License-Identifier: MPL-2.0
%% @doc Browsers on RabbitMQ: the bridge beside Web STOMP in the same broker, and beside npm's socket.io with amqplib.
%%
%% `fanout' to 1,000 subscribers of one routing key, as fast as it goes and at a steady pace; `confirmed' persistent messages of
%% 1,000 clients; `logins'; and what 2,000 who have subscribed add to each process.
-module(bench_rabbit).

-export([measure/1]).

-define(SUBSCRIBERS, 1000).
-define(AT_A_TIME, 50).
-define(QUEUE, <<"bench.confirmed">>).

-spec measure(map()) -> ok.
measure(Options) ->
    %% 50 a second are more than Web STOMP can deliver.
    fanouts("Web STOMP", Options, [10], fun web_stomp/1),
    fanouts("npm", Options, [10, 50], fun npm/1),
    beside(fun web_stomp/1, fun(Broker, Theirs, Ours) ->
        {0, _} = socks_broker:ctl(Broker, ["eval", declare()]),
        bench_rounds:compare(io_lib:format("confirmed persistent messages of 100 bytes, ~b clients", [?SUBSCRIBERS]), "msg",
                             Options#{mode => "confirmed", connections => ?SUBSCRIBERS, window => 1}, Theirs, Ours)
    end),
    beside(fun web_stomp/1, fun(_, Theirs, Ours) ->
        bench_rounds:compare(io_lib:format("logins, ~b at a time", [?AT_A_TIME]), "login",
                             Options#{mode => "logins", connections => ?AT_A_TIME, window => 1}, Theirs, Ours)
    end),
    beside(fun web_stomp/1, fun(_, Theirs, Ours) -> bench_idle:measure(maps:get(load, Options), "subscribed-idle", [Theirs, Ours]) end).

fanouts(Their, Options, Paces, Peer) ->
    [beside(Peer, fun(_, Theirs, Ours) ->
        bench_rounds:compare(io_lib:format("fan-out beside ~ts, ~b subscribers, 100 bytes, ~ts", [Their, ?SUBSCRIBERS, How]), "delivery",
                             Options#{mode => Mode, connections => ?SUBSCRIBERS, window => Window}, Theirs, Ours)
    end) || {Mode, Window, How} <- [{"fanout", 16, "16 messages under way"}
                                    | [{"fanout-paced", Pace, io_lib:format("~b messages a second", [Pace])} || Pace <- Paces]]],
    ok.

%% Clients of the one are gone before those of the other come: each measurement has a broker of its own.
beside(Peer, Fun) ->
    Broker = socks_broker:start(#{
        ports => [bridge, web, stomp],
        plugins => [rabbit_socks, rabbitmq_stomp, rabbitmq_web_stomp],
        config => fun(#{bridge := Bridge, web := Web, stomp := Stomp}) ->
            [{rabbitmq_stomp, [{tcp_listeners, [{"127.0.0.1", Stomp}]}]},
             {rabbitmq_web_stomp, [{tcp_config, [{port, Web}, {ip, "127.0.0.1"}]}]},
             {rabbit_socks, [{listeners, [{{"127.0.0.1", Bridge}, rabbit_socks_amqp, [{engine_ping_interval, 300_000}]}]}]}]
        end
    }),
    {Theirs, Stop} = Peer(Broker),
    try
        Fun(Broker, Theirs, bench_peers:ours(Broker, bridge, "/socket.io/?EIO=4&transport=websocket"))
    after
        Stop(),
        ok = socks_broker:stop(Broker)
    end.

web_stomp(Broker) ->
    {#{name => "Web STOMP",
       port => socks_broker:port(Broker, web),
       path => "/ws",
       dialect => "stomp-",
       processes => [{"VM", socks_broker:os_pid(Broker)}],
       memory => fun() -> [bench_peers:vm_memory(Broker)] end}, fun() -> ok end}.

%% What the broker does for it is a part of what it costs.
npm(Broker) ->
    Url = "amqp://guest:guest@127.0.0.1:" ++ integer_to_list(socks_broker:port(Broker, amqp)),
    #{processes := Processes} = Npm = bench_peers:start_npm(websocket, [{"AMQP_URL", Url}]),
    {Npm#{processes := Processes ++ [{"VM", socks_broker:os_pid(Broker)}]}, fun() -> bench_peers:stop_npm(Npm) end}.

%% Durable, and bounded: nobody consumes it.
declare() ->
    io_lib:format("rabbit_amqqueue:declare(rabbit_misc:r(<<\"/\">>, queue, ~p), true, false, "
                  "[{<<\"x-max-length\">>, long, 100000}], none, <<\"bench\">>).", [?QUEUE]).
