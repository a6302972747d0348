%% SPDX-License-Identifier: MPL-2.0
%% @doc Loaded into a suite's broker: the other side of the bridge, as any AMQP application sees it.
-module(amqp_probe).

-include_lib("amqp_client/include/amqp_client.hrl").

-export([declare/2, bind/3, exchange/2, get/1, publish/4, many/3, delete/1, delete_exchange/1, queues/0, messages/1, bindings/1]).

-spec declare(binary(), [tuple()]) -> ok.
declare(Queue, Arguments) ->
    run(fun(Channel) -> #'queue.declare_ok'{} = amqp_channel:call(Channel, #'queue.declare'{queue = Queue, arguments = Arguments, durable = true}), ok end).

-spec bind(binary(), binary(), binary()) -> ok.
bind(Queue, Exchange, Key) ->
    run(fun(Channel) -> #'queue.bind_ok'{} = amqp_channel:call(Channel, #'queue.bind'{queue = Queue, exchange = Exchange, routing_key = Key}), ok end).

-spec exchange(binary(), binary()) -> ok.
exchange(Exchange, Type) ->
    run(fun(Channel) -> #'exchange.declare_ok'{} = amqp_channel:call(Channel, #'exchange.declare'{exchange = Exchange, type = Type}), ok end).

%% @doc One message: its payload, content type and other properties as a list.
-spec get(binary()) -> {binary(), binary() | undefined, [term()]} | empty.
get(Queue) ->
    run(fun(Channel) ->
        case amqp_channel:call(Channel, #'basic.get'{queue = Queue, no_ack = true}) of
            {#'basic.get_ok'{}, #amqp_msg{payload = Payload, props = Properties}} ->
                {Payload, Properties#'P_basic'.content_type, tuple_to_list(Properties)};
            #'basic.get_empty'{} -> empty
        end
    end).

-spec publish(binary(), binary(), binary(), binary() | undefined) -> ok.
publish(Exchange, Key, Payload, ContentType) ->
    run(fun(Channel) ->
        #'confirm.select_ok'{} = amqp_channel:call(Channel, #'confirm.select'{}),
        ok = amqp_channel:cast(Channel, #'basic.publish'{exchange = Exchange, routing_key = Key},
                               #amqp_msg{payload = Payload, props = #'P_basic'{content_type = ContentType}}),
        true = amqp_channel:wait_for_confirms(Channel),
        ok
    end).

%% @doc So many times the same, to one queue.
-spec many(binary(), binary(), pos_integer()) -> ok.
many(Queue, Payload, Count) ->
    run(fun(Channel) ->
        #'confirm.select_ok'{} = amqp_channel:call(Channel, #'confirm.select'{}),
        [ok = amqp_channel:cast_flow(Channel, #'basic.publish'{routing_key = Queue}, #amqp_msg{payload = Payload}) || _ <- lists:seq(1, Count)],
        true = amqp_channel:wait_for_confirms(Channel),
        ok
    end).

-spec delete(binary()) -> ok.
delete(Queue) ->
    run(fun(Channel) -> #'queue.delete_ok'{} = amqp_channel:call(Channel, #'queue.delete'{queue = Queue}), ok end).

-spec delete_exchange(binary()) -> ok.
delete_exchange(Exchange) ->
    run(fun(Channel) -> #'exchange.delete_ok'{} = amqp_channel:call(Channel, #'exchange.delete'{exchange = Exchange}), ok end).

run(Fun) ->
    {ok, Connection} = amqp_connection:start(#amqp_params_direct{}),
    try
        {ok, Channel} = amqp_connection:open_channel(Connection),
        Fun(Channel)
    after
        amqp_connection:close(Connection)
    end.

%% @doc Names of the queues there are.
-spec queues() -> [binary()].
queues() ->
    [Queue || [{name, #resource{name = Queue}}] <- rabbit_amqqueue:info_all(<<"/">>, [name])].

%% @doc How many messages of a queue wait, and how many have been delivered and not settled.
-spec messages(binary()) -> {non_neg_integer(), non_neg_integer()}.
messages(Queue) ->
    {ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"/">>, queue, Queue)),
    [{messages_ready, Ready}, {messages_unacknowledged, Unsettled}] = rabbit_amqqueue:info(Q, [messages_ready, messages_unacknowledged]),
    {Ready, Unsettled}.

%% @doc How many bindings an exchange has.
-spec bindings(binary()) -> non_neg_integer().
bindings(Exchange) ->
    length(rabbit_binding:list_for_source(rabbit_misc:r(<<"/">>, exchange, Exchange))).
