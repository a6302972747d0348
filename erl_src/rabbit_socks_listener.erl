%% SPDX-License-Identifier: MPL-2.0
%% @doc One listener on a port of its own, and the only module that knows how the broker and Ranch keep listeners.
%%
%% The listening socket belongs to a Ranch listener (`rabbit_socks_transport'); the edge gets a copy of its descriptor
%% each time an edge has come up. Between two edges connections wait in the backlog. This process keeps a copy too:
%% when Ranch closes the socket (a suspended listener) it shuts that copy down, which ends the listening for every copy
%% at once, whatever the edge is doing, so that nobody is accepted after a drain and the port is free.
%%
%% If this process crashes the socket stays open and the next one, started by the supervisor, takes it over.
-module(rabbit_socks_listener).
-behaviour(gen_server).

-include_lib("kernel/include/logger.hrl").

-export([start_link/3, addresses/1, key/2, tls_options/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).

-define(DOMAIN, #{domain => [rabbitmq, socks]}).

-record(state, {
    key :: rabbit_socks_listeners:key(),
    listener :: rabbit_socks_config:listener(),
    ref :: ranch:ref(),
    id :: non_neg_integer(),
    socket = none :: none | {inet:socket(), Monitor :: reference()},
    copy = none :: none | {socket:socket(), Fd :: non_neg_integer()},
    waiting = true :: boolean() % nobody has been asked yet to say when an edge is up
}).

%% @doc Opens the port before it returns; an error is `{shutdown, Text}'.
-spec start_link(rabbit_socks_listeners:key(), rabbit_socks_config:listener(), rabbit_socks_transport:address()) ->
    {ok, pid()} | {error, term()}.
start_link(Key, Listener, Address) ->
    gen_server:start_link(?MODULE, {Key, Listener, Address}, []).

%% @doc The addresses of a listener: what the broker would listen on for a port alone, one of each family for a name.
-spec addresses(rabbit_socks_config:listener()) -> {ok, [rabbit_socks_transport:address()]} | {error, string()}.
addresses(#{interface := {port, any, Port}, backlog := Backlog}) ->
    case rabbit_networking:tcp_listener_addresses(Port) of
        [{Ip, _, inet6}] -> {ok, [{Ip, Port, dual, Backlog}]};
        Several -> {ok, [{Ip, Port, Family, Backlog} || {Ip, _, Family} <- Several]}
    end;
addresses(#{interface := {port, Ip, Port}, backlog := Backlog}) when is_tuple(Ip) ->
    {ok, [{Ip, Port, family(Ip), Backlog}]};
addresses(#{interface := {port, Name, Port}, backlog := Backlog}) ->
    case [Ip || Family <- [inet, inet6], {ok, Ip} <- [inet:getaddr(Name, Family)]] of
        [] -> {error, lists:flatten(io_lib:format("the host name ~ts has no address", [Name]))};
        Ips -> {ok, [{Ip, Port, family(Ip), Backlog} || Ip <- Ips]}
    end.

family(Ip) when tuple_size(Ip) =:= 4 -> inet;
family(_) -> inet6.

%% @doc Options for a TLS socket as the broker makes them: of the ones given, or of its own `ssl_options'. A client's
%% certificate is asked for only where that was said for this listener.
-spec tls_options(default | [term()]) -> [term()].
tls_options(default) ->
    _ = rabbit_networking:ensure_ssl(),
    {ok, Options} = application:get_env(rabbit, ssl_options),
    rabbit_networking:fix_ssl_options(proplists:delete(fail_if_no_peer_cert, proplists:delete(verify, Options)));
tls_options(Options) ->
    _ = rabbit_networking:ensure_ssl(),
    rabbit_networking:fix_ssl_options(Options).

-spec key(rabbit_socks_config:listener(), rabbit_socks_transport:address()) -> rabbit_socks_listeners:key().
key(_, {Ip, 0, _, _}) -> {port, Ip, {0, erlang:unique_integer([positive])}};
key(_, {Ip, Port, _, _}) -> {port, Ip, Port}.

-spec init({rabbit_socks_listeners:key(), rabbit_socks_config:listener(), rabbit_socks_transport:address()}) ->
    {ok, #state{}} | {stop, {shutdown, string()}}.
init({Key, Listener, Address}) ->
    process_flag(trap_exit, true),
    case rabbit_socks_listeners:find(Key) of
        {ok, Row} -> take_over(Key, Listener, Address, Row);
        error -> open(Key, Listener, Address)
    end.

open(Key, Listener, {Ip, Wanted, _, _} = Address0) ->
    case rabbit_socks_transport:open(Address0) of
        {ok, Socket} ->
            {ok, Port} = inet:port(Socket),
            Ref = rabbit_networking:ranch_ref(Ip, Port),
            %% Opened again, port 0 must be the port that was shown.
            Options = rabbit_socks_transport:options(setelement(2, Address0, Port), self(), Socket),
            case ranch:start_listener(Ref, rabbit_socks_transport, Options, rabbit_socks_transport, none) of
                {ok, _} ->
                    true = unlink(Socket),
                    rabbit_networking:tcp_listener_started(protocol(Listener), broker_options(Listener), Ip, Port),
                    ?LOG_INFO("rabbit_socks: listening on ~ts for ~ts", [text(Ip, Port), modules(Listener)], ?DOMAIN),
                    started(#state{key = Key, listener = Listener, ref = Ref, id = id()});
                {error, Reason} ->
                    ok = gen_tcp:close(Socket),
                    stop(Ip, Port, Reason)
            end;
        {error, Reason} ->
            stop(Ip, Wanted, Reason)
    end.

%% The process before this one crashed and left everything open.
take_over(Key, Listener, Address, #{address := Ip, port := Port, id := Id}) ->
    Ref = rabbit_networking:ranch_ref(Ip, Port),
    ok = ranch:set_transport_options(Ref, rabbit_socks_transport:options(setelement(2, Address, Port), self(), none)),
    _ = case rabbit_socks_transport:socket(Ref) of
        {ok, Socket} -> self() ! {rabbit_socks_transport, listening, Socket};
        {error, suspended} -> ok
    end,
    started(#state{key = Key, listener = Listener, ref = Ref, id = Id}).

started(State) ->
    rabbit_socks_maintenance:watch(self()),
    ok = rabbit_socks_routes:put(State#state.id, routes(State)),
    {ok, row(State, running)}.

-spec handle_call(term(), gen_server:from(), #state{}) -> {reply, {error, unknown}, #state{}}.
handle_call(_, _, State) ->
    {reply, {error, unknown}, State}.

-spec handle_cast(term(), #state{}) -> {noreply, #state{}}.
handle_cast(_, State) ->
    {noreply, State}.

-spec handle_info(term(), #state{}) -> {noreply, #state{}} | {stop, term(), #state{}}.
handle_info({rabbit_socks_transport, listening, Socket}, State) ->
    Monitor = erlang:monitor(port, Socket),
    {noreply, row(opened(copy(State#state{socket = {Socket, Monitor}})), running)};
handle_info({'DOWN', Monitor, port, _, _}, #state{socket = {_, Monitor}} = State) ->
    {noreply, row(suspend(State), suspended)};
handle_info({rabbit_socks_edge, up}, State) ->
    {noreply, hand_over(State)};
handle_info({rabbit_socks_maintenance, connections_closed}, State) ->
    drop(State, <<"maintenance">>, rabbit_socks_maintenance:window()),
    {noreply, hand_over(renew(State))};
handle_info(retry, #state{socket = {_, _}, copy = none} = State) ->
    {noreply, hand_over(copy(State))};
handle_info({gen_event_EXIT, {rabbit_socks_maintenance, _}, Reason}, State) ->
    {stop, {no_maintenance_events, Reason}, State};
handle_info(_, State) ->
    {noreply, State}.

%% On a crash nothing is closed: see take_over/4.
-spec terminate(term(), #state{}) -> ok.
terminate(Reason, State) when Reason =:= normal; Reason =:= shutdown; element(1, Reason) =:= shutdown ->
    #state{key = Key, ref = {acceptor, Ip, Port} = Ref, listener = Listener} = State,
    rabbit_networking:tcp_listener_stopped(protocol(Listener), broker_options(Listener), Ip, Port),
    drop(suspend(State), <<"listener stopped">>, 0),
    %% It may have been stopped behind our back: that is what we want.
    _ = catch ranch:stop_listener(Ref),
    rabbit_socks_listeners:delete(Key);
terminate(_, _) ->
    ok.

%% The copy is ours alone: its number stays good while the edge gets it, whatever Ranch does meanwhile. It is the right
%% descriptor if the socket still has the number that was copied.
copy(#state{socket = {Socket, _}} = State0) ->
    State = close_copy(State0),
    case inet:getfd(Socket) of
        {ok, Number} ->
            case socket:open(Number, #{dup => true}) of
                {ok, Copy} ->
                    {ok, Fd} = socket:getopt(Copy, otp, fd),
                    case inet:getfd(Socket) of
                        {ok, Number} -> State#state{copy = {Copy, Fd}};
                        _ -> closed(Copy, State)
                    end;
                {error, Reason} ->
                    ?LOG_ERROR("rabbit_socks: cannot copy the descriptor of ~ts (~ts); trying again",
                               [text(State), inet:format_error(Reason)], ?DOMAIN),
                    erlang:send_after(1000, self(), retry),
                    State
            end;
        {error, _} ->
            State
    end.

closed(Copy, State) ->
    ok = socket:close(Copy),
    State.

%% If an edge is up it says so at once.
opened(#state{waiting = true} = State) ->
    rabbit_socks_edge:monitor_up(self()),
    State#state{waiting = false};
opened(State) ->
    hand_over(State).

hand_over(#state{copy = {_, Fd}, id = Id, listener = #{config := Config}} = State) ->
    %% Without an edge there is nothing to do: the next one says that it is up.
    _ = rabbit_socks_edge:listen(Id, Config, Fd),
    State;
hand_over(State) ->
    State.

suspend(#state{copy = Copy, id = Id} = State) ->
    _ = rabbit_socks_edge:unlisten(Id),
    _ = case Copy of
        {Socket, _} -> socket:shutdown(Socket, read_write);
        none -> ok
    end,
    (close_copy(State))#state{socket = none}.

close_copy(#state{copy = {Copy, _}} = State) -> closed(Copy, State#state{copy = none});
close_copy(State) -> State.

drop(#state{id = Id}, Reason, Window) ->
    _ = rabbit_socks_edge:remove(Id, 1001, Reason, Window),
    rabbit_socks_routes:delete(Id).

%% Another listener to the edge, so that nothing of the one that was dropped can touch it.
renew(#state{socket = Socket} = State0) ->
    State = State0#state{id = id()},
    ok = rabbit_socks_routes:put(State#state.id, routes(State)),
    row(State, case Socket of none -> suspended; _ -> running end).

row(#state{key = Key, listener = Listener, ref = {acceptor, Ip, Port}, id = Id} = State, Status) ->
    ok = rabbit_socks_listeners:put(Key, #{id => Id, listener => Listener, address => Ip, port => Port,
                                           protocol => protocol(Listener), state => Status}),
    State.

id() -> erlang:unique_integer([positive]).

routes(#state{listener = #{routes := Routes}}) -> Routes.

modules(#{routes := Routes}) ->
    lists:join(", ", lists:usort([atom_to_list(Module) || {Module, _} <- Routes])).

protocol(#{tls := none}) -> 'http/socks';
protocol(_) -> 'https/socks'.

broker_options(#{backlog := Backlog}) -> [{backlog, Backlog}].

text(#state{ref = {acceptor, Ip, Port}}) -> text(Ip, Port).

text(Ip, Port) when tuple_size(Ip) =:= 8 -> ["[", inet:ntoa(Ip), "]:", integer_to_list(Port)];
text(Ip, Port) -> [inet:ntoa(Ip), ":", integer_to_list(Port)].

stop(Ip, Port, Reason) ->
    {stop, {shutdown, lists:flatten(io_lib:format("cannot listen on ~ts: ~ts", [text(Ip, Port), why(Reason)]))}}.

why(eaddrinuse) -> "the port is in use by another listener or program; choose another port or stop that one";
why({already_started, _}) -> "another listener of the broker has it and is suspended";
why(eacces) -> "not permitted; ports below 1024 need a privilege that the broker has not";
why(eaddrnotavail) -> "this machine has no such address";
why(Posix) when is_atom(Posix) -> inet:format_error(Posix);
why(Other) -> io_lib:format("~0tP", [Other, 20]).
