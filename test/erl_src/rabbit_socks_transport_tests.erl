%% SPDX-License-Identifier: MPL-2.0
%% @doc The transport under a real Ranch, with real sockets; and another "process" that accepts on the descriptor it was
%% sent over a Unix socket, as the edge does.
-module(rabbit_socks_transport_tests).

-include_lib("eunit/include/eunit.hrl").

-define(V4, {127, 0, 0, 1}).
-define(V6, {0, 0, 0, 0, 0, 0, 0, 1}).

ranch_test_() ->
    {setup,
     fun() -> {ok, Started} = application:ensure_all_started(ranch), Started end,
     fun(Started) -> lists:foreach(fun application:stop/1, lists:reverse(Started)) end,
     [fun opens_once/0,
      fun suspend_and_resume/0,
      fun resume_waits_for_its_port/0,
      fun resume_gives_up/0,
      fun another_owner_finds_the_socket/0,
      fun acceptor_ends_with_the_socket/0,
      fun the_other_process_accepts/0,
      fun backlog_waits/0]}.

%% Opening.

open_test_() ->
    [{"v4 and v6 beside each other", fun() ->
          {ok, A} = rabbit_socks_transport:open({{0, 0, 0, 0}, 0, inet, 8}),
          {ok, Port} = inet:port(A),
          {ok, B} = rabbit_socks_transport:open({{0, 0, 0, 0, 0, 0, 0, 0}, Port, inet6, 8}),
          ?assertEqual({error, eaddrinuse}, rabbit_socks_transport:open({{0, 0, 0, 0}, Port, inet, 8})),
          ?assertEqual({error, eaddrinuse}, rabbit_socks_transport:open({?V4, Port, inet, 8})),
          lists:foreach(fun gen_tcp:close/1, [A, B])
      end},
     {"dual takes both", fun() ->
          {ok, A} = rabbit_socks_transport:open({{0, 0, 0, 0, 0, 0, 0, 0}, 0, dual, 8}),
          {ok, Port} = inet:port(A),
          [begin
               {ok, C} = gen_tcp:connect(Ip, Port, [binary]),
               gen_tcp:close(C)
           end || Ip <- [?V4, ?V6]],
          gen_tcp:close(A)
      end},
     {"an address of others", ?_assertEqual({error, eaddrnotavail},
                                            rabbit_socks_transport:open({{192, 0, 2, 1}, 0, inet, 8}))}].

%% Under Ranch.

-record(t, {ref :: term(), port :: inet:port_number(), socket :: inet:socket()}).

start() ->
    {ok, Socket} = rabbit_socks_transport:open({?V4, 0, inet, 128}),
    {ok, Port} = inet:port(Socket),
    Ref = {acceptor, ?V4, Port},
    {ok, _} = ranch:start_listener(Ref, rabbit_socks_transport,
                                   rabbit_socks_transport:options({?V4, Port, inet, 128}, self(), Socket),
                                   rabbit_socks_transport, none),
    unlink(Socket),
    #t{ref = Ref, port = Port, socket = listening()}.

