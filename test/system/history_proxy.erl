%% SPDX-License-Identifier: MPL-2.0
%% @doc A way to a port of 127.0.0.1 that can be cut: what is under way is lost, and neither side hears of it. Who connects later has a
%% way again.
-module(history_proxy).

-export([start/1, stop/1, port/1, cut/1]).
-export_type([proxy/0]).

-opaque proxy() :: {pid(), inet:port_number()}.

-define(OPTIONS, [binary, {active, false}, {nodelay, true}, {ip, {127, 0, 0, 1}}]).

%% @doc Linked to the caller.
-spec start(inet:port_number()) -> proxy().
start(Target) ->
    Caller = self(),
    Pid = spawn_link(fun() ->
        {ok, Listening} = gen_tcp:listen(0, [{backlog, 100} | ?OPTIONS]),
        {ok, Port} = inet:port(Listening),
        Proxy = self(),
        _ = spawn_link(fun() -> accept(Listening, Target, Proxy) end),
        Caller ! {Proxy, Port},
        connections([])
    end),
    receive {Pid, Port} -> {Pid, Port} end.

-spec port(proxy()) -> inet:port_number().
port({_, Port}) -> Port.

%% @doc All connections there are: silence, both ways, for ever.
-spec cut(proxy()) -> ok.
cut({Pid, _}) -> call(Pid, cut).

-spec stop(proxy()) -> ok.
stop({Pid, _}) -> call(Pid, stop).

call(Pid, Request) ->
    Pid ! {Request, self()},
    receive {Pid, Request} -> ok end.

connections(Pids) ->
    receive
        {connection, Pid} -> connections([Pid | Pids]);
        {cut, From} ->
            _ = [Pid ! cut || Pid <- Pids],
            From ! {self(), cut},
            connections([]);
        {stop, From} ->
            true = unlink(From),
            From ! {self(), stop},
            exit(shutdown) % what is linked, and its sockets, go with it
    end.

accept(Listening, Target, Proxy) ->
    {ok, Client} = gen_tcp:accept(Listening),
    Pid = spawn_link(fun() -> receive go -> connect(Client, Target) end end),
    ok = gen_tcp:controlling_process(Client, Pid),
    Proxy ! {connection, Pid},
    Pid ! go,
    accept(Listening, Target, Proxy).

connect(Client, Target) ->
    case gen_tcp:connect({127, 0, 0, 1}, Target, ?OPTIONS) of
        {ok, Server} -> carry(Client, Server);
        {error, _} -> gen_tcp:close(Client)
    end.

carry(Client, Server) ->
    _ = [inet:setopts(Socket, [{active, once}]) || Socket <- [Client, Server]],
    receive
        {tcp, From, Bytes} ->
            _ = gen_tcp:send(case From of Client -> Server; Server -> Client end, Bytes),
            carry(Client, Server);
        {Closed, _} when Closed =:= tcp_closed -> ended(Client, Server);
        {tcp_error, _, _} -> ended(Client, Server);
        cut -> receive never -> ok end
    end.

ended(Client, Server) ->
    _ = [gen_tcp:close(Socket) || Socket <- [Client, Server]],
    ok.
