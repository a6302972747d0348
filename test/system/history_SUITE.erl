%% SPDX-License-Identifier: MPL-2.0
%% @doc The promises of docs/DELIVERY.md while things go wrong, for raw clients of every kind at once. RABBIT_SOCKS_HISTORY_S says for how
%% many seconds each fault goes on; `make history' says 180.
-module(history_SUITE).

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1]).
-export([edge_killed/1, edge_stopped/1, broker_restarted/1, sockets_cut/1, queue_deleted/1, alarm/1]).

-define(KINDS, [{4, websocket}, {4, polling}, {3, websocket}, {3, polling}, {json, websocket}, stomp]).

suite() -> [{timetrap, {seconds, history_world:seconds() + 240}}].

all() -> [edge_killed, edge_stopped, broker_restarted, sockets_cut, queue_deleted, alarm].

init_per_suite(Config) -> history_world:start(Config).
end_per_suite(Config) -> history_world:stop(Config).

edge_killed(Config) -> run(?FUNCTION_NAME, Config).
edge_stopped(Config) -> run(?FUNCTION_NAME, Config).
broker_restarted(Config) -> run(?FUNCTION_NAME, Config).
sockets_cut(Config) -> run(?FUNCTION_NAME, Config).
queue_deleted(Config) -> run(?FUNCTION_NAME, Config).
alarm(Config) -> run(?FUNCTION_NAME, Config).

run(Fault, Config) -> history_world:run(Config, Fault, history_world:seconds(), ?KINDS).
