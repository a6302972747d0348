%% SPDX-License-Identifier: MPL-2.0
%% @doc What this node counts since the plugin has started, for whoever scrapes it: rabbit_socks_prometheus_collector. Who counts
%% waits for nobody. Where the plugin is not running nothing is counted, and there is nothing to read.
-module(rabbit_socks_metrics).

-export([create/0, delete/0, opened/1, closed/1, received/2, sent/2, crashed/0]).
-export([is_running/0, sessions/0, traffic/0, crashes/0]).
-export_type([kind/0]).

%% What sessions are told apart by: few, whatever clients do.
-type kind() :: {Protocol :: binary(), Transport :: atom()}.

-define(RECEIVED, 1).
-define(RECEIVED_BYTES, 2).
-define(SENT, 3).
-define(SENT_BYTES, 4).
-define(CRASHES, 5).

%% @doc Counts from 0. The calling process is one that lives as long as the plugin runs.
-spec create() -> ok.
create() ->
    ?MODULE = ets:new(?MODULE, [named_table, public, {write_concurrency, true}]),
    persistent_term:put(?MODULE, counters:new(5, [write_concurrency])).

%% @doc Of the plugin that has ended.
-spec delete() -> ok.
delete() ->
    _ = persistent_term:erase(?MODULE),
    ok.

%% @doc A session has let its client in.
-spec opened(kind()) -> ok.
opened(Kind) -> session(Kind, 2).

%% @doc It has ended.
-spec closed(kind()) -> ok.
closed(Kind) -> session(Kind, 3).

session(Kind, Element) ->
    _ = case ets:whereis(?MODULE) of
        undefined -> none;
        Table -> ets:update_counter(Table, Kind, {Element, 1}, {Kind, 0, 0})
    end,
    ok.

%% @doc So many messages, and their bytes, have come from clients.
-spec received(non_neg_integer(), Bytes :: non_neg_integer()) -> ok.
received(Messages, Bytes) -> add(?RECEIVED, Messages, ?RECEIVED_BYTES, Bytes).

%% @doc So many have gone to them.
-spec sent(non_neg_integer(), Bytes :: non_neg_integer()) -> ok.
sent(Messages, Bytes) -> add(?SENT, Messages, ?SENT_BYTES, Bytes).

%% @doc An edge has ended that was not to.
-spec crashed() -> ok.
crashed() -> add(?CRASHES, 1, ?CRASHES, 0).

add(First, Count, Second, Bytes) ->
    case persistent_term:get(?MODULE, none) of
        none ->
            ok;
        Counters ->
            ok = counters:add(Counters, First, Count),
            counters:add(Counters, Second, Bytes)
    end.

-spec is_running() -> boolean().
is_running() -> ets:whereis(?MODULE) =/= undefined.

%% @doc How many sessions of each kind were opened, and how many of them have ended.
-spec sessions() -> [{kind(), Opened :: non_neg_integer(), Closed :: non_neg_integer()}].
sessions() ->
    case ets:whereis(?MODULE) of
        undefined -> [];
        Table -> ets:tab2list(Table)
    end.

-spec traffic() -> #{received | received_bytes | sent | sent_bytes := non_neg_integer()}.
traffic() ->
    #{received => value(?RECEIVED), received_bytes => value(?RECEIVED_BYTES), sent => value(?SENT), sent_bytes => value(?SENT_BYTES)}.

-spec crashes() -> non_neg_integer().
crashes() -> value(?CRASHES).

value(Index) ->
    case persistent_term:get(?MODULE, none) of
        none -> 0;
        Counters -> counters:get(Counters, Index)
    end.
