%% SPDX-License-Identifier: MPL-2.0
%% @doc Loaded into a suite's broker: what the broker itself says to a user who does by AMQP what clients of the bridge do by
%% commands, and what that user hears.
-module(amqp_reference).

-include_lib("amqp_client/include/amqp_client.hrl").

-export([start/0, stop/0, prepare/1, connect/3, do/3, listen/4, heard/1]).

-type answer() :: ok | 100..599.

%% @doc Holds connections and what comes, since rpc's processes end. With stop/0 all of that goes.
-spec start() -> ok.
start() ->
    Pid = spawn(fun() -> loop(#{}) end),
    true = register(?MODULE, Pid),
    ok.

-spec stop() -> ok.
stop() -> ask(stop).

%% @doc What commands find: a queue `kept', an internal exchange `inside', and no queue `new'.
-spec prepare(VHost :: binary()) -> ok.
prepare(VHost) -> ask({prepare, VHost}).

%% @doc May the user come in? A connection of before is kept.
-spec connect(User :: binary(), Password :: binary(), VHost :: binary()) -> ok | refused.
connect(User, Password, VHost) -> ask({connect, User, Password, VHost}).

%% @doc One command with its arguments, on a channel of its own.
-spec do(User :: binary(), VHost :: binary(), {atom(), [term()]}) -> answer().
do(User, VHost, Command) -> ask({do, {User, VHost}, Command}).

%% @doc With a queue of its own, from now on.
-spec listen(User :: binary(), VHost :: binary(), Exchange :: binary(), Keys :: [binary()]) -> answer().
listen(User, VHost, Exchange, Keys) -> ask({listen, {User, VHost}, Exchange, Keys}).

%% @doc What the user has heard so far, and by which keys.
-spec heard(User :: binary()) -> [{Keys :: [binary()], Payload :: binary()}].
heard(User) -> ask({heard, User}).

ask(Request) ->
    Monitor = monitor(process, ?MODULE),
    ?MODULE ! {self(), Monitor, Request},
    receive
        {Monitor, Answer} -> demonitor(Monitor, [flush]), Answer;
        {'DOWN', Monitor, _, _, Reason} -> exit(Reason)
    end.

loop(State) ->
    receive
        {From, Ref, stop} ->
            [amqp_connection:close(Connection) || Connection <- maps:values(State), is_pid(Connection)],
            From ! {Ref, ok};
        {From, Ref, Request} ->
            {Answer, State1} = handle(Request, State),
            From ! {Ref, Answer},
            loop(State1);
        {#'basic.deliver'{consumer_tag = <<"heard ", Who/binary>>}, #amqp_msg{payload = Payload}} ->
            {User, Keys} = binary_to_term(base64:decode(Who)),
            loop(maps:update_with({heard, User}, fun(Known) -> [{Keys, Payload} | Known] end, [{Keys, Payload}], State));
        _ -> loop(State)
    end.

handle({connect, User, Password, VHost}, State) when not is_map_key({User, VHost}, State) ->
    case amqp_connection:start(#amqp_params_direct{username = User, password = Password, virtual_host = VHost}) of
        {ok, Connection} -> {ok, State#{{User, VHost} => Connection}};
        {error, _} -> {refused, State}
    end;
handle({connect, _, _, _}, State) ->
    {ok, State};
handle({prepare, VHost}, State) when not is_map_key({broker, VHost}, State) ->
    {ok, Connection} = amqp_connection:start(#amqp_params_direct{virtual_host = VHost}),
    handle({prepare, VHost}, State#{{broker, VHost} => Connection});
handle({prepare, VHost}, State) ->
    {ok, Channel} = amqp_connection:open_channel(maps:get({broker, VHost}, State)),
    _ = command(Channel, {declare, [<<"kept">>]}),
    #'exchange.declare_ok'{} = amqp_channel:call(Channel, #'exchange.declare'{exchange = <<"inside">>, type = <<"fanout">>, internal = true}),
    _ = command(Channel, {delete, [<<"new">>]}),
    {amqp_channel:close(Channel), State};
handle({do, Who, Command}, State) ->
    {ok, Channel} = amqp_connection:open_channel(maps:get(Who, State)),
    Answer = answer(fun() -> command(Channel, Command) end),
    _ = Answer =:= ok andalso amqp_channel:close(Channel),
    {Answer, State};
handle({listen, {User, _} = Who, Exchange, Keys}, State) ->
    {ok, Channel} = amqp_connection:open_channel(maps:get(Who, State)),
    {answer(fun() -> subscription(Channel, Exchange, Keys, <<"heard ", (base64:encode(term_to_binary({User, Keys})))/binary>>) end), State};
handle({heard, User}, State) ->
    {lists:sort(maps:get({heard, User}, State, [])), State}.

answer(Fun) ->
    try Fun() of
        _ -> ok
    catch
        exit:{{shutdown, {server_initiated_close, Code, _}}, _} -> Code
    end.

%% A refused publish closes the channel: the next call sees it.
command(Channel, {publish, [Exchange, Key, Payload]}) ->
    ok = amqp_channel:cast(Channel, #'basic.publish'{exchange = Exchange, routing_key = Key}, #amqp_msg{payload = Payload}),
    #'basic.qos_ok'{} = amqp_channel:call(Channel, #'basic.qos'{prefetch_count = 1});
command(Channel, {request, [Exchange, Key, Payload]}) ->
    #'basic.consume_ok'{} = amqp_channel:subscribe(Channel, #'basic.consume'{queue = <<"amq.rabbitmq.reply-to">>, no_ack = true}, self()),
    ok = amqp_channel:cast(Channel, #'basic.publish'{exchange = Exchange, routing_key = Key, mandatory = true},
                           #amqp_msg{payload = Payload, props = #'P_basic'{reply_to = <<"amq.rabbitmq.reply-to">>}}),
    #'basic.qos_ok'{} = amqp_channel:call(Channel, #'basic.qos'{prefetch_count = 1});
command(Channel, {subscribe, [Exchange, Keys]}) ->
    subscription(Channel, Exchange, Keys, <<>>);
command(Channel, {consume, [Queue]}) ->
    #'basic.consume_ok'{} = amqp_channel:subscribe(Channel, #'basic.consume'{queue = Queue}, self());
command(Channel, {declare, [Queue]}) ->
    command(Channel, {declare, [Queue, #{arguments => #{}}]});
command(Channel, {declare, [Queue, #{arguments := Arguments}]}) ->
    Table = [{Name, longstr, Value} || {Name, Value} <- maps:to_list(Arguments)],
    #'queue.declare_ok'{} = amqp_channel:call(Channel, #'queue.declare'{queue = Queue, durable = true, arguments = Table});
command(Channel, {bind, [Queue, Exchange, Key]}) ->
    #'queue.bind_ok'{} = amqp_channel:call(Channel, #'queue.bind'{queue = Queue, exchange = Exchange, routing_key = Key});
command(Channel, {unbind, [Queue, Exchange, Key]}) ->
    #'queue.unbind_ok'{} = amqp_channel:call(Channel, #'queue.unbind'{queue = Queue, exchange = Exchange, routing_key = Key});
command(Channel, {purge, [Queue]}) ->
    #'queue.purge_ok'{} = amqp_channel:call(Channel, #'queue.purge'{queue = Queue});
command(Channel, {delete, [Queue]}) ->
    #'queue.delete_ok'{} = amqp_channel:call(Channel, #'queue.delete'{queue = Queue}).

%% What the bridge has in common for all, this user has alone.
subscription(Channel, Exchange, Keys, Tag) ->
    Queue = <<"socks-subscription-", (integer_to_binary(erlang:unique_integer([positive])))/binary>>,
    #'queue.declare_ok'{} = amqp_channel:call(Channel, #'queue.declare'{queue = Queue, exclusive = true}),
    [#'queue.bind_ok'{} = amqp_channel:call(Channel, #'queue.bind'{queue = Queue, exchange = Exchange, routing_key = Key}) || Key <- Keys],
    #'basic.consume_ok'{} = amqp_channel:subscribe(Channel, #'basic.consume'{queue = Queue, consumer_tag = Tag, no_ack = true}, self()).
