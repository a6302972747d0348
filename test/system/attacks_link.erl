%% SPDX-License-Identifier: MPL-2.0
%% @doc The link between node and edge under load, faults and stale commands. The suite adds the standing check.
-module(attacks_link).

-include_lib("stdlib/include/assert.hrl").

-export([own_descriptors/1, too_large/1, stale_commands/1, slow_node/1, slow_edge/1]).

-import(attacks_world, [port/2, edge/1, rpc/4, listener/2, unlisten/2, sessions/1, eventually/1]).

-define(ECHO, "/websocket/echo").
-define(WAIT, 30000).

-type world() :: attacks_world:world().

%% K03 what a library prints cannot be taken for a packet: the link is on descriptors 3 and 4, and 1 and 2 are something else.
-spec own_descriptors(world()) -> ok.
own_descriptors(World) ->
    Fds = maps:from_list(socks_os:fds(edge(World))),
    Link = [maps:get(N, Fds) || N <- [3, 4]],
    ?assertMatch(["pipe:" ++ _, "pipe:" ++ _], Link),
    ?assertEqual([], [N || N <- [0, 1, 2], lists:member(maps:get(N, Fds, none), Link)]),
    ok.

%% K04 a message that no packet may hold is the fault of the module that wants to send it.
-spec too_large(world()) -> ok.
too_large(World) ->
    Port = listener(World, []),
    Ws = socks_ws:open(Port, "/websocket/huge"),
    Other = socks_ws:open(Port, "/websocket/x"),
    ok = socks_ws:send(Ws, {utf8, <<"now">>}),
    ?assertMatch({close, 1011, _}, socks_ws:recv(Ws, ?WAIT)),
    ok = echo(Other, <<"x">>),
    [socks_ws:close(W) || W <- [Ws, Other]],
    unlisten(World, Port).

%% K05 commands for sessions that are gone, or never were, and commands that nobody knows.
-spec stale_commands(world()) -> ok.
stale_commands(World) ->
    Port = listener(World, []),
    Old = socks_ws:open(Port, "/websocket/x"),
    [Pid] = [P || P <- session_pids(World), element(3, rpc(World, sys, get_state, [P])) =:= attacks_callback],
    Id = element(2, rpc(World, sys, get_state, [Pid])),
    {close, 1000, _} = socks_ws:close(Old, 1000, <<>>),
    ok = eventually(fun() -> sessions(World) =:= 1 end),
    %% This one has the slot of the other.
    New = socks_ws:open(Port, "/websocket/x"),
    [ok = rpc(World, rabbit_socks_edge, command, [Command])
     || Session <- [Id, 0, 16#FFFFFFFFFFFFFF],
        Command <- [{send, Session, [{utf8, <<"stale">>}, {event, <<"stale">>, [], none}, {ack, 1, []}]}, {credit, Session, 1000, 1000},
                    {refuse, Session, 500, <<>>, []}, {join, Session, <<"stale">>, conflate}, {leave, Session, <<"stale">>}, {sync, Session, 1},
                    {disconnect, Session, true}, {accept, Session, Pid, []}, {close, Session, 1000, <<>>}]],
    [ok = rpc(World, rabbit_socks_edge, command, [{no_such_command, N}]) || N <- lists:seq(1, 10)],
    ok = echo(New, <<"new">>),
    socks_ws:close(New),
    unlisten(World, Port).

session_pids(World) ->
    [Pid || {_, Pid, _, _} <- rpc(World, supervisor, which_children, [rabbit_socks_session_sup]), is_pid(Pid)].

%% K07 the node's reader stands still under load: no more is on its way than the credit of all sessions, and nothing is lost.
-spec slow_node(world()) -> ok.
slow_node(World) ->
    Clients = 20,
    Each = 1000,
    Port = port(World, plain),
    Sockets = [socks_ws:open(Port, ?ECHO) || _ <- lists:seq(1, Clients)],
    ok = rpc(World, sys, suspend, [rabbit_socks_edge]),
    Writers = [{attacks_client:writing(socks_ws:connection(Ws), [text(N) || N <- lists:seq(1, Each)]), Ws} || Ws <- Sockets],
    timer:sleep(3000),
    {message_queue_len, Waiting} = rpc(World, erlang, process_info, [rpc(World, erlang, whereis, [rabbit_socks_edge]), message_queue_len]),
    ok = rpc(World, sys, resume, [rabbit_socks_edge]),
    %% Packets of one message at the worst, and the timers' own.
    ?assert(Waiting > 0),
    ?assert(Waiting =< Clients * 64 + 10, Waiting),
    [begin
        [?assertEqual({utf8, payload(N)}, socks_ws:recv(Ws, ?WAIT)) || N <- lists:seq(1, Each)],
        attacks_client:finish(Writer, socks_ws:connection(Ws))
     end || {Writer, Ws} <- Writers],
    ok.

text(N) -> socks_ws:frame(#{opcode => 1, payload => payload(N)}).

payload(N) -> <<(integer_to_binary(N))/binary, " ", (binary:copy(<<"x">>, 1000))/binary>>.

%% K08 the edge stands still, and modules go on writing: they are held, and nobody else of the node is.
-spec slow_edge(world()) -> ok.
slow_edge(World) ->
    Port = listener(World, []),
    Witnesses = session_pids(World),
    Readers = [reader(Port) || _ <- lists:seq(1, 10)],
    Sessions = session_pids(World) -- Witnesses,
    socks_os:kill(edge(World), "STOP"),
    try
        [_ = rpc(World, erlang, send, [Pid, flood]) || Pid <- Sessions],
        ok = eventually(fun() -> held(World, Sessions) end),
        [_ = rpc(World, supervisor, count_children, [Supervisor])
         || Supervisor <- [rabbit_socks_sup, rabbit_socks_edge_sup, rabbit_socks_session_sup, rabbit_socks_listener_sup]],
        _ = rpc(World, sys, get_state, [rabbit_socks_edge])
    after
        socks_os:kill(edge(World), "CONT")
    end,
    ok = eventually(fun() -> not held(World, Sessions) end),
    [begin
        exit(Pid, kill),
        receive {'DOWN', Monitor, process, _, _} -> ok end
     end || {Pid, Monitor} <- Readers],
    ok = eventually(fun() -> sessions(World) =:= 1 end),
    unlisten(World, Port).

%% They would write for ever, and do nothing.
held(World, Pids) ->
    Done = fun() -> [rpc(World, erlang, process_info, [Pid, reductions]) || Pid <- Pids] end,
    Before = Done(),
    timer:sleep(200),
    Before =:= Done().

%% A client that reads as fast as it can.
reader(Port) ->
    Self = self(),
    Started = spawn_monitor(fun() ->
        Ws = socks_ws:open(Port, "/websocket/quiet"),
        Self ! {self(), open},
        drain(socks_client:socket(socks_ws:connection(Ws)))
    end),
    receive {Pid, open} when Pid =:= element(1, Started) -> Started end.

drain(Socket) ->
    case gen_tcp:recv(Socket, 0) of
        {ok, _} -> drain(Socket);
        {error, _} -> ok
    end.

echo(Ws, Text) ->
    ok = socks_ws:send(Ws, {utf8, Text}),
    {utf8, Text} = socks_ws:recv(Ws),
    ok.
