%% SPDX-License-Identifier: MPL-2.0
%% @doc Loaded into a suite's broker: an AMQP application that emits. It comes over TCP, with a user's rights.
-module(emit_probe).

-include_lib("amqp_client/include/amqp_client.hrl").

-export([publish/3, exchange/3, delete_exchange/2, queues/1, delete_queue/2, bindings/2]).
-export_type([message/0, target/0]).

-type message() :: {Key :: binary(), Headers :: [{binary(), atom(), term()}], ContentType :: binary() | undefined, Payload :: payload()}.
%% So many times the same: a large one would be shown whole where a test fails.
-type payload() :: binary() | {pos_integer(), binary()}.
-type target() :: #{port := inet:port_number(), user := binary(), password := binary(), vhost := binary()}.

%% @doc All of them on one channel; done when the broker has them. The code of AMQP 0-9-1 with which the broker refuses.
-spec publish(target(), Exchange :: binary(), [message()]) -> ok | {refused, pos_integer()}.
publish(Target, Exchange, Messages) ->
    run(Target, fun(Channel) ->
        #'confirm.select_ok'{} = amqp_channel:call(Channel, #'confirm.select'{}),
        lists:foreach(fun({Key, Headers, ContentType, Payload}) ->
            Properties = #'P_basic'{headers = Headers, content_type = ContentType},
            ok = amqp_channel:cast(Channel, #'basic.publish'{exchange = Exchange, routing_key = Key}, #amqp_msg{payload = payload(Payload), props = Properties})
        end, Messages),
        true = amqp_channel:wait_for_confirms(Channel),
        ok
    end).

payload({Times, Bytes}) -> binary:copy(Bytes, Times);
payload(Bytes) -> Bytes.

-spec exchange(target(), binary(), binary()) -> ok.
exchange(Target, Exchange, Type) ->
    run(Target, fun(Channel) -> #'exchange.declare_ok'{} = amqp_channel:call(Channel, #'exchange.declare'{exchange = Exchange, type = Type}), ok end).

-spec delete_exchange(target(), binary()) -> ok.
delete_exchange(Target, Exchange) ->
    run(Target, fun(Channel) -> #'exchange.delete_ok'{} = amqp_channel:call(Channel, #'exchange.delete'{exchange = Exchange}), ok end).

run(#{port := Port, user := User, password := Password, vhost := VHost}, Fun) ->
    Parameters = #amqp_params_network{host = "127.0.0.1", port = Port, username = User, password = Password, virtual_host = VHost},
    {ok, Connection} = amqp_connection:start(Parameters),
    try
        {ok, Channel} = amqp_connection:open_channel(Connection),
        Fun(Channel)
    catch
        exit:{{shutdown, {server_initiated_close, Code, _}}, _} -> {refused, Code}
    after
        amqp_connection:close(Connection)
    end.

%% @doc The queues of emitted events that there are.
-spec queues(VHost :: binary()) -> [binary()].
queues(VHost) ->
    [Queue || [{name, #resource{name = <<"socks-emit-", _/binary>> = Queue}}] <- rabbit_amqqueue:info_all(VHost, [name])].

%% @doc As the operator may: they are exclusive.
-spec delete_queue(VHost :: binary(), binary()) -> ok.
delete_queue(VHost, Queue) ->
    {ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(VHost, queue, Queue)),
    {ok, _} = rabbit_amqqueue:delete(Q, false, false, <<"operator">>),
    ok.

-spec bindings(VHost :: binary(), binary()) -> non_neg_integer().
bindings(VHost, Exchange) ->
    length(rabbit_binding:list_for_source(rabbit_misc:r(VHost, exchange, Exchange))).
