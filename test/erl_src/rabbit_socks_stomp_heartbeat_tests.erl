%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_stomp_heartbeat_tests).

-include_lib("eunit/include/eunit.hrl").
-import(rabbit_socks_stomp_heartbeat, [new/3, sent/2, received/2, pause/1, resume/2, tick/2]).

never_test() ->
    ?assertEqual({[], infinity}, tick(new(0, 0, 5), 1_000_000)).

a_silent_server_beats_test() ->
    H = new(1000, 0, 0),
    ?assertEqual({[], 500}, tick(H, 0)),
    ?assertEqual({[], 1}, tick(H, 499)),
    ?assertEqual({[beat], 500}, tick(H, 500)),
    ?assertEqual({[], 500}, tick(sent(H, 500), 500)).

%% Between any two things that are sent there is less than what was promised, whenever others are sent in between.
the_promise_is_kept_test() ->
    _ = rand:seed(exsss, {3, 2, 1}),
    [?assert(longest_gap(new(1000, 0, 0), 0, 0, 0, lists:sort([rand:uniform(60_000) || _ <- lists:seq(1, N)])) =< 500)
     || N <- lists:seq(0, 200)],
    ok.

longest_gap(H, Now, Sent, Gap, Others) ->
    {Due, Next} = tick(H, Now),
    case {Due, Others} of
        _ when Now > 60_000 -> max(Gap, Now - Sent);
        {[beat], _} -> longest_gap(sent(H, Now), Now, Now, max(Gap, Now - Sent), Others);
        {[], [At | Rest]} when At =< Now + Next -> longest_gap(sent(H, At), At, At, max(Gap, At - Sent), Rest);
        {[], _} -> longest_gap(H, Now + Next, Sent, Gap, Others)
    end.

a_silent_client_dies_after_twice_its_promise_test() ->
    H = new(0, 1000, 0),
    ?assertEqual({[], 1}, tick(H, 1999)),
    ?assertMatch({[dead], _}, tick(H, 2000)),
    ?assertEqual({[], 1500}, tick(received(H, 1500), 2000)).

who_is_not_read_does_not_die_test() ->
    H = pause(new(0, 1000, 0)),
    ?assertEqual({[], 2000}, tick(H, 100_000)),
    ?assertEqual({[], 2000}, tick(received(H, 50_000), 100_000)),
    ?assertMatch({[], 2000}, tick(resume(H, 100_000), 100_000)),
    ?assertMatch({[dead], _}, tick(resume(H, 100_000), 102_000)).

who_was_read_all_the_time_gets_no_more_time_test() ->
    ?assertMatch({[dead], _}, tick(resume(new(0, 1000, 0), 1999), 2000)).

both_test() ->
    ?assertMatch({[beat, dead], _}, tick(new(1000, 500, 0), 1000)),
    ?assertEqual({[], 400}, tick(new(1000, 500, 0), 100)).

a_millisecond_test() ->
    ?assertEqual({[beat], 1}, tick(new(1, 0, 0), 1)).
