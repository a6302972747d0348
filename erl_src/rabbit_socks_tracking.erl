%% SPDX-License-Identifier: MPL-2.0
%% @doc Tells the broker of connections that are none of its own: from then on the management UI shows them, they count
%% towards the limits of their user and vhost, and whoever closes connections closes them. The only module that knows
%% rabbit_core_metrics, the broker's events of connections, and rabbit_networking's list of those that speak no AMQP.
-module(rabbit_socks_tracking).

-export([opened/1, closed/1, refreshed/2, statistics/0, counted/2, user/1]).

%% @doc As rabbit_socks_connection:known/1 has it.
-spec opened([{atom(), term()}]) -> ok.
opened(Known) ->
    Pid = proplists:get_value(pid, Known),
    %% What is kept for each connection, and shown; who did it is for those who hear the event.
    ok = rabbit_core_metrics:connection_created(Pid, lists:keydelete(user_who_performed_action, 1, Known)),
    ok = rabbit_event:notify(connection_created, Known),
    rabbit_networking:register_non_amqp_connection(Pid).

%% @doc The process may be dead. Without this its metrics would go in two minutes, and what is counted for limits never.
-spec closed([{atom(), term()}]) -> ok.
closed(Known) ->
    Pid = proplists:get_value(pid, Known),
    ok = rabbit_networking:unregister_non_amqp_connection(Pid),
    ok = rabbit_core_metrics:connection_closed(Pid),
    rabbit_event:notify(connection_closed, [Info || {Key, _} = Info <- Known, lists:member(Key, [pid, name, node, type, user, vhost])]).

%% @doc Said again for somebody who was not there when it was opened.
-spec refreshed([{atom(), term()}], reference()) -> ok.
refreshed(Known, Ref) ->
    rabbit_event:notify(connection_created, Known, Ref).

%% @doc Does anybody collect statistics, and how often (ms)?
-spec statistics() -> {boolean(), pos_integer()}.
statistics() ->
    {application:get_env(rabbit, collect_statistics, none) =/= none, application:get_env(rabbit, collect_statistics_interval, 5000)}.

%% @doc What has gone through it since it was opened, in the words of the broker's own connections. Of one that has been closed
%% meanwhile the broker forgets it with its next look at dead processes.
-spec counted(pid(), rabbit_socks_traffic:totals()) -> ok.
counted(Pid, #{recv_cnt := RecvCnt, recv_oct := RecvOct, send_cnt := SendCnt, send_oct := SendOct}) ->
    ok = rabbit_core_metrics:connection_stats(Pid, [{state, running}, {recv_cnt, RecvCnt}, {send_cnt, SendCnt}]),
    rabbit_core_metrics:connection_stats(Pid, RecvOct, SendOct, 0).

%% @doc The user and the virtual host of a connection that is among these processes.
-spec user([pid()]) -> {User :: binary(), VHost :: binary()} | none.
user(Pids) ->
    case [Infos || Pid <- Pids, {_, Infos} <- ets:lookup(connection_created, Pid)] of
        [Infos | _] -> {proplists:get_value(user, Infos), proplists:get_value(vhost, Infos)};
        [] -> none
    end.
