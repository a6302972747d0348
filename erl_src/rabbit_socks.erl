%% SPDX-License-Identifier: MPL-2.0
%% @doc Listeners from code. docs/CONFIGURATION.md has the forms of interfaces and options.
-module(rabbit_socks).

-export([start_listener/3, stop_listener/1, listeners/0]).

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
