%% SPDX-License-Identifier: MPL-2.0
%% @doc The harness itself: what it promises of a broker, above all that nothing of it is left over.
-module(harness_SUITE).

-export([all/0, suite/0]).
-export([private/1, restart_keeps_data/1, vm_dies_with_the_tester/1, errors_are_told/1]).
-export([tester/0]).

suite() -> [{timetrap, {minutes, 3}}].

all() -> [private, restart_keeps_data, vm_dies_with_the_tester, errors_are_told].

%% Two at once do not meet, and a stop leaves no process and no file.
private(_) ->
    [One, Two] = [socks_broker:start(#{plugins => [], ez => []}) || _ <- [1, 2]],
    [] = socks_broker:rpc(One, erlang, nodes, []),
    {0, Output} = socks_broker:ctl(Two, ["status"]),
    {match, _} = re:run(Output, integer_to_list(socks_broker:port(Two, amqp))),
    Pids = [socks_broker:os_pid(B) || B <- [One, Two]],
    [ok = socks_broker:stop(B) || B <- [One, Two]],
    [false, false] = [socks_os:alive(P) || P <- Pids],
    [false, false] = [filelib:is_file(socks_broker:dir(B)) || B <- [One, Two]].

restart_keeps_data(_) ->
    Broker = socks_broker:start(#{plugins => [], ez => []}),
    {0, _} = socks_broker:ctl(Broker, ["add_vhost", "kept"]),
    Pid = socks_broker:os_pid(Broker),
    ok = socks_broker:kill9(Broker),
    false = socks_os:alive(Pid),
    _ = socks_broker:restart(Broker),
    true = socks_broker:rpc(Broker, rabbit_vhost, exists, [<<"kept">>]),
    ok = socks_broker:stop(Broker).

%% A second VM owns a broker and is killed: the broker, its epmd and its directories follow.
vm_dies_with_the_tester(_) ->
    Port = open_port({spawn_executable, os:find_executable("erl")}, [
        {args, ["-noshell", "-pa", filename:dirname(code:which(?MODULE)), "-run", atom_to_list(?MODULE), "tester"]},
        {line, 4096}, exit_status, hide
    ]),
    {os_pid, Vm} = erlang:port_info(Port, os_pid),
    {Broker, Dir} = receive
        {Port, {data, {eol, Line}}} ->
            [Pid, Path] = string:lexemes(Line, " "),
            {list_to_integer(Pid), Path}
    after 60_000 -> ct:fail(no_broker)
    end,
    true = socks_os:alive(Broker),
    socks_os:kill(Vm, "KILL"),
    ok = socks_os:await_gone(Broker, 10_000),
    ok = socks_os:wait_until(fun() -> not filelib:is_file(Dir) end, 10_000).

-spec tester() -> no_return().
tester() ->
    Broker = socks_broker:start(#{plugins => [], ez => []}),
    io:format("~b ~ts~n", [socks_broker:os_pid(Broker), socks_broker:dir(Broker)]),
    timer:sleep(infinity).

%% A broker that cannot boot says why, and is cleaned up too.
errors_are_told(_) ->
    {ok, Taken} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}}]),
    {ok, Port} = inet:port(Taken),
    try socks_broker:start(#{plugins => [], ez => [], config => [{rabbit, [{tcp_listeners, [{"127.0.0.1", Port}]}]}]}) of
        Broker ->
            ok = socks_broker:stop(Broker),
            ct:fail(booted_on_a_port_in_use)
    catch
        error:{broker_did_not_start, _Node, {exit_status, _}, [{log, Log} | _]} ->
            {match, _} = re:run(Log, "eaddrinuse|could not be bound|failed to start")
    end.
