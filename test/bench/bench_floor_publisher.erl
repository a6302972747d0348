%% SPDX-License-Identifier: MPL-2.0
%% @doc One publisher within the broker: keeps so many persistent messages to a durable queue under way, and counts their confirms.
%%
%% `amqp_client': over a direct connection. `channel': over the broker's own process of a channel, in the place of amqp_client.
%% `queue': the queue's process is given the messages, with nothing that routes them or asks for permissions. What lies below
%% amqp_client is that of RabbitMQ 3.10.
-module(bench_floor_publisher).

-include_lib("amqp_client/include/amqp_client.hrl").

-export([run/4]).

%% The queue drops its oldest messages, as that of bench_rabbit does.
-define(LENGTH, 1000).
-define(WARM, 1). % s

-spec run(amqp_client | channel | queue, Queue :: binary(), Window :: pos_integer(), Seconds :: pos_integer()) ->
    {Rate :: non_neg_integer(), MicrosecondsOfCpu :: float()}.
run(By, Queue, Window, Seconds) ->
    Resource = rabbit_misc:r(<<"/">>, queue, Queue),
    {_, Q} = rabbit_amqqueue:declare(Resource, true, false, [{<<"x-max-length">>, long, ?LENGTH}], none, <<"bench">>),
    {Worker, Monitor} = spawn_monitor(fun() -> exit({done, measured(start(By, Queue, Q), Window, Seconds)}) end),
    receive
        {'DOWN', Monitor, process, Worker, {done, Result}} ->
            {ok, Last} = rabbit_amqqueue:lookup(Resource),
            {ok, _} = rabbit_amqqueue:delete(Last, false, false, <<"bench">>),
            Result
    end.

measured(Publish, Window, Seconds) ->
    {Sent, Acked} = turns(Publish, Window, 0, 0, until(?WARM)),
    {Cpu, Begun} = {cpu_us(), erlang:monotonic_time(microsecond)},
    {_, Last} = turns(Publish, Window, Sent, Acked, until(Seconds)),
    Count = Last - Acked,
    {Count * 1_000_000 div (erlang:monotonic_time(microsecond) - Begun), (cpu_us() - Cpu) / Count}.

until(Seconds) -> erlang:monotonic_time(millisecond) + Seconds * 1000.

turns(Publish, Window, Sent, Acked, Until) ->
    case erlang:monotonic_time(millisecond) >= Until of
        true -> {Sent, Acked};
        false ->
            lists:foreach(Publish, lists:seq(Sent + 1, Acked + Window)),
            turns(Publish, Window, Acked + Window, confirmed(Acked, 1000), Until)
    end.

%% All that have come. One that is confirmed alone may be before others: nobody asks which it was, only how many.
confirmed(Acked, Wait) ->
    receive
        #'basic.ack'{} = Ack -> confirmed(acked(Ack, Acked), 0);
        {send_command, #'basic.ack'{} = Ack} -> confirmed(acked(Ack, Acked), 0);
        {'$gen_cast', {queue_event, _, {confirm, Numbers, _}}} -> confirmed(Acked + length(Numbers), 0);
        {bump_credit, Credit} ->
            credit_flow:handle_bump_msg(Credit),
            confirmed(Acked, Wait)
    after Wait -> Acked
    end.

acked(#'basic.ack'{delivery_tag = Number, multiple = true}, Acked) -> max(Number, Acked);
acked(#'basic.ack'{}, Acked) -> Acked + 1.

start(amqp_client, Queue, _) ->
    {ok, Connection} = amqp_connection:start(#amqp_params_direct{username = <<"guest">>, password = <<"guest">>}),
    true = link(Connection),
    {ok, Channel} = amqp_connection:open_channel(Connection),
    #'confirm.select_ok'{} = amqp_channel:call(Channel, #'confirm.select'{}),
    ok = amqp_channel:register_confirm_handler(Channel, self()),
    fun(_) -> ok = amqp_channel:cast_flow(Channel, #'basic.publish'{routing_key = Queue}, #amqp_msg{props = properties(), payload = payload()}) end;
start(channel, Queue, _) ->
    Name = <<"bench_floor">>,
    {ok, {User, _}} = rabbit_direct:connect({<<"guest">>, <<"guest">>}, <<"/">>, {'AMQP', "0-9-1"}, self(), [{name, Name}]),
    {ok, Collector} = rabbit_queue_collector:start_link(Name),
    {ok, Channel} = rabbit_direct:start_channel(1, self(), self(), Name, rabbit_framing_amqp_0_9_1, User, <<"/">>, [], Collector, none),
    [begin
         ok = rabbit_channel:do(Channel, Method),
         receive {send_command, Answer} when element(1, Answer) =:= Ok -> ok end
     end || {Method, Ok} <- [{#'channel.open'{}, 'channel.open_ok'}, {#'confirm.select'{}, 'confirm.select_ok'}]],
    fun(_) -> rabbit_channel:do_flow(Channel, #'basic.publish'{routing_key = Queue}, rabbit_basic:build_content(properties(), payload())) end;
start(queue, Queue, Q) ->
    Default = rabbit_misc:r(<<"/">>, exchange, <<>>),
    fun(Number) ->
        {ok, Message} = rabbit_basic:message(Default, Queue, rabbit_basic:build_content(properties(), payload())),
        gen_server2:cast(amqqueue:get_pid(Q), {deliver, rabbit_basic:delivery(false, true, Message, Number), false})
    end.

properties() -> #'P_basic'{content_type = <<"text/plain">>, delivery_mode = 2}.

payload() -> binary:copy(<<"x">>, 100).

%% Of the whole VM, from its clock ticks.
cpu_us() ->
    {ok, Stat} = file:read_file("/proc/self/stat"),
    [_, Rest] = string:split(Stat, ") "),
    {User, System} = {lists:nth(12, string:lexemes(Rest, " ")), lists:nth(13, string:lexemes(Rest, " "))},
    (binary_to_integer(User) + binary_to_integer(System)) * 10_000.
