%% SPDX-License-Identifier: MPL-2.0
%% @doc What is there without us: what any server has to pay for the same deliveries and confirms. `sends', the kernel's for a
%% broadcast over loopback (sends.cc); `confirmed', the broker's for persistent messages with confirms, of one publisher
%% within it (bench_floor_publisher), by amqp_client, by its channel alone, and by the queue's process alone.
-module(bench_floor).

-export([measure/1]).

-define(CONNECTIONS, 1000).
%% Of an event `message' with a body of 100 bytes, as the edge frames it.
-define(BYTES, 260).
-define(QUEUE, <<"bench.floor">>).

-spec measure(map()) -> ok.
measure(#{load := Load, seconds := Seconds, rounds := Rounds}) ->
    io:format("~nfloor: one send of ~b bytes to each of ~b connections~n", [?BYTES, ?CONNECTIONS]),
    [io:format("  ~b: ~b messages a second, ~ts~n", [Round, Pace, sends(filename:join(filename:dirname(Load), "sends"), Pace, Seconds)])
     || Pace <- [10, 50], Round <- lists:seq(1, Rounds)],
    Broker = socks_broker:start(),
    try
        ok = socks_broker:load(Broker, bench_floor_publisher),
        io:format("~nfloor: confirmed persistent messages of 100 bytes, ~b under way~n", [?CONNECTIONS]),
        [io:format("  ~b: ~ts, ~ts~n", [Round, By, confirmed(Broker, By, list_to_integer(Seconds))])
         || Round <- lists:seq(1, Rounds), By <- [amqp_client, channel, queue]],
        ok
    after
        ok = socks_broker:stop(Broker)
    end.

sends(Program, Pace, Seconds) ->
    {0, Output} = socks_node:run(".", Program, [integer_to_list(?CONNECTIONS), integer_to_list(Pace), Seconds, integer_to_list(?BYTES)]),
    {match, [Rate, Cpu]} = re:run(Output, "rate ([0-9.]+)\\s+generator_cpu_us ([0-9.]+)", [{capture, all_but_first, binary}]),
    [Rate, " send/s, ", Cpu, " us"].

confirmed(Broker, By, Seconds) ->
    {Rate, Cpu} = socks_broker:rpc(Broker, bench_floor_publisher, run, [By, ?QUEUE, ?CONNECTIONS, Seconds], (Seconds + 30) * 1000),
    io_lib:format("~b msg/s, VM ~.1f us", [Rate, Cpu]).
