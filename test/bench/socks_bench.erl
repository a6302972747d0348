%% SPDX-License-Identifier: MPL-2.0
%% @doc `make bench': rabbit_socks_echo beside a plain Cowboy echo in one broker, in turns, so that both see the same machine.
%%
%% Echo: 64 bytes of text, 100 connections, windows of 1 and 16. Each round runs both; the ratio of a round is what counts,
%% and the median of the rounds is printed. CPU is that of the broker's VM and, for ours, the edge. Idle: what 2,000 open
%% connections add to each process, a connection.
-module(socks_bench).

-export([main/1]).

-define(CONNECTIONS, 100).
-define(IDLE, 2000).
-define(SIZE, 64).

-spec main([string()]) -> no_return().
main([Load, Seconds, Rounds]) ->
    Broker = socks_broker:start(#{
        ports => [socks, cowboy],
        config => fun(#{socks := Port}) ->
            [{rabbit_socks, [{listeners, [{{"127.0.0.1", Port}, rabbit_socks_echo, []}]}]}]
        end
    }),
    ok = socks_broker:load(Broker, cowboy_echo),
    ok = socks_broker:rpc(Broker, cowboy_echo, listen, [socks_broker:port(Broker, cowboy)]),
    try
        [echo(Broker, Load, Window, Seconds, list_to_integer(Rounds)) || Window <- [1, 16]],
        idle(Broker, Load)
    after
        ok = socks_broker:stop(Broker)
    end,
    halt(0).

echo(Broker, Load, Window, Seconds, Rounds) ->
    io:format("~necho, ~b bytes, ~b connections, window ~b~n", [?SIZE, ?CONNECTIONS, Window]),
    io:format("  ~-7s ~30s ~30s ~14s~n", ["round", "Cowboy msg/s, us CPU/msg", "ours msg/s, us CPU/msg", "rate, CPU"]),
    Ratios = [echo_round(Broker, Load, Window, Seconds, Round) || Round <- lists:seq(1, Rounds)],
    {Rate, Cpu} = lists:unzip(Ratios),
    io:format("  median: ~.2f times Cowboy's rate, ~.2f times its CPU a message~n", [median(Rate), median(Cpu)]).

echo_round(Broker, Load, Window, Seconds, Round) ->
    {CowboyRate, CowboyCpu} = run(Broker, Load, cowboy, Window, Seconds),
    {Rate, Cpu} = run(Broker, Load, socks, Window, Seconds),
    io:format("  ~-7b ~20b ~9.1f ~20b ~9.1f ~8.2f ~5.2f~n",
              [Round, round(CowboyRate), CowboyCpu, round(Rate), Cpu, Rate / CowboyRate, Cpu / CowboyCpu]),
    {Rate / CowboyRate, Cpu / CowboyCpu}.

run(Broker, Load, Server, Window, Seconds) ->
    Pids = [integer_to_list(P) || P <- processes(Broker, Server)],
    {0, Output} = socks_node:run(".", Load, ["echo", "127.0.0.1", integer_to_list(socks_broker:port(Broker, Server)), path(Server),
        integer_to_list(?CONNECTIONS), integer_to_list(Window), integer_to_list(?SIZE), Seconds | Pids]),
    {value(<<"messages_per_second">>, Output), value(<<"server_cpu_us_per_message">>, Output)}.

%% Memory is looked at when what the handshakes needed has been given back.
idle(Broker, Load) ->
    io:format("~nidle, bytes a connection, ~b connections~n", [?IDLE]),
    [idle(Broker, Load, Server) || Server <- [cowboy, socks]].

idle(Broker, Load, Server) ->
    Before = memory(Broker, Server),
    Port = open_port({spawn_executable, Load}, [{args, ["idle", "127.0.0.1",
        integer_to_list(socks_broker:port(Broker, Server)), path(Server), integer_to_list(?IDLE)]}, {line, 1000}, exit_status, use_stdio]),
    receive
        {Port, {data, {eol, "ready" ++ _}}} -> ok;
        {Port, Other} -> error({load, Other})
    after 60_000 -> error({load, timeout})
    end,
    After = memory(Broker, Server),
    io:format("  ~-7s ~ts~n", [Server, lists:join(", ", [io_lib:format("~ts ~b", [Name, round((A - B) / ?IDLE)])
                               || {{Name, B}, {Name, A}} <- lists:zip(Before, After)])]),
    true = port_close(Port),
    timer:sleep(1000).

memory(Broker, Server) ->
    timer:sleep(3000),
    _ = [socks_broker:rpc(Broker, erlang, garbage_collect, [P]) || P <- socks_broker:rpc(Broker, erlang, processes, [])],
    Vm = {"VM (erlang:memory)", socks_broker:rpc(Broker, erlang, memory, [total])},
    case Server of
        cowboy -> [Vm];
        socks -> [Vm, {"edge (resident)", socks_os:rss(socks_broker:edge(Broker))}]
    end.

processes(Broker, cowboy) -> [socks_broker:os_pid(Broker)];
processes(Broker, socks) -> [socks_broker:os_pid(Broker), socks_broker:edge(Broker)].

path(cowboy) -> "/echo";
path(socks) -> "/websocket".

value(Name, Output) ->
    {match, [Text]} = re:run(Output, <<"(?m)^", Name/binary, " ([0-9.]+)">>, [{capture, all_but_first, binary}]),
    try binary_to_float(Text) catch error:badarg -> float(binary_to_integer(Text)) end.

median(Values) ->
    lists:nth((length(Values) + 1) div 2, lists:sort(Values)).
