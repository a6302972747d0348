%% SPDX-License-Identifier: MPL-2.0
%% @doc What one session consumes: each consumer has a channel, so that a mistake with one ends no other. A delivery is settled by the
%% client's acknowledgement and by nothing else; what is not settled when the session ends goes back to its queue.
%%
%% A consumer without acknowledgements is told to the broker as one with them: what the client's connection is behind with
%% stays in the queue, but for the prefetch, which is kept here. What is sent has been settled before, so that it never comes twice.
-module(rabbit_socks_amqp_consumers).

-export([new/0, consume/6, cancel/4, refresh/3, delivered/6, acknowledged/3, congested/1, drained/2, synced/3, ended/3, lost/3, close/1]).
-export_type([consumers/0, tag/0]).

-record(consumer, {
    queue :: binary(),
    channel :: rabbit_socks_amqp_client:channel(),
    monitor :: reference(), % of it
    no_ack :: boolean()
}).

-record(consumers, {
    next = 1 :: pos_integer(),
    pace = rabbit_socks_amqp_pace:new() :: rabbit_socks_amqp_pace:pace(),
    %% For consumers without acknowledgements, until their client has caught up; at most their prefetch.
    kept = queue:new() :: queue:queue({Consumer :: binary(), Tag :: pos_integer(), Redelivered :: boolean(), rabbit_socks_amqp_client:envelope()}),
    refresh = none :: none | reference(), % the timer
    by_id = #{} :: #{binary() => #consumer{}}
}).

-opaque consumers() :: #consumers{}.

%% What an acknowledgement of the client's belongs to.
-type tag() :: {Consumer :: binary(), Tag :: pos_integer(), ReplyTo :: none | {Key :: binary(), CorrelationId :: binary() | undefined}}.

-spec new() -> consumers().
new() -> #consumers{}.

