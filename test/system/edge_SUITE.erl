%% SPDX-License-Identifier: MPL-2.0
%% @doc The plugin in a real broker, with what may happen to it: other plugins come and go, the edge dies or stops, callback
%% modules crash, the program cannot be run, the broker dies.
-module(edge_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, init_per_suite/1, end_per_suite/1]).
-export([other_plugins/1, crashing_callbacks/1, killed_session/1, killed_under_load/1, stopped/1, killed_fifty_times/1,
         cannot_run/1, disabled/1, broker_restarted/1, broker_killed/1]).

-define(ECHO, "/websocket/echo").
-define(WAIT, 30000).
-define(CONNECTIONS, 1000).

all() ->
    [other_plugins, crashing_callbacks, killed_session, killed_under_load, stopped, killed_fifty_times, cannot_run, disabled,
     broker_restarted, broker_killed].

init_per_suite(Config) ->
    Broker = socks_broker:start(#{
        ports => [socks],
        config => fun(#{socks := Port}) ->
            [{rabbit_socks, [{listeners, [{{"127.0.0.1", Port}, [{"echo", rabbit_socks_echo, []}], []}]}]}]
        end
    }),
    [{broker, Broker} | Config].

end_per_suite(Config) ->
    socks_broker:stop(?config(broker, Config)).

%% Enabling or disabling another plugin unpacks every archive again, over a program that was run from there.
other_plugins(Config) ->
    Broker = ?config(broker, Config),
    Edge = socks_broker:edge(Broker),
    Open = echoes(Config),
    {0, _} = socks_broker:plugins(Broker, ["enable", "rabbitmq_top"]),
    {0, _} = socks_broker:plugins(Broker, ["disable", "rabbitmq_top"]),
    close(echo(Open)),
    close(echoes(Config)),
    ?assertEqual(Edge, socks_broker:edge(Broker)).

