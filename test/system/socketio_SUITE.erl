%% SPDX-License-Identifier: MPL-2.0
%% @doc Every generation of Socket.IO and bare Engine.IO on a real broker with the real archive: what the clients of the
%% generations have in common, and what happens to them. What each library sees is for the suites of clients.
-module(socketio_SUITE).

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, end_per_testcase/2]).
-export([engine_echo/1, mixed_room/1, exceptions/1, leaving/1, upgrade_under_fire/1, cut_probes/1, endless_probe/1]).

suite() -> [{timetrap, {minutes, 2}}].

all() ->
    [engine_echo, mixed_room, exceptions, leaving, upgrade_under_fire, cut_probes, endless_probe].

init_per_suite(Config) -> socketio_world:start(Config).
end_per_suite(Config) -> socketio_world:stop(Config).

%% Whatever a case that failed has left is not the next one's.
end_per_testcase(_, Config) -> socketio_world:clean(Config).

engine_echo(Config) -> socketio_engine:echo(Config).

mixed_room(Config) -> socketio_rooms:mixed(Config).
exceptions(Config) -> socketio_rooms:exceptions(Config).
leaving(Config) -> socketio_rooms:leaving(Config).

upgrade_under_fire(Config) -> socketio_fire:upgrades(Config).
cut_probes(Config) -> socketio_fire:cuts(Config).
endless_probe(Config) -> socketio_fire:endless(Config).
