%% SPDX-License-Identifier: MPL-2.0
%% @doc Published clients of Socket.IO in a history: test/clients/socketio/history.mjs, which tells what happens to them line by line.
-module(history_npm).

-export([start/2, finish/1, stop/1]).

%% @doc Linked to the caller.
-spec start(map(), history_log:log()) -> pid().
start(#{kind := {npm, Version, Transport}, port := Port, key := Key, places := Places, batch := Batch, pause := Pause}, Log) ->
    Caller = self(),
    spawn_link(fun() ->
        Sources = maps:from_list([{Name, source(Source)} || {{Name, _}, _, Source} <- Places]),
        Options = rabbit_json:encode(#{version => list_to_binary(Version), transport => list_to_binary(Transport), key => Key, sources => Sources,
                                       url => iolist_to_binary(["http://127.0.0.1:", integer_to_list(Port)]), batch => Batch, pause => Pause}),
        Node = open_port({spawn_executable, os:find_executable("node")},
                         [{args, ["history.mjs", Options]}, {cd, socks_node:dir("socketio")}, {line, 65536}, binary, exit_status, hide]),
        serve(Node, Caller, #{key => Key, log => Log, places => maps:from_list([{Name, Place} || {{Name, _} = Place, _, _} <- Places])})
    end).

source({queue, Queue, How}) -> #{queue => Queue, noAck => How =:= no_ack};
source({live, Key}) -> #{live => Key}.

%% @doc Nothing new is published; returns when everything has its confirm.
-spec finish(pid()) -> ok.
finish(Pid) ->
    Pid ! finish,
    receive {finished, Pid} -> ok end.

-spec stop(pid()) -> ok.
stop(Pid) ->
    Monitor = monitor(process, Pid),
    Pid ! stop,
    receive {'DOWN', Monitor, process, Pid, normal} -> ok end.

serve(Node, Caller, #{log := Log} = Crew) ->
    receive
        {Node, {data, {eol, Line}}} ->
            case rabbit_json:decode(Line) of
                [<<"finished">>] -> Caller ! {finished, self()};
                Told -> ok = history_log:add(Log, event(Told, Crew))
            end,
            serve(Node, Caller, Crew);
        {Node, {exit_status, Status}} -> exit({node_ended, Status});
        finish ->
            true = port_command(Node, <<"finish\n">>),
            serve(Node, Caller, Crew);
        stop ->
            %% It ends with its input.
            {os_pid, Pid} = erlang:port_info(Node, os_pid),
            true = port_close(Node),
            ok = socks_os:await_gone(Pid, 10_000)
    end.

event([<<"invoked">>, Number, Session, Id], #{key := Key}) -> {invoked, {Key, Number}, {Key, Session}, Key, Id};
event([<<"told">>, Number], #{key := Key}) -> {told, {Key, Number}};
event([<<"confirmed">>, Number], #{key := Key}) -> {confirmed, {Key, Number}};
event([<<"failed">>, Number, Why], #{key := Key}) -> {failed, {Key, Number}, Why};
event([<<"unknown">>, Number, Why], #{key := Key}) -> {unknown, {Key, Number}, Why};
event([<<"received">>, Name, Session, Number, Id, Redelivered], #{key := Key, places := Places}) when is_integer(Number) ->
    {received, maps:get(Name, Places), Session, {Key, Number}, Id, Redelivered};
event([<<"received">>, Name, Session, Body, Id, Redelivered], #{places := Places}) ->
    {received, maps:get(Name, Places), Session, {damaged, Body}, Id, Redelivered}.
