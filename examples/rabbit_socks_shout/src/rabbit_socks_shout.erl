%% SPDX-License-Identifier: MPL-2.0
%% @doc A third party's plugin: a callback module of rabbit_socks, and the application that opens a listener for it.
%% Text comes back in capitals with a running number; binary is not understood and ends the connection.
-module(rabbit_socks_shout).
-behaviour(application).
-behaviour(supervisor).
-behaviour(rabbit_socks_callback).

-export([start/2, stop/1, init/1]).
-export([subprotocol_name/0, init/2, open/3, handle_frame/2, terminate/1]).

%% The application. Enabling the plugin opens the listener, disabling it closes it.

start(_Type, _Args) ->
    {ok, Interface} = application:get_env(?MODULE, interface),
    case rabbit_socks:start_listener(Interface, ?MODULE, []) of
        ok -> supervisor:start_link(?MODULE, []);
        {error, Reason} -> {error, Reason}
    end.

stop(_State) ->
    {ok, Interface} = application:get_env(?MODULE, interface),
    rabbit_socks:stop_listener(Interface).

%% An application needs a process of its own; the listener's belong to rabbit_socks.
init([]) ->
    {ok, {#{}, []}}.

%% The callback module: one process a connection, and this is its state.

subprotocol_name() ->
    "shout".

init(_Path, []) ->
    {ok, 0}.

open(Writer, WriterArg, Count) ->
    {ok, {Writer, WriterArg, Count}}.

handle_frame({utf8, Text}, {Writer, WriterArg, Count}) ->
    Number = integer_to_binary(Count + 1),
    Writer:send_frame({utf8, <<Number/binary, ". ", (string:uppercase(Text))/binary>>}, WriterArg),
    {ok, {Writer, WriterArg, Count + 1}};
handle_frame({binary, _}, _State) ->
    {error, binary_is_not_shouted}.

terminate(_State) ->
    ok.
