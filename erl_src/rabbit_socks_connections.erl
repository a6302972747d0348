%% SPDX-License-Identifier: MPL-2.0
%% @doc The table of open sessions, for operators. A session writes its row when it has let its client in; the edge's owner,
%% which watches every session anyway, deletes it when the process has ended, however that was: so no session that is
%% gone stays in a list of the broker. Those that have a user are told to the broker.
-module(rabbit_socks_connections).

-export([create/0, opened/4, identify/1, is_told/1, refresh/1, ended/1, clear/0, tell/0]).
-export([broadcasts/3, subscribe_alarms/0, alarm_subscribers/0]).
-export([list/1, list_all/1, close/2, close_all/2]).

-define(TIMEOUT, 15000). % ms
-define(CHUNK, 1000). % rows that are looked at at once

-spec create() -> ok.
create() ->
    ?MODULE = ets:new(?MODULE, [named_table, public, {write_concurrency, true} | rabbit_socks_connection:table_options()]),
    ok.

%% @doc Called by the session's process, like those that follow. Info as the edge's open event has it.
-spec opened(Session :: non_neg_integer(), module(), map(), rabbit_socks_traffic:traffic()) -> ok.
opened(Session, Module, Info, Traffic) ->
    Connection = rabbit_socks_connection:new(self(), Session, Module, Info, Traffic),
    true = ets:insert(?MODULE, Connection),
    rabbit_socks_metrics:opened(rabbit_socks_connection:kind(Connection)).

%% @doc From now on the session is this user's. The row comes first: who finds it ends what began.
-spec identify(rabbit_socks_connection:user()) -> ok.
identify(User) ->
    [Before] = ets:lookup(?MODULE, self()),
    case rabbit_socks_connection:user(Before) of
        User ->
            ok;
        _ ->
            ok = tracked(Before, fun rabbit_socks_tracking:closed/1),
            Connection = rabbit_socks_connection:identify(User, Before),
            true = ets:insert(?MODULE, Connection),
            tracked(Connection, fun rabbit_socks_tracking:opened/1)
    end.

tracked(Connection, Tell) ->
    case rabbit_socks_connection:user(Connection) of
        {_, _, registered} -> Tell(rabbit_socks_connection:known(Connection));
        _ -> ok
    end.

%% @doc See rabbit_socks_connection:is_told/1.
-spec is_told(pid()) -> boolean().
is_told(Pid) -> lists:any(fun rabbit_socks_connection:is_told/1, ets:lookup(?MODULE, Pid)).

-spec refresh(reference()) -> ok.
refresh(Ref) ->
    lists:foreach(fun(Connection) -> ok = tracked(Connection, fun(Known) -> rabbit_socks_tracking:refreshed(Known, Ref) end) end,
                  ets:lookup(?MODULE, self())).

%% @doc So many broadcasts, and their bytes, went to the session besides what it has sent itself. It may be gone by now.
-spec broadcasts(pid(), Messages :: non_neg_integer(), Bytes :: non_neg_integer()) -> ok.
broadcasts(Pid, Messages, Bytes) ->
    try ets:lookup_element(?MODULE, Pid, rabbit_socks_connection:traffic()) of
        Traffic -> rabbit_socks_traffic:sent(Messages, Bytes, Traffic)
    catch
        error:badarg -> ok
    end.

%% @doc The calling process, a session's, is among alarm_subscribers/0 until it has ended.
-spec subscribe_alarms() -> ok.
subscribe_alarms() ->
    true = ets:update_element(?MODULE, self(), rabbit_socks_connection:alarm_subscription()),
    ok.

%% @doc Those that want to know of the broker's alarms.
-spec alarm_subscribers() -> [pid()].
alarm_subscribers() -> ets:select(?MODULE, rabbit_socks_connection:alarm_subscribers()).

%% @doc Called by who watches the session, when it has ended.
-spec ended(pid()) -> ok.
ended(Pid) ->
    lists:foreach(fun(Connection) ->
        ok = rabbit_socks_metrics:closed(rabbit_socks_connection:kind(Connection)),
        ok = tracked(Connection, fun rabbit_socks_tracking:closed/1)
    end, ets:take(?MODULE, Pid)).

%% @doc All sessions have ended, and nobody has watched.
-spec clear() -> ok.
clear() ->
    lists:foreach(fun(Connection) -> ok = ended(rabbit_socks_connection:pid(Connection)) end, ets:tab2list(?MODULE)).

%% @doc Tells the broker what went through those that it knows, where something has since the last time.
-spec tell() -> ok.
tell() -> tell(ets:select(?MODULE, rabbit_socks_connection:traffic_of_known(), ?CHUNK)).

tell({Chunk, Continuation}) ->
    _ = [ok = rabbit_socks_tracking:counted(Pid, Totals) || {Pid, Traffic} <- Chunk, {ok, Totals} <- [rabbit_socks_traffic:news(Traffic)]],
    tell(ets:select(Continuation));
tell('$end_of_table') -> ok.

%% @doc The sessions of this node; none where the plugin is not running.
-spec list([rabbit_socks_connection:column()]) -> [[{rabbit_socks_connection:column(), term()}]].
list(Columns) ->
    case ets:whereis(?MODULE) of
        undefined -> [];
        Table -> [[{Column, rabbit_socks_connection:column(Column, Connection)} || Column <- Columns] || Connection <- ets:tab2list(Table)]
    end.

%% @doc Those of the whole cluster.
-spec list_all([rabbit_socks_connection:column()]) -> [[{rabbit_socks_connection:column(), term()}]].
list_all(Columns) -> lists:append(cluster(list, [Columns])).

%% @doc Closes the session of that name on this node: how many there were, which is none or one.
-spec close(binary(), Reason :: binary()) -> non_neg_integer().
close(Name, Reason) ->
    Pids = [Pid || [{name, Found}, {pid, Pid}] <- list([name, pid]), Found =:= Name],
    lists:foreach(fun(Pid) -> Pid ! {shutdown, Reason} end, Pids),
    length(Pids).

%% @doc The same, wherever in the cluster it is.
-spec close_all(binary(), Reason :: binary()) -> non_neg_integer().
close_all(Name, Reason) -> lists:sum(cluster(close, [Name, Reason])).

%% A node that does not answer, or has no plugin, has none.
cluster(Function, Arguments) ->
    [Result || {ok, Result} <- erpc:multicall([node() | nodes()], ?MODULE, Function, Arguments, ?TIMEOUT)].
