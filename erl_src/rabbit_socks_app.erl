%% SPDX-License-Identifier: MPL-2.0
%% @doc The application: starts the edge and the configured listeners, and shows its metrics.
-module(rabbit_socks_app).
-behaviour(application).

-export([start/2, prep_stop/1, stop/1]).

-spec start(application:start_type(), term()) -> {ok, pid()} | {error, term()}.
start(_Type, _Args) ->
    case rabbit_socks_sup:start_link() of
        {ok, Pid} ->
            ok = rabbit_socks_prometheus_collector:register(),
            ok = rabbit_socks_listener_sup:start_configured(),
            {ok, Pid};
        ignore ->
            {error, ignore};
        {error, _} = Error ->
            Error
    end.

-spec prep_stop(State) -> State.
prep_stop(State) ->
    ok = rabbit_socks_prometheus_collector:deregister(),
    State.

%% Everything has ended by now.
-spec stop(term()) -> ok.
stop(_State) ->
    ok = rabbit_socks_metrics:delete(),
    rabbit_socks_program:remove().
