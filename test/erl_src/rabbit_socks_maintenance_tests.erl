%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_maintenance_tests).

-include_lib("eunit/include/eunit.hrl").

window(Value) ->
    ok = application:set_env(rabbit_socks, drain_window, Value),
    try rabbit_socks_maintenance:window() after application:unset_env(rabbit_socks, drain_window) end.

window_test() ->
    ?assertEqual(0, rabbit_socks_maintenance:window()),
    [?assertEqual(Good, window(Good)) || Good <- [0, 1, 30000, 3600000]].

wrong_window_test() ->
    ok = edge_world:capture_log(),
    try
        [begin
             ?assertEqual(0, window(Wrong)),
             ?assertMatch(["rabbit_socks: drain_window is a number of milliseconds from 0 to 3600000, not " ++ _], edge_world:errors()),
             edge_world:forget_log()
         end || Wrong <- [-1, 3600001, "30 s", 1.5, infinity]]
    after
        edge_world:release_log()
    end.
