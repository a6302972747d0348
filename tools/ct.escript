#!/usr/bin/env escript
%% SPDX-License-Identifier: MPL-2.0
%% ct.escript EBIN BEAMS LOGS RESULTS CASE NAME SUITE…: runs Common Test suites (without "_SUITE") that are compiled in BEAMS and
%% writes "PASSED FAILED SKIPPED" to RESULTS/NAME. A case that Common Test skipped by itself, since its init failed, has failed.
-mode(compile).

main([_Ebin, _Beams, _Logs, Results, _Case, Name]) ->
    ok = filelib:ensure_path(Results),
    ok = file:write_file(filename:join(Results, Name), "0 0 0\n"),
    io:format("no suites for ~s~n", [Name]);
main([Ebin, Beams, Logs, Results, Case, Name | Suites]) ->
    true = code:add_patha(Ebin),
    true = code:add_patha(Beams),
    LogDir = filename:join(Logs, Name),
    ok = filelib:ensure_path(LogDir),
    ok = filelib:ensure_path(Results),
    Outcome = ct:run_test(
        [
            {dir, Beams},
            {suite, [S ++ "_SUITE" || S <- Suites]},
            {auto_compile, false},
            {logdir, LogDir},
            {scale_timetraps, true},
            {basic_html, true}
        ] ++ [{testcase, [list_to_atom(C) || C <- string:lexemes(Case, " ,")]} || Case =/= ""]
    ),
    {Passed, Failed, Skipped} =
        case Outcome of
            {Ok, Bad, {User, Auto}} -> {Ok, Bad + Auto, User};
            {error, Reason} -> io:format("Common Test: ~p~n", [Reason]), {0, 1, 0}
        end,
    ok = file:write_file(filename:join(Results, Name), io_lib:format("~p ~p ~p~n", [Passed, Failed, Skipped])),
    io:format("~s: ~p passed, ~p failed, ~p skipped; logs in ~s~n", [Name, Passed, Failed, Skipped, LogDir]),
    halt(case Failed of 0 -> 0; _ -> 1 end).
