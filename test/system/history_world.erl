%% SPDX-License-Identifier: MPL-2.0
%% @doc One history: clients of every kind on one broker, a fault again and again, and what came of it.
%%
%% What the clients of one kind publish has a key of its own, and three places where it comes out: a queue that is consumed with
%% acknowledgements, one that is consumed without, and a live subscriber; and a fourth, where it matters: a queue that is deleted.
-module(history_world).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([start/1, stop/1, seconds/0, declare/3, run/4]).

-define(CALM, 2_000). % ms before the first fault, and between two
-define(PATIENCE, 60_000). % ms until everything has arrived: no claim, only an end

%% @doc Clients that are gone are missed soon.
-spec start([term()]) -> [term()].
start(Config) ->
    Broker = socks_broker:start(#{
        ports => [socks, stomp],
        plugins => [rabbit_socks, rabbitmq_stomp],
        config => fun(#{socks := Socks, stomp := Stomp}) ->
            [{rabbitmq_stomp, [{tcp_listeners, [{"127.0.0.1", Stomp}]}]},
             {rabbit_socks, [{listeners, [{{"127.0.0.1", Socks}, [{"", rabbit_socks_amqp, []}, {"/stomp", rabbit_socks_stomp, []}],
                 [{ping_interval, 1500}, {idle_timeout, 4000}, {engine_ping_interval, 1500}, {engine_ping_timeout, 2500}]}]}]}]
        end
    }),
    ok = socks_broker:load(Broker, amqp_probe),
    [{broker, Broker} | Config].

-spec stop([term()]) -> ok.
stop(Config) -> socks_broker:stop(?config(broker, Config)).

%% @doc For how long a fault goes on.
-spec seconds() -> pos_integer().
seconds() -> list_to_integer(os:getenv("RABBIT_SOCKS_HISTORY_S", "20")).

%% @doc A durable queue that takes what is published with the key.
-spec declare(socks_broker:broker(), binary(), binary()) -> ok.
declare(Broker, Queue, Key) ->
    ok = socks_broker:rpc(Broker, amqp_probe, declare, [Queue, []]),
    ok = socks_broker:rpc(Broker, amqp_probe, bind, [Queue, <<"amq.topic">>, Key]).

%% @doc The fault for so many seconds among clients of these kinds: nothing of what was promised is broken.
-spec run([term()], atom(), pos_integer(), [history_crew:kind()]) -> ok.
run(Config, Fault, Seconds, Kinds) ->
    Broker = ?config(broker, Config),
    Log = history_log:new(),
    Places = [Place || Kind <- Kinds, Place <- places(Fault, Kind)],
    [ok = declare(Broker, Queue, Key) || {_, Key, {queue, Queue, _}} <- Places],
    Proxy = history_proxy:start(socks_broker:port(Broker, socks)),
    World = #{broker => Broker, proxy => Proxy, deleted => [{Queue, Key} || {{_, deleted}, Key, {queue, Queue, _}} <- Places]},
    [ok = history_log:add(Log, {place, Place, Key}) || {Place, Key, _} <- Places],
    Crews = [history_crew:start(#{port => history_proxy:port(Proxy), kind => Kind, key => name(Kind), places => places(Fault, Kind)}, Log) || Kind <- Kinds],
    ok = faults(Fault, World, erlang:monotonic_time(millisecond) + 1000 * Seconds),
    lists:foreach(fun history_crew:finish/1, Crews),
    ok = drained(Broker, [Queue || {_, _, {queue, Queue, _}} <- Places]),
    lists:foreach(fun history_crew:stop/1, Crews),
    ok = history_proxy:stop(Proxy),
    [ok = socks_broker:rpc(Broker, amqp_probe, delete, [Queue]) || {_, _, {queue, Queue, _}} <- Places],
    judge(Fault, Log).

name({npm, Version, Transport}) -> iolist_to_binary([Version, $-, Transport]);
name({Generation, Transport}) -> iolist_to_binary(io_lib:format("~w-~s", [Generation, Transport]));
name(stomp) -> <<"stomp">>.

places(Fault, Kind) ->
    Key = name(Kind),
    Queue = fun(Name) -> <<Name/binary, $-, Key/binary>> end,
    [{{Queue(<<"acked">>), certain}, Key, {queue, Queue(<<"acked">>), ack}},
     {{Queue(<<"unacked">>), fleeting}, Key, {queue, Queue(<<"unacked">>), no_ack}},
     {{Queue(<<"live">>), live}, Key, {live, Key}}]
    ++ [{{Queue(<<"deleted">>), deleted}, Key, {queue, Queue(<<"deleted">>), ack}} || Fault =:= queue_deleted].

%% Once at least.
faults(Fault, World, End) ->
    timer:sleep(?CALM),
    ok = history_faults:Fault(World),
    timer:sleep(?CALM),
    case erlang:monotonic_time(millisecond) < End of
        true -> faults(Fault, World, End);
        false -> ok
    end.

drained(Broker, Queues) ->
    Left = fun() -> [{Queue, Left} || Queue <- Queues, Left <- [socks_broker:rpc(Broker, amqp_probe, messages, [Queue])], Left =/= {0, 0}] end,
    _ = socks_os:wait_until(fun() -> Left() =:= [] end, ?PATIENCE),
    ?assertEqual([], Left()).

counted(List) -> lists:reverse(lists:keysort(2, maps:to_list(maps:map(fun(_, All) -> length(All) end, maps:groups_from_list(fun(One) -> One end, List))))).

judge(Fault, Log) ->
    Events = history_log:events(Log),
    #{totals := Totals, violations := Violations} = history_checker:check(Events),
    Text = lists:join(", ", [io_lib:format("~b ~s", [maps:get(What, Totals), What])
                             || What <- [sessions, published, told, confirmed, failed, unknown, recovered, received, duplicated, missed]]),
    ct:print("~s: ~s, ~b violations", [Fault, Text, length(Violations)]),
    ct:log("~s: ~s~n~p~nsessions that ended, and how many:~n~p", [Fault, Text, Violations, counted([Why || {ended, Why} <- Events])]),
    ?assertEqual([], lists:sublist(Violations, 20)).
