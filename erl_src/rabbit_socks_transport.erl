%% SPDX-License-Identifier: MPL-2.0
%% @doc A transport for Ranch that listens and never accepts: the edge accepts on a copy of the descriptor. With a real
%% Ranch listener behind it a port shows and behaves as any other of the broker: `rabbitmq-diagnostics listeners' lists
%% it, `rabbitmq-upgrade drain' suspends it, `revive' opens it again.
%%
%% The `ranch_transport' behaviour is not declared: of its callbacks only those below are called where no connection is
%% ever made. The socket belongs to Ranch (it closes with the listener); its *owner*, a `rabbit_socks_listener', is told
%% of it by a message `{rabbit_socks_transport, listening, Socket}' each time it is opened.
-module(rabbit_socks_transport).

-export([open/1, options/3, socket/1]).
-export([name/0, secure/0, messages/0, listen/1, accept/2, sockname/1, cleanup/1]).
-export_type([address/0]).

%% `dual': IPv4 too, on an IPv6 socket, as the broker does for "every address" where the system allows it.
-type address() :: {inet:ip_address(), inet:port_number(), inet | inet6 | dual, Backlog :: pos_integer()}.

%% A resumed listener may find its port still held by the copy that its owner is about to shut down.
-define(TRIES, 20).
-define(PAUSE, 50).

%% @doc Opens the listening socket. `reuseaddr' leaves old connections in TIME_WAIT alone; two listeners still exclude each other.
-spec open(address()) -> {ok, inet:socket()} | {error, inet:posix()}.
open({Ip, Port, Family, Backlog}) ->
    Version = case Family of
        inet -> [inet];
        inet6 -> [inet6, {ipv6_v6only, true}];
        dual -> [inet6, {ipv6_v6only, false}]
    end,
    gen_tcp:listen(Port, Version ++ [binary, {ip, Ip}, {backlog, Backlog}, {reuseaddr, true}, {active, false}]).

%% @doc Options for `ranch:start_listener/5': the first time it takes over Socket, which the caller has opened.
-spec options(address(), pid(), inet:socket() | none) -> map().
options(Address, Owner, Socket) ->
    #{num_acceptors => 1, socket_opts => [{address, Address}, {owner, Owner}, {socket, Socket}]}.

%% @doc The open socket of a listener, for an owner that comes after another.
-spec socket(ranch:ref()) -> {ok, inet:socket()} | {error, suspended}.
socket(Ref) ->
    case ranch:procs(Ref, acceptors) of
        [Acceptor] ->
            Monitor = erlang:monitor(process, Acceptor),
            Acceptor ! {?MODULE, socket, self(), Monitor},
            receive
                {Monitor, Socket} -> erlang:demonitor(Monitor, [flush]), {ok, Socket};
                {'DOWN', Monitor, process, _, _} -> {error, suspended}
            end;
        [] -> {error, suspended}
    end.

-spec name() -> tcp.
name() -> tcp.

-spec secure() -> false.
secure() -> false.

-spec messages() -> {tcp, tcp_closed, tcp_error, tcp_passive}.
messages() -> {tcp, tcp_closed, tcp_error, tcp_passive}.

%% @doc Called in Ranch's acceptors supervisor, whose end closes the socket.
-spec listen(map()) -> {ok, inet:socket()} | {error, inet:posix()}.
listen(#{socket_opts := Options}) ->
    {address, Address} = lists:keyfind(address, 1, Options),
    {owner, Owner} = lists:keyfind(owner, 1, Options),
    {socket, First} = lists:keyfind(socket, 1, Options),
    Result = case is_port(First) andalso erlang:port_info(First, connected) of
        {connected, Owner} -> true = erlang:port_connect(First, self()), {ok, First};
        _ -> reopen(Address, ?TRIES)
    end,
    _ = case Result of
        {ok, Socket} -> Owner ! {?MODULE, listening, Socket};
        {error, _} -> ok
    end,
    Result.

reopen(Address, Tries) ->
    case open(Address) of
        {error, eaddrinuse} when Tries > 1 -> timer:sleep(?PAUSE), reopen(Address, Tries - 1);
        Result -> Result
    end.

%% @doc Waits until the socket is closed. There is no other way out: Ranch kills its acceptors when it stops a listener.
-spec accept(inet:socket(), timeout()) -> {error, closed}.
accept(Socket, infinity) ->
    park(Socket, erlang:monitor(port, Socket)).

park(Socket, Monitor) ->
    receive
        {'DOWN', Monitor, port, _, _} -> {error, closed};
        {?MODULE, socket, From, Tag} -> From ! {Tag, Socket}, park(Socket, Monitor)
    end.

-spec sockname(inet:socket()) -> {ok, {inet:ip_address(), inet:port_number()}} | {error, inet:posix()}.
sockname(Socket) -> inet:sockname(Socket).

-spec cleanup(map()) -> ok.
cleanup(_) -> ok.
