%% SPDX-License-Identifier: MPL-2.0
%% @doc Consuming and queues by the bridge, on a real broker with the real archive.
-module(amqp_consume_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, init_per_testcase/2, end_per_testcase/2]).
-export([deliveries/1, verdicts/1, prefetch/1, vanished/1, killed/1, cancelling/1, ack_timeout/1, refused/1, limits/1,
         queue_gone/1, connection_lost/1]).
-export([requests/1, lost_requests/1]).
-export([queues/1, queue_permissions/1, bad_requests/1]).

-import(bridge_client, [open/2, ask/3, heard/1, delivery/1, settle/3, close/1]).
-import(amqp_world, [listening/2, port/1, probe/3, guest/1, user/2, wrong/3]).

-define(GUEST, #{username => <<"guest">>, password => <<"guest">>}).
-define(EVERY, [{4, websocket}, {4, polling}, {3, websocket}, {3, polling}, {json, websocket}]).

suite() -> [{timetrap, {minutes, 2}}].

all() ->
    [deliveries, verdicts, prefetch, vanished, killed, cancelling, ack_timeout, refused, limits, queue_gone, connection_lost, requests, lost_requests,
     queues, queue_permissions, bad_requests].

init_per_suite(Config) -> amqp_world:start(Config).
end_per_suite(Config) -> amqp_world:stop(Config).

init_per_testcase(Case, Config) ->
    Options = case Case of
        ack_timeout -> [{options, [{ack_timeout, 200}]}];
        limits -> [{options, [{max_consumers, 2}]}];
        _ -> []
    end,
    Listening = listening(Options, Config),
    ok = probe(Config, declare, [<<"q">>, []]),
    Listening.

end_per_testcase(_, Config) -> amqp_world:clean(Config).

publish(Config, Payloads) -> [ok = probe(Config, publish, [<<>>, <<"q">>, Payload, undefined]) || Payload <- Payloads], ok.

consume(C, Options) ->
    #{<<"ok">> := true, <<"consumer">> := Consumer} = ask(C, "consume", [<<"q">>, Options]),
    Consumer.

%% What the broker has: ready, and with consumers.
messages(Config) -> probe(Config, messages, [<<"q">>]).
settled(Config, Messages) -> listeners_world:eventually(fun() -> messages(Config) =:= Messages end).

deliveries(Config) ->
    [begin
         C = open(port(Config), How),
         #{<<"ok">> := true} = ask(C, "login", [?GUEST]),
         Consumer = consume(C, #{}),
         ok = publish(Config, [<<"text">>, <<255>>]),
         {Id1, [Consumer, <<"text">>, #{<<"exchange">> := <<>>, <<"routingKey">> := <<"q">>, <<"redelivered">> := false, <<"properties">> := #{}}]} = delivery(C),
         {Id2, [Consumer, {binary, <<255>>}, _]} = delivery(C),
         ok = settled(Config, {0, 2}),
         [ok = settle(C, Id, []) || Id <- [Id1, Id2]],
         ok = settled(Config, {0, 0}),
         close(C)
     end || How <- ?EVERY].

verdicts(Config) ->
    ok = probe(Config, declare, [<<"dead">>, []]),
    ok = probe(Config, delete, [<<"q">>]),
    ok = probe(Config, declare, [<<"q">>, [{<<"x-dead-letter-exchange">>, longstr, <<>>}, {<<"x-dead-letter-routing-key">>, longstr, <<"dead">>}]]),
    C = guest(Config),
    _ = consume(C, #{}),
    ok = publish(Config, [<<"x">>]),
    {Id1, [_, <<"x">>, #{<<"redelivered">> := false}]} = delivery(C),
    ok = settle(C, Id1, [<<"requeue">>]),
    {Id2, [_, <<"x">>, #{<<"redelivered">> := true}]} = delivery(C),
    ok = settle(C, Id2, [#{reason => <<"bad">>}]),
    ok = listeners_world:eventually(fun() -> probe(Config, messages, [<<"dead">>]) =:= {1, 0} end),
    ok = publish(Config, [<<"y">>]),
    {Id3, [_, <<"y">>, _]} = delivery(C),
    ok = settle(C, Id3, [null, <<"more">>]),
    %% Twice is once.
    ok = settle(C, Id3, [<<"requeue">>]),
    ok = settled(Config, {0, 0}),
    close(C).

%% No more than the prefetch is with the client, and the next comes with an acknowledgement.
prefetch(Config) ->
    ok = publish(Config, [integer_to_binary(N) || N <- lists:seq(1, 10)]),
    C = guest(Config),
    _ = consume(C, #{prefetch => 3}),
    Ids = [Id || N <- [1, 2, 3], {Id, [_, Body, _]} <- [delivery(C)], Body =:= integer_to_binary(N)],
    ?assertEqual(3, length(Ids)),
    ok = settled(Config, {7, 3}),
    ok = settle(C, hd(Ids), []),
    {_, [_, <<"4">>, _]} = delivery(C),
    ok = settled(Config, {6, 3}),
    close(C),
    settled(Config, {9, 0}).

%% A tab that is closed, or loses its line: all comes again, to another.
vanished(Config) ->
    [begin
         ok = publish(Config, [<<"x">>]),
         {_, Engine} = C = guest(Config),
         _ = consume(C, #{}),
         {_, [_, <<"x">>, #{<<"redelivered">> := false}]} = delivery(C),
         Leave(Engine),
         Next = guest(Config),
         _ = consume(Next, #{}),
         {Id, [_, <<"x">>, #{<<"redelivered">> := true}]} = delivery(Next),
         ok = settle(Next, Id, []),
         ok = settled(Config, {0, 0}),
         close(Next),
         %% Or it would get the next message, and nobody would read it.
         listeners_world:eventually(fun() -> listeners_world:rpc(Config, supervisor, which_children, [rabbit_socks_session_sup]) =:= [] end)
     end || Leave <- [fun socks_engine:reset/1, fun socks_engine:close/1]],
    ok.

%% Neither does it stay with a process that was killed.
killed(Config) ->
    ok = publish(Config, [<<"x">>]),
    C = guest(Config),
    _ = consume(C, #{}),
    {_, [_, <<"x">>, _]} = delivery(C),
    [{_, Session, _, _}] = listeners_world:rpc(Config, supervisor, which_children, [rabbit_socks_session_sup]),
    true = listeners_world:rpc(Config, erlang, exit, [Session, kill]),
    settled(Config, {1, 0}).

cancelling(Config) ->
    ok = publish(Config, [<<"1">>, <<"2">>]),
    C = guest(Config),
    Consumer = consume(C, #{prefetch => 1}),
    {Id, [Consumer, <<"1">>, _]} = delivery(C),
    ?assertEqual(#{<<"ok">> => true}, ask(C, "cancel", [Consumer])),
    ok = settled(Config, {2, 0}),
    ok = settle(C, Id, []), % too late
    ?assertEqual(<<"not_found">>, wrong(C, "cancel", [Consumer])),
    Other = consume(C, #{prefetch => 2}),
    ?assertNotEqual(Consumer, Other),
    [{_, [Other, <<"1">>, _]}, {_, [Other, <<"2">>, _]}] = [delivery(C), delivery(C)],
    close(C).

%% A client that never acknowledges gets the message again: it is its only one.
ack_timeout(Config) ->
    ok = publish(Config, [<<"x">>]),
    C = guest(Config),
    _ = consume(C, #{}),
    {_, [_, <<"x">>, #{<<"redelivered">> := false}]} = delivery(C),
    {Id, [_, <<"x">>, #{<<"redelivered">> := true}]} = delivery(C),
    ok = settle(C, Id, []),
    close(C).

refused(Config) ->
    C = guest(Config),
    ?assertEqual(<<"not_found">>, wrong(C, "consume", [<<"no such">>])),
    close(C),
    R = user(Config, <<"reader">>),
    ?assertEqual(<<"access_refused">>, wrong(R, "consume", [<<"q">>])),
    %% A mistake ends nothing else.
    #{<<"ok">> := true} = ask(R, "subscribe", [<<"amq.topic">>, <<"news.x">>]),
    close(R).

limits(Config) ->
    C = guest(Config),
    [First, Second] = [consume(C, #{}) || _ <- [1, 2]],
    ?assertNotEqual(First, Second),
    ?assertEqual(<<"too_many">>, wrong(C, "consume", [<<"q">>])),
    #{<<"ok">> := true} = ask(C, "cancel", [First]),
    _ = consume(C, #{}),
    close(C).

queue_gone(Config) ->
    C = guest(Config),
    Consumer = consume(C, #{}),
    ok = probe(Config, delete, [<<"q">>]),
    ?assertMatch({<<"cancelled">>, [Consumer, #{<<"error">> := <<"not_found">>}]}, heard(C)),
    ?assertEqual(<<"not_found">>, wrong(C, "cancel", [Consumer])),
    close(C).

%% The way to the broker is lost: what was consumed is told, and everything can be done again.
connection_lost(Config) ->
    C = guest(Config),
    Consumer = consume(C, #{}),
    #{<<"ok">> := true} = ask(C, "publish", [<<>>, <<"q">>, <<"x">>]),
    {_, [Consumer, <<"x">>, _]} = delivery(C),
    [Connection] = amqp_world:workers(Config, [rabbit_socks_amqp_connection, <<"guest">>]),
    true = listeners_world:rpc(Config, erlang, exit, [Connection, kill]),
    ?assertMatch({<<"cancelled">>, [Consumer, #{<<"error">> := <<"unavailable">>}]}, heard(C)),
    Again = consume(C, #{}),
    {Id, [Again, <<"x">>, #{<<"redelivered">> := true}]} = delivery(C),
    ok = settle(C, Id, []),
    #{<<"ok">> := true} = ask(C, "publish", [<<>>, <<"q">>, <<"y">>]),
    {_, [Again, <<"y">>, _]} = delivery(C),
    close(C).

%% From one browser to another.
requests(Config) ->
    [Asking, Serving] = [guest(Config) || _ <- [1, 2]],
    _ = consume(Serving, #{}),
    [begin
         Asked = bridge_client:start(Asking, "request", [<<>>, <<"q">>, Body, #{type => <<"t">>}]),
         {Id, [_, Body, #{<<"properties">> := #{<<"type">> := <<"t">>, <<"replyTo">> := _}}]} = delivery(Serving),
         ok = settle(Serving, Id, [null, #{answer => Body}]),
         ?assertMatch(#{<<"ok">> := true, <<"body">> := #{<<"answer">> := Body}, <<"meta">> := #{<<"exchange">> := <<>>}}, bridge_client:answer_to(Asking, Asked))
     end || Body <- [1, <<"two">>, [3]]],
    %% Two at once, answered the other way round.
    [A1, A2] = [bridge_client:start(Asking, "request", [<<>>, <<"q">>, N]) || N <- [1, 2]],
    [D1, D2] = [Id || N <- [1, 2], {Id, [_, M, _]} <- [delivery(Serving)], N =:= M],
    [ok = settle(Serving, D, [null, N]) || {D, N} <- [{D2, 2}, {D1, 1}]],
    [?assertMatch({N, #{<<"body">> := N}}, {N, bridge_client:answer_to(Asking, A)}) || {A, N} <- [{A2, 2}, {A1, 1}]],
    [close(C) || C <- [Asking, Serving]].

lost_requests(Config) ->
    C = guest(Config),
    ?assertEqual(<<"unroutable">>, wrong(C, "request", [<<>>, <<"nobody">>, 1])),
    ?assertEqual(<<"timeout">>, wrong(C, "request", [<<>>, <<"q">>, 1, #{timeout => 100}])),
    [Publisher] = amqp_world:workers(Config, [rabbit_socks_amqp_publisher, <<"guest">>]),
    Asked = bridge_client:start(C, "request", [<<>>, <<"q">>, 1, #{timeout => 60000}]),
    #{<<"ok">> := true} = ask(C, "publish", [<<>>, <<"q">>, 1]),
    true = listeners_world:rpc(Config, erlang, exit, [Publisher, kill]),
    ?assertMatch(#{<<"ok">> := false, <<"error">> := <<"unknown">>}, bridge_client:answer_to(C, Asked)),
    [bridge_client:start(C, "request", [<<>>, <<"q">>, N, #{timeout => 60000}]) || N <- lists:seq(1, 64)],
    ?assertEqual(<<"too_many">>, wrong(C, "request", [<<>>, <<"q">>, 1])),
    #{<<"ok">> := true} = ask(C, "publish", [<<>>, <<"q">>, 1]),
    close(C).

queues(Config) ->
    C = guest(Config),
    ?assertEqual(#{<<"ok">> => true, <<"queue">> => <<"inbox">>, <<"messages">> => 0, <<"consumers">> => 0},
                 ask(C, "declare", [<<"inbox">>, #{arguments => #{'x-expires' => 60000}}])),
    ?assertEqual(<<"precondition_failed">>, wrong(C, "declare", [<<"inbox">>])),
    #{<<"queue">> := <<"amq.gen-", _/binary>> = Own} = ask(C, "declare", [null, #{durable => false, autoDelete => true}]),
    ?assertEqual(#{<<"ok">> => true}, ask(C, "bind", [<<"inbox">>, <<"amq.topic">>, <<"to.me">>])),
    #{<<"ok">> := true} = ask(C, "publish", [<<"amq.topic">>, <<"to.me">>, <<"x">>, #{mandatory => true}]),
    ?assertEqual(#{<<"ok">> => true}, ask(C, "unbind", [<<"inbox">>, <<"amq.topic">>, <<"to.me">>])),
    ?assertEqual(<<"unroutable">>, wrong(C, "publish", [<<"amq.topic">>, <<"to.me">>, <<"x">>, #{mandatory => true}])),
    ?assertEqual(<<"not_found">>, wrong(C, "bind", [<<"inbox">>, <<"no such">>, <<>>])),
    ?assertEqual(<<"precondition_failed">>, wrong(C, "delete", [<<"inbox">>, #{ifEmpty => true}])),
    ?assertEqual(#{<<"ok">> => true, <<"messages">> => 1}, ask(C, "purge", [<<"inbox">>])),
    [?assertEqual(#{<<"ok">> => true, <<"messages">> => 0}, ask(C, "delete", [Queue])) || Queue <- [<<"inbox">>, Own]],
    ?assertEqual(<<"not_found">>, wrong(C, "purge", [<<"inbox">>])),
    close(C),
    %% However many of them there were.
    [Connection] = amqp_world:workers(Config, [rabbit_socks_amqp_connection, <<"guest">>]),
    listeners_world:eventually(fun() ->
        {monitors, Monitors} = listeners_world:rpc(Config, erlang, process_info, [Connection, monitors]),
        length(Monitors) =< 2
    end).

queue_permissions(Config) ->
    C = user(Config, <<"writer">>),
    [?assertEqual(<<"access_refused">>, wrong(C, Name, Args)) || {Name, Args} <- [
        {"declare", [<<"mine">>]}, {"bind", [<<"q">>, <<"amq.topic">>, <<"x">>]}, {"unbind", [<<"q">>, <<"amq.topic">>, <<"x">>]}, {"purge", [<<"q">>]},
        {"delete", [<<"q">>]}, {"consume", [<<"q">>]}]],
    close(C).

bad_requests(Config) ->
    C = guest(Config),
    Long = binary:copy(<<"x">>, 256),
    [?assertEqual({Name, Args, <<"bad_request">>}, {Name, Args, wrong(C, Name, Args)}) || {Name, Args} <- [
        {"consume", []}, {"consume", [<<>>]}, {"consume", [Long]}, {"consume", [<<"q">>, 1]}, {"consume", [<<"q">>, #{prefetch => 0}]},
        {"consume", [<<"q">>, #{prefetch => 1001}]}, {"consume", [<<"q">>, #{nonsense => 1}]}, {"cancel", []}, {"cancel", [1]},
        {"declare", []}, {"declare", [<<>>]}, {"declare", [<<"x">>, #{exclusive => true}]}, {"declare", [<<"x">>, #{durable => 1}]},
        {"declare", [<<"x">>, #{arguments => 1}]}, {"bind", [<<"q">>]}, {"bind", [<<"q">>, Long, <<>>]}, {"bind", [<<"q">>, <<"x">>, <<>>, []]},
        {"unbind", []}, {"purge", [1]}, {"delete", []}, {"delete", [<<"q">>, #{ifEmpty => 1}]}]],
    close(C).
