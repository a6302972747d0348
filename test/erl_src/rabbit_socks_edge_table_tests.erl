%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_edge_table_tests).

-include_lib("eunit/include/eunit.hrl").

-import(rabbit_socks_edge_table, [up/3, down/0, find/0, watch/1, watchers/0, open_ref/1, ref/1, close_ref/1, refs/0, crashed/1, crashes/1]).

without_the_plugin_test() ->
    ?assertEqual({error, not_running}, find()),
    ?assertEqual(none, rabbit_socks_edge_table:statistics()).

table_test_() ->
    {foreach, fun rabbit_socks_edge_table:create/0, fun(ok) -> ets:delete(rabbit_socks_edge_table) end, [
        {"up and down", fun() ->
            ?assertEqual({error, not_running}, find()),
            ok = up(17, link, channel),
            ?assertEqual({ok, link, channel}, find()),
            ?assertEqual({ok, 17}, rabbit_socks_edge_table:os_pid()),
            ok = down(),
            ok = down(),
            ?assertEqual({error, not_running}, find())
        end},
        {"what an edge tells is forgotten with it", fun() ->
            ?assertEqual(none, rabbit_socks_edge_table:statistics()),
            [ok = rabbit_socks_edge_table:counted(#{cpu => N}) || N <- [1, 2]],
            ?assertEqual({ok, #{cpu => 2}}, rabbit_socks_edge_table:statistics()),
            ok = down(),
            ?assertEqual(none, rabbit_socks_edge_table:statistics())
        end},
        {"the dead watch no more", fun() ->
            {Dead, Monitor} = spawn_monitor(fun() -> ok end),
            receive {'DOWN', Monitor, process, Dead, _} -> ok end,
            [ok = watch(Pid) || Pid <- [self(), Dead, self()]],
            ?assertEqual([self()], watchers()),
            ?assertEqual(1, ets:info(rabbit_socks_edge_table, size))
        end},
        {"refs", fun() ->
            A = open_ref(self()),
            B = open_ref(self()),
            ?assertNotEqual(A, B),
            ?assert(A > 0 andalso A < 1 bsl 56),
            ?assertEqual({ok, self()}, ref(A)),
            ok = close_ref(A),
            ?assertEqual(error, ref(A)),
            %% The edge's own numbers are others than ours.
            ok = rabbit_socks_edge_table:put_ref({forward, B}, self()),
            ok = close_ref(B),
            ?assertEqual([{{forward, B}, self()}], refs())
        end},
        {"crashes of the last ten seconds", fun() ->
            ?assertEqual(0, crashes(0)),
            [ok = crashed(Time) || Time <- [-5000, 0, 3000, 6000]],
            ?assertEqual(3, crashes(9999)),
            ?assertEqual(2, crashes(10000)),
            ?assertEqual(0, crashes(20000)),
            %% What is old takes no room.
            ok = crashed(30000),
            ?assertEqual([{crashes, [30000]}], ets:tab2list(rabbit_socks_edge_table))
        end}
    ]}.
