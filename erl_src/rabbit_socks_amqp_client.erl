%% SPDX-License-Identifier: MPL-2.0
%% @doc The only module that knows amqp_client: connections inside the broker, channels with confirms, subscriptions. What a
%% channel sends to its process becomes plain terms here (event/1).
-module(rabbit_socks_amqp_client).

%% The broker's records have no types.
-compile(nowarn_untyped_record).

-include_lib("amqp_client/include/amqp_client.hrl").

-export([connect/3, channel/1, close/1]).
-export([confirms/1, publish/3]).
-export([subscription/5, acknowledge/2]).
-export([event/1]).
-export_type([connection/0, channel/0, identity/0, envelope/0, event/0]).

-type connection() :: pid().
-type channel() :: pid().

%% `broker' has every right: nobody but us acts in its name.
-type identity() :: broker | {User :: binary(), Password :: binary() | none}.

-type envelope() :: #{exchange := binary(), key := binary(), properties := #'P_basic'{}, payload := binary()}.

-type event() :: {confirmed | refused, Sequence :: pos_integer(), Multiple :: boolean()}
               | {returned, envelope()}
               | {delivery, Tag :: pos_integer(), Redelivered :: boolean(), envelope()}
               | cancelled | other.

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

%% @doc A channel, linked to the caller.
-spec channel(connection()) -> {ok, channel()} | {error, term()}.
channel(Connection) ->
    case amqp_connection:open_channel(Connection) of
        {ok, Channel} ->
            true = link(Channel),
            {ok, Channel};
        closing -> {error, closing};
        {error, Reason} -> {error, Reason}
    end.

-spec close(connection()) -> ok.
close(Connection) ->
    _ = try amqp_connection:close(Connection, 5000) catch exit:_ -> gone end,
    ok.

%% @doc From now on each message gets a number and a confirm, and what cannot be routed comes back.
-spec confirms(channel()) -> ok.
confirms(Channel) ->
    #'confirm.select_ok'{} = amqp_channel:call(Channel, #'confirm.select'{}),
    ok = amqp_channel:register_confirm_handler(Channel, self()),
    amqp_channel:register_return_handler(Channel, self()).

%% @doc Messages are numbered from 1 on, on each channel. `Mandatory': it comes back if no queue takes it, before its confirm.
-spec publish(channel(), Mandatory :: boolean(), envelope()) -> ok.
publish(Channel, Mandatory, #{exchange := Exchange, key := Key, properties := Properties, payload := Payload}) ->
    amqp_channel:cast_flow(Channel, #'basic.publish'{exchange = Exchange, routing_key = Key, mandatory = Mandatory},
                           #amqp_msg{props = Properties, payload = Payload}).

%% @doc An exclusive queue of this name with these bindings, consumed by the caller, Prefetch messages ahead.
-spec subscription(channel(), Queue :: binary(), Exchange :: binary(), Keys :: [binary()], #{prefetch := pos_integer(), length := pos_integer()}) -> ok.
subscription(Channel, Queue, Exchange, Keys, #{prefetch := Prefetch, length := Length}) ->
    Arguments = [{<<"x-max-length">>, long, Length}],
    #'queue.declare_ok'{} =
        amqp_channel:call(Channel, #'queue.declare'{queue = Queue, exclusive = true, auto_delete = true, arguments = Arguments}),
    lists:foreach(fun(Key) ->
        #'queue.bind_ok'{} = amqp_channel:call(Channel, #'queue.bind'{queue = Queue, exchange = Exchange, routing_key = Key})
    end, Keys),
    #'basic.qos_ok'{} = amqp_channel:call(Channel, #'basic.qos'{prefetch_count = Prefetch}),
    #'basic.consume_ok'{} = amqp_channel:subscribe(Channel, #'basic.consume'{queue = Queue}, self()),
    ok.

%% @doc That delivery, and all before it, have been handled.
-spec acknowledge(channel(), Tag :: pos_integer()) -> ok.
acknowledge(Channel, Tag) ->
    amqp_channel:cast(Channel, #'basic.ack'{delivery_tag = Tag, multiple = true}).

%% @doc What a message from a channel says.
-spec event(term()) -> event().
event(#'basic.ack'{delivery_tag = Number, multiple = Multiple}) -> {confirmed, Number, Multiple};
event(#'basic.nack'{delivery_tag = Number, multiple = Multiple}) -> {refused, Number, Multiple};
event({#'basic.return'{exchange = Exchange, routing_key = Key}, #amqp_msg{} = Message}) -> {returned, envelope(Exchange, Key, Message)};
event({#'basic.deliver'{delivery_tag = Tag, redelivered = Redelivered, exchange = Exchange, routing_key = Key}, #amqp_msg{} = Message}) ->
    {delivery, Tag, Redelivered, envelope(Exchange, Key, Message)};
event(#'basic.cancel'{}) -> cancelled;
event(_) -> other.

envelope(Exchange, Key, #amqp_msg{props = Properties, payload = Payload}) ->
    #{exchange => Exchange, key => Key, properties => Properties, payload => Payload}.
