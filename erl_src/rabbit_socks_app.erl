%% SPDX-License-Identifier: MPL-2.0
%% @doc The application: starts the edge and the configured listeners.
-module(rabbit_socks_app).
-behaviour(application).

-export([start/2, stop/1]).

-spec start(application:start_type(), term()) -> {ok, pid()} | {error, term()}.
start(_Type, _Args) ->
    case rabbit_socks_sup:start_link() of
        {ok, Pid} ->
            ok = rabbit_socks_listener_sup:start_configured(),
            {ok, Pid};
        ignore ->
            {error, ignore};
        {error, _} = Error ->
            Error
    end.

%% Everything has ended by now.
-spec stop(term()) -> ok.
stop(_State) ->
    rabbit_socks_program:remove().
