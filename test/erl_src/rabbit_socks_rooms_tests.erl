%% SPDX-License-Identifier: MPL-2.0
%% @doc What a broadcast says to the edge.
-module(rabbit_socks_rooms_tests).

-include_lib("eunit/include/eunit.hrl").

-import(rabbit_socks, [broadcast/3, broadcast/4, broadcast_frame/2, broadcast_frame/3]).

rooms_test_() ->
    [{atom_to_list(Name), fun() -> in_session(Test) end} || {Name, Test} <- [
        {forms, fun forms/2},
        {exceptions, fun exceptions/2},
        {namespaces, fun namespaces/2},
        {frames, fun frames/2},
        {bad, fun bad/2},
        {joins, fun joins/2}]].

%% As a callback of the session 5.
in_session(Test) ->
    Link = link_port:open(),
    Writer = rabbit_socks_writer:new(5, Link, false, rabbit_socks_traffic:new()),
    ok = rabbit_socks_writer:gather(Writer, rabbit_socks_acks:new()),
    try
        Test(Writer, fun() ->
            {ok, _} = rabbit_socks_gather:finish(none),
            ok = rabbit_socks_writer:gather(Writer, rabbit_socks_acks:new()),
            link_port:packet(Link)
        end),
        {ok, _} = rabbit_socks_gather:finish(none),
        ok = link_port:none(Link)
    after
        _ = rabbit_socks_gather:discard(),
        link_port:close(Link)
    end.

audience(Rooms, ExceptRooms, Except) -> #{rooms => Rooms, except_rooms => ExceptRooms, except => Except}.

forms(_, Written) ->
    [begin
        ok = broadcast(Rooms, news, [#{a => 1}]),
        ?assertEqual({broadcast, audience(Names, [], []), {event, <<"news">>, [#{a => 1}], none}}, Written())
     end || {Rooms, Names} <- [
        {<<"a">>, [<<"a">>]},
        {"ab", [<<"ab">>]},
        {[<<"a">>, "b", "cd"], [<<"a">>, <<"b">>, <<"cd">>]},
        {["a"], [<<"a">>]},
        {[], []}]].

exceptions(Writer, Written) ->
    Other = rabbit_socks_writer:new(6, element(4, Writer), false, rabbit_socks_traffic:new()),
    ok = broadcast("a", news, [], #{except => [Writer, <<"b">>, Other, "c"]}),
    {broadcast, Audience, _} = Written(),
    ?assertEqual(audience([<<"a">>], [<<"b">>, <<"c">>], [5, 6]), maps:map(fun(_, List) -> lists:sort(List) end, Audience)),
    ok = broadcast("a", news, [], #{except => []}),
    ?assertMatch({broadcast, #{except := [], except_rooms := []}, _}, Written()).

namespaces(_, Written) ->
    ok = broadcast(all, news, []),
    ?assertEqual({broadcast, audience(all, [], []), {event, <<"news">>, [], none}}, Written()),
    ok = broadcast(["a", "b"], news, [], #{namespace => <<"/chat">>, except => ["c"]}),
    ?assertEqual({broadcast, (audience([<<"a">>, <<"b">>], [<<"c">>], []))#{namespace => <<"/chat">>}, {event, <<"news">>, [], none}}, Written()),
    ok = broadcast("a", news, [], #{key => <<"k">>}),
    ?assertEqual({broadcast, (audience([<<"a">>], [], []))#{key => <<"k">>}, {event, <<"news">>, [], none}}, Written()),
    ok = broadcast_frame(all, "text", #{namespace => <<"/">>}),
    ?assertEqual({broadcast, (audience(all, [], []))#{namespace => <<"/">>}, {utf8, <<"text">>}}, Written()).

frames(Writer, Written) ->
    ok = broadcast_frame("a", ["te", <<"xt">>]),
    ?assertEqual({broadcast, audience([<<"a">>], [], []), {utf8, <<"text">>}}, Written()),
    ok = broadcast_frame(["a", "b"], {binary, [0]}, #{except => [Writer]}),
    ?assertEqual({broadcast, audience([<<"a">>, <<"b">>], [], [5]), {binary, <<0>>}}, Written()).

bad(Writer, _) ->
    [?assertError(badarg, broadcast(Rooms, Name, Args, Options)) || {Rooms, Name, Args, Options} <- [
        {<<>>, e, [], #{}},
        {"", e, none, #{}},
        {[<<"a">>, <<>>], e, [], #{}},
        {atom, e, [], #{}},
        {[Writer], e, [], #{}},
        {"a", <<255>>, [], #{}},
        {"a", e, [a | b], #{}},
        {"a", e, [], #{except => "b"}},
        {"a", e, [], #{except => [b]}},
        {"a", e, [], #{except => Writer}},
        {"a", e, [], #{except => [], other => 1}},
        {"a", e, [], #{except => [all]}},
        {[all], e, [], #{}},
        {"a", e, [], #{namespace => <<>>}},
        {"a", e, [], #{namespace => <<"chat">>}},
        {"a", e, [], #{namespace => "/chat"}},
        {"a", e, [], #{other => 1}},
        {"a", e, [], #{key => "k"}},
        {"a", e, [], #{key => binary:copy(<<"k">>, 1025)}},
        {"a", e, [], []},
        {"a", e, [{binary, <<0:(16#2000000 * 8)>>}], #{}}]],
    ?assertError(badarg, broadcast_frame("a", {utf8, <<255>>})).

joins(Writer, Written) ->
    ok = rabbit_socks_writer:join("room", Writer),
    ?assertEqual({join, 5, <<"room">>, close}, Written()),
    [begin
         ok = rabbit_socks_writer:join("room", #{slow => Slow}, Writer),
         ?assertEqual({join, 5, <<"room">>, Slow}, Written())
     end || Slow <- [close, drop_oldest, conflate]],
    ok = rabbit_socks_writer:join("room", #{}, Writer),
    ?assertEqual({join, 5, <<"room">>, close}, Written()),
    [?assertError(badarg, rabbit_socks_writer:join("room", Options, Writer)) ||
        Options <- [#{slow => drop}, #{slow => close, other => 1}, #{other => 1}, [], none]],
    ok = rabbit_socks_writer:leave("room", Writer),
    ?assertEqual({leave, 5, <<"room">>}, Written()),
    [?assertError(badarg, Call(Room, Writer)) || Call <- [fun rabbit_socks_writer:join/2, fun rabbit_socks_writer:leave/2],
                                                 Room <- [<<>>, atom, ["ro", "om"], binary:copy(<<"r">>, 1025)]].

%% From any other process it goes out at once; while no edge runs nobody is in any room.
outside_test() ->
    ok = broadcast("a", news, []),
    ok = broadcast_frame("a", "text").

outside_with_an_edge_test_() ->
    {timeout, 60, fun() -> edge_world:run(good, fun(_) ->
        OsPid = edge_world:up(),
        ok = broadcast(["a"], news, [1]),
        ?assertMatch({broadcast, #{rooms := [<<"a">>]}, {event, <<"news">>, [1], none}}, edge_world:told(OsPid))
    end) end}.
