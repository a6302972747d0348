%% SPDX-License-Identifier: MPL-2.0
%% @doc Our metrics among those of the broker's plugin rabbitmq_prometheus: docs/OPERATING.md has the list.
%%
%% Whichever of the two is started first: its Prometheus library finds the collectors of all applications that are loaded when it
%% starts, and register/0 adds this one to a library that runs. Where there is none nothing is done.
-module(rabbit_socks_prometheus_collector).
-behaviour(prometheus_collector).

-export([register/0, deregister/0]).
-export([collect_mf/2, deregister_cleanup/1]).

-define(REGISTRY, default). % what /metrics shows

-spec register() -> ok.
register() -> registered(fun prometheus_registry:register_collector/2).

%% @doc To be called before this module may be unloaded: a collector that is missing fails the whole page.
-spec deregister() -> ok.
deregister() -> registered(fun prometheus_registry:deregister_collector/2).

registered(Change) ->
    case whereis(prometheus_sup) of
        undefined -> ok;
        _ -> Change(?REGISTRY, ?MODULE)
    end.

%% @private
-spec deregister_cleanup(prometheus_registry:registry()) -> ok.
deregister_cleanup(_) -> ok.

%% @private
-spec collect_mf(prometheus_registry:registry(), prometheus_collector:collect_mf_callback()) -> ok.
collect_mf(_, Callback) ->
    lists:foreach(fun({Name, Type, Help, Metrics}) ->
        _ = Callback(prometheus_model_helpers:create_mf(<<"rabbitmq_socks_", Name/binary>>, Help, Type, Metrics))
    end, families(rabbit_socks_metrics:is_running())).

families(false) -> [];
families(true) ->
    sessions(rabbit_socks_metrics:sessions()) ++ traffic(rabbit_socks_metrics:traffic()) ++ edge(rabbit_socks_edge_table:statistics()) ++
        [{<<"edge_up">>, gauge, "Is the edge running?", [{[], up(rabbit_socks_edge_table:find())}]},
         {<<"edge_crashes_total">>, counter, "Edges that ended and were replaced", [{[], rabbit_socks_metrics:crashes()}]}].

sessions(Sessions) ->
    [{<<"sessions">>, gauge, "Open sessions", [{kind(Kind), Opened - Closed} || {Kind, Opened, Closed} <- Sessions]},
     {<<"sessions_opened_total">>, counter, "Sessions opened", [{kind(Kind), Opened} || {Kind, Opened, _} <- Sessions]},
     {<<"sessions_closed_total">>, counter, "Sessions that have ended", [{kind(Kind), Closed} || {Kind, _, Closed} <- Sessions]}].

kind({Protocol, Transport}) -> [{protocol, Protocol}, {transport, Transport}].

traffic(#{received := Received, received_bytes := ReceivedBytes, sent := Sent, sent_bytes := SentBytes}) ->
    [{<<"messages_received_total">>, counter, "Messages from clients", [{[], Received}]},
     {<<"messages_received_bytes_total">>, counter, "Bytes of messages from clients", [{[], ReceivedBytes}]},
     {<<"messages_sent_total">>, counter, "Messages to clients; a broadcast counts for each that gets it", [{[], Sent}]},
     {<<"messages_sent_bytes_total">>, counter, "Bytes of messages to clients", [{[], SentBytes}]}].

edge({ok, #{connections := Connections, clients := Clients, memory := Memory, cpu := Cpu, accepted := Accepted, refused := Refused,
            answers := Answers, ended := Ended}}) ->
    [{<<"connections">>, gauge, "Open connections of clients", [{[], Connections}]},
     {<<"clients">>, gauge, "Clients of Socket.IO and Engine.IO, also those between two polls", [{[], Clients}]},
     {<<"connections_accepted_total">>, counter, "TCP connections accepted", [{[], Accepted}]},
     {<<"connections_refused_total">>, counter, "TCP connections refused, beyond a limit or by a listener that is leaving", [{[], Refused}]},
     {<<"http_answers_total">>, counter, "Answers to requests, by HTTP status", [{[{status, Status}], N} || {Status, N} <- Answers]},
     {<<"close_codes_total">>, counter, "Sessions that have ended, by close code", [{[{code, Code}], N} || {Code, N} <- Ended]},
     {<<"edge_resident_memory_bytes">>, gauge, "Memory of the edge", [{[], Memory}]},
     {<<"edge_cpu_seconds_total">>, counter, "CPU time that the edge has used", [{[], Cpu / 1_000_000}]}];
edge(none) ->
    []. % it has not told yet

up({ok, _, _}) -> 1;
up({error, not_running}) -> 0.
