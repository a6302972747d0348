%% SPDX-License-Identifier: MPL-2.0
%% @doc Tells listeners that the node is drained for maintenance, or revived. The broker suspends and resumes listeners by
%% itself; what is told is the moment when it has closed its own connections, and a plugin is to close its own.
%% One handler for each listener process, gone with it.
-module(rabbit_socks_maintenance).
-behaviour(gen_event).

-include_lib("kernel/include/logger.hrl").

-export([watch/1, window/0]).
-export([init/1, handle_event/2, handle_call/2, handle_info/2]).

-define(MAX_WINDOW, 3600000). % ms

%% @doc Called by Pid itself; it gets `{rabbit_socks_maintenance, connections_closed | revived}'.
-spec watch(pid()) -> ok.
watch(Pid) when Pid =:= self() ->
    ok = gen_event:add_sup_handler(rabbit_event, {?MODULE, Pid}, Pid).

%% @doc The time over which a drain spreads the end of the sessions (ms): `drain_window' of the application.
-spec window() -> non_neg_integer().
window() ->
    case application:get_env(rabbit_socks, drain_window, 0) of
        Window when is_integer(Window), Window >= 0, Window =< ?MAX_WINDOW -> Window;
        Other ->
            ?LOG_ERROR("rabbit_socks: drain_window is a number of milliseconds from 0 to ~b, not ~0tP: all sessions end now",
                       [?MAX_WINDOW, Other, 10], #{domain => [rabbitmq, socks]}),
            0
    end.

-spec init(pid()) -> {ok, pid()}.
init(Pid) -> {ok, Pid}.

%% The record #event{} of rabbit.hrl: its type comes first.
-spec handle_event(tuple(), pid()) -> {ok, pid()}.
handle_event(Event, Pid) ->
    _ = case element(2, Event) of
        maintenance_connections_closed -> Pid ! {?MODULE, connections_closed};
        maintenance_revived -> Pid ! {?MODULE, revived};
        _ -> ok
    end,
    {ok, Pid}.

-spec handle_call(term(), pid()) -> {ok, {error, unknown}, pid()}.
handle_call(_, Pid) -> {ok, {error, unknown}, Pid}.

-spec handle_info(term(), pid()) -> {ok, pid()}.
handle_info(_, Pid) -> {ok, Pid}.
