%% SPDX-License-Identifier: MPL-2.0
%% @doc A balancer before several nodes, as plain as there is one: each HTTP request goes to the next node in turn, on a connection
%% of its own, whoever sent it. What becomes a WebSocket stays where its request went.
%%
%%     Balancer = socks_balancer:start([PortA, PortB]),
%%     C = socks_engine:open(socks_balancer:port(Balancer), 4, polling, "/socket.io/"),
%%     ok = socks_balancer:stop(Balancer).
-module(socks_balancer).

-export([start/1, stop/1, port/1]).
-export_type([balancer/0]).

-opaque balancer() :: {pid(), inet:port_number()}.

-define(OPTIONS, [binary, {active, false}, {nodelay, true}, {ip, {127, 0, 0, 1}}]).

%% @doc Ports of 127.0.0.1. Linked to the caller.
-spec start([inet:port_number(), ...]) -> balancer().
start(Ports) ->
    Caller = self(),
    Pid = spawn_link(fun() ->
        {ok, Listening} = gen_tcp:listen(0, [{backlog, 100} | ?OPTIONS]),
        {ok, Port} = inet:port(Listening),
        Caller ! {self(), Port},
        Turn = counters:new(1, []),
        _ = spawn_link(fun() -> accept(Listening, list_to_tuple(Ports), Turn) end),
        receive {stop, From} -> From ! {self(), stopped}, exit(shutdown) end
    end),
    receive {Pid, Port} -> {Pid, Port} end.

-spec port(balancer()) -> inet:port_number().
port({_, Port}) -> Port.

%% @doc All connections end.
-spec stop(balancer()) -> ok.
stop({Pid, _}) ->
    true = unlink(Pid),
    Pid ! {stop, self()},
    receive {Pid, stopped} -> ok end.

accept(Listening, Ports, Turn) ->
    {ok, Client} = gen_tcp:accept(Listening),
    %% Linked to each: they end with the acceptor, and it does with its owner.
    Pid = spawn_link(fun() -> receive go -> serve(Client, <<>>, Ports, Turn) end end),
    ok = gen_tcp:controlling_process(Client, Pid),
    Pid ! go,
    accept(Listening, Ports, Turn).

%% One request after the other.
serve(Client, Buffer, Ports, Turn) ->
    case request(Client, Buffer) of
        {Head, Body, Rest} ->
            case gen_tcp:connect({127, 0, 0, 1}, next(Ports, Turn), ?OPTIONS) of
                {ok, Node} -> pass(is_upgrade(Head), Client, Node, Head, Body, Rest, {Ports, Turn});
                {error, _} -> gen_tcp:close(Client)
            end;
        closed ->
            gen_tcp:close(Client)
    end.

next(Ports, Turn) ->
    ok = counters:add(Turn, 1, 1),
    element(counters:get(Turn, 1) rem tuple_size(Ports) + 1, Ports).

is_upgrade(Head) -> re:run(Head, "\r\nUpgrade:", [caseless, {capture, none}]) =:= match.

pass(true, Client, Node, Head, Body, Rest, _) ->
    ok = gen_tcp:send(Node, [Head, Body, Rest]),
    both_ways(Client, Node);
pass(false, Client, Node, Head, Body, Rest, {Ports, Turn}) ->
    [Line, Fields] = binary:split(Head, <<"\r\n">>),
    _ = gen_tcp:send(Node, [Line, "\r\nConnection: close\r\n", Fields, Body]),
    case active(true, [Node, Client]) andalso answer(Client, Node, <<>>, Rest) of
        false ->
            [gen_tcp:close(Socket) || Socket <- [Client, Node]];
        closed ->
            gen_tcp:close(Node);
        {Answer, More} ->
            _ = active(false, [Client]),
            _ = gen_tcp:send(Client, re:replace(Answer, "\r\nConnection: close", "", [caseless])),
            serve(Client, More, Ports, Turn)
    end.

%% False: one of them is gone already.
active(How, Sockets) -> lists:all(fun(Socket) -> inet:setopts(Socket, [{active, How}]) =:= ok end, Sockets).

%% A head, and the body of the length that it says.
request(Client, Buffer) ->
    case binary:split(Buffer, <<"\r\n\r\n">>) of
        [Head, Rest] ->
            body(Client, <<Head/binary, "\r\n\r\n">>, Rest, length_of(Head));
        [_] ->
            case gen_tcp:recv(Client, 0) of
                {ok, Data} -> request(Client, <<Buffer/binary, Data/binary>>);
                {error, _} -> closed
            end
    end.

body(_, Head, Buffer, Length) when byte_size(Buffer) >= Length ->
    <<Body:Length/binary, Rest/binary>> = Buffer,
    {Head, Body, Rest};
body(Client, Head, Buffer, Length) ->
    case gen_tcp:recv(Client, 0) of
        {ok, Data} -> body(Client, Head, <<Buffer/binary, Data/binary>>, Length);
        {error, _} -> closed
    end.

length_of(Head) ->
    case re:run(Head, "\r\nContent-Length: *([0-9]+)", [caseless, {capture, all_but_first, binary}]) of
        {match, [Length]} -> binary_to_integer(Length);
        nomatch -> 0
    end.

%% Until the node closes; a client who does so first is gone for the node, too.
answer(Client, Node, Answer, Rest) ->
    receive
        {tcp, Node, Data} -> answer(Client, Node, <<Answer/binary, Data/binary>>, Rest);
        {tcp_closed, Node} -> {Answer, Rest};
        {tcp_error, Node, _} -> answer(Client, Node, Answer, Rest);
        {tcp, Client, Data} -> answer(Client, Node, Answer, <<Rest/binary, Data/binary>>);
        {tcp_closed, Client} -> closed;
        {tcp_error, Client, _} -> answer(Client, Node, Answer, Rest)
    end.

both_ways(Client, Node) ->
    case active(once, [Client, Node]) of
        true -> both_ways_loop(Client, Node);
        false -> [gen_tcp:close(Socket) || Socket <- [Client, Node]]
    end.

both_ways_loop(Client, Node) ->
    receive
        {tcp, From, Data} ->
            _ = gen_tcp:send(case From of Client -> Node; Node -> Client end, Data),
            _ = inet:setopts(From, [{active, once}]),
            both_ways_loop(Client, Node);
        {tcp_closed, _} ->
            [gen_tcp:close(Socket) || Socket <- [Client, Node]];
        {tcp_error, _, _} ->
            both_ways_loop(Client, Node)
    end.
