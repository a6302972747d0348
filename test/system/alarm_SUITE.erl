%% SPDX-License-Identifier: MPL-2.0
%% @doc The broker's alarms as sessions hear of them: set and cleared by rabbitmqctl (fault rows FT6 and FT7). What they do to a
%% STOMP client is in stomp_broker_SUITE.
-module(alarm_SUITE).

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, end_per_testcase/2]).
-export([memory/1, disk/1, both/1, late/1, crowd/1, sessions/1, server_is_replaced/1, registered_once/1]).
%% In the broker.
-export([subscribers/1, hear/1]).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-define(UNBLOCKED, {rabbit_socks_alarm, unblocked}).

suite() -> [{timetrap, {minutes, 3}}].

all() -> [memory, disk, both, late, crowd, sessions, server_is_replaced, registered_once].

init_per_suite(Config) ->
    Broker = socks_broker:start(#{
        ports => [bridge],
        config => fun(#{bridge := Port}) -> [{rabbit_socks, [{listeners, [{{"127.0.0.1", Port}, rabbit_socks_amqp, []}]}]}] end
    }),
    ok = socks_broker:load(Broker, ?MODULE),
    [{broker, Broker} | Config].

end_per_suite(Config) -> socks_broker:stop(?config(broker, Config)).

end_per_testcase(_, Config) ->
    memory(Config, "0.4"),
    disk(Config, "1000000").

memory(Config) ->
    {Subscriber, []} = subscribe(Config),
    memory(Config, "0.000001"),
    ?assertEqual({rabbit_socks_alarm, blocked, [memory]}, heard(Config, Subscriber)),
    memory(Config, "0.4"),
    ?assertEqual(?UNBLOCKED, heard(Config, Subscriber)).

disk(Config) ->
    {Subscriber, []} = subscribe(Config),
    disk(Config, "1000000000000000"),
    ?assertEqual({rabbit_socks_alarm, blocked, [disk]}, heard(Config, Subscriber)),
    disk(Config, "1000000"),
    ?assertEqual(?UNBLOCKED, heard(Config, Subscriber)).

%% One of them over is not all of it.
both(Config) ->
    {Subscriber, []} = subscribe(Config),
    memory(Config, "0.000001"),
    {rabbit_socks_alarm, blocked, [memory]} = heard(Config, Subscriber),
    disk(Config, "1000000000000000"),
    memory(Config, "0.4"),
    %% Who comes now hears of the other one, and the first nothing yet.
    ok = await_sources(Config, [disk]),
    {_, [disk]} = subscribe(Config),
    disk(Config, "1000000"),
    ?assertEqual(?UNBLOCKED, heard(Config, Subscriber)).

late(Config) ->
    memory(Config, "0.000001"),
    ok = await_sources(Config, [memory]),
    {Subscriber, [memory]} = subscribe(Config),
    memory(Config, "0.4"),
    ?assertEqual(?UNBLOCKED, heard(Config, Subscriber)).

%% Thousands are told.
crowd(Config) ->
    Subscribers = [Pid || {Pid, []} <- rpc(Config, ?MODULE, subscribers, [3_000])],
    3_000 = length(Subscribers),
    memory(Config, "0.000001"),
    ?assertEqual([{rabbit_socks_alarm, blocked, [memory]}], lists:usort(rpc(Config, ?MODULE, hear, [Subscribers]))),
    memory(Config, "0.4"),
    ?assertEqual([?UNBLOCKED], lists:usort(rpc(Config, ?MODULE, hear, [Subscribers]))).

%% Sessions leave nothing behind: neither one that its client ends, nor one that is killed, nor those of an edge that dies.
sessions(Config) ->
    ok = rpc(Config, rabbit_socks_connections, clear, []),
    [Left | Others] = [session(Config) || _ <- lists:seq(1, 5)],
    ?assertEqual(5, length(told(Config))),
    ok = bridge_client:close(Left),
    ok = await_told(Config, 4),
    [Session | _] = told(Config),
    true = rpc(Config, erlang, exit, [Session, kill]),
    ok = await_told(Config, 3),
    socks_os:kill(socks_broker:edge(?config(broker, Config)), "KILL"),
    ok = await_told(Config, 0),
    lists:foreach(fun bridge_client:close/1, Others).

