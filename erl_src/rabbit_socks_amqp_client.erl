%% SPDX-License-Identifier: MPL-2.0
%% @doc The only module that knows amqp_client: connections inside the broker, channels with confirms, subscriptions. What a
%% channel sends to its process becomes plain terms here (event/1).
-module(rabbit_socks_amqp_client).

%% The broker's records have no types.
-compile(nowarn_untyped_record).

-include_lib("amqp_client/include/amqp_client.hrl").

-export([connect/3, channel/1, close/1, close_channel/1]).
-export([confirms/1, replies/1, largest/0, publish/3, is_not_found/1]).
-export([topic/2, subscription/5, acknowledge/2]).
-export([consume/5, settle/3]).
-export([queue/2]).
-export([event/1]).
-export_type([connection/0, channel/0, identity/0, envelope/0, event/0, failure/0, queue_command/0, from/0]).

-type connection() :: pid().
-type channel() :: pid().

%% `broker' has every right: nobody but us acts in its name.
-type identity() :: broker | {User :: binary(), Password :: binary() | none}.

-type envelope() :: #{exchange := binary(), key := binary(), properties := #'P_basic'{}, payload := binary()}.

%% A reply code of AMQP 0-9-1, and the broker's text.
-type failure() :: {error, Number :: pos_integer(), Text :: binary()}.

%% Where in a queue a consumer begins; in a stream, the only kind of queue that keeps what was consumed, it can be anywhere. Seconds
%% since 1970.
-type from() :: anywhere | first | last | next | {offset, non_neg_integer()} | {timestamp, Seconds :: non_neg_integer()}.

-type queue_command() :: {declare, Queue :: binary(), #{durable := boolean(), auto_delete := boolean(), arguments := [tuple()]}}
                       | {bind | unbind, Queue :: binary(), Exchange :: binary(), Key :: binary(), Arguments :: [tuple()]}
                       | {purge, Queue :: binary()}
                       | {delete, Queue :: binary(), #{if_unused := boolean(), if_empty := boolean()}}.

-type event() :: {confirmed | refused, Sequence :: pos_integer(), Multiple :: boolean()}
               | {returned, envelope()}
               | {delivery, Consumer :: binary(), Tag :: pos_integer(), Redelivered :: boolean(), envelope()}
               | {cancelled, Consumer :: binary()} | other.

%% The broker's own, whatever its configuration says.
-define(MAX_MESSAGE, 536870912).

%% @doc A connection inside this node, linked to the caller. Name is what the operator reads.
-spec connect(identity(), VHost :: binary(), Name :: binary()) -> {ok, connection()} | {error, term()}.
connect(Identity, VHost, Name) ->
    {User, Password} = case Identity of broker -> {none, none}; {_, _} -> Identity end,
    Adapter = #amqp_adapter_info{name = Name, protocol = {'Socks AMQP', "1"}, host = unknown, peer_host = {127, 0, 0, 1}},
    case amqp_connection:start(#amqp_params_direct{username = User, password = Password, virtual_host = VHost, adapter_info = Adapter}) of
        {ok, Connection} ->
            true = link(Connection),
            {ok, Connection};
        {error, Reason} ->
            {error, Reason}
    end.

%% @doc A channel. It is not linked to anybody: one that dies with its owner would take the connection with it.
-spec channel(connection()) -> {ok, channel()} | {error, term()}.
channel(Connection) ->
    case amqp_connection:open_channel(Connection) of
        {ok, Channel} -> {ok, Channel};
        closing -> {error, closing};
        {error, Reason} -> {error, Reason}
    end.

-spec close(connection()) -> ok.
close(Connection) ->
    _ = try amqp_connection:close(Connection, 5000) catch exit:_ -> gone end,
    ok.

%% @doc What has been delivered on it and not settled goes back to its queue.
-spec close_channel(channel()) -> ok.
close_channel(Channel) ->
    _ = try amqp_channel:close(Channel) catch exit:_ -> gone end,
    ok.

%% @doc From now on each message gets a number and a confirm, and what cannot be routed comes back.
-spec confirms(channel()) -> ok.
confirms(Channel) ->
    #'confirm.select_ok'{} = amqp_channel:call(Channel, #'confirm.select'{}),
    ok = amqp_channel:register_confirm_handler(Channel, self()),
    amqp_channel:register_return_handler(Channel, self()).

%% @doc What is published on the channel from now on may ask for a reply (rabbit_socks_amqp_properties:request/2): it comes as a
%% delivery of the consumer `replies'. No queue is made, and no permission is needed (RabbitMQ's direct reply-to).
-spec replies(channel()) -> ok.
replies(Channel) ->
    #'basic.consume_ok'{} =
        amqp_channel:subscribe(Channel, #'basic.consume'{queue = <<"amq.rabbitmq.reply-to">>, consumer_tag = <<"replies">>, no_ack = true}, self()),
    ok.

%% @doc Bytes of the largest payload that a channel takes. It closes for more.
-spec largest() -> non_neg_integer().
largest() ->
    case application:get_env(rabbit, max_message_size) of
        {ok, Size} when is_integer(Size) -> min(Size, ?MAX_MESSAGE);
        _ -> ?MAX_MESSAGE
    end.

%% @doc Messages are numbered from 1 on, on each channel. `Mandatory': it comes back if no queue takes it, before its confirm.
-spec publish(channel(), Mandatory :: boolean(), envelope()) -> ok.
publish(Channel, Mandatory, #{exchange := Exchange, key := Key, properties := Properties, payload := Payload}) ->
    amqp_channel:cast_flow(Channel, #'basic.publish'{exchange = Exchange, routing_key = Key, mandatory = Mandatory},
                           #amqp_msg{props = Properties, payload = Payload}).

%% @doc Has a channel ended with this reason because something that it was to act on was not there?
-spec is_not_found(Reason :: term()) -> boolean().
is_not_found({shutdown, {server_initiated_close, ?NOT_FOUND, _}}) -> true;
is_not_found(_) -> false.

%% @doc There is a durable topic exchange of this name from now on. After an error the channel has ended.
-spec topic(channel(), Exchange :: binary()) -> ok | failure().
topic(Channel, Exchange) ->
    tried(fun() ->
        #'exchange.declare_ok'{} = amqp_channel:call(Channel, #'exchange.declare'{exchange = Exchange, type = <<"topic">>, durable = true}),
        ok
    end).

%% @doc An exclusive queue of this name with these bindings, consumed by the caller, Prefetch messages ahead. After an error the channel has
%% ended.
-spec subscription(channel(), Queue :: binary(), Exchange :: binary(), Keys :: [binary()], #{prefetch := pos_integer(), length := pos_integer()}) ->
    ok | failure().
subscription(Channel, Queue, Exchange, Keys, #{prefetch := Prefetch, length := Length}) ->
    Arguments = [{<<"x-max-length">>, long, Length}],
    tried(fun() ->
        #'queue.declare_ok'{} =
            amqp_channel:call(Channel, #'queue.declare'{queue = Queue, exclusive = true, auto_delete = true, arguments = Arguments}),
        lists:foreach(fun(Key) ->
            #'queue.bind_ok'{} = amqp_channel:call(Channel, #'queue.bind'{queue = Queue, exchange = Exchange, routing_key = Key})
        end, Keys),
        #'basic.qos_ok'{} = amqp_channel:call(Channel, #'basic.qos'{prefetch_count = Prefetch}),
        #'basic.consume_ok'{} = amqp_channel:subscribe(Channel, #'basic.consume'{queue = Queue}, self()),
        ok
    end).

%% @doc That delivery, and all before it, have been handled.
-spec acknowledge(channel(), Tag :: pos_integer()) -> ok.
acknowledge(Channel, Tag) ->
    amqp_channel:cast(Channel, #'basic.ack'{delivery_tag = Tag, multiple = true}).

%% @doc Deliveries of the queue come to the caller, about Prefetch of them unsettled at most. After an error the channel has ended.
-spec consume(channel(), Queue :: binary(), Consumer :: binary(), Prefetch :: pos_integer(), from()) -> ok | failure().
consume(Channel, Queue, Consumer, Prefetch, From) ->
    Consume = #'basic.consume'{queue = Queue, consumer_tag = Consumer, arguments = from(From)},
    tried(fun() ->
        #'basic.qos_ok'{} = amqp_channel:call(Channel, #'basic.qos'{prefetch_count = Prefetch}),
        #'basic.consume_ok'{} = amqp_channel:subscribe(Channel, Consume, self()),
        ok
    end).

from(anywhere) -> [];
from({offset, Offset}) -> [{<<"x-stream-offset">>, long, Offset}];
from({timestamp, Seconds}) -> [{<<"x-stream-offset">>, timestamp, Seconds}];
from(Word) -> [{<<"x-stream-offset">>, longstr, atom_to_binary(Word)}].

%% @doc One delivery has been dealt with: it is done, or comes again, or is thrown away (or dead-lettered, if the queue says so).
-spec settle(channel(), Tag :: pos_integer(), acknowledge | requeue | reject) -> ok.
settle(Channel, Tag, acknowledge) -> amqp_channel:cast(Channel, #'basic.ack'{delivery_tag = Tag});
settle(Channel, Tag, Other) -> amqp_channel:cast(Channel, #'basic.reject'{delivery_tag = Tag, requeue = Other =:= requeue}).

%% @doc Something to be done with a queue. After an error the channel has ended. The user's permissions are the broker's to check.
-spec queue(channel(), queue_command()) -> {ok, #{atom() => term()}} | failure().
queue(Channel, Command) ->
    tried(fun() -> queue_call(Channel, Command) end).

queue_call(Channel, {declare, Queue, #{durable := Durable, auto_delete := AutoDelete, arguments := Arguments}}) ->
    #'queue.declare_ok'{queue = Name, message_count = Messages, consumer_count = Consumers} =
        amqp_channel:call(Channel, #'queue.declare'{queue = Queue, durable = Durable, auto_delete = AutoDelete, arguments = Arguments}),
    {ok, #{queue => Name, messages => Messages, consumers => Consumers}};
queue_call(Channel, {bind, Queue, Exchange, Key, Arguments}) ->
    #'queue.bind_ok'{} = amqp_channel:call(Channel, #'queue.bind'{queue = Queue, exchange = Exchange, routing_key = Key, arguments = Arguments}),
    {ok, #{}};
queue_call(Channel, {unbind, Queue, Exchange, Key, Arguments}) ->
    #'queue.unbind_ok'{} = amqp_channel:call(Channel, #'queue.unbind'{queue = Queue, exchange = Exchange, routing_key = Key, arguments = Arguments}),
    {ok, #{}};
queue_call(Channel, {purge, Queue}) ->
    #'queue.purge_ok'{message_count = Messages} = amqp_channel:call(Channel, #'queue.purge'{queue = Queue}),
    {ok, #{messages => Messages}};
queue_call(Channel, {delete, Queue, #{if_unused := IfUnused, if_empty := IfEmpty}}) ->
    #'queue.delete_ok'{message_count = Messages} = amqp_channel:call(Channel, #'queue.delete'{queue = Queue, if_unused = IfUnused, if_empty = IfEmpty}),
    {ok, #{messages => Messages}}.

%% The broker says no by closing the channel: with a number of AMQP 0-9-1 and a text.
tried(Fun) ->
    try Fun()
    catch
        exit:{{shutdown, {server_initiated_close, Number, Text}}, _} -> {error, Number, iolist_to_binary(Text)};
        exit:_ -> {error, 541, <<"the channel was lost">>}
    end.

%% @doc What a message from a channel says.
-spec event(term()) -> event().
event(#'basic.ack'{delivery_tag = Number, multiple = Multiple}) -> {confirmed, Number, Multiple};
event(#'basic.nack'{delivery_tag = Number, multiple = Multiple}) -> {refused, Number, Multiple};
event({#'basic.return'{exchange = Exchange, routing_key = Key}, #amqp_msg{} = Message}) -> {returned, envelope(Exchange, Key, Message)};
event({#'basic.deliver'{consumer_tag = Consumer, delivery_tag = Tag, redelivered = Redelivered, exchange = Exchange, routing_key = Key},
       #amqp_msg{} = Message}) ->
    {delivery, Consumer, Tag, Redelivered, envelope(Exchange, Key, Message)};
event(#'basic.cancel'{consumer_tag = Consumer}) -> {cancelled, Consumer};
event(_) -> other.

envelope(Exchange, Key, #amqp_msg{props = Properties, payload = Payload}) ->
    #{exchange => Exchange, key => Key, properties => Properties, payload => Payload}.
