%% SPDX-License-Identifier: MPL-2.0
%% @doc What one session reads of streams: each has a consumer and a channel, and one session has one place in each stream. An entry is
%% done when it has been sent, since a stream keeps it: who has not got it can have it again.
%%
%% The broker may deliver more than was asked for, since it reads a stream in chunks. What the client's connection is behind with
%% waits here, and the broker sends no more until it has gone out.
%%
%% A client whose library remembers offsets is told its places with each event. When it comes back, to this node or another, however
%% much later, it says them, and its `stream' goes on from there. They grant nothing: it could have asked for any offset.
-module(rabbit_socks_amqp_streams).

-export([new/1, resume/4, is_stream/1, stream/6, cancel/4, refresh/3, delivered/5, congested/1, drained/2, synced/3, ended/3, lost/3, close/1]).
-export_type([streams/0]).

-record(stream, {
    queue :: binary(),
    id :: rabbit_socks_streams:id(),
    channel :: rabbit_socks_amqp_client:channel(),
    monitor :: reference(), % of it
    lump :: pos_integer(), % so many entries are settled together
    sent = 0 :: non_neg_integer(), % and not settled
    waiting = queue:new() :: queue:queue({Tag :: pos_integer(), rabbit_socks_amqp_client:envelope()})
}).

-record(streams, {
    next = 1 :: pos_integer(),
    pace = rabbit_socks_amqp_pace:new() :: rabbit_socks_amqp_pace:pace(),
    refresh = none :: none | reference(), % the timer
    remembers :: boolean(), % the client's library
    vhost = <<>> :: binary(), % of the places
    places = rabbit_socks_amqp_places:new() :: rabbit_socks_amqp_places:places(),
    by_id = #{} :: #{binary() => #stream{}}
}).

-opaque streams() :: #streams{}.

-define(PREFIX, "stream-").

-spec new(Remembers :: boolean()) -> streams().
new(Remembers) -> #streams{remembers = Remembers}.

%% @doc The client has logged in, and perhaps says where it was.
-spec resume(Position :: binary() | none, VHost :: binary(), rabbit_socks_amqp_answer:writer(), streams()) -> streams().
resume(none, _, _, State) ->
    State;
resume(Position, VHost, Writer, State) ->
    Resumed = State#streams{vhost = VHost, places = rabbit_socks_amqp_places:from_text(Position, VHost)},
    case rabbit_socks_amqp_places:is_empty(Resumed#streams.places) of
        true -> Resumed;
        false -> remember(Writer, Resumed)
    end.

remember({Writer, Arg}, #streams{remembers = true, vhost = VHost, places = Places} = State) ->
    ok = Writer:position(rabbit_socks_amqp_places:to_text(VHost, Places), Arg),
    State;
remember(_, State) ->
    State.

%% An event that has no other purpose.
told({Writer, Arg} = To, Id, #streams{remembers = true} = State) ->
    Told = remember(To, State),
    ok = Writer:emit(<<"position">>, [Id], Arg),
    Told;
told(_, _, State) ->
    State.

%% @doc Is it the consumer of a stream?
-spec is_stream(Id :: binary()) -> boolean().
is_stream(<<?PREFIX, _/binary>>) -> true;
is_stream(_) -> false.

%% @doc Twice is once. A place that the client has is where it begins.
-spec stream(Queue :: binary(), rabbit_socks_amqp_stream_command:options(), rabbit_socks_amqp_answer:ack(), rabbit_socks_amqp_answer:writer(),
             {rabbit_socks_amqp_login:login(), Most :: pos_integer()}, streams()) -> streams().
stream(Queue, Options, Ack, Writer, {Login, Most}, #streams{by_id = ById} = State) ->
    case [Id || {Id, #stream{queue = Q}} <- maps:to_list(ById), Q =:= Queue] of
        [Id] ->
            ok = rabbit_socks_amqp_answer:ok(Writer, Ack, #{<<"consumer">> => Id, <<"resumed">> => true}),
            State;
        [] when map_size(ById) >= Most ->
            failed(Writer, Ack, <<"too_many">>, <<"this connection reads as many streams as it may">>, State);
        [] ->
            Here = State#streams{vhost = rabbit_socks_amqp_login:vhost(Login)},
            case may_remember(Queue, Here) of
                true -> open(Queue, Options, Ack, Writer, Login, Here);
                false -> failed(Writer, Ack, <<"too_many">>, <<"this client's places in streams do not fit into an offset: cancel some">>, State)
            end
    end.

may_remember(_, #streams{remembers = false}) -> true;
may_remember(Queue, #streams{vhost = VHost, places = Places}) -> rabbit_socks_amqp_places:fits(VHost, Queue, Places).

open(Queue, #{prefetch := Prefetch} = Options, Ack, Writer, Login, #streams{next = Next, places = Places} = State) ->
    Id = <<?PREFIX, (integer_to_binary(Next))/binary>>,
    case rabbit_socks_amqp_stream_start:start(Id, Queue, Options, rabbit_socks_amqp_places:find(Queue, Places), Login) of
        {ok, Started} ->
            begun(Id, Queue, max(1, Prefetch div 2), Started, Ack, Writer, State#streams{next = Next + 1});
        {error, Code, Text} when is_binary(Code) ->
            failed(Writer, Ack, Code, Text, State);
        Failure ->
            ok = rabbit_socks_amqp_answer:failure(Writer, Ack, Failure, #{}),
            State
    end.

begun(Id, Queue, Lump, #{channel := Channel, id := Name, resumed := Resumed, place := Place}, Ack, Writer, State) ->
    #streams{by_id = ById, places = Places} = State,
    ok = rabbit_socks_amqp_answer:ok(Writer, Ack, #{<<"consumer">> => Id, <<"resumed">> => Resumed}),
    Stream = #stream{queue = Queue, id = Name, channel = Channel, monitor = monitor(process, Channel), lump = Lump},
    Here = case Place of
        none -> rabbit_socks_amqp_places:remove(Queue, Places);
        _ -> rabbit_socks_amqp_places:put(Queue, {Name, Place}, Places)
    end,
    refreshed_later(told(Writer, Id, State#streams{by_id = ById#{Id => Stream}, places = Here})).

failed(Writer, Ack, Code, Text, State) ->
    ok = rabbit_socks_amqp_answer:error(Writer, Ack, Code, Text, #{}),
    State.

%% @doc The client will go on elsewhere.
-spec cancel(Id :: binary(), rabbit_socks_amqp_answer:ack(), rabbit_socks_amqp_answer:writer(), streams()) -> streams().
cancel(Id, Ack, Writer, #streams{by_id = ById, places = Places} = State) ->
    case maps:take(Id, ById) of
        {#stream{queue = Queue} = Stream, Rest} ->
            ok = close_channel(Stream),
            ok = rabbit_socks_amqp_answer:ok(Writer, Ack, #{}),
            told(Writer, Id, State#streams{by_id = Rest, places = rabbit_socks_amqp_places:remove(Queue, Places)});
        error ->
            failed(Writer, Ack, <<"not_found">>, <<"there is no such consumer">>, State)
    end.

%% @doc What the user may read no more is cancelled. It is time for that when `{timeout, _, {rabbit_socks_amqp, refresh_streams}}'
%% comes, which it does while there are any.
-spec refresh(rabbit_socks_amqp_login:login(), rabbit_socks_amqp_answer:writer(), streams()) -> streams().
refresh(Login, Writer, #streams{by_id = ById} = State) ->
    {User, VHost} = {rabbit_socks_amqp_login:user(Login), rabbit_socks_amqp_login:vhost(Login)},
    Left = maps:filter(fun(Id, #stream{queue = Queue} = Stream) ->
        case rabbit_socks_access:queue(User, VHost, Queue, read) of
            ok -> true;
            {error, Code, Text} ->
                ok = close_channel(Stream),
                ok = tell(Id, Code, Text, Writer),
                false
        end
    end, ById),
    refreshed_later(State#streams{by_id = Left, refresh = none}).

refreshed_later(#streams{refresh = none, by_id = ById} = State) when map_size(ById) > 0 ->
    State#streams{refresh = erlang:start_timer(rabbit_socks_access:refresh_time(), self(), {rabbit_socks_amqp, refresh_streams})};
refreshed_later(State) ->
    State.

%% @doc An entry for the client; of a stream that has been cancelled it is nobody's.
-spec delivered(Id :: binary(), Tag :: pos_integer(), rabbit_socks_amqp_client:envelope(), rabbit_socks_amqp_answer:writer(), streams()) -> streams().
delivered(Id, Tag, Envelope, Writer, #streams{by_id = ById} = State) ->
    case ById of
        #{Id := #stream{waiting = Waiting} = Stream} ->
            send(Id, Stream#stream{waiting = queue:in({Tag, Envelope}, Waiting)}, Writer, State);
        _ -> State
    end.

%% As much as the client takes.
send(Id, #stream{queue = Queue, id = Name, waiting = Waiting} = Stream, Writer, #streams{pace = Pace, places = Places, by_id = ById} = State) ->
    case rabbit_socks_amqp_pace:is_free(Pace) andalso queue:out(Waiting) of
        {{value, {Tag, #{payload := Payload} = Envelope}}, Rest} ->
            {Offset, Arguments} = entry(Id, Envelope),
            Here = remember(Writer, State#streams{places = rabbit_socks_amqp_places:put(Queue, {Name, Offset + 1}, Places)}),
            {Module, Arg} = Writer,
            ok = Module:emit(<<"entry">>, Arguments, Arg),
            Sent = settle(Tag, Stream#stream{waiting = Rest}),
            send(Id, Sent, Writer, Here#streams{pace = rabbit_socks_amqp_pace:sent(byte_size(Payload), Writer, Pace)});
        _ ->
            State#streams{by_id = ById#{Id := Stream}}
    end.

entry(Id, #{properties := Properties} = Envelope) ->
    {Offset, Rest} = rabbit_socks_amqp_properties:take_offset(Properties),
    [Body, Meta] = rabbit_socks_amqp_message:arguments(Envelope#{properties := Rest}),
    {Offset, [Id, Body, Meta#{<<"offset">> => Offset}]}.

settle(Tag, #stream{channel = Channel, lump = Lump, sent = Sent} = Stream) when Sent + 1 >= Lump ->
    ok = rabbit_socks_amqp_client:acknowledge(Channel, Tag),
    Stream#stream{sent = 0};
settle(_, #stream{sent = Sent} = Stream) ->
    Stream#stream{sent = Sent + 1}.

%% @doc The client's connection is behind, or lost.
-spec congested(streams()) -> streams().
congested(#streams{pace = Pace} = State) -> State#streams{pace = rabbit_socks_amqp_pace:congested(Pace)}.

-spec drained(rabbit_socks_amqp_answer:writer(), streams()) -> streams().
drained(Writer, #streams{pace = Pace} = State) ->
    caught_up(Writer, State#streams{pace = rabbit_socks_amqp_pace:drained(Pace)}).

%% @doc The edge has answered.
-spec synced(Number :: non_neg_integer(), rabbit_socks_amqp_answer:writer(), streams()) -> streams().
synced(Number, Writer, #streams{pace = Pace} = State) ->
    case rabbit_socks_amqp_pace:synced(Number, Pace) of
        {free, Pace1} -> caught_up(Writer, State#streams{pace = Pace1});
        same -> State
    end.

caught_up(Writer, #streams{by_id = ById} = State) ->
    maps:fold(fun(Id, Stream, Acc) -> send(Id, Stream, Writer, Acc) end, State, ById).

%% @doc The broker has cancelled it: its queue is gone.
-spec ended(Id :: binary(), rabbit_socks_amqp_answer:writer(), streams()) -> streams().
ended(Id, Writer, #streams{by_id = ById, places = Places} = State) ->
    case maps:take(Id, ById) of
        {#stream{queue = Queue} = Stream, Rest} ->
            ok = close_channel(Stream),
            Left = remember(Writer, State#streams{by_id = Rest, places = rabbit_socks_amqp_places:remove(Queue, Places)}),
            ok = tell(Id, <<"not_found">>, <<"the queue is gone">>, Writer),
            Left;
        error -> State
    end.

%% @doc A process has ended, and perhaps it was a channel.
-spec lost(Monitor :: reference(), rabbit_socks_amqp_answer:writer(), streams()) -> {ok, streams()} | other.
lost(Monitor, Writer, #streams{by_id = ById} = State) ->
    case [Id || {Id, #stream{monitor = M}} <- maps:to_list(ById), M =:= Monitor] of
        [Id] ->
            ok = tell(Id, <<"unavailable">>, <<"the broker has ended the consumer">>, Writer),
            {ok, State#streams{by_id = maps:remove(Id, ById)}};
        [] -> other
    end.

close_channel(#stream{channel = Channel, monitor = Monitor}) ->
    true = demonitor(Monitor, [flush]),
    rabbit_socks_amqp_client:close_channel(Channel).

tell(Id, Code, Text, {Writer, Arg}) ->
    Writer:emit(<<"cancelled">>, [Id, #{<<"error">> => Code, <<"message">> => Text}], Arg).

-spec close(streams()) -> ok.
close(#streams{by_id = ById}) ->
    lists:foreach(fun close_channel/1, maps:values(ById)).
