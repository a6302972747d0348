%% SPDX-License-Identifier: MPL-2.0
%% @doc Every generation of Socket.IO, bare Engine.IO and rabbit-socks.json on a real broker with the real archive: what the clients of the
%% generations have in common, and what happens to them. What each library sees is for the suites of clients.
-module(socketio_SUITE).

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, end_per_testcase/2]).
-export([engine_echo/1, mixed_room/1, exceptions/1, leaving/1, upgrade_under_fire/1, upgrade_elsewhere/1, cut_probes/1, endless_probe/1]).
-export([namespaces/1, acknowledgements/1, timeouts/1, attachments/1, server_disconnects/1, client_disconnects/1, too_many_namespaces/1,
         generation_09/1, json_events/1, json_bytes/1, json_flow/1, json_refusals/1, cookie/1, compression/1, preflight/1, after_upgrade/1,
         recovered/1, through_losses/1, not_recovered/1, expired/1, waiting_at_the_end/1, edge_killed/1, drained/1]).

suite() -> [{timetrap, {minutes, 2}}].

all() ->
    [engine_echo, mixed_room, exceptions, leaving, upgrade_under_fire, upgrade_elsewhere, cut_probes, endless_probe,
     namespaces, acknowledgements, timeouts, attachments, server_disconnects, client_disconnects, too_many_namespaces, generation_09,
     json_events, json_bytes, json_flow, json_refusals, cookie, compression, preflight, after_upgrade, recovered, through_losses, not_recovered, expired, waiting_at_the_end, edge_killed, drained].

init_per_suite(Config) -> socketio_world:start(Config).
end_per_suite(Config) -> socketio_world:stop(Config).

%% Whatever a case that failed has left is not the next one's.
end_per_testcase(_, Config) -> socketio_world:clean(Config).

engine_echo(Config) -> socketio_engine:echo(Config).

mixed_room(Config) -> socketio_rooms:mixed(Config).
exceptions(Config) -> socketio_rooms:exceptions(Config).
leaving(Config) -> socketio_rooms:leaving(Config).

upgrade_under_fire(Config) -> socketio_fire:upgrades(Config).
upgrade_elsewhere(Config) -> socketio_fire:upgrades_elsewhere(Config).
cut_probes(Config) -> socketio_fire:cuts(Config).
endless_probe(Config) -> socketio_fire:endless(Config).

namespaces(Config) -> socketio_packets:namespaces(Config).
acknowledgements(Config) -> socketio_packets:acknowledgements(Config).
timeouts(Config) -> socketio_packets:timeouts(Config).
attachments(Config) -> socketio_packets:attachments(Config).
server_disconnects(Config) -> socketio_packets:server_disconnects(Config).
client_disconnects(Config) -> socketio_packets:client_disconnects(Config).
too_many_namespaces(Config) -> socketio_packets:too_many_namespaces(Config).
generation_09(Config) -> socketio_packets:generation_09(Config).

json_events(Config) -> socketio_json:events(Config).
json_bytes(Config) -> socketio_json:bytes(Config).
json_flow(Config) -> socketio_json:flow(Config).
json_refusals(Config) -> socketio_json:refusals(Config).

cookie(Config) -> socketio_http:cookie(Config).
compression(Config) -> socketio_http:compression(Config).
preflight(Config) -> socketio_http:preflight(Config).
after_upgrade(Config) -> socketio_http:after_upgrade(Config).

recovered(Config) -> socketio_recovery:recovered(Config).
through_losses(Config) -> socketio_recovery:through_losses(Config).
not_recovered(Config) -> socketio_recovery:not_recovered(Config).
expired(Config) -> socketio_recovery:expired(Config).
waiting_at_the_end(Config) -> socketio_recovery:waiting_at_the_end(Config).

edge_killed(Config) -> socketio_ends:edge_killed(Config).
drained(Config) -> socketio_ends:drained(Config).
