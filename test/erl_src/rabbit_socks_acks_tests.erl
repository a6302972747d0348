%% SPDX-License-Identifier: MPL-2.0
%% @doc Which acknowledgements are outstanding, and that a client's is sent once.
-module(rabbit_socks_acks_tests).

-include_lib("eunit/include/eunit.hrl").

-import(rabbit_socks_acks, [new/0, next/1, open/4, take/2, outstanding/1, failed/1, too_many/2, handle/2, id/2, use/1]).

open_many(N) -> lists:foldl(fun(Id, Acks) -> Id = next(Acks), open(Id, {tag, Id}, 60000, Acks) end, new(), lists:seq(1, N)).

taken_once_test() ->
    Acks0 = open_many(3),
    ?assertEqual([{tag, 1}, {tag, 2}, {tag, 3}], outstanding(Acks0)),
    {{ok, {tag, 2}}, Acks1} = take(2, Acks0),
    ?assertEqual({unknown, Acks1}, take(2, Acks1)),
    ?assertEqual({unknown, Acks1}, take(0, Acks1)),
    ?assertEqual([{tag, 1}, {tag, 3}], outstanding(Acks1)),
    %% An id is never used again.
    ?assertEqual(4, next(Acks1)).

limit_test() ->
    Acks0 = open_many(1000),
    ?assertEqual(too_many, next(Acks0)),
    Acks1 = too_many(b, too_many(a, Acks0)),
    %% One word of it to the process.
    receive {'$socks', failed_acks} -> ok after 0 -> error(not_told) end,
    receive {'$socks', failed_acks} -> error(told_twice) after 0 -> ok end,
    ?assertEqual({[a, b], Acks0}, failed(Acks1)),
    ?assertEqual({[], Acks0}, failed(Acks0)),
    {{ok, _}, Acks2} = take(7, Acks0),
    ?assertEqual(1001, next(Acks2)).

timer_test() ->
    Acks = open(1, a, 1, new()),
    receive {timeout, _, {rabbit_socks_ack, 1}} -> ok after 10000 -> error(no_timeout) end,
    {{ok, a}, _} = take(1, Acks).

%% Of one that was taken no timer is left.
cancelled_test() ->
    {{ok, a}, _} = take(1, open(1, a, 100, new())),
    receive {timeout, _, {rabbit_socks_ack, 1}} -> error(not_cancelled) after 300 -> ok end.

handles_test() ->
    ?assertEqual(none, handle(7, none)),
    Handle = handle(7, 0),
    ?assertEqual(0, id(7, Handle)),
    ?assertError(badarg, id(8, Handle)),
    ?assertError(badarg, id(7, 0)),
    ?assert(use(Handle)),
    ?assertNot(use(Handle)),
    ?assert(use(handle(7, 0))).

%% However many processes want to be the one.
raced_test() ->
    Handle = handle(7, 1),
    Monitors = [element(2, spawn_monitor(fun() -> exit(use(Handle)) end)) || _ <- lists:seq(1, 50)],
    Answers = [receive {'DOWN', Monitor, process, _, Answer} -> Answer end || Monitor <- Monitors],
    ?assertEqual(1, length([true || true <- Answers])).
