%% SPDX-License-Identifier: MPL-2.0
%% @doc One room with clients of every generation, on several listeners of one broker.
-module(socketio_rooms).

-include_lib("stdlib/include/assert.hrl").

-export([mixed/1, exceptions/1, leaving/1]).

-import(mixed_member, [open/2, say/2, hear/2, settle/1, close/1]).

-define(COUNT, 200).

%% @doc Broadcasts from another process, from within a callback, and from both at the same time reach everybody, each once, in the
%% order of who sent them.
-spec mixed([term()]) -> ok.
mixed(Config) ->
    with_members(Config, fun(Members) ->
        Speaker = lists:keyfind('socket.io-4', 1, Members),
        Numbers = [integer_to_binary(N) || N <- lists:seq(1, ?COUNT)],
        ok = listeners_world:rpc(Config, mixed_callback, broadcasts, [event, <<"lobby">>, ?COUNT]),
        [heard(M, [{news, N} || N <- Numbers]) || M <- Members],
        ok = say(Speaker, ["broadcast lobby ", integer_to_binary(?COUNT)]),
        [heard(M, [{frame, N} || N <- Numbers]) || M <- Members],
        ok = say(Speaker, ["broadcast lobby ", integer_to_binary(?COUNT)]),
        ok = listeners_world:rpc(Config, mixed_callback, broadcasts, [event, <<"lobby">>, ?COUNT]),
        [begin
             Both = hear(M, 2 * ?COUNT),
             ?assertEqual({Kind, Numbers}, {Kind, [N || {news, N} <- Both]}),
             ?assertEqual({Kind, Numbers}, {Kind, [N || {frame, N} <- Both]}),
             settle(M)
         end || {Kind, _} = M <- Members]
    end).

%% @doc Who is in another room, and the one who speaks.
-spec exceptions([term()]) -> ok.
exceptions(Config) ->
    with_members(Config, fun(Members) ->
        [say(M, "join muted") || {Kind, _} = M <- Members, is_odd(Kind)],
        [settle(M) || M <- Members],
        Speaker = lists:keyfind('socket.io-2', 1, Members),
        ok = say(Speaker, "tell_except lobby muted one"),
        ok = say(Speaker, "tell_others lobby two"),
        ok = say(Speaker, "tell_except nobody+lobby nowhere three"),
        [heard(M, [{frame, Text} || {Text, true} <- [{<<"one">>, not is_odd(Kind)}, {<<"two">>, M =/= Speaker}, {<<"three">>, true}]])
         || {Kind, _} = M <- Members]
    end).

is_odd(Kind) -> lists:member(Kind, ['socket.io-0.6', 'socket.io-4', websocket]).

%% @doc Of two rooms one copy; of a room that was left none; of one that was left by its client's end nothing breaks.
-spec leaving([term()]) -> ok.
leaving(Config) ->
    with_members(Config, fun(Members) ->
        [Speaker | Others] = Members,
        [say(M, "join attic") || M <- Members],
        [settle(M) || M <- Members],
        ok = say(Speaker, "tell lobby+attic+lobby once"),
        [heard(M, [{frame, <<"once">>}]) || M <- Members],
        [say(M, "leave lobby") || M <- Others],
        [settle(M) || M <- Others],
        ok = say(Speaker, "tell lobby left"),
        ok = say(Speaker, "tell lobby+attic attic"),
        heard(Speaker, [{frame, <<"left">>}, {frame, <<"attic">>}]),
        [heard(M, [{frame, <<"attic">>}]) || M <- Others],
        [Gone | Stay] = Others,
        ok = close(Gone),
        ok = say(Speaker, "tell attic stay"),
        [heard(M, [{frame, <<"stay">>}]) || M <- [Speaker | Stay]]
    end).

%% This, and nothing else.
heard({Kind, _} = M, Expected) ->
    ?assertEqual({Kind, Expected}, {Kind, hear(M, length(Expected))}),
    settle(M).

%% Everybody is in the room "lobby".
with_members(Config, Do) ->
    Plain = socketio_world:listen(Config, []),
    Tls = socketio_world:tls(Config),
    Other = socketio_world:listen(Config, []),
    {Web, StopWeb} = socketio_world:web(Config, "web"),
    Targets = #{'socket.io-4' => {tls, Tls}, 'engine.io-3' => {below, "/web", Web}, 'rabbit-socks.json' => {below, "/web", Web},
                'socket.io-0.6' => Other},
    Members = [open(maps:get(Kind, Targets, Plain), {Kind, Transport}) || {Kind, Transport} <- mixed_member:kinds()],
    [say(M, "join lobby") || M <- Members],
    [settle(M) || M <- Members],
    _ = Do(Members),
    [close(M) || M <- Members],
    %% Those that polled are waited for, unless their listener ends.
    [socketio_world:unlisten(Config, Port) || Port <- [Plain, Tls, Other]],
    ok = StopWeb(),
    socketio_world:settled(Config).
