%% SPDX-License-Identifier: MPL-2.0
%% @doc The edge and all that hangs on it. The order is the recovery plan: an edge that dies takes its sessions with it.
-module(rabbit_socks_edge_sup).
-behaviour(supervisor).

-export([start_link/0, init/1]).

-spec start_link() -> supervisor:startlink_ret().
start_link() ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, []).

%% The edge's own back-off keeps restarts far below this intensity: killing it again and again never reaches the broker.
-spec init([]) -> {ok, {supervisor:sup_flags(), [supervisor:child_spec()]}}.
init([]) ->
    Edge = #{id => edge, start => {rabbit_socks_edge, start_link, []}, shutdown => 5000},
    Sessions = #{id => sessions, start => {rabbit_socks_session_sup, start_link, []}, type => supervisor, shutdown => infinity},
    {ok, {#{strategy => rest_for_one, intensity => 100, period => 10}, [Edge, Sessions]}}.
