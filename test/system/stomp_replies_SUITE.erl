%% SPDX-License-Identifier: MPL-2.0
%% @doc RabbitMQ's direct reply-to by STOMP: a client answers the request of an AMQP application, and addresses that no broker has
%% written come to none. Attack rows B17 and B18.
-module(stomp_replies_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").
-include_lib("amqp_client/include/amqp_client.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1]).
-export([answered/1, forged/1]).
%% Runs in the broker.
-export([request/1]).

-import(socks_stomp, [ours/1, f/2, f/3]).

suite() -> [{timetrap, {minutes, 2}}].

all() -> [answered, forged].

init_per_suite(Config0) ->
    Config = socks_stomp:start(Config0),
    ok = socks_broker:load(?config(broker, Config), ?MODULE),
    Config.

end_per_suite(Config) -> socks_broker:stop(?config(broker, Config)).

rpc(Config, M, F, A) -> socks_broker:rpc(?config(broker, Config), M, F, A).

answered(Config) ->
    Ws = socks_stomp:login(ours(Config)),
    [] = socks_stomp:call(Ws, {"SUBSCRIBE", [{"id", "s"}, {"destination", "/queue/requests"}, {"auto-delete", "true"}, {"durable", "false"}]}),
    Self = self(),
    {Pid, Monitor} = spawn_monitor(fun() -> Self ! {reply, rpc(Config, ?MODULE, request, [<<"requests">>])} end),
    {<<"MESSAGE">>, #{<<"reply-to">> := <<"/reply-queue/amq.rabbitmq.reply-to.", _/binary>> = Address, <<"correlation-id">> := Id}, <<"?">>, _} = socks_stomp:recv(Ws),
    ok = socks_stomp:send(Ws, f("SEND", [{"destination", Address}, {"correlation-id", Id}], "!")),
    receive {'DOWN', Monitor, process, Pid, Reason} -> ?assertEqual(normal, Reason) end,
    ?assertEqual({<<"!">>, <<"its id">>}, receive {reply, Reply} -> Reply end),
    socks_stomp:close(Ws).

-spec request(binary()) -> {binary(), binary()}.
request(Queue) ->
    {ok, Connection} = amqp_connection:start(#amqp_params_direct{}),
    {ok, Channel} = amqp_connection:open_channel(Connection),
    #'basic.consume_ok'{} = amqp_channel:subscribe(Channel, #'basic.consume'{queue = <<"amq.rabbitmq.reply-to">>, no_ack = true}, self()),
    ok = amqp_channel:cast(Channel, #'basic.publish'{routing_key = Queue},
                           #amqp_msg{props = #'P_basic'{reply_to = <<"amq.rabbitmq.reply-to">>, correlation_id = <<"its id">>}, payload = <<"?">>}),
    receive
        {#'basic.deliver'{}, #amqp_msg{payload = Payload, props = #'P_basic'{correlation_id = Id}}} ->
            ok = amqp_connection:close(Connection),
            {Payload, Id}
    end.

%% Each is told, and none reaches the broker: it would make an atom of each.
forged(Config) ->
    Ws = socks_stomp:login(ours(Config)),
    Before = atoms(Config),
    [begin
         Address = ["amq.rabbitmq.reply-to.", base64:encode(pid(["fresh", integer_to_list(N)])), $., base64:encode(<<1:128>>)],
         [begin
              ok = socks_stomp:send(Ws, f(Command, [{"id", "s"}, {"destination", [Before1, Address]}])),
              ?assertMatch({<<"ERROR">>, #{<<"message">> := <<"Invalid destination">>}, _, _}, socks_stomp:recv(Ws))
          end || {Command, Before1} <- [{"SEND", "/reply-queue/"}, {"SEND", "/queue/"}, {"SEND", "/exchange/amq.topic/"}, {"SUBSCRIBE", "/queue/"}]]
     end || N <- lists:seq(1, 100)],
    ?assert(atoms(Config) - Before < 50),
    [] = socks_stomp:call(Ws, {"SEND", [{"destination", "/exchange/amq.topic/x"}]}),
    socks_stomp:close(Ws).

pid(Name) ->
    Node = iolist_to_binary(Name),
    <<131, 88, 118, (byte_size(Node)):16, Node/binary, 1:32, 0:32, 99:32>>.

atoms(Config) -> rpc(Config, erlang, system_info, [atom_count]).
