%% SPDX-License-Identifier: MPL-2.0
%% @doc A judge that finds nothing proves nothing: each violation is found, and nothing is found where there is none.
-module(history_checker_tests).

-include_lib("eunit/include/eunit.hrl").

-define(CERTAIN, {queue, certain}).
-define(LIVE, {live, live}).
-define(FLEETING, {unacked, fleeting}).
-define(DELETED, {deleted, deleted}).

%% Four places, and the messages 1 to 4 of one session, confirmed.
start() ->
    [{place, Place, k} || Place <- [?CERTAIN, ?LIVE, ?FLEETING, ?DELETED]] ++ lists:append([published(N) || N <- lists:seq(1, 4)]).

published(N) -> [{invoked, {p, N}, s1, k, id(N)}, {confirmed, {p, N}}].

id(N) -> integer_to_binary(N).

received(Place, Session, N) -> received(Place, Session, N, false).
received(Place, Session, N, Redelivered) -> {received, Place, Session, {p, N}, id(N), Redelivered}.

%% Where nothing else is said, everything arrives in the queue.
all() -> [received(?CERTAIN, r, N) || N <- lists:seq(1, 4)].

found(Events) ->
    #{violations := Violations} = history_checker:check(Events),
    [{What, Name} || {What, {Name, _}, _} <- Violations].

totals(Events) -> maps:get(totals, history_checker:check(Events)).

good_test() ->
    Events = start() ++ all() ++ [received(?LIVE, l, N) || N <- [2, 3]] ++ [received(?FLEETING, f, N) || N <- [1, 4]] ++ [received(?DELETED, d, N) || N <- [1, 4]],
    ?assertEqual([], found(Events)),
    ?assertEqual(#{sessions => 5, published => 4, told => 0, confirmed => 4, failed => 0, unknown => 0, recovered => 0, received => 10, duplicated => 0, missed => 6},
                 totals(Events)).

lost_test() ->
    ?assertEqual([{lost, queue}], found(start() ++ [received(?CERTAIN, r, N) || N <- [1, 2, 4]])).

%% Another route's messages do not come here, and are not waited for.
other_route_test() ->
    ?assertEqual([], found(start() ++ all() ++ [{invoked, {q, 1}, s2, other, <<"x">>}, {confirmed, {q, 1}}])),
    ?assertEqual([{unexpected, queue}], found(start() ++ all() ++ [{invoked, {q, 1}, s2, other, <<"x">>}, {received, ?CERTAIN, r, {q, 1}, <<"x">>, false}])).

unknown_is_not_lost_test() ->
    Events = [{place, ?CERTAIN, k}] ++ [{invoked, {p, N}, s1, k, id(N)} || N <- [1, 2, 3, 4]] ++
             [{unknown, {p, 2}, timeout}, {told, {p, 3}}, {failed, {p, 4}, blocked}, received(?CERTAIN, r, 1), received(?CERTAIN, r, 3)],
    ?assertEqual([], found(Events)),
    ?assertMatch(#{published := 4, unknown := 2, told := 1, failed := 1, recovered := 1}, totals(Events)).

%% A reader may tell before the publisher does.
early_test() ->
    ?assertEqual([], found([{place, ?CERTAIN, k}, received(?CERTAIN, r, 1) | published(1)])).

unexpected_test() ->
    ?assertEqual([{unexpected, queue}], found(start() ++ all() ++ [received(?CERTAIN, r, 5)])),
    ?assertEqual([{unexpected, live}], found(start() ++ all() ++ [{received, ?LIVE, f, {damaged, <<"p 1">>}, <<"1">>, false}])).

other_id_test() ->
    ?assertEqual([{other_id, live}], found(start() ++ all() ++ [{received, ?LIVE, f, {p, 1}, <<"2">>, false}])).

disowned_test() ->
    Refused = [{invoked, {p, 5}, s1, k, <<"5">>}, {failed, {p, 5}, blocked}],
    ?assertEqual([], found(start() ++ all() ++ Refused)),
    ?assertEqual([{disowned, queue}], found(start() ++ all() ++ Refused ++ [received(?CERTAIN, r, 5)])).

again_test() ->
    Again = start() ++ all() ++ [received(?CERTAIN, r2, 2, true)],
    ?assertEqual([], found(Again)),
    ?assertMatch(#{duplicated := 1, received := 5}, totals(Again)),
    ?assertEqual([{not_flagged, queue}], found(start() ++ all() ++ [received(?CERTAIN, r2, 2, false)])),
    ?assertEqual([{not_flagged, deleted}], found(start() ++ all() ++ [received(?DELETED, d, 2), received(?DELETED, d, 2)])).

%% At most once, whoever has the second and whatever it is called.
repeated_test() ->
    [?assertEqual([{repeated, Name}], found(start() ++ all() ++ [received(Place, f, 2), received(Place, f2, 2, true)]))
     || {Name, _} = Place <- [?FLEETING, ?LIVE]].

resurrected_test() ->
    Settled = start() ++ all() ++ [{settled, ?CERTAIN, [{p, 1}, {p, 2}]}],
    ?assertEqual([], found(Settled ++ [received(?CERTAIN, r2, 3, true)])),
    ?assertEqual([{resurrected, queue}], found(Settled ++ [received(?CERTAIN, r2, 2, true)])).

reordered_test() ->
    Received = fun(Numbers) -> start() ++ [received(?CERTAIN, r, N) || N <- Numbers] end,
    ?assertEqual([{reordered, queue}], found(Received([1, 3, 2, 4]))),
    ?assertEqual([{reordered, queue} || _ <- [2, 3, 1]], found(Received([4, 2, 3, 1]))),
    %% Redelivered ones come later, before others or behind; and two readers are not each other's order.
    ?assertEqual([], found(start() ++ [received(?CERTAIN, r, 4, true) | [received(?CERTAIN, r, N) || N <- [1, 2, 3]]])),
    ?assertEqual([], found(start() ++ [received(?CERTAIN, R, N) || {R, N} <- [{r, 3}, {r2, 1}, {r2, 2}, {r, 4}]])).

%% Another session of the publisher's has an order of its own.
sessions_test() ->
    ?assertEqual([], found(start() ++ [{invoked, {p, 5}, s2, k, <<"5">>}, {confirmed, {p, 5}}, received(?CERTAIN, r, 5) | all()])).

%% What a subscriber misses it misses before and after a connection, and not amid it.
skipped_test() ->
    Live = fun(List) -> start() ++ all() ++ [received(?LIVE, L, N) || {L, N} <- List] end,
    ?assertEqual([], found(Live([{l, 2}, {l, 3}]))),
    ?assertEqual([], found(Live([{l, 1}, {l, 2}, {l2, 4}]))),
    ?assertEqual([{skipped, live}], found(Live([{l, 1}, {l, 2}, {l, 4}]))),
    [?assertEqual([], found(start() ++ all() ++ [received(Place, r, N) || N <- [1, 4]])) || Place <- [?FLEETING, ?DELETED]].
