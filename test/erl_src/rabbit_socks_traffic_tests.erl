%% SPDX-License-Identifier: MPL-2.0
%% @doc What is counted of a session, by any of its processes.
-module(rabbit_socks_traffic_tests).

-include_lib("eunit/include/eunit.hrl").

-import(rabbit_socks_traffic, [new/0, received/3, sent/3, totals/1, news/1]).

totals_test() ->
    Traffic = new(),
    ?assertEqual(#{recv_cnt => 0, recv_oct => 0, send_cnt => 0, send_oct => 0}, totals(Traffic)),
    ok = received(2, 300, Traffic),
    ok = received(1, 4, Traffic),
    ok = sent(1, 10, Traffic),
    ?assertEqual(#{recv_cnt => 3, recv_oct => 304, send_cnt => 1, send_oct => 10}, totals(Traffic)).

%% Once, and then when there is more; a message may be empty.
news_test() ->
    Traffic = new(),
    ?assertEqual(none, news(Traffic)),
    ok = sent(1, 0, Traffic),
    ?assertEqual({ok, totals(Traffic)}, news(Traffic)),
    ?assertEqual(none, news(Traffic)),
    ok = received(1, 5, Traffic),
    ?assertMatch({ok, #{recv_cnt := 1, recv_oct := 5, send_cnt := 1}}, news(Traffic)),
    ?assertEqual(none, news(Traffic)).

%% Writers of other processes count, too.
shared_test() ->
    Traffic = new(),
    Writers = [spawn_monitor(fun() -> [ok = sent(1, 3, Traffic) || _ <- lists:seq(1, 100)] end) || _ <- lists:seq(1, 10)],
    [receive {'DOWN', Monitor, process, Pid, Reason} -> ?assertEqual(normal, Reason) end || {Pid, Monitor} <- Writers],
    ?assertMatch(#{send_cnt := 1000, send_oct := 3000}, totals(Traffic)).
