%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_amqp_pace_tests).

-include_lib("eunit/include/eunit.hrl").

-import(rabbit_socks_amqp_pace, [new/0, is_free/1, sent/2, congested/1, drained/1, go_on/2]).

timer() -> receive {timeout, Timer, {rabbit_socks_amqp, go_on}} -> Timer end.

after_a_burst_it_waits_test() ->
    Full = sent(131072, new()),
    ?assert(is_free(Full)),
    Pausing = sent(1, Full),
    ?assertNot(is_free(Pausing)),
    ?assertEqual(same, go_on(make_ref(), Pausing)),
    {free, Again} = go_on(timer(), Pausing),
    ?assert(is_free(Again)),
    ?assert(is_free(sent(131072, Again))).

the_edge_s_word_counts_test() ->
    Pausing = sent(200000, new()),
    Congested = congested(Pausing),
    ?assertEqual(same, go_on(timer(), Congested)),
    ?assertNot(is_free(sent(1, Congested))),
    ?assert(is_free(drained(Congested))),
    ?assert(is_free(drained(Pausing))).
