%% SPDX-License-Identifier: MPL-2.0
%% @doc Begins to read a stream for one session: may it, is it one, and where does it begin?
-module(rabbit_socks_amqp_stream_start).

-export([start/5]).
-export_type([started/0]).

%% `place': where the client is before it has an entry.
-type started() :: #{channel := rabbit_socks_amqp_client:channel(), id := rabbit_socks_streams:id(), resumed := boolean(),
                     place := non_neg_integer() | none}.

%% @doc Deliveries come to the caller. Place is where the client was. Who may not read a queue is not told what there is of it.
-spec start(Consumer :: binary(), Queue :: binary(), rabbit_socks_amqp_stream_command:options(), {ok, rabbit_socks_amqp_places:place()} | none,
            rabbit_socks_amqp_login:login()) ->
    {ok, started()} | rabbit_socks_access:refusal() | rabbit_socks_amqp_client:failure().
start(Consumer, Queue, Options, Place, Login) ->
    VHost = rabbit_socks_amqp_login:vhost(Login),
    case rabbit_socks_access:queue(rabbit_socks_amqp_login:user(Login), VHost, Queue, read) of
        ok -> look(rabbit_socks_streams:look(VHost, Queue), Consumer, Queue, Options, Place, Login);
        Refusal -> Refusal
    end.

look({ok, #{id := Id, next := End}}, Consumer, Queue, #{from := Asked, prefetch := Prefetch}, Place, Login) ->
    {From, Resumed, Here} = begins(Place, Id, End, Asked),
    case rabbit_socks_amqp_login:channel(Login) of
        {ok, Channel} ->
            case rabbit_socks_amqp_client:consume(Channel, Queue, Consumer, Prefetch, From) of
                ok ->
                    {ok, #{channel => Channel, id => Id, resumed => Resumed, place => Here}};
                Failure ->
                    ok = rabbit_socks_amqp_client:close_channel(Channel),
                    Failure
            end;
        {error, _} ->
            {error, <<"unavailable">>, <<"the broker takes no connection for this user at present">>}
    end;
look({error, not_found}, _, Queue, _, _, _) ->
    {error, <<"not_found">>, <<"there is no queue '", Queue/binary, "'">>};
look({error, no_stream}, _, Queue, _, _, _) ->
    {error, <<"precondition_failed">>, <<"the queue '", Queue/binary, "' is not a stream">>};
look({error, unavailable}, _, Queue, _, _, _) ->
    {error, <<"unavailable">>, <<"the stream '", Queue/binary, "' has no leader at present">>}.

%% A place in a stream that is no more, or has lost its end, is none. Where the client's words will mean something else the next
%% time, it has a place before it has an entry.
begins({ok, {Id, Next}}, Id, End, _) when Next =< End -> {{offset, Next}, true, Next};
begins(_, _, End, next) -> {next, false, End};
begins(_, _, End, last) -> {last, false, max(0, End - 1)};
begins(_, _, _, From) -> {From, false, none}.