stop(#t{ref = Ref, socket = Socket}) ->
    Monitor = erlang:monitor(port, Socket),
    ok = ranch:stop_listener(Ref),
    receive {'DOWN', Monitor, port, _, _} -> ok end.

listening() ->
    receive {rabbit_socks_transport, listening, Socket} -> Socket after 5000 -> error(not_listening) end.

silent() ->
    receive Message -> error({unexpected, Message}) after 0 -> ok end.

down(Monitor) ->
    receive {'DOWN', Monitor, port, _, _} -> ok after 5000 -> error(still_open) end.

opens_once() ->
    #t{ref = Ref, port = Port, socket = Socket} = T = start(),
    ?assertEqual({?V4, Port}, ranch:get_addr(Ref)),
    ?assertEqual(running, ranch:get_status(Ref)),
    ?assertEqual({ok, Socket}, rabbit_socks_transport:socket(Ref)),
    {connected, Owner} = erlang:port_info(Socket, connected),
    ?assertNotEqual(self(), Owner),
    ?assertMatch(#{Ref := #{max_connections := _, transport := rabbit_socks_transport}}, ranch:info()),
    stop(T),
    ?assertEqual({error, econnrefused}, gen_tcp:connect(?V4, Port, [])),
    silent().

suspend_and_resume() ->
    #t{ref = Ref, port = Port, socket = Socket} = T = start(),
    Monitor = erlang:monitor(port, Socket),
    ok = ranch:suspend_listener(Ref),
    down(Monitor),
    ?assertEqual(suspended, ranch:get_status(Ref)),
    ?assertEqual({error, suspended}, rabbit_socks_transport:socket(Ref)),
    ?assertEqual({error, econnrefused}, gen_tcp:connect(?V4, Port, [])),
    ok = ranch:resume_listener(Ref),
    Next = listening(),
    ?assertNotEqual(Socket, Next),
    ?assertEqual({ok, Port}, inet:port(Next)),
    stop(T#t{socket = Next}),
    silent().

%% The edge's copy may outlive a suspended listener for a moment.
resume_waits_for_its_port() ->
    #t{ref = Ref, socket = Socket} = T = start(),
    Copy = copy(Socket),
    ok = ranch:suspend_listener(Ref),
    Self = self(),
    spawn_link(fun() -> Self ! {resumed, ranch:resume_listener(Ref)} end),
    ?assertEqual(waiting, receive {resumed, Early} -> Early after 150 -> waiting end),
    ok = socket:shutdown(Copy, read_write),
    receive {resumed, Result} -> ?assertEqual(ok, Result) end,
    stop(T#t{socket = listening()}),
    socket:close(Copy).

resume_gives_up() ->
    #t{ref = Ref, port = Port} = T = start(),
    ok = ranch:suspend_listener(Ref),
    {ok, Thief} = gen_tcp:listen(Port, [{ip, ?V4}]),
    Level = logger:get_primary_config(),
    ok = logger:set_primary_config(level, none),
    ?assertEqual({error, eaddrinuse}, ranch:resume_listener(Ref)),
    ok = logger:set_primary_config(Level),
    gen_tcp:close(Thief),
    ok = ranch:resume_listener(Ref),
    stop(T#t{socket = listening()}).

another_owner_finds_the_socket() ->
    #t{ref = Ref, port = Port, socket = Socket} = T = start(),
    Self = self(),
    spawn_link(fun() ->
        {ok, Found} = rabbit_socks_transport:socket(Ref),
        Options = rabbit_socks_transport:options({?V4, Port, inet, 128}, self(), Found),
        ok = ranch:set_transport_options(Ref, Options),
        Self ! {found, Found},
        Self ! {again, listening()},
        silent()
    end),
    receive {found, Found} -> ?assertEqual(Socket, Found) end,
    ok = ranch:suspend_listener(Ref),
    ok = ranch:resume_listener(Ref),
    Next = receive {again, Again} -> Again end,
    silent(),
    stop(T#t{socket = Next}).

acceptor_ends_with_the_socket() ->
    {ok, Socket} = rabbit_socks_transport:open({?V4, 0, inet, 8}),
    Self = self(),
    spawn_link(fun() -> Self ! {accept, rabbit_socks_transport:accept(Socket, infinity)} end),
    ?assertEqual(parked, receive {accept, Early} -> Early after 50 -> parked end),
    gen_tcp:close(Socket),
    receive {accept, Result} -> ?assertEqual({error, closed}, Result) end.

%% The descriptor elsewhere.

copy(Socket) ->
    {ok, Fd} = inet:getfd(Socket),
    {ok, Copy} = socket:open(Fd, #{dup => true}),
    Copy.

%% A Unix socket as the fd channel is: 8 bytes and one descriptor in a message.
pass(Socket) ->
    Path = filename:join("/tmp", "rabbit_socks_transport_tests." ++ os:getpid()),
    {ok, Server} = socket:open(local, seqpacket),
    ok = socket:bind(Server, #{family => local, path => Path}),
    ok = socket:listen(Server),
    {ok, Client} = socket:open(local, seqpacket),
    ok = socket:connect(Client, #{family => local, path => Path}),
    {ok, Peer} = socket:accept(Server),
    ok = file:delete(Path),
    {ok, Fd} = inet:getfd(Socket),
    Rights = #{level => socket, type => rights, data => <<Fd:32/native>>},
    ok = socket:sendmsg(Peer, #{iov => [<<7:64>>], ctrl => [Rights]}),
    {ok, #{iov := [<<7:64>>], ctrl := [#{level := socket, type := rights, data := <<Got:32/native>>}]}} =
        socket:recvmsg(Client),
    lists:foreach(fun socket:close/1, [Server, Client, Peer]),
    {ok, Received} = socket:open(Got, #{dup => false}),
    Received.

the_other_process_accepts() ->
    #t{ref = Ref, port = Port, socket = Socket} = T = start(),
    Other = pass(Socket),
    {ok, Client} = gen_tcp:connect(?V4, Port, [binary, {active, false}]),
    {ok, Accepted} = socket:accept(Other),
    ok = socket:send(Accepted, <<"hello">>),
    ?assertEqual({ok, <<"hello">>}, gen_tcp:recv(Client, 5)),
    %% Suspending does not touch what was accepted.
    ok = ranch:suspend_listener(Ref),
    ok = socket:send(Accepted, <<"still">>),
    ?assertEqual({ok, <<"still">>}, gen_tcp:recv(Client, 5)),
    %% Shut down through one copy, the socket has ended for all of them.
    ok = socket:shutdown(Other, read_write),
    ?assertEqual({error, econnrefused}, gen_tcp:connect(?V4, Port, [])),
    ok = ranch:resume_listener(Ref),
    stop(T#t{socket = listening()}),
    lists:foreach(fun socket:close/1, [Other, Accepted]),
    gen_tcp:close(Client).

backlog_waits() ->
    #t{port = Port, socket = Socket} = T = start(),
    Clients = [element(2, {ok, _} = gen_tcp:connect(?V4, Port, [binary, {active, false}])) || _ <- lists:seq(1, 20)],
    Other = pass(Socket),
    [begin
         {ok, Accepted} = socket:accept(Other, 5000),
         ok = socket:send(Accepted, <<"x">>),
         ok = socket:close(Accepted)
     end || _ <- Clients],
    [?assertEqual({ok, <<"x">>}, gen_tcp:recv(Client, 1)) || Client <- Clients],
    stop(T),
    socket:close(Other).
