%% SPDX-License-Identifier: MPL-2.0
%% @doc Two servers under the same load in turns. The ratio within a round is what counts; the median of the rounds is printed.
-module(bench_rounds).

-export([compare/5]).

-type options() :: #{
    load := file:filename(),
    mode := string(),
    connections := pos_integer(),
    window := pos_integer(),
    seconds := string(),
    rounds := pos_integer()
}.
-type result() :: #{
    rate := float(),
    cpu := [{Name :: string(), Microseconds :: float()}],
    latency := [{Name :: string(), Microseconds :: float()}]
}.

-spec compare(iodata(), string(), options(), bench_peers:peer(), bench_peers:peer()) -> ok.
compare(Title, Unit, #{rounds := Rounds} = Options, #{name := Their} = Theirs, #{name := Our} = Ours) ->
    io:format("~n~ts~n", [Title]),
    Results = [round(Round, Unit, Options, Theirs, Ours) || Round <- lists:seq(1, Rounds)],
    io:format("  median: ~ts ~ts, ~ts ~ts; ~.2f times the rate, ~.2f times the CPU a ~ts~n",
              [Their, show(median_of(1, Results), Unit), Our, show(median_of(2, Results), Unit),
               median([rate(T, O) || {T, O} <- Results]), median([cpu(T, O) || {T, O} <- Results]), Unit]).

round(Round, Unit, Options, #{name := Their} = Theirs, #{name := Our} = Ours) ->
    Result = {T, O} = {run(Options, Theirs), run(Options, Ours)},
    io:format("  ~b: ~ts ~ts, ~ts ~ts; ~.2f, ~.2f~n", [Round, Their, show(T, Unit), Our, show(O, Unit), rate(T, O), cpu(T, O)]),
    Result.

-spec run(options(), bench_peers:peer()) -> result().
run(#{load := Load, mode := Mode, connections := Connections, window := Window, seconds := Seconds}, #{port := Port, path := Path} = Peer) ->
    Processes = maps:get(processes, Peer),
    Args = [maps:get(dialect, Peer, "") ++ Mode, "127.0.0.1", integer_to_list(Port), Path, integer_to_list(Connections), integer_to_list(Window), Seconds
            | [integer_to_list(Pid) || {_, Pid} <- Processes]],
    case socks_node:run(".", Load, Args) of
        {0, Output} ->
            #{rate => value("rate", Output),
              cpu => [{Name, value(["cpu_us ", integer_to_list(Pid)], Output)} || {Name, Pid} <- Processes],
              latency => [{Name, value(["latency_", Name, "_us"], Output)} || Name <- ["p50", "p99"],
                          string:find(Output, ["latency_", Name]) =/= nomatch]};
        {_, Output} ->
            error({load, Output})
    end.

show(#{rate := Rate, cpu := Cpu, latency := Latency}, Unit) ->
    io_lib:format("~b ~ts/s, ~ts us~ts",
                  [round(Rate), Unit, lists:join(" + ", [io_lib:format("~ts ~.2f", [Name, Us]) || {Name, Us} <- Cpu]),
                   [io_lib:format(", ~ts ~.1f ms", [Name, Us / 1000]) || {Name, Us} <- Latency]]).

rate(#{rate := Theirs}, #{rate := Ours}) -> Ours / Theirs.

cpu(#{cpu := Theirs}, #{cpu := Ours}) -> sum(Ours) / sum(Theirs).

sum(Cpu) -> lists:sum([Us || {_, Us} <- Cpu]).

%% Each figure by itself.
median_of(N, Results) ->
    All = [#{cpu := Cpu, latency := Latency} | _] = [element(N, Result) || Result <- Results],
    Of = fun(Key, Names) -> [{Name, median([proplists:get_value(Name, maps:get(Key, Result)) || Result <- All])} || {Name, _} <- Names] end,
    #{rate => median([Rate || #{rate := Rate} <- All]), cpu => Of(cpu, Cpu), latency => Of(latency, Latency)}.

value(Name, Output) ->
    {match, [Text]} = re:run(Output, ["(?m)^", Name, " ([0-9.]+)"], [{capture, all_but_first, binary}]),
    try binary_to_float(Text) catch error:badarg -> float(binary_to_integer(Text)) end.

median(Values) ->
    lists:nth((length(Values) + 1) div 2, lists:sort(Values)).
