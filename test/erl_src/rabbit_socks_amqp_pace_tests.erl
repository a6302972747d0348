%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_amqp_pace_tests).

-include_lib("eunit/include/eunit.hrl").

-export([sync/2]).

-import(rabbit_socks_amqp_pace, [new/0, is_free/1, congested/1, drained/1, synced/2]).

%% A writer.
sync(Number, To) ->
    _ = To ! {sync, Number},
    ok.

sent(Size, Pace) -> rabbit_socks_amqp_pace:sent(Size, {?MODULE, self()}, Pace).

asked() -> receive {sync, Number} -> Number after 0 -> none end.

after_a_burst_it_asks_test() ->
    Full = sent(131072, new()),
    ?assert(is_free(Full)),
    ?assertEqual(none, asked()),
    Waiting = sent(1, Full),
    ?assertNot(is_free(Waiting)),
    Number = asked(),
    ?assertEqual(same, synced(Number - 1, Waiting)),
    {free, Again} = synced(Number, Waiting),
    ?assert(is_free(Again)),
    ?assert(is_free(sent(131072, Again))),
    ?assertEqual(none, asked()).

%% Another part of the session asked later, and only that was answered.
a_later_answer_counts_test() ->
    Waiting = sent(200000, new()),
    ?assertMatch({free, _}, synced(asked() + 1, Waiting)).

numbers_grow_test() ->
    _ = sent(200000, new()),
    First = asked(),
    _ = sent(200000, new()),
    ?assert(asked() > First).

what_else_the_edge_says_counts_test() ->
    Waiting = sent(200000, new()),
    Congested = congested(Waiting),
    ?assertEqual(same, synced(asked(), Congested)),
    ?assertNot(is_free(sent(1, Congested))),
    ?assert(is_free(drained(Congested))),
    ?assert(is_free(drained(Waiting))).
