%% SPDX-License-Identifier: MPL-2.0
%% @doc Attacks by number, by slowness and by silence. The suite adds the standing check.
-module(attacks_load).

-include_lib("stdlib/include/assert.hrl").

-export([descriptors/1, slow_readers/1, pings_only/1, silence/1, resets/1, churn/1, one_address/1, backlog/1, no_memory/1]).

-import(attacks_world, [port/2, edge/1, rpc/4, listener/2, listener/3, unlisten/2, sessions/1, eventually/1]).

-define(ECHO, "/websocket/echo").
-define(MASK, 0, 0, 0, 0).
-define(HOST, "Host: localhost\r\n").

-type world() :: attacks_world:world().

%% R01 no descriptors left: new connections wait, those that are there go on, and nothing spins.
-spec descriptors(world()) -> ok.
descriptors(#{fds := Fds, witness := Witness} = World) ->
    Edge = edge(World),
    Before = string:trim(limits(Edge, "--nofile --output SOFT --noheadings")),
    [] = limits(Edge, "--nofile=" ++ integer_to_list(Fds + 50) ++ ":"),
    try
        Clients = [socks_client:connect(port(World, plain)) || _ <- lists:seq(1, 150)],
        eventually(fun() -> length(socks_os:fds(Edge)) >= Fds + 50 end),
        Used = socks_os:cpu(Edge),
        timer:sleep(1000),
        %% Hundredths of a second. One that spins takes a whole processor, or the half of one.
        ?assert(socks_os:cpu(Edge) - Used < 30),
        ok = attacks_witness:echo(Witness),
        {Served, Waiting} = lists:split(50, Clients),
        lists:foreach(fun socks_client:close/1, Served),
        lists:foreach(fun socks_client:close/1, lists:sublist(Waiting, 51, 50)),
        [socks_ws:close(socks_ws:open(none, ?ECHO, #{connection => C})) || C <- lists:sublist(Waiting, 1, 50)]
    after
        [] = limits(Edge, "--nofile=" ++ Before ++ ":")
    end,
    ok.

limits(Pid, Options) -> os:cmd("prlimit --pid " ++ integer_to_list(Pid) ++ " " ++ Options).

%% R02 clients that read nothing. One whose module stops when it is told is closed when its kernel has taken nothing for
%% `send_timeout'; one whose module goes on is closed with 1013 before that. Meanwhile the memory has its bounds.
-spec slow_readers(world()) -> ok.
slow_readers(World) ->
    Port = listener(World, [{send_timeout, 2000}]),
    Stuck = readers(World, Port, "/websocket/polite"),
    [{ok, _} = socks_client:recv_all(socks_ws:connection(Ws)) || Ws <- Stuck],
    %% What was queued is still there to be read, and then the close.
    [?assertMatch({close, 1013, _}, last(Ws)) || Ws <- readers(World, Port, "/websocket/shout")],
    unlisten(World, Port).

%% Clients that have not read when their sessions have ended.
readers(World, Port, Path) ->
    Clients = [socks_ws:open(Port, Path) || _ <- lists:seq(1, 5)],
    ok = eventually(fun() -> bounded(World), sessions(World) =:= 1 end),
    Clients.

last(Ws) ->
    case socks_ws:recv(Ws) of
        {binary, _} -> last(Ws);
        Other -> socks_ws:close(Ws), Other
    end.

%% Five queues of the hard limit and what is beside them.
bounded(#{rss := Rss} = World) ->
    attacks_world:sanitized(World) orelse ?assert(socks_os:rss(edge(World)) < Rss + 24 * 1048576).

%% R03 one that sends pings and takes a few bytes for each is as stuck: bytes count that the kernel takes.
-spec pings_only(world()) -> ok.
pings_only(World) ->
    Port = listener(World, [{send_timeout, 1000}, {max_control_rate, 1000000}]),
    Ws = socks_ws:open(Port, "/websocket/polite"),
    Socket = socks_client:socket(socks_ws:connection(Ws)),
    ok = eventually(fun() ->
        _ = socks_ws:send(Ws, {ping, <<"here">>}),
        _ = gen_tcp:recv(Socket, 50, 1000),
        sessions(World) =:= 1
    end),
    socks_ws:close(Ws),
    unlisten(World, Port).

%% R04, L7 no FIN, no reset, no pong: idle, inside a message, inside a head, in an open request.
-spec silence(world()) -> ok.
silence(World) ->
    Port = port(World, short),
    Idle = socks_ws:open(Port, ?ECHO),
    Inside = socks_ws:open(Port, ?ECHO),
    ok = socks_client:send(socks_ws:connection(Inside), <<1, 16#83, ?MASK, "a">>),
    Request = socks_client:connect(Port),
    {200, _, _} = socks_client:get(Request, "/"),
    [begin
        {ok, _} = socks_client:recv_all(C, 10000),
        socks_client:close(C)
     end || C <- [socks_ws:connection(Idle), socks_ws:connection(Inside), Request]],
    ok.

%% R05 a reset at each point of a connection's life.
-spec resets(world()) -> ok.
resets(World) ->
    Port = listener(World, []),
    Frame = socks_ws:frame(#{opcode => 1, payload => "x"}),
    Poll = "POST /socket.io/xhr-polling/nobody/send HTTP/1.1\r\n" ?HOST "Content-Length: 100\r\n\r\nx",
    [begin
        C = socks_client:connect(Port),
        ok = socks_client:send(C, Bytes),
        _ = Wait > 0 andalso timer:sleep(Wait),
        socks_client:reset(C)
     end || Bytes <- [upgrade("slow_init"), upgrade("slow"), [upgrade("slow"), Frame], upgrade("shout"), [upgrade("x"), Frame, Frame],
                      "GET / HTTP/1.1\r\n", "GET /index.html HTTP/1.1\r\n" ?HOST "\r\n", "GET /socket.io/htmlfile//1 HTTP/1.1\r\n" ?HOST "\r\n", Poll],
            Wait <- [0, 5, 50]],
    ok = eventually(fun() -> sessions(World) =:= 1 end),
    unlisten(World, Port).

upgrade(Path) ->
    ["GET /websocket/", Path, " HTTP/1.1\r\n" ?HOST "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"].

%% R06 thousands of connections that come and go, each way; nothing of them stays in the broker either.
-spec churn(world()) -> ok.
churn(World) ->
    Port = port(World, plain),
    Before = counts(World),
    Ways = [fun(C) -> socks_client:close(C) end,
            fun(C) -> socks_client:reset(C) end,
            fun(C) -> {200, _, _} = socks_client:get(C, "/"), socks_client:close(C) end,
            fun(C) -> Ws = socks_ws:open(Port, ?ECHO, #{connection => C}), {close, 1000, _} = socks_ws:close(Ws, 1000, <<>>) end,
            fun(C) -> _ = socks_ws:open(Port, ?ECHO, #{connection => C}), socks_client:reset(C) end],
    [Way(socks_client:connect(Port)) || _ <- lists:seq(1, 2000), Way <- Ways],
    ok = eventually(fun() -> lists:all(fun({Now, Then}) -> Now =< Then + 5 end, lists:zip(counts(World), Before)) end).

counts(World) ->
    [rpc(World, erlang, system_info, [process_count]), rpc(World, erlang, system_info, [port_count]), length(rpc(World, ets, all, []))].

%% R07, L10 one address gets no more than its share, nor do those who never ask for anything.
-spec one_address(world()) -> ok.
one_address(World) ->
    Port = listener(World, rabbit_socks_echo, [{max_connections_per_address, 10}, {max_pending, 15}]),
    From = fun(Address) -> socks_client:connect(Port, [{ip, Address}]) end,
    Taken = [From({127, 0, 0, 2}) || _ <- lists:seq(1, 10)],
    Surplus = [From({127, 0, 0, 2}) || _ <- lists:seq(1, 10)],
    [{503, _, _} = socks_client:response(C) || C <- Surplus],
    Others = [From({127, 0, 0, 3}) || _ <- lists:seq(1, 5)],
    %% Fifteen that have not asked yet are all there may be.
    Pending = From({127, 0, 0, 4}),
    {503, _, _} = socks_client:response(Pending),
    [{200, _, _} = socks_client:get(C, "/") || C <- Taken ++ Others],
    Later = From({127, 0, 0, 4}),
    {200, _, _} = socks_client:get(Later, "/"),
    [socks_client:close(C) || C <- [Pending, Later | Taken ++ Surplus ++ Others]],
    unlisten(World, Port).

%% R09 a thousand at once, while the edge does not accept: they wait, and all are served.
-spec backlog(world()) -> ok.
backlog(World) ->
    socks_os:kill(edge(World), "STOP"),
    Clients = try
        [socks_client:connect(port(World, plain)) || _ <- lists:seq(1, 1000)]
    after
        socks_os:kill(edge(World), "CONT")
    end,
    Sockets = [socks_ws:open(none, ?ECHO, #{connection => C}) || C <- Clients],
    [ok = socks_ws:send(Ws, {utf8, <<"x">>}) || Ws <- Sockets],
    [{utf8, <<"x">>} = socks_ws:recv(Ws) || Ws <- Sockets],
    lists:foreach(fun socks_ws:close/1, Sockets).

%% R12 memory ends: so does the edge, at once, and another one serves. The sanitizer's own memory is beyond any limit.
-spec no_memory(world()) -> ok | {skip, string()}.
no_memory(#{sanitized := true}) ->
    {skip, "under a sanitizer memory cannot be limited"};
no_memory(#{broker := Broker} = World) ->
    Edge = edge(World),
    {ok, Status} = file:read_file("/proc/" ++ integer_to_list(Edge) ++ "/statm"),
    Pages = binary_to_integer(hd(binary:split(Status, <<" ">>))),
    [] = limits(Edge, "--core=0 --as=" ++ integer_to_list(Pages * 4096 + 8388608) ++ ":"),
    Clients = [socks_ws:open(port(World, plain), ?ECHO) || _ <- lists:seq(1, 64)],
    [socks_client:send(socks_ws:connection(Ws), [<<2, 16#FF, 1000000:64, ?MASK>>, binary:copy(<<0>>, 1000000)]) || Ws <- Clients],
    ok = socks_os:await_gone(Edge, 15000),
    [socks_ws:close(Ws) || Ws <- Clients],
    New = socks_broker:await_edge(Broker),
    ?assertNotEqual(Edge, New),
    socks_ws:close(socks_ws:open(port(World, plain), ?ECHO)),
    ok = eventually(fun() -> binary:match(socks_broker:log(Broker), <<"the edge ended with status 134">>) =/= nomatch end).
