%% SPDX-License-Identifier: MPL-2.0
%% @doc What the clients of a history tell, in the order in which they tell it, as history_checker reads it.
-module(history_log).

-export([new/0, add/2, events/1]).
-export_type([log/0]).

-opaque log() :: ets:table().

%% @doc It is gone with the process that called this.
-spec new() -> log().
new() -> ets:new(?MODULE, [ordered_set, public, {write_concurrency, true}]).

%% @doc Any process may.
-spec add(log(), history_checker:event()) -> ok.
add(Log, Event) ->
    true = ets:insert(Log, {erlang:unique_integer([monotonic]), Event}),
    ok.

-spec events(log()) -> [history_checker:event()].
events(Log) -> [Event || {_, Event} <- ets:tab2list(Log)].
