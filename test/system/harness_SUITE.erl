%% SPDX-License-Identifier: MPL-2.0
%% @doc The harness itself: what it promises of a broker, above all that nothing of it is left over.
-module(harness_SUITE).

-export([all/0, suite/0]).
-export([private/1, restart_keeps_data/1, vm_dies_with_the_tester/1, errors_are_told/1, failures_are_named/1]).
-export([tester/0]).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

suite() -> [{timetrap, {minutes, 3}}].

all() -> [private, restart_keeps_data, vm_dies_with_the_tester, errors_are_told, failures_are_named].

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

%% Of a run of suites that fail in every way there is, the last lines say what failed; so does the total of all runs.
failures_are_named(Config) ->
    Dir = ?config(priv_dir, Config),
    _ = [ok = suite(Dir, Name, Functions) || {Name, Functions} <- [
        {cases_SUITE, [
            "all() -> [passes, compared, matched, given_up, too_slow, exited, unwanted, {group, cases}].",
            "groups() -> [{cases, [], [passes, compared]}].",
            "suite() -> [{timetrap, 1000}].",
            "init_per_group(_, _) -> error(no_group).",
            "end_per_group(_, _) -> ok.",
            "passes(_) -> ok.",
            "compared(_) -> error({assertEqual, [{module, ?MODULE}, {line, 1}, {expression, []}, {expected, <<\"one\\ntwo\">>}, {value, binary:copy(<<0>>, 9999)}]}).",
            "matched(_) -> ok = hd([{error, none}]).",
            "given_up(_) -> ct:fail(\"~p of ~p\", [1, 2]).",
            "too_slow(_) -> receive never -> ok end.",
            "exited(_) -> _ = spawn_link(fun() -> exit(gone) end), receive never -> ok end.",
            "unwanted(_) -> {skip, nobody}."]},
        {begins_SUITE, ["all() -> [one, two].", "init_per_suite(_) -> error(nothing_there).", "end_per_suite(_) -> ok.", "one(_) -> ok.", "two(_) -> ok."]},
        {ends_SUITE, ["all() -> [one].", "init_per_suite(Config) -> Config.", "end_per_suite(_) -> error(left_over).", "one(_) -> ok."]}]],
    {ok, _} = file:copy(code:which(socks_failures), filename:join(Dir, "socks_failures.beam")),
    Root = os:getenv("RABBIT_SOCKS_ROOT"),
    Run = fun(Program, Args) -> {Status, Output} = socks_node:run(Dir, Program, Args), {Status, binary:split(Output, <<"\n">>, [global, trim])} end,
    {1, Lines} = Run("escript", [filename:join(Root, "tools/ct.escript"), Dir, Dir, filename:join(Dir, "logs"), filename:join(Dir, "results"), "", "mine", "cases", "begins", "ends"]),
    Failed = [
        "cases_SUITE:compared: expected <<\"one\\ntwo\">>, got <<0,0,0,",
        "cases_SUITE:matched: {badmatch,{error,none}}, cases_SUITE:10",
        "cases_SUITE:given_up: \"1 of 2\"",
        "cases_SUITE:too_slow: timetrap_timeout",
        "cases_SUITE:exited: gone",
        "cases_SUITE:init_per_group: no_group, cases_SUITE:6 (2 cases did not run)",
        "begins_SUITE:init_per_suite: nothing_there, begins_SUITE:4 (2 cases did not run)",
        "ends_SUITE:end_per_suite: left_over, ends_SUITE:5"],
    Begins = fun(Prefix, Of) -> [binary_part(Line, 0, min(byte_size(Line), length(Prefix) + length(Name))) || {Name, Line} <- lists:zip(Failed, Of)] end,
    Last = lists:nthtail(length(Lines) - length(Failed) - 1, Lines),
    ?assertEqual([list_to_binary("failed: " ++ Line) || Line <- Failed], Begins("failed: ", lists:droplast(Last))),
    ?assertMatch(<<"mine: 2 passed, 10 failed, 1 skipped;", _/binary>>, lists:last(Last)),
    {1, Total} = Run("sh", [filename:join(Root, "tools/total.sh"), filename:join(Dir, "results/mine")]),
    ?assertEqual([list_to_binary("failed: mine: " ++ Line) || Line <- Failed], Begins("failed: mine: ", lists:droplast(Total))),
    ?assertEqual(<<"2 passed, 10 failed, 1 skipped">>, lists:last(Total)).

suite(Dir, Name, Functions) ->
    File = filename:join(Dir, atom_to_list(Name) ++ ".erl"),
    Source = ["-module(", atom_to_list(Name), ").\n-compile([export_all, nowarn_export_all]).\n" | [[F, $\n] || F <- Functions]],
    ok = file:write_file(File, Source),
    {ok, Name} = compile:file(File, [debug_info, {outdir, Dir}]),
    ok.
