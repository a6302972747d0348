%% SPDX-License-Identifier: MPL-2.0
%% @doc What clients may try with the broker by the bridge: rows B13 to B16 of test/vectors/attacks.md. Beside each attack another
%% client of the same user consumes, subscribes and publishes, and nothing of that is disturbed.
-module(amqp_attacks_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, init_per_testcase/2, end_per_testcase/2]).
-export([half_messages/1, sizes/1, channel_errors/1, properties/1, reply_addresses/1, forged_acks/1, others_names/1, slow_browsers/1]).

-import(bridge_client, [open/2, ask/3, heard/1, unheard/1, delivery/1, settle/3, close/1]).
-import(amqp_world, [listening/2, port/1, probe/3, guest/1, wrong/3]).

-define(GUEST, #{username => <<"guest">>, password => <<"guest">>}).
-define(LARGEST, 200_000).
-define(MIB, 1048576).

suite() -> [{timetrap, {minutes, 3}}].

all() -> [half_messages, sizes, channel_errors, properties, reply_addresses, forged_acks, others_names, slow_browsers].

init_per_suite(Config) -> amqp_world:start(#{config => fun(_) -> [{rabbit, [{max_message_size, ?LARGEST}]}] end}, Config).
end_per_suite(Config) -> amqp_world:stop(Config).

init_per_testcase(_, Config0) ->
    Config = listening([], Config0),
    [ok = probe(Config, declare, [Queue, []]) || Queue <- [<<"q">>, <<"witness">>]],
    C = guest(Config),
    #{<<"ok">> := true, <<"subscription">> := Id} = ask(C, "subscribe", [<<"amq.topic">>, <<"witness">>]),
    #{<<"ok">> := true, <<"consumer">> := Consumer} = ask(C, "consume", [<<"witness">>, #{prefetch => 1}]),
    Witness = #{client => C, subscription => Id, consumer => Consumer},
    ok = undisturbed(Witness),
    [{witness, Witness}, {channels, channels(Config)} | Config].

%% And no channel is left over.
end_per_testcase(_, Config) ->
    #{client := C} = Witness = ?config(witness, Config),
    ok = undisturbed(Witness),
    listeners_world:eventually(fun() -> channels(Config) =< ?config(channels, Config) end),
    close(C),
    amqp_world:clean(Config).

%% The same subscription and the same consumer; and all it publishes is confirmed.
undisturbed(#{client := C, subscription := Id, consumer := Consumer}) ->
    ?assertEqual(#{<<"ok">> => true}, ask(C, "publish", [<<"amq.topic">>, <<"witness">>, <<"s">>])),
    ?assertMatch({<<"message">>, [Id, <<"s">> | _]}, heard(C)),
    ?assertEqual(#{<<"ok">> => true}, ask(C, "publish", [<<>>, <<"witness">>, <<"c">>])),
    {Delivery, [Consumer, <<"c">>, #{<<"redelivered">> := false}]} = delivery(C),
    ok = settle(C, Delivery, []),
    ?assertEqual(<<"not_found">>, wrong(C, "cancel", [<<"nothing">>])),
    ?assertEqual([], unheard(C)),
    ok.

sessions(Config) -> length(listeners_world:rpc(Config, supervisor, which_children, [rabbit_socks_session_sup])).

channels(Config) -> length(listeners_world:rpc(Config, rabbit_channel, list_local, [])).

guests(Config, How) ->
    C = open(port(Config), How),
    #{<<"ok">> := true} = ask(C, "login", [?GUEST]),
    C.

%% B13: what is published is whole. A message that was begun and not ended is none.
half_messages(Config) ->
    Begun = <<"451-21[\"publish\",\"\",\"q\",{\"_placeholder\":true,\"num\":0}]">>,
    [begin
         {_, E} = guests(Config, {4, websocket}),
         [ok = socks_engine:send(E, [Packet]) || Packet <- Packets],
         End(E)
     end || {Packets, End} <- [
         {[Begun], fun socks_engine:reset/1}, {[Begun], fun socks_engine:close/1},
         %% Text where the bytes should be; more bytes than were announced; less JSON than there should be.
         {[Begun, <<"2[\"publish\",\"\",\"q\",\"x\"]">>], fun ended/1}, {[{binary, <<"x">>}], fun ended/1},
         {[<<"21[\"publish\",\"\",\"q\",\"x">>], fun ended/1}]],
    [begin
         {json, Ws} = guests(Config, {json, websocket}),
         End(Ws)
     end || End <- [
         fun(Ws) ->
             %% A frame that says 4 KiB, and half of it; the rest never comes.
             ok = socks_client:send(socks_ws:connection(Ws), <<16#81, 16#FE, 4096:16, 0:32, "{\"event\":\"publish\",\"args\":[\"\",\"q\",\"", (binary:copy(<<"x">>, 2000))/binary>>),
             socks_client:close(socks_ws:connection(Ws))
         end,
         fun(Ws) ->
             ok = socks_ws:send(Ws, {utf8, <<"{\"event\":\"publish\",\"args\":[\"\",\"q\",{\"$base64\":\"AP8\"}]}">>}),
             ?assertMatch({close, 1007, _}, socks_ws:recv(Ws))
         end]],
    listeners_world:eventually(fun() -> sessions(Config) =:= 1 end),
    C = guests(Config, {4, websocket}),
    #{<<"ok">> := true} = ask(C, "publish", [<<>>, <<"q">>, {binary, <<"whole">>}]),
    ?assertEqual({1, 0}, probe(Config, messages, [<<"q">>])),
    ?assertMatch({<<"whole">>, _, _}, probe(Config, get, [<<"q">>])),
    close(C).

ended(E) -> [{close, _, _}] = socks_engine:packets(E, 1).

%% B13: what the broker would not take, since it is too large, closes no channel.
sizes(Config) ->
    C = guests(Config, {4, websocket}),
    [begin
         ?assertEqual(#{<<"ok">> => true}, ask(C, "publish", [<<>>, <<"q">>, Body(?LARGEST), #{mandatory => true}])),
         [?assertEqual({Name, <<"bad_request">>}, {Name, wrong(C, Name, [<<>>, <<"q">>, Body(?LARGEST + 1)])}) || Name <- ["publish", "request"]]
     end || Body <- [fun(Size) -> binary:copy(<<"x">>, Size) end, fun(Size) -> {binary, binary:copy(<<0>>, Size)} end]],
    ?assertEqual({2, 0}, probe(Config, messages, [<<"q">>])),
    close(C).

%% B14: whatever the broker closes a channel for is an error of that command alone.
channel_errors(Config) ->
    [Exclusive] = [Queue || <<"socks-subscription-", _/binary>> = Queue <- probe(Config, queues, [])],
    [begin
         C = guests(Config, How),
         [?assertEqual({Name, Args, Code}, {Name, Args, wrong(C, Name, Args)}) || _ <- lists:seq(1, 5), {Name, Args, Code} <- [
             {"publish", [<<"no such">>, <<>>, <<"x">>], <<"not_found">>}, {"publish", [<<"amq.topic">>, <<"nobody">>, <<"x">>, #{mandatory => true}], <<"unroutable">>},
             {"request", [<<"no such">>, <<>>, <<"x">>], <<"not_found">>}, {"request", [<<>>, <<"nobody">>, <<"x">>], <<"unroutable">>},
             {"publish", [<<"amq.rabbitmq.trace">>, <<>>, <<"x">>], <<"access_refused">>},
             {"subscribe", [<<"no such">>, <<>>], <<"not_found">>}, {"consume", [<<"no such">>], <<"not_found">>},
             {"consume", [Exclusive], <<"locked">>}, {"purge", [Exclusive], <<"locked">>}, {"delete", [Exclusive], <<"locked">>},
             {"bind", [Exclusive, <<"amq.topic">>, <<"#">>], <<"locked">>}, {"declare", [Exclusive], <<"locked">>},
             {"declare", [<<"q">>, #{durable => false}], <<"precondition_failed">>},
             {"declare", [<<"q">>, #{arguments => #{'x-max-length' => 1}}], <<"precondition_failed">>},
             {"declare", [<<"bad">>, #{arguments => #{'x-max-length' => <<"many">>}}], <<"precondition_failed">>},
             {"declare", [<<"amq.mine">>], <<"access_refused">>}, {"bind", [<<"q">>, <<>>, <<"x">>], <<"access_refused">>},
             {"bind", [<<"q">>, <<"no such">>, <<"x">>], <<"not_found">>}, {"delete", [<<"witness">>, #{ifUnused => true}], <<"precondition_failed">>}]],
         close(C)
     end || How <- [{4, websocket}, {3, polling}, {json, websocket}]],
    ok.

%% B14: properties that the broker closes the channel for are no properties.
properties(Config) ->
    C = guests(Config, {4, websocket}),
    [?assertEqual({Options, <<"bad_request">>}, {Options, wrong(C, "publish", [<<>>, <<"q">>, <<"x">>, Options])}) || Options <- [
        #{replyTo => <<"amq.rabbitmq.reply-to">>}, #{userId => <<"another">>}, #{expiration => 4294967296}, #{expiration => <<"soon">>}, #{expiration => -1},
        #{priority => 256}, #{timestamp => 1 bsl 63}, #{headers => #{'BCC' => [<<"q">>]}}, #{headers => #{binary:copy(<<"n">>, 256) => 1}}]],
    ?assertEqual({0, 0}, probe(Config, messages, [<<"q">>])),
    close(C).

%% B14, B17, B18: of an address for replies the broker makes atoms, terms and processes. A forged one comes nowhere near it: not as
%% a routing key, not as a queue's name, not by way of dead letters or of another browser's reply.
reply_addresses(Config) ->
    C = guests(Config, {json, websocket}),
    Forged = [<<"amq.rabbitmq.reply-to.">>, <<"amq.rabbitmq.reply-to.nonsense">>, address(<<"reply@1">>), address(<<"fresh">>)],
    Before = atoms(Config),
    [begin
         [?assertEqual({Name, Exchange, Address, <<"bad_request">>}, {Name, Exchange, Address, wrong(C, Name, [Exchange, Address, <<"x">>])})
          || Name <- ["publish", "request"], Exchange <- [<<>>, <<"amq.topic">>]],
         ?assertEqual({Address, <<"bad_request">>}, {Address, wrong(C, "declare", [Address])}),
         ?assertEqual({Address, <<"bad_request">>}, {Address, wrong(C, "declare", [<<"dead">>, #{arguments => #{'x-dead-letter-exchange' => <<>>, 'x-dead-letter-routing-key' => Address}}])})
     end || Address <- Forged],
    #{<<"ok">> := true} = ask(C, "consume", [<<"q">>]),
    [begin
         #{<<"ok">> := true} = ask(C, "publish", [<<>>, <<"q">>, <<"x">>, #{replyTo => Address}]),
         {Id, [_, <<"x">>, _]} = delivery(C),
         ok = settle(C, Id, [null, <<"reply">>]),
         ?assertMatch({<<"failed">>, [<<"reply">>, #{<<"error">> := <<"bad_request">>}]}, heard(C))
     end || Address <- Forged],
    [?assertEqual(<<"bad_request">>, wrong(C, "publish", [<<>>, address(<<"fresh", (integer_to_binary(N))/binary>>), <<"x">>])) || N <- lists:seq(1, 500)],
    ?assert(atoms(Config) - Before < 50),
    %% A genuine one is as good as ever.
    Asked = bridge_client:start(maps:get(client, ?config(witness, Config)), "request", [<<>>, <<"q">>, <<"?">>]),
    {Id, [_, <<"?">>, #{<<"properties">> := #{<<"replyTo">> := ReplyTo, <<"correlationId">> := Correlation}}]} = delivery(C),
    ok = settle(C, Id, []),
    ?assertEqual(#{<<"ok">> => true}, ask(C, "publish", [<<>>, ReplyTo, <<"!">>, #{correlationId => Correlation}])),
    ?assertMatch(#{<<"ok">> := true, <<"body">> := <<"!">>}, bridge_client:answer_to(maps:get(client, ?config(witness, Config)), Asked)),
    close(C).

address(Node) ->
    Process = <<131, 88, 118, (byte_size(Node)):16, Node/binary, 1:32, 0:32, 99:32>>,
    <<"amq.rabbitmq.reply-to.", (base64:encode(Process))/binary, ".", (base64:encode(<<1:128>>))/binary>>.

atoms(Config) -> listeners_world:rpc(Config, erlang, system_info, [atom_count]).

%% B15: an acknowledgement is of a delivery of this client's that waits for it, or of nothing.
forged_acks(Config) ->
    [begin
         [ok = probe(Config, publish, [<<>>, <<"q">>, Body, undefined]) || Body <- [<<"1">>, <<"2">>]],
         Victim = guests(Config, {4, websocket}),
         #{<<"ok">> := true} = ask(Victim, "consume", [<<"q">>]),
         [{First, _}, {Second, _}] = [delivery(Victim) || _ <- [1, 2]],
         Forger = guests(Config, How),
         [ok = settle(Forger, Id, Args) || Id <- [First, Second, <<"0">>, <<"999">>, <<"99999999999999999">>], Args <- [[], [<<"reject">>], [null, <<"reply">>]]],
         ?assertEqual(<<"not_found">>, wrong(Forger, "cancel", [<<"1">>])),
         ?assertEqual({0, 2}, probe(Config, messages, [<<"q">>])),
         %% What looks like fields of AMQP is an error's text, of that one message.
         ok = settle(Victim, First, [#{deliveryTag => 0, multiple => true}]),
         listeners_world:eventually(fun() -> probe(Config, messages, [<<"q">>]) =:= {0, 1} end),
         [ok = settle(Victim, First, Args) || Args <- [[], [<<"requeue">>]]],
         ok = settle(Victim, Second, []),
         listeners_world:eventually(fun() -> probe(Config, messages, [<<"q">>]) =:= {0, 0} end),
         [?assertMatch(#{<<"ok">> := true}, ask(C, "publish", [<<>>, <<"nobody">>, <<"x">>])) || C <- [Victim, Forger]],
         [close(C) || C <- [Victim, Forger]]
     end || How <- [{4, websocket}, {3, polling}, {json, websocket}]],
    ok.

%% B15: subscriptions are everybody's by name, and leaving one is one's own affair.
others_names(Config) ->
    #{subscription := Id, consumer := Consumer} = ?config(witness, Config),
    C = guests(Config, {json, websocket}),
    [?assertEqual({Name, <<"not_found">>}, {Name, wrong(C, Name, [Of])}) || {Name, Of} <- [{"unsubscribe", Id}, {"cancel", Consumer}, {"unsubscribe", Consumer}, {"cancel", Id}]],
    close(C).

%% B16: 100 MB are ready, for browsers that read nothing. What is on the way to them has its bounds, and the rest stays with the broker.
slow_browsers(Config) ->
    Body = binary:copy(<<"x">>, 100_000),
    ok = probe(Config, many, [<<"q">>, Body, 1000]),
    Edge = socks_broker:edge(?config(broker, Config)),
    Before = socks_os:rss(Edge),
    ok = socks_os:reset_peak(Edge),
    [?assertEqual(<<"bad_request">>, wrong(maps:get(client, ?config(witness, Config)), "consume", [<<"q">>, #{prefetch => N}])) || N <- [0, -1, 1001, 1 bsl 40]],
    %% One that acknowledges nothing has its prefetch, and one that takes more than fits is closed.
    {_, E1} = C1 = guests(Config, {4, websocket}),
    #{<<"ok">> := true} = ask(C1, "consume", [<<"q">>]),
    listeners_world:eventually(fun() -> probe(Config, messages, [<<"q">>]) =:= {990, 10} end),
    C2 = guests(Config, {json, websocket}),
    #{<<"ok">> := true} = ask(C2, "consume", [<<"q">>, #{prefetch => 1000}]),
    listeners_world:eventually(fun() -> sessions(Config) =:= 2 end),
    listeners_world:eventually(fun() -> probe(Config, messages, [<<"q">>]) =:= {990, 10} end),
    %% One without acknowledgements: what it is behind with is not sent.
    C3 = guests(Config, {json, websocket}),
    #{<<"ok">> := true} = ask(C3, "consume", [<<"q">>, #{noAck => true, prefetch => 10}]),
    listeners_world:eventually(fun() -> {Ready, Unsettled} = probe(Config, messages, [<<"q">>]), Unsettled =:= 20 andalso Ready > 800 end),
    ok = undisturbed(?config(witness, Config)),
    Peak = socks_os:peak(Edge) - Before,
    ct:log("the edge had ~b KiB more at most", [Peak div 1024]),
    ?assert(Peak < 64 * ?MIB),
    ok = socks_engine:reset(E1),
    [close(C) || C <- [C2, C3]],
    listeners_world:eventually(fun() -> element(2, probe(Config, messages, [<<"q">>])) =:= 0 end).
