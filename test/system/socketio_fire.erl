%% SPDX-License-Identifier: MPL-2.0
%% @doc Clients of Engine.IO that go from polling to WebSocket, or try to, while numbered messages flow both ways.
-module(socketio_fire).

-include_lib("stdlib/include/assert.hrl").

-export([upgrades/1, upgrades_elsewhere/1, cuts/1, endless/1]).

-define(WAIT, 60_000).
%% No pings: these clients have no thread for them.
-define(UNHURRIED, [{engine_ping_interval, 120000}]).

%% @doc 200 clients of version 4 and 40 of version 3, each with 100 messages a second either way.
-spec upgrades([term()]) -> ok.
upgrades(Config) ->
    Port = socketio_world:listen(Config, ?UNHURRIED),
    Clients = [{Version, [{upgrade, 100 + rand:uniform(1500)}]} || {Version, Count} <- [{4, 200}, {3, 40}], _ <- lists:seq(1, Count)],
    outcomes(Clients, Port, 200),
    socketio_world:settled(Config),
    socketio_world:unlisten(Config, Port).

%% @doc The same over TLS, in the broker's web server, and where hardly anything may be on the way to the callback module.
-spec upgrades_elsewhere([term()]) -> ok.
upgrades_elsewhere(Config) ->
    Clients = [{Version, [{upgrade, 50 + rand:uniform(500)}]} || Version <- [3, 4], _ <- lists:seq(1, 10)],
    Tls = socketio_world:tls(Config),
    outcomes(Clients, {tls, Tls}, 100),
    Narrow = socketio_world:listen(Config, [{credit_messages, 1} | ?UNHURRIED]),
    outcomes(Clients, Narrow, 100),
    {Web, StopWeb} = socketio_world:web(Config, "fire"),
    outcomes(Clients, Web, "/fire/engine.io/", 60),
    socketio_world:settled(Config),
    [socketio_world:unlisten(Config, Port) || Port <- [Tls, Narrow]],
    StopWeb().

%% @doc The WebSocket is lost at each step; the next one succeeds, or there is none.
-spec cuts([term()]) -> ok.
cuts(Config) ->
    Port = socketio_world:listen(Config, ?UNHURRIED),
    Clients = [{Version, [{Cut, 50 + rand:uniform(300)} | Then]}
               || Version <- [4, 3], Cut <- [before_probe, unread_answer, after_probe, before_finish, close_frame, no_probe],
                  Then <- [[], [{upgrade, 200}], [{before_finish, 50}, {upgrade, 50}]], _ <- [1, 2]],
    outcomes(Clients, Port, 100),
    socketio_world:settled(Config),
    socketio_world:unlisten(Config, Port).

%% @doc One that gets no further is closed, and its client polls on; then it may try again.
-spec endless([term()]) -> ok.
endless(Config) ->
    Port = socketio_world:listen(Config, [{engine_upgrade_timeout, 300} | ?UNHURRIED]),
    Clients = [{Version, [{Cut, 50} | Then]} || Version <- [4, 3], Cut <- [wait_silent, wait_probed], Then <- [[], [{upgrade, 10}]], _ <- [1, 2]],
    outcomes(Clients, Port, 100),
    socketio_world:settled(Config),
    socketio_world:unlisten(Config, Port).

%% Everybody has got everything, in order.
outcomes(Clients, Target, Count) -> outcomes(Clients, Target, "/engine.io/", Count).

outcomes(Clients, Target, Path, Count) ->
    Running = [{spawn_monitor(fun() -> exit({done, socketio_fire_client:run(Target, Path, Version, Steps, Count)}) end), Client}
               || {Version, Steps} = Client <- Clients],
    Expected = [<<"down ", (integer_to_binary(N))/binary>> || N <- lists:seq(1, Count)],
    Counted = iolist_to_binary(io_lib:format("counted ~b true", [Count])),
    [receive
         {'DOWN', Monitor, process, _, {done, Heard}} ->
             {Answer, Numbers} = lists:partition(fun(Text) -> binary:match(Text, <<"counted">>) =/= nomatch end, Heard),
             ?assertEqual({Client, Expected, [Counted]}, {Client, Numbers, Answer});
         {'DOWN', Monitor, process, _, Reason} ->
             error({Client, Reason})
     after ?WAIT ->
         error({not_done, Client})
     end || {{_, Monitor}, Client} <- Running],
    ok.
