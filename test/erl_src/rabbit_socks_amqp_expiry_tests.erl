%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_amqp_expiry_tests).

-include_lib("eunit/include/eunit.hrl").

-define(DAY, 86_400_000).

%% On the wall, in seconds; and what has passed of it.
now_s() -> erlang:system_time(second).

in(Ms) -> erlang:monotonic_time(millisecond) + Ms.

fired() ->
    receive {timeout, Timer, {rabbit_socks_amqp, expiry}} -> Timer end.

never_test() ->
    ?assertEqual(never, rabbit_socks_amqp_expiry:start(never, 1000)),
    ?assertEqual({wait, never}, rabbit_socks_amqp_expiry:passed(make_ref(), never)).

%% At each moment: wait, tell, end.
due_test() ->
    Expiry = rabbit_socks_amqp_expiry:start(now_s() + 3600, 60_000),
    Due = fun(Ms) -> rabbit_socks_amqp_expiry:due(in(Ms), Expiry) end,
    ?assertEqual(wait, Due(3_530_000)),
    {expires, Left} = Due(3_550_000),
    ?assert(Left >= 40 andalso Left =< 50),
    ?assertEqual(expired, Due(3_610_000)).

%% A notice is given once, the end comes whether it was given or not.
told_once_test() ->
    Expiry = rabbit_socks_amqp_expiry:start(now_s() + 3600, 4_000_000),
    {expires, _, Told} = rabbit_socks_amqp_expiry:passed(fired(), Expiry),
    ?assertEqual(wait, rabbit_socks_amqp_expiry:due(in(3_590_000), Told)),
    ?assertEqual(expired, rabbit_socks_amqp_expiry:due(in(3_601_000), Told)).

ended_test() ->
    Expiry = rabbit_socks_amqp_expiry:start(now_s() - 1, 1000),
    ?assertEqual(expired, rabbit_socks_amqp_expiry:passed(fired(), Expiry)).

%% No timer takes such a number.
far_test() ->
    Expiry = rabbit_socks_amqp_expiry:start(1 bsl 80, 1000),
    ?assertEqual(wait, rabbit_socks_amqp_expiry:due(in(1000 * ?DAY), Expiry)).

%% Other credentials: the timer of the first says nothing any more.
restart_test() ->
    First = rabbit_socks_amqp_expiry:start(now_s() - 1, 1000),
    Timer = fired(),
    Second = rabbit_socks_amqp_expiry:restart(now_s() + 3600, 1000, First),
    ?assertEqual({wait, Second}, rabbit_socks_amqp_expiry:passed(Timer, Second)),
    ?assertEqual(never, rabbit_socks_amqp_expiry:restart(never, 1000, Second)),
    ?assertMatch({wait, never}, rabbit_socks_amqp_expiry:passed(Timer, never)).
