%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_stomp_waiting_tests).

-include_lib("eunit/include/eunit.hrl").
-import(rabbit_socks_stomp_waiting, [new/0, in/3, out/1, is_empty/1]).

-define(MIB, 1_048_576).

fill(Messages) ->
    lists:foldl(fun({Message, Limit}, Waiting) -> {ok, Waiting1} = in(Message, Limit, Waiting), Waiting1 end, new(), Messages).

first_in_first_out_test() ->
    Waiting = fill([{a, flow}, {b, {unbounded, 1}}, {c, flow}]),
    {a, W1} = out(Waiting),
    {b, W2} = out(W1),
    {c, W3} = out(W2),
    ?assertEqual({empty, [false, false, false, true]}, {out(W3), [is_empty(W) || W <- [Waiting, W1, W2, W3]]}).

what_has_another_limit_is_not_counted_test() ->
    ?assertMatch({ok, _}, in(last, flow, fill([{n, {unbounded, 16 * ?MIB}}]))).

the_rest_is_test() ->
    Full = fill([{n, {unbounded, ?MIB}} || _ <- lists:seq(1, 16)]),
    ?assertEqual(full, in(last, {unbounded, 1}, Full)),
    {n, Less} = out(Full),
    ?assertMatch({ok, _}, in(last, {unbounded, ?MIB}, Less)).
