#!/usr/bin/env escript
%% SPDX-License-Identifier: MPL-2.0
%% xref.escript EBIN: calls to functions that do not exist, deprecated calls, locals that nobody uses.
-mode(compile).

main([Ebin]) ->
    {ok, _} = xref:start(socks),
    ok = xref:set_default(socks, [{warnings, false}, {verbose, false}]),
    ok = xref:set_library_path(socks, code:get_path()),
    {ok, _} = xref:add_directory(socks, Ebin),
    Found = [{Kind, Item} || Kind <- [undefined_function_calls, deprecated_function_calls, locals_not_used],
        {ok, Items} <- [xref:analyze(socks, Kind)], Item <- Items],
    [io:format("xref: ~p: ~p~n", [Kind, Item]) || {Kind, Item} <- Found],
    case Found of
        [] -> io:format("xref: clean~n");
        _ -> halt(1)
    end.
