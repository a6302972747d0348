%% SPDX-License-Identifier: MPL-2.0
%% @doc The edge with its sessions, and beside them the listeners: their sockets stay open while an edge is replaced. The
%% tables that outlive an edge are owned here.
-module(rabbit_socks_sup).
-behaviour(supervisor).

-export([start_link/0, init/1]).

-spec start_link() -> supervisor:startlink_ret().
start_link() ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, []).

-spec init([]) -> {ok, {supervisor:sup_flags(), [supervisor:child_spec()]}}.
init([]) ->
    ok = rabbit_socks_edge_table:create(),
    ok = rabbit_socks_routes:create(),
    ok = rabbit_socks_alarm:create(),
    ok = rabbit_socks_connections:create(),
    ok = rabbit_socks_metrics:create(),
    Supervisors = [#{id => Module, start => {Module, start_link, []}, type => supervisor, shutdown => infinity}
                   || Module <- [rabbit_socks_edge_sup, rabbit_socks_listener_sup]],
    Workers = [#{id => Module, start => {Module, start_link, []}} || Module <- [rabbit_socks_alarm, rabbit_socks_amqp_workers, rabbit_socks_emit, rabbit_socks_rates]],
    {ok, {#{strategy => one_for_one, intensity => 3, period => 60}, Workers ++ Supervisors}}.
