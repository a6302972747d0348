%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_relay_writer_tests).

-include_lib("eunit/include/eunit.hrl").

%% Writes that wait for a word of the test.
held(Limit) ->
    Self = self(),
    rabbit_socks_relay_writer:start(fun(Data) -> Self ! {data, self(), Data}, receive {answer, Answer} -> Answer end end, Limit).

next(Answer) ->
    receive {data, Pid, Data} -> Pid ! {answer, Answer}, Data after 5000 -> error(nothing_written) end.

written(Writer) ->
    receive {rabbit_socks_relay_writer, written, Bytes} -> rabbit_socks_relay_writer:written(Writer, Bytes) after 5000 -> error(none) end.

order_and_limit_test() ->
    W0 = held(4),
    {ok, W1} = rabbit_socks_relay_writer:write(W0, <<"abc">>),
    {ok, W2} = rabbit_socks_relay_writer:write(W1, <<"d">>),
    ?assertEqual(full, rabbit_socks_relay_writer:write(W2, <<"e">>)),
    ?assertEqual(<<"abc">>, next(ok)),
    W3 = written(W2),
    {ok, W4} = rabbit_socks_relay_writer:write(W3, <<"efg">>),
    ?assertEqual(full, rabbit_socks_relay_writer:write(W4, <<"h">>)),
    ?assertEqual(<<"d">>, next(ok)),
    ?assertEqual(<<"efg">>, next(ok)),
    ok = rabbit_socks_relay_writer:finish(written(written(W4))).

%% One piece above the limit passes when nothing waits: it is what the edge has sent in one message.
large_piece_test() ->
    W0 = held(4),
    {ok, W1} = rabbit_socks_relay_writer:write(W0, <<"abcdefgh">>),
    ?assertEqual(full, rabbit_socks_relay_writer:write(W1, <<"i">>)),
    ?assertEqual(<<"abcdefgh">>, next(ok)),
    {ok, W2} = rabbit_socks_relay_writer:write(written(W1), <<"i">>),
    ?assertEqual(<<"i">>, next(ok)),
    ok = rabbit_socks_relay_writer:finish(W2).

unlimited_test() ->
    W0 = rabbit_socks_relay_writer:unlimited(held(1)),
    {ok, W1} = rabbit_socks_relay_writer:write(W0, <<"ab">>),
    {ok, W2} = rabbit_socks_relay_writer:write(W1, <<"cd">>),
    ?assertEqual(<<"ab">>, next(ok)),
    ?assertEqual(<<"cd">>, next(ok)),
    ok = rabbit_socks_relay_writer:finish(W2).

finish_waits_test() ->
    W0 = held(100),
    {ok, W1} = rabbit_socks_relay_writer:write(W0, <<"a">>),
    Self = self(),
    spawn_link(fun() -> rabbit_socks_relay_writer:finish(W1), Self ! finished end),
    receive finished -> error(too_early) after 50 -> ok end,
    ?assertEqual(<<"a">>, next(ok)),
    receive finished -> ok after 5000 -> error(never) end.

error_ends_test() ->
    process_flag(trap_exit, true),
    W0 = held(100),
    {ok, W1} = rabbit_socks_relay_writer:write(W0, <<"a">>),
    ?assertEqual(<<"a">>, next({error, closed})),
    receive {'EXIT', _, {shutdown, peer_gone}} -> ok after 5000 -> error(alive) end,
    ok = rabbit_socks_relay_writer:finish(W1),
    process_flag(trap_exit, false).
