%% SPDX-License-Identifier: MPL-2.0
%% @doc Carries the bytes of a connection whose TLS ends in the broker between the client and the edge.
%%
%% Inward the socket is read one packet at a time, and not at all while the edge has said pause; a busy link suspends this
%% process. Outward a writer counts what
%% the client has not taken, and a client that lets too much wait is given up.
-module(rabbit_socks_relay).

-export([run/6]).

-record(relay, {
    parent :: pid(),
    ref :: term(),
    socket :: term(),
    transport :: module(),
    messages :: tuple(),
    writer :: rabbit_socks_relay_writer:writer(),
    paused = false :: boolean(), % the edge wants no more of the client for now
    armed = false :: boolean()   % one more packet may come
}).

%% @doc Owns the socket, which is passive, and ends with it.
-spec run(pid(), term(), term(), module(), binary(), rabbit_socks_listeners:row()) -> no_return().
run(Parent, Ref, Socket, Transport, Buffer, Row) ->
    process_flag(trap_exit, true),
    Limit = rabbit_socks_dispatch_request:limit(send_queue_hard, Row),
    Writer = rabbit_socks_relay_writer:start(fun(Data) -> Transport:send(Socket, Data) end, Limit),
    Relay = #relay{parent = Parent, ref = Ref, socket = Socket, transport = Transport,
                   messages = Transport:messages(), writer = Writer},
    %% Also when there is nothing in it: it tells the edge that this is a relay.
    loop(inward(Buffer, Relay)).

inward(Data, #relay{ref = Ref} = Relay) ->
    case rabbit_socks_edge:command({bytes, Ref, Data}) of
        ok -> arm(Relay#relay{armed = false});
        {error, not_running} -> close(Relay)
    end.

arm(#relay{paused = false, armed = false, socket = Socket, transport = Transport} = Relay) ->
    case Transport:setopts(Socket, [{active, once}]) of
        ok -> Relay#relay{armed = true};
        {error, _} -> gone(Relay)
    end;
arm(Relay) ->
    Relay.

loop(#relay{parent = Parent, ref = Ref, socket = Socket, messages = Messages, writer = Writer} = Relay) ->
    receive
        {rabbit_socks_edge, Ref, {bytes, Data}} ->
            case rabbit_socks_relay_writer:write(Writer, Data) of
                {ok, More} -> loop(Relay#relay{writer = More});
                full -> gone(Relay)
            end;
        {rabbit_socks_relay_writer, written, Bytes} ->
            loop(Relay#relay{writer = rabbit_socks_relay_writer:written(Writer, Bytes)});
        {rabbit_socks_edge, Ref, pause} ->
            loop(Relay#relay{paused = true});
        {rabbit_socks_edge, Ref, resume} ->
            loop(arm(Relay#relay{paused = false}));
        {rabbit_socks_edge, Ref, finish} ->
            ok = rabbit_socks_relay_writer:finish(Writer),
            close(Relay);
        {Tag, Socket, Data} when Tag =:= element(1, Messages) ->
            loop(inward(Data, Relay));
        {Tag, Socket} when Tag =:= element(2, Messages) ->
            gone(Relay);
        {Tag, Socket, _} when Tag =:= element(3, Messages) ->
            gone(Relay);
        {'EXIT', Parent, Reason} ->
            _ = rabbit_socks_edge:command({gone, Ref}),
            exit(Reason);
        {'EXIT', _, _} ->
            gone(Relay);
        _ ->
            loop(Relay)
    end.

-spec gone(#relay{}) -> no_return().
gone(#relay{ref = Ref} = Relay) ->
    _ = rabbit_socks_edge:command({gone, Ref}),
    close(Relay).

-spec close(#relay{}) -> no_return().
close(#relay{socket = Socket, transport = Transport}) ->
    _ = Transport:close(Socket),
    exit(normal).
