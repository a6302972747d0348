%% SPDX-License-Identifier: MPL-2.0
%% @doc What is known of the running edge by everyone: its process, the link to it, its fd channel, who wants to hear of the next one, who is
%% to hear of a relayed request, and when edges crashed. The table outlives the edge's process: the top supervisor owns it.
-module(rabbit_socks_edge_table).

-export([create/0, up/3, down/0, find/0, os_pid/0]).
-export([watch/1, watchers/0]).
-export([open_ref/1, put_ref/2, ref/1, close_ref/1, refs/0]).
-export([crashed/1, crashes/1, counted/1, statistics/0]).

-export_type([ref/0]).

-define(TABLE, ?MODULE).

%% A request that came to the node; or one that the edge has forwarded, by its own number.
-type ref() :: pos_integer() | {forward, pos_integer()}.

-spec create() -> ok.
create() ->
    ?TABLE = ets:new(?TABLE, [named_table, public, {read_concurrency, true}]),
    ok.

-spec up(pos_integer() | none, rabbit_socks_link:link(), socket:socket()) -> ok.
up(OsPid, Link, Channel) ->
    true = ets:insert(?TABLE, {edge, OsPid, Link, Channel}),
    ok.

-spec down() -> ok.
down() ->
    true = ets:delete(?TABLE, edge),
    true = ets:delete(?TABLE, statistics),
    ok.

-spec find() -> {ok, rabbit_socks_link:link(), socket:socket()} | {error, not_running}.
find() ->
    try ets:lookup(?TABLE, edge) of
        [{edge, _, Link, Channel}] -> {ok, Link, Channel};
        [] -> {error, not_running}
    catch
        error:badarg -> {error, not_running}
    end.

%% @doc For tests and operators.
-spec os_pid() -> {ok, pos_integer()} | {error, not_running}.
os_pid() ->
    try ets:lookup(?TABLE, edge) of
        [{edge, OsPid, _, _}] when is_integer(OsPid) -> {ok, OsPid};
        _ -> {error, not_running}
    catch
        error:badarg -> {error, not_running}
    end.

-spec watch(pid()) -> ok.
watch(Pid) ->
    true = ets:insert(?TABLE, {{watcher, Pid}}),
    ok.

%% @doc The living ones; the dead are forgotten.
-spec watchers() -> [pid()].
watchers() ->
    Pids = [Pid || {{watcher, Pid}} <- ets:match_object(?TABLE, {{watcher, '_'}})],
    {Living, Dead} = lists:partition(fun is_process_alive/1, Pids),
    lists:foreach(fun(Pid) -> ets:delete(?TABLE, {watcher, Pid}) end, Dead),
    Living.

%% Refs are unique for the life of the node: an answer to an old one finds nobody.
-spec open_ref(pid()) -> pos_integer().
open_ref(Pid) ->
    Ref = erlang:unique_integer([positive]),
    ok = put_ref(Ref, Pid),
    Ref.

-spec put_ref(ref(), pid()) -> ok.
put_ref(Ref, Pid) ->
    true = ets:insert(?TABLE, {{ref, Ref}, Pid}),
    ok.

-spec ref(ref()) -> {ok, pid()} | error.
ref(Ref) ->
    case ets:lookup(?TABLE, {ref, Ref}) of
        [{_, Pid}] -> {ok, Pid};
        [] -> error
    end.

-spec close_ref(ref()) -> ok.
close_ref(Ref) ->
    true = ets:delete(?TABLE, {ref, Ref}),
    ok.

-spec refs() -> [{ref(), pid()}].
refs() ->
    [{Ref, Pid} || {{ref, Ref}, Pid} <- ets:match_object(?TABLE, {{ref, '_'}, '_'})].

%% @doc What the running edge has counted: see docs/PORT_PROTOCOL.md.
-spec counted(map()) -> ok.
counted(Statistics) ->
    true = ets:insert(?TABLE, {statistics, Statistics}),
    ok.

%% @doc What it has told last; none if it has not yet, or is not running.
-spec statistics() -> {ok, map()} | none.
statistics() ->
    try ets:lookup(?TABLE, statistics) of
        [{statistics, Statistics}] -> {ok, Statistics};
        [] -> none
    catch
        error:badarg -> none
    end.

%% @doc Notes a crash at a time in ms; crashes/1 counts those of the last ten seconds.
-spec crashed(integer()) -> ok.
crashed(Now) ->
    true = ets:insert(?TABLE, {crashes, [Now | recent(Now)]}),
    rabbit_socks_metrics:crashed().

-spec crashes(integer()) -> non_neg_integer().
crashes(Now) ->
    length(recent(Now)).

recent(Now) ->
    case ets:lookup(?TABLE, crashes) of
        [{crashes, Times}] -> [Time || Time <- Times, Now - Time < 10000];
        [] -> []
    end.
