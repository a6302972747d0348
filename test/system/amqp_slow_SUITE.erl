%% SPDX-License-Identifier: MPL-2.0
%% @doc Subscribers that stop reading among many that read, under each policy: who reads loses nothing, and what is kept for
%% the others has its bounds.
-module(amqp_slow_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, init_per_testcase/2, end_per_testcase/2]).
-export([close/1, drop_oldest/1, conflate/1, another_policy/1]).

-define(READERS, 900).
-define(SLEEPERS, 100).
-define(SIZE, 4000).
-define(SOFT, 16384).
-define(HARD, 131072).
%% Four times what a client's queue and backlog may hold.
-define(LAST, 140).
%% The kernel keeps what it likes for a connection: the readers take each batch before the next comes.
-define(BATCH, 10).
-define(KEYS, 5).

suite() -> [{timetrap, {minutes, 5}}].

all() -> [close, drop_oldest, conflate, another_policy].

init_per_suite(Config) -> amqp_world:start(Config).
end_per_suite(Config) -> amqp_world:stop(Config).

init_per_testcase(_, Config) ->
    %% Who does not read is not given up meanwhile, and has time to find the close frame. Pings come between the messages, as on
    %% a slow machine they do anyway.
    amqp_world:listening([{send_queue_soft, ?SOFT}, {send_queue_hard, ?HARD}, {ping_interval, 1000}]
        ++ [{Time, 240_000} || Time <- [idle_timeout, close_timeout, send_timeout]], Config).
end_per_testcase(_, Config) -> amqp_world:clean(Config).

close(Config) ->
    [begin
         ?assertEqual(1013, End),
         ?assertEqual(lists:seq(1, length(Numbers)), Numbers),
         ?assert(length(Numbers) < ?LAST)
     end || {Numbers, 0, End} <- crowd(uncounted, #{}, Config)].

drop_oldest(Config) ->
    [begin
         ?assertEqual(open, End),
         ?assertEqual(lists:usort(Numbers), Numbers),
         %% What does not fit, and nothing else, is dropped; and counted.
         ?assertEqual(?LAST, length(Numbers) + Dropped),
         Newest = tail(Numbers),
         ?assert(Newest < length(Numbers)),
         ?assert(Newest * ?SIZE =< ?HARD andalso Newest * ?SIZE > (?HARD - ?SOFT) div 2)
     end || {Numbers, Dropped, End} <- crowd(counted, #{slow => drop_oldest}, Config)].

conflate(Config) ->
    [begin
         ?assertEqual(open, End),
         ?assertEqual(lists:usort(Numbers), Numbers),
         ?assert(length(Numbers) < ?LAST),
         ?assertEqual(lists:seq(?LAST - ?KEYS + 1, ?LAST), lists:nthtail(length(Numbers) - ?KEYS, Numbers))
     end || {Numbers, 0, End} <- crowd(uncounted, #{slow => conflate}, Config)].

%% What was said last counts; twice is once.
another_policy(Config) ->
    C = amqp_world:guest(Config),
    Ask = fun(Options) -> bridge_client:ask(C, "subscribe", [<<"amq.topic">>, <<"slow.#">> | Options]) end,
    Answers = [#{<<"ok">> := true, <<"subscription">> := _} = Ask(Options) || Options <- [[], [#{slow => conflate}], [#{slow => conflate}], [#{slow => close}]]],
    ?assertMatch([_], lists:usort(Answers)),
    ok = amqp_world:probe(Config, publish, [<<"amq.topic">>, <<"slow.x">>, <<"once">>, undefined]),
    {<<"message">>, [_, <<"once">>, _]} = bridge_client:heard(C),
    ?assertEqual(<<"bad_request">>, amqp_world:wrong(C, "subscribe", [<<"amq.topic">>, <<"slow.#">>, #{slow => drop}])),
    ?assertEqual([], bridge_client:unheard(C)),
    bridge_client:close(C).

%% What the sleepers got. The readers got all, in order.
crowd(Counted, Options, Config) ->
    Edge = socks_broker:edge(?config(broker, Config)),
    Readers = slow_crowd:readers(amqp_world:port(Config), ?READERS, #{}),
    Sleepers = slow_crowd:sleepers(amqp_world:port(Config), ?SLEEPERS, Options, {Counted, ?LAST}),
    ?assertMatch([_], [Q || <<"socks-subscription-", _/binary>> = Q <- amqp_world:probe(Config, queues, [])]),
    Before = socks_os:rss(Edge),
    ok = socks_os:reset_peak(Edge),
    [begin
         [publish(N, Config) || N <- lists:seq(First, First + ?BATCH - 1)],
         ok = slow_crowd:all_at(Readers, First + ?BATCH - 1)
     end || First <- lists:seq(1, ?LAST, ?BATCH)],
    Peak = socks_os:peak(Edge) - Before,
    ct:log("the edge had ~b KiB more at most", [Peak div 1024]),
    ?assert(Peak < ?SLEEPERS * ?HARD + 8 bsl 20),
    Got = slow_crowd:wake(Sleepers),
    ok = slow_crowd:stop(Readers ++ Sleepers),
    Got.

publish(N, Config) ->
    Key = <<"slow.", (integer_to_binary(N rem ?KEYS))/binary>>,
    ok = amqp_world:probe(Config, publish, [<<"amq.topic">>, Key, slow_crowd:numbered(N, ?SIZE), <<"text/plain">>]).

%% How many at the end follow each other without a gap.
tail(Numbers) -> tail(lists:reverse(Numbers), 1).

tail([N, M | Numbers], Count) when M =:= N - 1 -> tail([M | Numbers], Count + 1);
tail(_, Count) -> Count.
