%% SPDX-License-Identifier: MPL-2.0
%% @doc history_SUITE with published clients of Socket.IO: 2.x and 4.x, over both transports, and one that upgrades.
-module(history_clients_SUITE).

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1]).
-export([edge_killed/1, edge_stopped/1, broker_restarted/1, sockets_cut/1, queue_deleted/1, alarm/1]).

-define(KINDS, [{npm, Version, Transport} || Version <- ["2.5.0", "4.8.4"], Transport <- ["websocket", "polling", "upgrade"]]).

suite() -> history_SUITE:suite().

all() -> history_SUITE:all().

init_per_suite(Config) ->
    ok = socks_node:npm(socks_node:dir("socketio")),
    history_world:start(Config).

end_per_suite(Config) -> history_world:stop(Config).

edge_killed(Config) -> run(?FUNCTION_NAME, Config).
edge_stopped(Config) -> run(?FUNCTION_NAME, Config).
broker_restarted(Config) -> run(?FUNCTION_NAME, Config).
sockets_cut(Config) -> run(?FUNCTION_NAME, Config).
queue_deleted(Config) -> run(?FUNCTION_NAME, Config).
alarm(Config) -> run(?FUNCTION_NAME, Config).

run(Fault, Config) -> history_world:run(Config, Fault, history_world:seconds(), ?KINDS).
