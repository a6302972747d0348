%% SPDX-License-Identifier: MPL-2.0
%% @doc `make bench': rabbit_socks beside what else could serve the same clients, in turns, so that both see the same machine.
%%
%% Parts: `websocket' (bare echo beside Cowboy in the same broker), and beside npm's socket.io `socketio' (echo), `broadcast'
%% (a room of 1,000), `polling' (5,000 held polls) and `idle' (memory; Cowboy, too). Beside Web STOMP and npm's socket.io with amqplib: `rabbit' (see bench_rabbit). Beside itself:
%% `slow' (bench_slow). Beside nothing: `floor' (bench_floor). `all' is all of them.
-module(socks_bench).

-export([main/1]).

-define(ECHOERS, 100).
-define(ROOM, 1000).
-define(POLLS, 5000).
-define(POSTERS, 100).

-spec main([string()]) -> no_return().
main([Load, Seconds, Rounds | Parts]) ->
    Options = #{load => Load, seconds => Seconds, rounds => list_to_integer(Rounds)},
    _ = [part(Part, Options) || Part <- parts(Parts)],
    halt(0).

parts(["all"]) -> [websocket, socketio, broadcast, polling, idle, rabbit, slow, floor];
parts(Parts) -> [list_to_existing_atom(Part) || Part <- Parts].

part(websocket, Options) ->
    with_broker(fun(Broker) ->
        [bench_rounds:compare(title("echo over a bare WebSocket, 64 bytes, ~b connections, window ~b", [?ECHOERS, Window]), "msg",
                              Options#{mode => "echo", connections => ?ECHOERS, window => Window},
                              bench_peers:cowboy(Broker), bench_peers:echo(Broker))
         || Window <- [1, 16]]
    end);
part(socketio, Options) ->
    [beside_npm(title("echo, Socket.IO 4 over WebSocket, event of 64 bytes, ~b connections, window ~b", [?ECHOERS, Window]), "msg",
                Options#{mode => "socketio-echo", connections => ?ECHOERS, window => Window}, websocket)
     || Window <- [1, 16]];
part(broadcast, Options) ->
    [beside_npm(title("broadcast to a room of ~b, Socket.IO 4 over WebSocket, event of 100 bytes, ~b under way", [?ROOM, Window]), "delivery",
                Options#{mode => "broadcast", connections => ?ROOM, window => Window}, websocket)
     || Window <- [1, 16]];
part(polling, Options) ->
    beside_npm(title("polling, Socket.IO 4, ~b polls held, ~b posters", [?POLLS, ?POSTERS]), "request",
               Options#{mode => "polling", connections => ?POLLS, window => ?POSTERS}, polling);
part(idle, #{load := Load}) ->
    with_broker(fun(Broker) ->
        bench_idle:measure(Load, "idle", [bench_peers:cowboy(Broker), bench_peers:echo(Broker)])
    end),
    with_npm(websocket, fun(Npm, Broker) ->
        bench_idle:measure(Load, "socketio-idle", [Npm, bench_peers:events(Broker, websocket)])
    end);
part(rabbit, Options) ->
    bench_rabbit:measure(Options);
part(slow, Options) ->
    bench_slow:measure(Options);
part(floor, Options) ->
    bench_floor:measure(Options).

beside_npm(Title, Unit, Options, Transport) ->
    with_npm(Transport, fun(Npm, Broker) -> bench_rounds:compare(Title, Unit, Options, Npm, bench_peers:events(Broker, Transport)) end).

%% Servers of its own for each measurement: what another has left in their memory is in none.
with_npm(Transport, Fun) ->
    with_broker(fun(Broker) ->
        Npm = bench_peers:start_npm(Transport),
        Fun(Npm, Broker),
        bench_peers:stop_npm(Npm)
    end).

with_broker(Fun) ->
    Broker = bench_peers:broker(),
    try
        Fun(Broker)
    after
        ok = socks_broker:stop(Broker)
    end.

title(Format, Args) -> io_lib:format(Format, Args).
