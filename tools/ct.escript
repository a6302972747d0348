#!/usr/bin/env escript
%% SPDX-License-Identifier: MPL-2.0
%% ct.escript EBIN BEAMS LOGS RESULTS CASE NAME SUITE…: runs Common Test suites (without "_SUITE") that are compiled in BEAMS and
%% writes "PASSED FAILED SKIPPED" to RESULTS/NAME, and a line for each that failed (socks_failures), which it prints, too. A case
%% that Common Test skipped by itself, since its init failed, has failed, and so has a suite that could not be ended.
-mode(compile).

main([_Ebin, _Beams, _Logs, Results, _Case, Name]) ->
    ok = filelib:ensure_path(Results),
    ok = file:write_file(filename:join(Results, Name), "0 0 0\n"),
    io:format("no suites for ~s~n", [Name]);
main([Ebin, Beams, Logs, Results, Case, Name | Suites]) ->
    [true = code:add_patha(filename:absname(Dir)) || Dir <- [Ebin, Beams]],
    LogDir = filename:join(Logs, Name),
    ok = filelib:ensure_path(LogDir),
    ok = filelib:ensure_path(Results),
    true = register(ct_runner, self()),
    Outcome = ct:run_test(
        [
            {dir, Beams},
            {suite, [S ++ "_SUITE" || S <- Suites]},
            {auto_compile, false},
            {logdir, LogDir},
            {scale_timetraps, true},
            {basic_html, true},
            {ct_hooks, [{socks_failures, ct_runner}]}
        ] ++ [{testcase, [list_to_atom(C) || C <- string:lexemes(Case, " ,")]} || Case =/= ""]
    ),
    {Ends, Lines} = receive {failures, E, L} -> {E, L} after 0 -> {0, []} end,
    {{Passed, Failed, Skipped}, Named} =
        case Outcome of
            {Ok, Bad, {User, Auto}} -> {{Ok, Bad + Auto + Ends, User}, Lines};
            {error, Reason} -> {{0, 1, 0}, Lines ++ [unicode:characters_to_binary(io_lib:format("Common Test: ~0tp", [Reason]))]}
        end,
    ok = file:write_file(filename:join(Results, Name), [io_lib:format("~p ~p ~p~n", [Passed, Failed, Skipped]), [[Line, $\n] || Line <- Named]]),
    [io:format("failed: ~ts~n", [Line]) || Line <- Named],
    io:format("~s: ~p passed, ~p failed, ~p skipped; logs in ~s~n", [Name, Passed, Failed, Skipped, LogDir]),
    halt(case Failed of 0 -> 0; _ -> 1 end).
