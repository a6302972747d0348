%% SPDX-License-Identifier: MPL-2.0
%% @doc What goes wrong in a history: each function injects one fault once, and returns when the world is whole again, or will be by
%% itself.
-module(history_faults).

-export([edge_killed/1, edge_stopped/1, broker_restarted/1, sockets_cut/1, queue_deleted/1, alarm/1]).
-export_type([world/0]).

-type world() :: #{broker := socks_broker:broker(), proxy := history_proxy:proxy(), deleted := [{Queue :: binary(), Key :: binary()}], _ => _}.

-define(PAUSE, 3_000). % ms that a fault lasts

%% @doc FT1. The next one takes over its sockets.
-spec edge_killed(world()) -> ok.
edge_killed(#{broker := Broker}) ->
    Edge = socks_broker:await_edge(Broker),
    ok = socks_os:kill(Edge, "KILL"),
    ok = socks_os:await_gone(Edge, 10_000).

%% @doc FT14 and FT2. Once for less than its heartbeat allows, and once until it is killed for it.
-spec edge_stopped(world()) -> ok.
edge_stopped(#{broker := Broker}) ->
    Edge = socks_broker:await_edge(Broker),
    ok = socks_os:kill(Edge, "STOP"),
    timer:sleep(?PAUSE),
    ok = socks_os:kill(Edge, "CONT"),
    timer:sleep(?PAUSE),
    ok = socks_os:kill(Edge, "STOP"),
    ok = socks_os:await_gone(Edge, 30_000).

%% @doc FT5.
-spec broker_restarted(world()) -> ok.
broker_restarted(#{broker := Broker}) ->
    Restarted = socks_broker:restart(Broker),
    ok = socks_broker:load(Restarted, amqp_probe).

%% @doc FT11.
-spec sockets_cut(world()) -> ok.
sockets_cut(#{proxy := Proxy}) -> history_proxy:cut(Proxy).

%% @doc FT9. They are there again a moment later.
-spec queue_deleted(world()) -> ok.
queue_deleted(#{broker := Broker, deleted := Queues}) ->
    [ok = socks_broker:rpc(Broker, amqp_probe, delete, [Queue]) || {Queue, _} <- Queues],
    timer:sleep(500),
    lists:foreach(fun({Queue, Key}) -> ok = history_world:declare(Broker, Queue, Key) end, Queues).

%% @doc FT6.
-spec alarm(world()) -> ok.
alarm(#{broker := Broker}) ->
    Memory = {resource_limit, memory, socks_broker:rpc(Broker, erlang, node, [])},
    ok = socks_broker:rpc(Broker, rabbit_alarm, set_alarm, [{Memory, []}]),
    timer:sleep(?PAUSE),
    ok = socks_broker:rpc(Broker, rabbit_alarm, clear_alarm, [Memory]).
