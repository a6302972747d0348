%% SPDX-License-Identifier: MPL-2.0
%% @doc The sessions of one edge: when the edge goes this supervisor is restarted, which ends them.
-module(rabbit_socks_session_sup).
-behaviour(supervisor).

-export([start_link/0, start_session/2, init/1]).

-spec start_link() -> supervisor:startlink_ret().
start_link() ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, []).

-spec start_session(rabbit_socks_link:link(), rabbit_socks_session:args()) -> {ok, pid()} | {error, term()}.
start_session(Link, Args) ->
    try supervisor:start_child(?MODULE, [Link, Args]) of
        {ok, Pid} when is_pid(Pid) -> {ok, Pid};
        {error, _} = Error -> Error
    catch
        exit:Reason -> {error, Reason}
    end.

%% A callback module gets half a second to end: new clients wait for it when an edge is replaced.
-spec init([]) -> {ok, {supervisor:sup_flags(), [supervisor:child_spec()]}}.
init([]) ->
    Session = #{id => session, start => {rabbit_socks_session, start_link, []}, restart => temporary, shutdown => 500},
    {ok, {#{strategy => simple_one_for_one, intensity => 0, period => 1}, [Session]}}.
