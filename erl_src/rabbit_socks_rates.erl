%% SPDX-License-Identifier: MPL-2.0
%% @doc Tells the broker, as often as its own connections do, what went through the sessions that it knows: the management plugin
%% makes rates of that. Sessions where nothing has happened cost a look at their counters. Where nobody collects statistics
%% nothing is done.
-module(rabbit_socks_rates).
-behaviour(gen_server).

-export([start_link/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-spec start_link() -> gen_server:start_ret().
start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

-spec init([]) -> {ok, none}.
init([]) ->
    ok = later(),
    {ok, none}.

later() ->
    {_, Interval} = rabbit_socks_tracking:statistics(),
    _ = erlang:send_after(Interval, self(), tell),
    ok.

-spec handle_call(term(), gen_server:from(), none) -> {reply, {error, not_understood}, none}.
handle_call(_, _, none) -> {reply, {error, not_understood}, none}.

-spec handle_cast(term(), none) -> {noreply, none}.
handle_cast(_, none) -> {noreply, none}.

-spec handle_info(term(), none) -> {noreply, none, hibernate}.
handle_info(tell, none) ->
    ok = case rabbit_socks_tracking:statistics() of
        {true, _} -> rabbit_socks_connections:tell();
        {false, _} -> ok
    end,
    ok = later(),
    {noreply, none, hibernate};
handle_info(_, none) ->
    {noreply, none, hibernate}.
