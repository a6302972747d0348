%% SPDX-License-Identifier: MPL-2.0
%% @doc What an open event of the edge means: which callback module, with which options, serves a route of a listener, and
%% how large the credit window of its sessions is. The table outlives the edge: the top supervisor owns it.
-module(rabbit_socks_routes).

-export([create/0, put/2, put_window/2, delete/1, find/2]).
-export_type([route/0, window/0]).

-type route() :: {module(), Options :: term()}.
%% docs/PORT_PROTOCOL.md, "Credit".
-type window() :: {Messages :: pos_integer(), Bytes :: pos_integer()}.

-spec create() -> ok.
create() ->
    ?MODULE = ets:new(?MODULE, [named_table, public, {read_concurrency, true}]),
    ok.

%% @doc Replaces all routes of the listener.
-spec put(pos_integer(), [route()]) -> ok.
put(Listener, Routes) ->
    true = ets:insert(?MODULE, {Listener, list_to_tuple(Routes)}),
    ok.

%% @doc Takes from the listener's Config what the edge takes from it.
-spec put_window(pos_integer(), map()) -> ok.
put_window(Listener, Config) ->
    true = ets:insert(?MODULE, {{window, Listener}, {maps:get(credit_messages, Config, 64), maps:get(credit_bytes, Config, 262144)}}),
    ok.

-spec delete(pos_integer()) -> ok.
delete(Listener) ->
    true = ets:delete(?MODULE, Listener),
    true = ets:delete(?MODULE, {window, Listener}),
    ok.

-spec find(pos_integer(), non_neg_integer()) -> {ok, route(), window()} | error.
find(Listener, Index) ->
    case {ets:lookup(?MODULE, Listener), ets:lookup(?MODULE, {window, Listener})} of
        {[{_, Routes}], [{_, Window}]} when Index < tuple_size(Routes) -> {ok, element(Index + 1, Routes), Window};
        _ -> error
    end.
