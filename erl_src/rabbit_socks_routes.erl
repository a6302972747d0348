%% SPDX-License-Identifier: MPL-2.0
%% @doc Which callback module, with which options, serves a route of a listener: what an open event of the edge means.
-module(rabbit_socks_routes).

-export([create/0, put/2, delete/1, find/2]).

-type route() :: {module(), Options :: term()}.

-spec create() -> ok.
create() ->
    ?MODULE = ets:new(?MODULE, [named_table, public, {read_concurrency, true}]),
    ok.

%% @doc Replaces all routes of the listener.
-spec put(pos_integer(), [route()]) -> ok.
put(Listener, Routes) ->
    true = ets:insert(?MODULE, {Listener, list_to_tuple(Routes)}),
    ok.

-spec delete(pos_integer()) -> ok.
delete(Listener) ->
    true = ets:delete(?MODULE, Listener),
    ok.

-spec find(pos_integer(), non_neg_integer()) -> {ok, route()} | error.
find(Listener, Index) ->
    case ets:lookup(?MODULE, Listener) of
        [{_, Routes}] when Index < tuple_size(Routes) -> {ok, element(Index + 1, Routes)};
        _ -> error
    end.