-spec consume(Queue :: binary(), #{prefetch := pos_integer(), no_ack := boolean()}, rabbit_socks_amqp_answer:ack(), rabbit_socks_amqp_answer:writer(),
              #{login := rabbit_socks_amqp_login:login(), most := pos_integer(), acknowledges := boolean(), _ => _}, consumers()) -> consumers().
consume(_, _, Ack, Writer, #{most := Most}, #consumers{by_id = ById} = State) when map_size(ById) >= Most ->
    failed(Writer, Ack, <<"too_many">>, <<"this connection has as many consumers as it may have">>, State);
consume(_, #{no_ack := false}, Ack, Writer, #{acknowledges := false}, State) ->
    failed(Writer, Ack, <<"bad_request">>, <<"this client has no acknowledgements: consume with noAck">>, State);
consume(Queue, Options, Ack, Writer, #{login := Login}, State) ->
    case rabbit_socks_amqp_login:channel(Login) of
        {ok, Channel} -> start(Channel, Queue, Options, Ack, Writer, State);
        {error, _} -> failed(Writer, Ack, <<"unavailable">>, <<"the broker takes no connection for this user at present">>, State)
    end.

%% Deliveries come after this, as messages: the answer is always the first that the client hears of its consumer.
start(Channel, Queue, #{prefetch := Prefetch, no_ack := NoAck}, Ack, Writer, #consumers{next = Next, by_id = ById} = State) ->
    Id = integer_to_binary(Next),
    case rabbit_socks_amqp_client:consume(Channel, Queue, Id, Prefetch, anywhere) of
        ok ->
            ok = rabbit_socks_amqp_answer:ok(Writer, Ack, #{<<"consumer">> => Id}),
            Consumer = #consumer{queue = Queue, channel = Channel, monitor = monitor(process, Channel), no_ack = NoAck},
            refreshed_later(State#consumers{next = Next + 1, by_id = ById#{Id => Consumer}});
        Failure ->
            ok = rabbit_socks_amqp_client:close_channel(Channel),
            ok = rabbit_socks_amqp_answer:failure(Writer, Ack, Failure, #{}),
            State
    end.

failed(Writer, Ack, Code, Text, State) ->
    ok = rabbit_socks_amqp_answer:error(Writer, Ack, Code, Text, #{}),
    State.

%% @doc What is not settled goes back to the queue.
-spec cancel(Id :: binary(), rabbit_socks_amqp_answer:ack(), rabbit_socks_amqp_answer:writer(), consumers()) -> consumers().
cancel(Id, Ack, Writer, #consumers{by_id = ById} = State) ->
    case ById of
        #{Id := Consumer} ->
            ok = close_channel(Consumer),
            ok = rabbit_socks_amqp_answer:ok(Writer, Ack, #{}),
            without(Id, State);
        _ ->
            failed(Writer, Ack, <<"not_found">>, <<"there is no such consumer">>, State)
    end.

%% @doc What the user may read no more is cancelled: the broker asks when a consumer begins, and not again. It is time for that when
%% `{timeout, _, {rabbit_socks_amqp, refresh}}' comes, which it does while there are consumers.
-spec refresh(rabbit_socks_amqp_login:login(), rabbit_socks_amqp_answer:writer(), consumers()) -> consumers().
refresh(Login, Writer, #consumers{by_id = ById} = State) ->
    {User, VHost} = {rabbit_socks_amqp_login:user(Login), rabbit_socks_amqp_login:vhost(Login)},
    refreshed_later(maps:fold(fun(Id, #consumer{queue = Queue} = Consumer, Acc) ->
        case rabbit_socks_access:queue(User, VHost, Queue, read) of
            ok -> Acc;
            {error, Code, Text} ->
                ok = close_channel(Consumer),
                ok = tell(Id, Code, Text, Writer),
                without(Id, Acc)
        end
    end, State#consumers{refresh = none}, ById)).

refreshed_later(#consumers{refresh = none, by_id = ById} = State) when map_size(ById) > 0 ->
    State#consumers{refresh = erlang:start_timer(rabbit_socks_access:refresh_time(), self(), {rabbit_socks_amqp, refresh})};
refreshed_later(State) ->
    State.

%% @doc A message for the client. One of a consumer that has been cancelled is on its way back already.
-spec delivered(Id :: binary(), Tag :: pos_integer(), Redelivered :: boolean(), rabbit_socks_amqp_client:envelope(),
                {rabbit_socks_amqp_answer:writer(), AckTimeout :: pos_integer()}, consumers()) -> consumers().
delivered(Id, Tag, Redelivered, Envelope, {{Module, Arg} = Writer, Timeout}, #consumers{by_id = ById, kept = Kept} = State) ->
    case ById of
        #{Id := #consumer{no_ack = false}} ->
            ok = Module:emit(<<"delivery">>, arguments(Id, Redelivered, Envelope), #{ack => {Id, Tag, reply_to(Envelope)}, timeout => Timeout}, Arg),
            State;
        #{Id := #consumer{no_ack = true}} ->
            send_kept(Writer, State#consumers{kept = queue:in({Id, Tag, Redelivered, Envelope}, Kept)});
        _ -> State
    end.

arguments(Id, Redelivered, Envelope) ->
    [Body, Meta] = rabbit_socks_amqp_message:arguments(Envelope),
    [Id, Body, Meta#{<<"redelivered">> => Redelivered}].

reply_to(#{properties := Properties}) -> rabbit_socks_amqp_properties:reply_to(Properties).

%% Settled first: then it may be lost, but not come again.
send_kept({Module, Arg} = Writer, #consumers{pace = Pace, kept = Kept, by_id = ById} = State) ->
    case rabbit_socks_amqp_pace:is_free(Pace) andalso queue:out(Kept) of
        {{value, {Id, Tag, Redelivered, #{payload := Payload} = Envelope}}, Rest} ->
            #{Id := #consumer{channel = Channel}} = ById,
            ok = rabbit_socks_amqp_client:acknowledge(Channel, Tag),
            ok = Module:emit(<<"delivery">>, arguments(Id, Redelivered, Envelope), Arg),
            send_kept(Writer, State#consumers{kept = Rest, pace = rabbit_socks_amqp_pace:sent(byte_size(Payload), Writer, Pace)});
        _ -> State
    end.

%% @doc What the client has said of a delivery; or it has not in time, and the message comes again. What it replies is to be
%% published: `reply'.
-spec acknowledged(tag(), {ok, [rabbit_socks_callback:value()]} | {error, timeout | disconnected | too_many}, consumers()) ->
    ok | {reply, Key :: binary(), CorrelationId :: binary() | undefined, Body :: rabbit_socks_callback:value()}.
acknowledged(_, {error, disconnected}, _) ->
    ok; % its channel closes now
acknowledged({Id, Tag, ReplyTo}, Result, #consumers{by_id = ById}) ->
    case ById of
        #{Id := #consumer{channel = Channel}} ->
            ok = rabbit_socks_amqp_client:settle(Channel, Tag, verdict(Result)),
            reply(ReplyTo, Result);
        _ -> ok
    end.

reply({Key, Id}, {ok, [null, Body | _]}) -> {reply, Key, Id, Body};
reply(_, _) -> ok.

%% The first argument is an error, as in callbacks of Node.
verdict({error, _}) -> requeue;
verdict({ok, []}) -> acknowledge;
verdict({ok, [null | _]}) -> acknowledge;
verdict({ok, [<<"requeue">> | _]}) -> requeue;
verdict({ok, _}) -> reject.

%% @doc The client's connection is behind, or lost.
-spec congested(consumers()) -> consumers().
congested(#consumers{pace = Pace} = State) -> State#consumers{pace = rabbit_socks_amqp_pace:congested(Pace)}.

-spec drained(rabbit_socks_amqp_answer:writer(), consumers()) -> consumers().
drained(Writer, #consumers{pace = Pace} = State) -> send_kept(Writer, State#consumers{pace = rabbit_socks_amqp_pace:drained(Pace)}).

%% @doc The edge has answered.
-spec synced(Number :: non_neg_integer(), rabbit_socks_amqp_answer:writer(), consumers()) -> consumers().
synced(Number, Writer, #consumers{pace = Pace} = State) ->
    case rabbit_socks_amqp_pace:synced(Number, Pace) of
        {free, Pace1} -> send_kept(Writer, State#consumers{pace = Pace1});
        same -> State
    end.

%% @doc The broker has cancelled it: its queue is gone.
-spec ended(Id :: binary(), rabbit_socks_amqp_answer:writer(), consumers()) -> consumers().
ended(Id, Writer, #consumers{by_id = ById} = State) ->
    case ById of
        #{Id := Consumer} ->
            ok = close_channel(Consumer),
            ok = tell(Id, <<"not_found">>, <<"the queue is gone">>, Writer),
            without(Id, State);
        _ -> State
    end.

%% @doc A process has ended. If it was a channel, what was not settled there comes again.
-spec lost(Monitor :: reference(), rabbit_socks_amqp_answer:writer(), consumers()) -> {ok, consumers()} | other.
lost(Monitor, Writer, #consumers{by_id = ById} = State) ->
    case [Id || {Id, #consumer{monitor = M}} <- maps:to_list(ById), M =:= Monitor] of
        [Id] ->
            ok = tell(Id, <<"unavailable">>, <<"the broker has ended the consumer">>, Writer),
            {ok, without(Id, State)};
        [] -> other
    end.

%% What is kept for it goes back to its queue, or has gone with it.
without(Id, #consumers{by_id = ById, kept = Kept} = State) ->
    State#consumers{by_id = maps:remove(Id, ById), kept = queue:filter(fun({Of, _, _, _}) -> Of =/= Id end, Kept)}.

close_channel(#consumer{channel = Channel, monitor = Monitor}) ->
    true = demonitor(Monitor, [flush]),
    rabbit_socks_amqp_client:close_channel(Channel).

tell(Id, Code, Text, {Writer, Arg}) ->
    Writer:emit(<<"cancelled">>, [Id, #{<<"error">> => Code, <<"message">> => Text}], Arg).

-spec close(consumers()) -> ok.
close(#consumers{by_id = ById}) ->
    lists:foreach(fun close_channel/1, maps:values(ById)).
