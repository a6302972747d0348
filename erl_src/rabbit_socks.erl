%% SPDX-License-Identifier: MPL-2.0
%% @doc Listeners and rooms from code. docs/CONFIGURATION.md has the forms of interfaces and options, docs/CALLBACKS.md what
%% rooms are.
-module(rabbit_socks).

-export([start_listener/3, stop_listener/1, listeners/0]).
-export([broadcast/3, broadcast/4, broadcast_frame/2, broadcast_frame/3]).

%% @doc Opens a listener for a callback module (or a list of `{PathPrefix, Module, Options}'). An error is a text that says
%% what is wrong with the arguments or the port.
-spec start_listener(Interface :: term(), module() | [term()], Options :: term()) -> ok | {error, string()}.
start_listener(Interface, Module, Options) ->
    rabbit_socks_listener_sup:start_listener(Interface, Module, Options).

%% @doc Closes it; its sessions end with close code 1001.
-spec stop_listener(Interface :: term()) -> ok | {error, not_found}.
stop_listener(Interface) ->
    rabbit_socks_listener_sup:stop_listener(Interface).

-spec listeners() -> [map()].
listeners() ->
    rabbit_socks_listener_sup:listeners().

%% @doc Sends an event to every client in the room, or in one of several, once; to `all', in no room or any.
-spec broadcast(rabbit_socks_rooms:rooms(), rabbit_socks_callback:name(), [rabbit_socks_callback:value()]) -> ok.
broadcast(Rooms, Name, Args) ->
    broadcast(Rooms, Name, Args, #{}).

%% @doc `#{except => [Room | WriterArg]}' leaves out who is in another room, and single clients; `#{namespace => <<"/chat">>}' who
%% is in another namespace.
-spec broadcast(rabbit_socks_rooms:rooms(), rabbit_socks_callback:name(), [rabbit_socks_callback:value()], rabbit_socks_rooms:options()) -> ok.
broadcast(Rooms, Name, Args, Options) ->
    rabbit_socks_rooms:broadcast(Rooms, rabbit_socks_message:event(Name, Args, none), Options).

%% @doc The same with a frame, as send_frame/2 takes it.
-spec broadcast_frame(rabbit_socks_rooms:rooms(), rabbit_socks_callback:frame() | {utf8 | binary, iodata()} | iodata()) -> ok.
broadcast_frame(Rooms, Frame) ->
    broadcast_frame(Rooms, Frame, #{}).

-spec broadcast_frame(rabbit_socks_rooms:rooms(), rabbit_socks_callback:frame() | {utf8 | binary, iodata()} | iodata(), rabbit_socks_rooms:options()) -> ok.
broadcast_frame(Rooms, Frame, Options) ->
    rabbit_socks_rooms:broadcast(Rooms, rabbit_socks_message:frame(Frame), Options).
