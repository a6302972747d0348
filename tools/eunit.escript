#!/usr/bin/env escript
%% SPDX-License-Identifier: MPL-2.0
%% eunit.escript EBIN TESTS RESULT MODULE…: runs the EUnit modules and writes "PASSED FAILED SKIPPED" to RESULT, and a line for
%% each that failed.
-mode(compile).

main([Ebin, Tests, Result | Modules]) ->
    true = code:add_patha(Ebin),
    true = code:add_patha(Tests),
    %% The smallest Debian has no /etc/hosts.
    ok = inet_db:set_lookup([file, native]),
    ok = inet_db:add_host({127, 0, 0, 1}, ["localhost"]),
    ok = logger:set_handler_config(default, level, error),
    Reports = filename:join(Tests, "reports"),
    ok = filelib:ensure_path(Reports),
    [ok = file:delete(F) || F <- filelib:wildcard(filename:join(Reports, "*.xml"))],
    Outcome = eunit:test([list_to_atom(M) || M <- Modules], [{report, {eunit_surefire, [{dir, Reports}]}}]),
    Files = filelib:wildcard(filename:join(Reports, "*.xml")),
    {Ran, Failed, Skipped} = lists:foldl(fun add/2, {0, 0, 0}, Files),
    %% A module that does not load or a generator that crashes is a failure that no report counts.
    Broken = case {Outcome, Failed} of {ok, _} -> 0; {_, 0} -> 1; _ -> 0 end,
    Named = lists:flatmap(fun failures/1, Files) ++ ["a module or a generator; the output says which" || Broken =:= 1],
    ok = file:write_file(Result, [io_lib:format("~p ~p ~p~n", [Ran - Failed - Skipped, Failed + Broken, Skipped]), [[Line, $\n] || Line <- Named]]),
    halt(case Failed + Broken of 0 -> 0; _ -> 1 end).

add(File, {Ran, Failed, Skipped}) ->
    {ok, Xml} = file:read_file(File),
    [Suite | _] = binary:split(Xml, <<"<testcase">>),
    {Ran + number(<<"tests">>, Suite), Failed + number(<<"failures">>, Suite) + number(<<"errors">>, Suite),
        Skipped + number(<<"skipped">>, Suite)}.

number(Name, Xml) ->
    {match, [Digits]} = re:run(Xml, <<" ", Name/binary, "=\"([0-9]+)\"">>, [{capture, all_but_first, binary}]),
    binary_to_integer(Digits).

%% The names of those that failed, and of those whose time was over: EUnit calls these skipped.
failures(File) ->
    {ok, Xml} = file:read_file(File),
    case re:run(Xml, <<"<testcase [^>]*name=\"([^\"]*)\">\\s*<(?:failure|error|skipped)">>, [global, {capture, all_but_first, binary}]) of
        {match, Names} -> [Name || [Name] <- Names];
        nomatch -> []
    end.