%% Only their own session, with 1011, and one line each.
crashing_callbacks(Config) ->
    Broker = ?config(broker, Config),
    Port = start_crashers(Config),
    Other = echoes(Config),
    {refused, 500, _, _} = socks_ws:handshake(Port, "/websocket/init", #{}),
    [begin
        Ws = socks_ws:open(Port, ["/websocket/", Where]),
        _ = Message =/= none andalso socks_ws:send(Ws, {utf8, Message}),
        ?assertEqual({close, 1011, <<"internal error">>}, socks_ws:recv(Ws)),
        socks_ws:close(Ws)
     end || {Where, Message} <- [{"open", none}, {"handle_frame", <<"secret">>}, {"handle_info", <<"ask">>}]],
    Last = socks_ws:open(Port, "/websocket/terminate"),
    {close, 1000, _} = socks_ws:close(Last, 1000, <<>>),
    close(echo(Other)),
    [eventually(fun() ->
         Line = "edge_callback:" ++ Where ++ " crashed: error",
         1 = length(string:split(log(Broker), Line, all)) - 1
     end) || Where <- ["init/3", "open/3", "handle_frame/2", "handle_info/2", "terminate/1"]],
    nomatch = string:find(log(Broker), "secret"),
    stop_crashers(Config, Port).

%% A process that is killed can say nothing: its client is told nevertheless.
killed_session(Config) ->
    Port = start_crashers(Config),
    Ws = socks_ws:open(Port, "/websocket/x"),
    ok = socks_ws:send(Ws, {utf8, <<"die">>}),
    ?assertEqual({close, 1011, <<"internal error">>}, socks_ws:recv(Ws)),
    socks_ws:close(Ws),
    stop_crashers(Config, Port).

%% Nobody is refused while an edge is replaced, and nothing of the old one is left.
killed_under_load(Config) ->
    Broker = ?config(broker, Config),
    settled(Config, 0),
    Before = resources(Config),
    Edge = socks_broker:await_edge(Broker),
    Open = [echoes(Config) || _ <- lists:seq(1, ?CONNECTIONS)],
    settled(Config, ?CONNECTIONS),
    Stop = make_ref(),
    {Comer, Monitor} = spawn_monitor(fun() -> newcomers(Config, Stop, 0, 0) end),
    socks_os:kill(Edge, "KILL"),
    ok = socks_os:await_gone(Edge, ?WAIT),
    ?assertNotEqual(Edge, socks_broker:await_edge(Broker)),
    [gone(Ws) || Ws <- Open],
    close(echoes(Config)),
    Comer ! Stop,
    receive {'DOWN', Monitor, process, _, Outcome} -> ct:log("{served, cut} meanwhile: ~p", [Outcome]) end,
    {_, Cut} = Outcome,
    ?assert(Cut =< 1),
    settled(Config, 0),
    eventually(fun() -> ?assertEqual(Before, resources(Config)) end).

%% One after the other each is let in; one at most was with the edge that died.
newcomers(Config, Stop, Served, Cut) ->
    Connection = socks_client:connect(port(Config)),
    {More, CutNow} = try
        close(socks_ws:open(port(Config), ?ECHO, #{connection => Connection})),
        {1, 0}
    catch
        error:{badmatch, _} -> {0, 1}
    end,
    socks_client:close(Connection),
    receive Stop -> exit({Served + More, Cut + CutNow}) after 0 -> newcomers(Config, Stop, Served + More, Cut + CutNow) end.

%% A stopped program gives no other signal than silence.
stopped(Config) ->
    Broker = ?config(broker, Config),
    Edge = socks_broker:await_edge(Broker),
    Open = echoes(Config),
    socks_os:kill(Edge, "STOP"),
    Started = erlang:monotonic_time(millisecond),
    ok = socks_os:await_gone(Edge, ?WAIT),
    ct:log("replaced after ~b ms", [erlang:monotonic_time(millisecond) - Started]),
    ?assertNotEqual(Edge, socks_broker:await_edge(Broker)),
    gone(Open),
    close(echoes(Config)).

killed_fifty_times(Config) ->
    Broker = ?config(broker, Config),
    Top = rpc(Config, erlang, whereis, [rabbit_socks_sup]),
    _ = [begin
        Edge = socks_broker:await_edge(Broker),
        socks_os:kill(Edge, "KILL"),
        ok = socks_os:await_gone(Edge, ?WAIT)
     end || _ <- lists:seq(1, 50)],
    _ = socks_broker:await_edge(Broker),
    close(echoes(Config)),
    ?assertEqual(Top, rpc(Config, erlang, whereis, [rabbit_socks_sup])),
    {0, _} = socks_broker:diagnostics(Broker, ["check_running"]),
    settled(Config, 0).

%% Each reason is one line, the broker goes on, and so do the listeners as soon as there is a program.
cannot_run(Config) ->
    Broker = ?config(broker, Config),
    Dir = ?config(priv_dir, Config),
    Good = rpc(Config, code, priv_dir, [rabbit_socks]) ++ "/rabbit_socks_edge",
    {ok, <<Head:18/binary, Machine, Rest/binary>>} = file:read_file(Good),
    Files = [{"other_machine", <<Head/binary, (Machine bxor 1), Rest/binary>>, "is for another kind of machine"},
             {"text", <<"hello">>, "is not a Linux program"},
             {"newer", newer(), "(release 9.9) speaks version 2 of the link and this plugin version 1"}],
    Cases = [{filename:join(Dir, "missing"), "cannot read the program"}
             | [begin Path = filename:join(Dir, Name), ok = file:write_file(Path, Bytes), {Path, Words} end || {Name, Bytes, Words} <- Files]],
    [begin
        ok = rpc(Config, application, set_env, [rabbit_socks, edge_program, Path]),
        socks_os:kill(socks_broker:await_edge(Broker), "KILL"),
        eventually(fun() -> 1 = said(Broker, Words) end),
        %% The first two tries again were at once and after a second.
        timer:sleep(3500),
        ?assertEqual({Words, 1}, {Words, said(Broker, Words)}),
        {0, _} = socks_broker:diagnostics(Broker, ["check_running"]),
        ok = rpc(Config, application, unset_env, [rabbit_socks, edge_program]),
        _ = socks_broker:await_edge(Broker),
        close(echoes(Config))
     end || {Path, Words} <- Cases].

%% Says hello in another version, then waits for what comes.
newer() ->
    Hello = term_to_binary([{hello, 2, #{release => <<"9.9">>, pid => 1}}]),
    Octal = [io_lib:format("\\~3.8.0b", [Byte]) || <<Byte>> <= <<(byte_size(Hello)):32, Hello/binary>>],
    ["#!/bin/sh\nprintf '", Octal, "' >&4\nread -r _ <&3\n"].

said(Broker, Words) ->
    length(string:split(log(Broker), Words, all)) - 1.

%% Nothing stays: no process, no socket, no file.
disabled(Config) ->
    Broker = ?config(broker, Config),
    Edge = socks_broker:await_edge(Broker),
    Private = filename:join(rpc(Config, rabbit_mnesia, dir, []), "rabbit_socks"),
    ?assert(filelib:is_dir(Private)),
    Open = echoes(Config),
    {0, _} = socks_broker:plugins(Broker, ["disable", "rabbit_socks"]),
    ?assertMatch({close, 1001, _}, socks_ws:recv(Open)),
    socks_ws:close(Open),
    ok = socks_os:await_gone(Edge, ?WAIT),
    ?assertNot(filelib:is_file(Private)),
    ?assertEqual([], [Name || Name <- rpc(Config, erlang, registered, []), lists:prefix("rabbit_socks", atom_to_list(Name))]),
    ?assertEqual([], [Table || Table <- rpc(Config, ets, all, []), is_atom(Table), lists:prefix("rabbit_socks", atom_to_list(Table))]),
    {0, _} = socks_broker:plugins(Broker, ["enable", "rabbit_socks"]),
    close(echoes(Config)).

broker_restarted(Config) ->
    Broker = ?config(broker, Config),
    Edge = socks_broker:await_edge(Broker),
    _ = socks_broker:restart(Broker),
    ?assertNotEqual(Edge, socks_broker:await_edge(Broker)),
    close(echoes(Config)).

%% By a kernel's hand: the edge sees the end of its link.
broker_killed(Config) ->
    Broker = ?config(broker, Config),
    Edge = socks_broker:await_edge(Broker),
    Open = echoes(Config),
    ok = socks_broker:kill9(Broker),
    ok = socks_os:await_gone(Edge, ?WAIT),
    gone(Open),
    _ = socks_broker:restart(Broker),
    close(echoes(Config)).

start_crashers(Config) ->
    ok = socks_broker:load(?config(broker, Config), edge_callback),
    ok = rpc(Config, rabbit_socks, start_listener, [{"127.0.0.1", 0}, edge_callback, []]),
    [Port] = [Port || #{interface := {"127.0.0.1", 0}, port := Port} <- rpc(Config, rabbit_socks, listeners, [])],
    Port.

stop_crashers(Config, Port) ->
    ok = rpc(Config, rabbit_socks, stop_listener, [{"127.0.0.1", Port}]).

%% An open connection that has echoed.
echoes(Config) ->
    echo(socks_ws:open(port(Config), ?ECHO)).

echo(Ws) ->
    ok = socks_ws:send(Ws, {utf8, <<"grüße"/utf8>>}),
    {utf8, <<"grüße"/utf8>>} = socks_ws:recv(Ws),
    Ws.

close(Ws) ->
    {close, 1000, _} = socks_ws:close(Ws, 1000, <<>>).

%% The connection ends, in whatever way.
gone(Ws) ->
    case socks_ws:recv(Ws, ?WAIT) of
        closed -> ok;
        {error, Reason} when Reason =/= timeout -> ok;
        {close, 1001, _} -> ok
    end,
    socks_ws:close(Ws).

%% So many sessions.
settled(Config, Count) ->
    eventually(fun() ->
        {active, Count} = lists:keyfind(active, 1, rpc(Config, supervisor, count_children, [rabbit_socks_session_sup]))
    end).

%% Ports, tables and descriptors of the broker that could be left over, and what the edge has open.
resources(Config) ->
    Broker = ?config(broker, Config),
    Ports = length([P || P <- rpc(Config, erlang, ports, []), {name, Name} <- [rpc(Config, erlang, port_info, [P, name])],
                         string:find(Name, "rabbit_socks_edge") =/= nomatch]),
    #{edge_ports => Ports,
      refs => rpc(Config, rabbit_socks_edge_table, refs, []),
      watchers => length(rpc(Config, rabbit_socks_edge_table, watchers, [])),
      unix_sockets => length(rpc(Config, socket, which_sockets, [])),
      edge_descriptors => length(socks_os:fds(socks_broker:edge(Broker)))}.

log(Broker) -> unicode:characters_to_list(socks_broker:log(Broker)).

port(Config) -> socks_broker:port(?config(broker, Config), socks).

rpc(Config, Module, Function, Arguments) -> socks_broker:rpc(?config(broker, Config), Module, Function, Arguments).

eventually(Fun) -> eventually(Fun, 300).
eventually(Fun, 1) -> Fun();
eventually(Fun, Tries) ->
    try Fun() catch _:_ -> timer:sleep(100), eventually(Fun, Tries - 1) end.
