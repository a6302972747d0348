%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_stomp_login_tests).

-include_lib("eunit/include/eunit.hrl").

in_process(Test) ->
    {Pid, Monitor} = spawn_monitor(fun() -> exit({result, Test()}) end),
    receive {'DOWN', Monitor, process, Pid, {result, Result}} -> Result end.

%% Row B01: the sum counts, in whatever pieces it comes.
bytes_test_() ->
    Feed = fun(Sizes) ->
        in_process(fun() ->
            lists:foldl(fun
                (Size, {ok, Login}) -> rabbit_socks_stomp_login:received(Size, Login);
                (_, Error) -> Error
            end, {ok, rabbit_socks_stomp_login:begun(10_000, late)}, Sizes)
        end)
    end,
    [?_assertMatch({ok, _}, Feed([69_632])), ?_assertMatch({ok, _}, Feed(lists:duplicate(69_632, 1))),
     ?_assertMatch({error, {too_long, login, 69_632}}, Feed([69_633])),
     ?_assertMatch({error, {too_long, login, 69_632}}, Feed([69_632, 1])),
     ?_assertMatch({error, {too_long, login, 69_632}}, Feed(lists:duplicate(24, 3_000)))].

%% Row B03: what comes does not move the end of the time.
time_test() ->
    ?assertEqual(late, in_process(fun() ->
        {ok, _} = rabbit_socks_stomp_login:received(1, rabbit_socks_stomp_login:begun(1, late)),
        receive Message -> Message end
    end)).

%% Afterwards nothing of it is left.
done_test() ->
    ?assertEqual({ok, none, 0}, in_process(fun() ->
        Login = rabbit_socks_stomp_login:done(rabbit_socks_stomp_login:begun(50, late)),
        {Ok, _} = rabbit_socks_stomp_login:received(1_000_000_000, Login),
        {max_heap_size, #{size := Size}} = process_info(self(), max_heap_size),
        {Ok, receive Message -> Message after 100 -> none end, Size}
    end)).

memory_test() ->
    ?assertMatch(#{size := 2_097_152, kill := true}, in_process(fun() ->
        _ = rabbit_socks_stomp_login:begun(10_000, late),
        element(2, process_info(self(), max_heap_size))
    end)).
