%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_routes_tests).

-include_lib("eunit/include/eunit.hrl").

-import(rabbit_socks_routes, [put_window/2, find/2, delete/1]).

routes_test_() ->
    {foreach, fun rabbit_socks_routes:create/0, fun(ok) -> ets:delete(rabbit_socks_routes) end, [
        {"found by index from 0", fun() ->
            ok = rabbit_socks_routes:put(3, [{a, 1}, {b, [2]}]),
            ok = put_window(3, #{}),
            ?assertEqual({ok, {a, 1}, {64, 262144}}, find(3, 0)),
            ?assertEqual({ok, {b, [2]}, {64, 262144}}, find(3, 1)),
            ?assertEqual(error, find(3, 2)),
            ?assertEqual(error, find(4, 0))
        end},
        {"the window of the listener's Config", fun() ->
            ok = rabbit_socks_routes:put(3, [{a, 1}]),
            ok = put_window(3, #{credit_messages => 8, routes => []}),
            ?assertEqual({ok, {a, 1}, {8, 262144}}, find(3, 0)),
            ok = put_window(3, #{credit_bytes => 100}),
            ?assertEqual({ok, {a, 1}, {64, 100}}, find(3, 0))
        end},
        {"not before the edge was told of it", fun() ->
            ok = rabbit_socks_routes:put(3, [{a, 1}]),
            ?assertEqual(error, find(3, 0))
        end},
        {"replaced and deleted", fun() ->
            ok = rabbit_socks_routes:put(3, [{a, 1}, {b, 2}]),
            ok = put_window(3, #{}),
            ok = rabbit_socks_routes:put(3, [{c, 3}]),
            ?assertMatch({ok, {c, 3}, _}, find(3, 0)),
            ?assertEqual(error, find(3, 1)),
            ok = delete(3),
            ok = delete(3),
            ?assertEqual(error, find(3, 0)),
            ?assertEqual([], ets:tab2list(rabbit_socks_routes))
        end}
    ]}.