session(Config) ->
    bridge_client:open(socks_broker:port(?config(broker, Config), bridge), websocket, #{username => <<"guest">>, password => <<"guest">>}).

told(Config) -> rpc(Config, rabbit_socks_connections, alarm_subscribers, []).

await_told(Config, Count) ->
    socks_os:wait_until(fun() -> length(told(Config)) =:= Count end, 20_000).

%% The supervisor's next one knows the subscribers, and tells what changed while there was none.
server_is_replaced(Config) ->
    {Subscriber, []} = subscribe(Config),
    Before = rpc(Config, erlang, whereis, [rabbit_socks_alarm]),
    true = rpc(Config, erlang, exit, [Before, kill]),
    memory(Config, "0.000001"),
    ?assertEqual({rabbit_socks_alarm, blocked, [memory]}, heard(Config, Subscriber)),
    ?assertNotEqual(Before, rpc(Config, erlang, whereis, [rabbit_socks_alarm])),
    memory(Config, "0.4"),
    ?assertEqual(?UNBLOCKED, heard(Config, Subscriber)).

%% However many subscribe, the broker has one more to tell.
registered_once(Config) ->
    _ = [subscribe(Config) || _ <- lists:seq(1, 50)],
    {_, _, {alarms, Alertees, _, _}} = lists:keyfind(rabbit_alarm, 1, rpc(Config, sys, get_state, [rabbit_alarm])),
    ?assertEqual(1, length([Pid || Pid <- rpc(Config, dict, fetch_keys, [Alertees]),
                                   Pid =:= rpc(Config, erlang, whereis, [rabbit_socks_alarm])])).

memory(Config, Fraction) ->
    {0, _} = socks_broker:ctl(?config(broker, Config), ["set_vm_memory_high_watermark", Fraction]).

disk(Config, Limit) ->
    {0, _} = socks_broker:ctl(?config(broker, Config), ["set_disk_free_limit", Limit]).

await_sources(Config, Sources) ->
    socks_os:wait_until(fun() -> rpc(Config, ets, lookup, [rabbit_socks_alarm, sources]) =:= [{sources, Sources}] end, 10_000).

rpc(Config, M, F, A) -> socks_broker:rpc(?config(broker, Config), M, F, A).

%% A process in the broker, and what it was told when it subscribed.
subscribe(Config) -> hd(rpc(Config, ?MODULE, subscribers, [1])).

heard(Config, Pid) -> hd(rpc(Config, ?MODULE, hear, [[Pid]])).

-spec subscribers(pos_integer()) -> [{pid(), [rabbit_socks_alarm:source()]}].
subscribers(Count) ->
    Caller = self(),
    Pids = [spawn(fun() ->
        ok = rabbit_socks_connections:opened(1, ?MODULE, #{}, rabbit_socks_traffic:new()),
        _ = Caller ! {self(), rabbit_socks_alarm:subscribe()},
        subscriber()
    end) || _ <- lists:seq(1, Count)],
    [receive {Pid, Sources} -> {Pid, Sources} end || Pid <- Pids].

%% As a session's process: it tells whoever asks what it heard, one at a time.
subscriber() ->
    receive
        {next, From} ->
            receive News when element(1, News) =:= rabbit_socks_alarm -> From ! {self(), News} end,
            subscriber()
    end.

%% @doc What each of them hears next.
-spec hear([pid()]) -> [rabbit_socks_alarm:news()].
hear(Pids) ->
    _ = [Pid ! {next, self()} || Pid <- Pids],
    [receive {Pid, News} -> News after 20_000 -> none end || Pid <- Pids].
