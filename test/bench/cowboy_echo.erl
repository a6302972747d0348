%% SPDX-License-Identifier: MPL-2.0
%% @doc The peer of the benchmark: the plainest WebSocket echo that Cowboy can serve, in the same broker.
-module(cowboy_echo).
-behaviour(cowboy_websocket).

-export([listen/1, init/2, websocket_handle/2, websocket_info/2]).

-spec listen(inet:port_number()) -> ok.
listen(Port) ->
    Routes = cowboy_router:compile([{'_', [{"/echo", ?MODULE, []}]}]),
    {ok, _} = cowboy:start_clear(?MODULE, #{socket_opts => [{ip, {127, 0, 0, 1}}, {port, Port}], max_connections => infinity},
                                 #{env => #{dispatch => Routes}}),
    ok.

-spec init(cowboy_req:req(), []) -> {cowboy_websocket, cowboy_req:req(), [], map()}.
init(Req, []) ->
    {cowboy_websocket, Req, [], #{idle_timeout => infinity}}.

-spec websocket_handle(term(), []) -> {[term()], []}.
websocket_handle({text, _} = Frame, State) -> {[Frame], State};
websocket_handle({binary, _} = Frame, State) -> {[Frame], State};
websocket_handle(_, State) -> {[], State}.

-spec websocket_info(term(), []) -> {[], []}.
websocket_info(_, State) -> {[], State}.
