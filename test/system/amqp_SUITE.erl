%% SPDX-License-Identifier: MPL-2.0
%% @doc The bridge on a real broker with the real archive: raw clients of Socket.IO 2 and 4 publish and subscribe.
-module(amqp_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, init_per_testcase/2, end_per_testcase/2]).
-export([bodies/1, properties/1, outcomes/1, refused_publishes/1, bad_requests/1, publisher_lost/1, exchange_deleted/1, many_publishes/1, alarms/1, alarm_too_long/1]).
-export([subscriptions/1, shared_queue/1, many_subscriptions/1, refused_subscriptions/1, revoked/1, cancelled/1]).

-import(bridge_client, [open/2, ask/3, tell/3, heard/1, close/1]).
-import(amqp_world, [listening/2, port/1, probe/3, guest/1, user/2, wrong/3]).

-define(GUEST, #{username => <<"guest">>, password => <<"guest">>}).
-define(EVERY, [{4, websocket}, {4, polling}, {3, websocket}, {3, polling}, {json, websocket}]).

suite() -> [{timetrap, {minutes, 2}}].

all() ->
    [bodies, properties, outcomes, refused_publishes, bad_requests, publisher_lost, exchange_deleted, many_publishes, alarms, alarm_too_long,
     subscriptions, shared_queue, many_subscriptions, refused_subscriptions, revoked, cancelled].

init_per_suite(Config) -> amqp_world:start(Config).
end_per_suite(Config) -> amqp_world:stop(Config).

init_per_testcase(alarm_too_long, Config) -> listening([{options, [{publish_timeout, 2000}]}], Config);
init_per_testcase(many_publishes, Config) -> listening([{options, [{max_publishes, 5}]}], Config);
init_per_testcase(many_subscriptions, Config) -> listening([{options, [{max_subscriptions, 2}]}], Config);
init_per_testcase(_, Config) -> listening([], Config).

end_per_testcase(_, Config) -> amqp_world:clean(Config).

bodies(Config) ->
    ok = probe(Config, declare, [<<"q">>, []]),
    [begin
         C = open(port(Config), How),
         #{<<"ok">> := true} = ask(C, "login", [?GUEST]),
         [begin
              ?assertEqual(#{<<"ok">> => true}, ask(C, "publish", [<<>>, <<"q">>, Body])),
              ?assertMatch({Payload, Type, _}, probe(Config, get, [<<"q">>]))
          end || {Body, Payload, Type} <- [{<<"hä"/utf8>>, <<"hä"/utf8>>, <<"text/plain">>}, {{binary, <<0, 255>>}, <<0, 255>>, <<"application/octet-stream">>},
                                           {#{<<"a">> => [1, null, true, 1.5, <<"x">>, #{}]}, <<"{\"a\":[1,null,true,1.5,\"x\",{}]}">>, <<"application/json">>},
                                           {[], <<"[]">>, <<"application/json">>}, {<<>>, <<>>, <<"text/plain">>}, {null, <<"null">>, <<"application/json">>}]],
         close(C)
     end || How <- ?EVERY].

properties(Config) ->
    ok = probe(Config, declare, [<<"q">>, []]),
    C = guest(Config),
    Options = #{contentType => <<"text/x">>, contentEncoding => <<"none">>, correlationId => <<"c">>, replyTo => <<"r">>, messageId => <<"m">>, type => <<"t">>,
                appId => <<"a">>, persistent => true, priority => 3, expiration => 60000, timestamp => 1, userId => <<"guest">>,
                headers => #{s => <<"x">>, i => 1, f => 1.5, b => true, n => null, l => [1, <<"y">>], t => #{u => 2}}},
    #{<<"ok">> := true} = ask(C, "publish", [<<>>, <<"q">>, <<"x">>, Options]),
    {<<"x">>, <<"text/x">>, Got} = probe(Config, get, [<<"q">>]),
    ?assertEqual(['P_basic', <<"text/x">>, <<"none">>,
                  [{<<"b">>, bool, true}, {<<"f">>, double, 1.5}, {<<"i">>, long, 1}, {<<"l">>, array, [{long, 1}, {longstr, <<"y">>}]},
                   {<<"n">>, void, undefined}, {<<"s">>, longstr, <<"x">>}, {<<"t">>, table, [{<<"u">>, long, 2}]}],
                  2, 3, <<"c">>, <<"r">>, <<"60000">>, <<"m">>, 1, <<"t">>, <<"guest">>, <<"a">>, undefined], Got),
    close(C).

outcomes(Config) ->
    C = guest(Config),
    ?assertEqual(#{<<"ok">> => true}, ask(C, "publish", [<<"amq.topic">>, <<"nobody.listens">>, <<"x">>])),
    ?assertEqual(<<"unroutable">>, wrong(C, "publish", [<<"amq.topic">>, <<"nobody.listens">>, <<"x">>, #{mandatory => true}])),
    ok = probe(Config, declare, [<<"full">>, [{<<"x-max-length">>, long, 1}, {<<"x-overflow">>, longstr, <<"reject-publish">>}]]),
    ?assertEqual(#{<<"ok">> => true}, ask(C, "publish", [<<>>, <<"full">>, <<"1">>, #{mandatory => true}])),
    ?assertEqual(<<"refused">>, wrong(C, "publish", [<<>>, <<"full">>, <<"2">>])),
    %% Without an acknowledgement it is an event.
    ok = tell(C, "publish", [<<>>, <<"full">>, <<"3">>]),
    ?assertMatch({<<"failed">>, [<<"publish">>, #{<<"error">> := <<"refused">>}]}, heard(C)),
    close(C).

refused_publishes(Config) ->
    C = user(Config, <<"writer">>),
    ?assertEqual(<<"access_refused">>, wrong(C, "publish", [<<"amq.fanout">>, <<>>, <<"x">>])),
    ?assertEqual(<<"access_refused">>, wrong(C, "publish", [<<"amq.topic">>, <<"secret.x">>, <<"x">>])),
    ?assertEqual(<<"access_refused">>, wrong(C, "publish", [<<"no such">>, <<"x">>, <<"x">>])),
    ?assertEqual(<<"bad_request">>, wrong(C, "publish", [<<"amq.topic">>, <<"news.x">>, <<"x">>, #{userId => <<"guest">>}])),
    ?assertEqual(<<"bad_request">>, wrong(C, "publish", [<<"amq.topic">>, <<"news.x">>, <<"x">>, #{headers => #{'CC' => [<<"secret.x">>]}}])),
    ?assertEqual(<<"access_refused">>, wrong(C, "subscribe", [<<"amq.topic">>, <<"news.x">>])),
    ?assertEqual(#{<<"ok">> => true}, ask(C, "publish", [<<"amq.topic">>, <<"news.x">>, <<"x">>])),
    close(C),
    G = guest(Config),
    ?assertEqual(<<"not_found">>, wrong(G, "publish", [<<"no such">>, <<"x">>, <<"x">>])),
    close(G).

bad_requests(Config) ->
    C = guest(Config),
    Long = binary:copy(<<"x">>, 256),
    [?assertEqual(<<"bad_request">>, wrong(C, Name, Args)) || {Name, Args} <- [
        {"subscribe", [<<>>, <<"x">>]}, {"subscribe", [<<"amq.topic">>]}, {"subscribe", [<<"amq.topic">>, []]}, {"subscribe", [<<"amq.topic">>, [1]]},
        {"subscribe", [<<"amq.topic">>, lists:duplicate(101, <<"x">>)]}, {"unsubscribe", [1]}, {"login", []}, {"login", [#{}]}, {"nonsense", []},
        {binary:copy(<<"n">>, 1000), []}, {"publish", []}, {"publish", [1, 2, 3]}, {"publish", [Long, <<>>, <<>>]}, {"publish", [<<>>, Long, <<>>]},
        {"publish", [<<>>, <<"q">>, <<>>, 1]}, {"publish", [<<>>, <<"q">>, <<>>, #{mandatory => 1}]}, {"publish", [<<>>, <<"q">>, <<>>, #{nonsense => 1}]},
        {"publish", [<<>>, <<"q">>, <<>>, #{priority => 256}]}, {"publish", [<<>>, <<"q">>, <<>>, #{headers => [1]}]}]],
    ?assertEqual(<<"not_found">>, wrong(C, "unsubscribe", [<<"nothing">>])),
    ok = tell(C, "nonsense", []),
    ?assertMatch({<<"failed">>, [<<"nonsense">>, #{<<"error">> := <<"bad_request">>}]}, heard(C)),
    close(C).

%% What is under way when the channel goes is unknown; the next one goes another way.
publisher_lost(Config) ->
    ok = probe(Config, declare, [<<"q">>, []]),
    C = guest(Config),
    #{<<"ok">> := true} = ask(C, "publish", [<<>>, <<"q">>, <<"1">>]),
    [Publisher] = amqp_world:workers(Config, [rabbit_socks_amqp_publisher, <<"guest">>]),
    ok = listeners_world:rpc(Config, sys, suspend, [Publisher]),
    ok = tell(C, "publish", [<<>>, <<"q">>, <<"2">>]),
    ?assertEqual(<<"not_found">>, wrong(C, "unsubscribe", [<<"settled">>])),
    true = listeners_world:rpc(Config, erlang, exit, [Publisher, kill]),
    ?assertMatch({<<"failed">>, [<<"publish">>, #{<<"error">> := <<"unknown">>}]}, heard(C)),
    ?assertEqual(#{<<"ok">> => true}, ask(C, "publish", [<<>>, <<"q">>, <<"3">>])),
    close(C).

%% Between the bridge's check and the broker's look: it is the exchange of one message, and others go on.
exchange_deleted(Config) ->
    [ok = probe(Config, declare, [Queue, []]) || Queue <- [<<"q">>, <<"r">>]],
    ok = probe(Config, exchange, [<<"doomed">>, <<"fanout">>]),
    [Ada, Bob, Serving] = [guest(Config) || _ <- [1, 2, 3]],
    #{<<"ok">> := true} = ask(Serving, "consume", [<<"r">>]),
    #{<<"ok">> := true} = ask(Ada, "publish", [<<"doomed">>, <<>>, <<"x">>]),
    Lost = bridge_client:start(Bob, "request", [<<>>, <<"r">>, <<"lost">>]),
    {First, [_, <<"lost">>, _]} = bridge_client:delivery(Serving),
    [Publisher] = amqp_world:workers(Config, [rabbit_socks_amqp_publisher, <<"guest">>]),
    ok = listeners_world:rpc(Config, sys, suspend, [Publisher]),
    Handed = fun(C, Name, Args) ->
        Id = bridge_client:start(C, Name, Args),
        ?assertEqual(<<"not_found">>, wrong(C, "unsubscribe", [<<"settled">>])),
        Id
    end,
    Doomed = Handed(Ada, "publish", [<<"doomed">>, <<>>, <<"x">>]),
    Later = [Handed(Bob, "publish", [<<>>, <<"q">>, integer_to_binary(N), #{mandatory => N =:= 2}]) || N <- [1, 2, 3]],
    Nowhere = Handed(Bob, "publish", [<<>>, <<"nobody">>, <<"x">>, #{mandatory => true}]),
    Asked = Handed(Bob, "request", [<<>>, <<"r">>, <<"how many?">>]),
    ok = probe(Config, delete_exchange, [<<"doomed">>]),
    ok = listeners_world:rpc(Config, sys, resume, [Publisher]),
    ?assertMatch(#{<<"error">> := <<"not_found">>}, bridge_client:answer_to(Ada, Doomed)),
    Answers = maps:from_list([{Id, Answer} || _ <- [Lost, Nowhere | Later], {ack, Id, [Answer]} <- [bridge_client:next(Bob)]]),
    [?assertEqual(#{<<"ok">> => true}, maps:get(Id, Answers)) || Id <- Later],
    [?assertMatch({Body, _, _}, probe(Config, get, [<<"q">>])) || Body <- [<<"1">>, <<"2">>, <<"3">>]],
    ?assertEqual(empty, probe(Config, get, [<<"q">>])),
    ?assertMatch(#{<<"error">> := <<"unroutable">>}, maps:get(Nowhere, Answers)),
    %% A reply finds its way by the channel, and that of the request before has gone.
    ?assertMatch(#{<<"error">> := <<"unknown">>}, maps:get(Lost, Answers)),
    ok = bridge_client:settle(Serving, First, [null, <<"too late">>]),
    {Second, [_, <<"how many?">>, _]} = bridge_client:delivery(Serving),
    ok = bridge_client:settle(Serving, Second, [null, <<"four">>]),
    ?assertMatch(#{<<"ok">> := true, <<"body">> := <<"four">>}, bridge_client:answer_to(Bob, Asked)),
    ?assertEqual([Publisher], amqp_world:workers(Config, [rabbit_socks_amqp_publisher, <<"guest">>])),
    [close(C) || C <- [Ada, Bob, Serving]].

%% More than may be under way: none is lost, and they keep their order.
many_publishes(Config) ->
    ok = probe(Config, declare, [<<"q">>, []]),
    C = guest(Config),
    [ok = tell(C, "publish", [<<>>, <<"q">>, integer_to_binary(N)]) || N <- lists:seq(1, 500)],
    #{<<"ok">> := true} = ask(C, "publish", [<<>>, <<"q">>, <<"last">>]),
    [?assertMatch({_, {Expected, _, _}}, {N, probe(Config, get, [<<"q">>])})
     || N <- lists:seq(1, 500, 1), Expected <- [integer_to_binary(N)]],
    ?assertMatch({<<"last">>, _, _}, probe(Config, get, [<<"q">>])),
    close(C).

%% What is published waits, what comes does not; who logs in meanwhile is told.
alarms(Config) ->
    ok = probe(Config, declare, [<<"q">>, []]),
    C = guest(Config),
    #{<<"subscription">> := Id} = ask(C, "subscribe", [<<"amq.topic">>, <<"k">>]),
    alarm(Config, true),
    ?assertEqual({<<"blocked">>, [[<<"memory">>]]}, heard(C)),
    ok = tell(C, "publish", [<<>>, <<"q">>, <<"1">>]),
    ok = tell(C, "publish", [<<>>, <<"q">>, <<"2">>]),
    Late = guest(Config),
    ?assertEqual({<<"blocked">>, [[<<"memory">>]]}, heard(Late)),
    listeners_world:rpc(Config, rabbit_socks, broadcast, [[<<"socks-subscription-", Id/binary, ":/">>], <<"still">>, []]),
    ?assertEqual({<<"still">>, []}, heard(C)),
    ?assertEqual(empty, probe(Config, get, [<<"q">>])),
    alarm(Config, false),
    [?assertEqual({<<"unblocked">>, []}, heard(One)) || One <- [C, Late]],
    #{<<"ok">> := true} = ask(C, "publish", [<<>>, <<"q">>, <<"3">>]),
    [?assertMatch({N, _, _}, probe(Config, get, [<<"q">>])) || N <- [<<"1">>, <<"2">>, <<"3">>]],
    [close(One) || One <- [C, Late]].

alarm_too_long(Config) ->
    ok = probe(Config, declare, [<<"q">>, []]),
    C = guest(Config),
    alarm(Config, true),
    {<<"blocked">>, _} = heard(C),
    ?assertEqual(<<"blocked">>, wrong(C, "publish", [<<>>, <<"q">>, <<"1">>])),
    alarm(Config, false),
    {<<"unblocked">>, []} = heard(C),
    #{<<"ok">> := true} = ask(C, "publish", [<<>>, <<"q">>, <<"2">>]),
    ?assertMatch({<<"2">>, _, _}, probe(Config, get, [<<"q">>])),
    close(C).

alarm(Config, true) -> ok = listeners_world:rpc(Config, rabbit_alarm, set_alarm, [{{resource_limit, memory, broker(Config)}, []}]);
alarm(Config, false) -> ok = listeners_world:rpc(Config, rabbit_alarm, clear_alarm, [{resource_limit, memory, broker(Config)}]).

broker(Config) -> listeners_world:rpc(Config, erlang, node, []).

subscriptions(Config) ->
    Clients = [begin
                   C = open(port(Config), How),
                   #{<<"ok">> := true} = ask(C, "login", [?GUEST]),
                   #{<<"ok">> := true, <<"subscription">> := Id} = ask(C, "subscribe", [<<"amq.topic">>, <<"news.#">>]),
                   {C, Id}
               end || How <- ?EVERY],
    Messages = [{<<"text">>, undefined, <<"text">>}, {<<"{\"a\":[1,{}]}">>, <<"application/json; charset=utf-8">>, #{<<"a">> => [1, #{}]}},
                {<<"{broken">>, <<"application/json">>, <<"{broken">>}, {<<255, 0>>, undefined, {binary, <<255, 0>>}},
                {<<"123456789012345678901234567890">>, <<"application/json">>, 123456789012345678901234567890.0}],
    [ok = probe(Config, publish, [<<"amq.topic">>, <<"news.x">>, Payload, Type]) || {Payload, Type, _} <- Messages],
    [[?assertMatch({<<"message">>, [Id, Body, #{<<"exchange">> := <<"amq.topic">>, <<"routingKey">> := <<"news.x">>}]}, heard(C)) || {_, _, Body} <- Messages]
     || {C, Id} <- Clients],
    [{First, Id} | Others] = Clients,
    ?assertEqual(#{<<"ok">> => true}, ask(First, "unsubscribe", [Id])),
    ok = probe(Config, publish, [<<"amq.topic">>, <<"news.y">>, <<"later">>, undefined]),
    [?assertMatch({<<"message">>, [_, <<"later">>, #{<<"routingKey">> := <<"news.y">>}]}, heard(C)) || {C, _} <- Others],
    ?assertEqual(<<"not_found">>, wrong(First, "unsubscribe", [Id])),
    %% What a client publishes it hears itself, if it listens.
    [{Last, _} | _] = lists:reverse(Others),
    #{<<"ok">> := true} = ask(Last, "publish", [<<"amq.topic">>, <<"news.z">>, <<"own">>, #{headers => #{n => 1}, messageId => <<"m">>}]),
    ?assertMatch({<<"message">>, [_, <<"own">>, #{<<"properties">> := #{<<"messageId">> := <<"m">>, <<"headers">> := #{<<"n">> := 1}}}]}, heard(Last)),
    [close(C) || {C, _} <- Clients].

%% One queue and one binding for all who want the same, in whatever order they name it; with the last one it goes.
shared_queue(Config) ->
    Before = probe(Config, bindings, [<<"amq.topic">>]),
    Clients = [guest(Config) || _ <- lists:seq(1, 50)],
    Ids = [maps:get(<<"subscription">>, ask(C, "subscribe", [<<"amq.topic">>, Keys]))
           || {C, N} <- lists:zip(Clients, lists:seq(1, 50)), Keys <- [case N rem 2 of 0 -> [<<"a">>, <<"b">>]; 1 -> [<<"b">>, <<"a">>, <<"b">>] end]],
    ?assertMatch([_], lists:usort(Ids)),
    ?assertMatch([_], [Q || <<"socks-subscription-", _/binary>> = Q <- probe(Config, queues, [])]),
    ?assertEqual(Before + 2, probe(Config, bindings, [<<"amq.topic">>])),
    ok = probe(Config, publish, [<<"amq.topic">>, <<"a">>, <<"x">>, undefined]),
    [?assertMatch({<<"message">>, [_, <<"x">> | _]}, heard(C)) || C <- Clients],
    lists:foreach(fun bridge_client:close/1, tl(Clients)),
    ok = probe(Config, publish, [<<"amq.topic">>, <<"b">>, <<"y">>, undefined]),
    ?assertMatch({<<"message">>, [_, <<"y">> | _]}, heard(hd(Clients))),
    close(hd(Clients)),
    listeners_world:eventually(fun() -> probe(Config, bindings, [<<"amq.topic">>]) =:= Before end).

%% Twice is once, also for who has as many as there may be: so ask those who come back and do not know whether they still have them.
many_subscriptions(Config) ->
    C = guest(Config),
    Subscribe = fun(Keys) -> ask(C, "subscribe", [<<"amq.topic">>, Keys]) end,
    [#{<<"subscription">> := Id}, #{<<"ok">> := true}] = [Subscribe(Keys) || Keys <- [[<<"a">>, <<"b">>], [<<"c">>]]],
    ?assertEqual(<<"too_many">>, wrong(C, "subscribe", [<<"amq.topic">>, <<"d">>])),
    ?assertMatch(#{<<"ok">> := true, <<"subscription">> := Id}, Subscribe([<<"b">>, <<"a">>])),
    ?assertEqual(#{<<"ok">> => true}, ask(C, "unsubscribe", [Id])),
    ?assertMatch(#{<<"ok">> := true}, Subscribe([<<"d">>])),
    close(C).

refused_subscriptions(Config) ->
    C = user(Config, <<"reader">>),
    ?assertEqual(<<"access_refused">>, wrong(C, "subscribe", [<<"amq.fanout">>, <<>>])),
    ?assertEqual(<<"access_refused">>, wrong(C, "subscribe", [<<"amq.topic">>, <<"secret.x">>])),
    ?assertEqual(<<"access_refused">>, wrong(C, "subscribe", [<<"amq.topic">>, [<<"news.x">>, <<"secret.x">>]])),
    ?assertEqual(<<"access_refused">>, wrong(C, "subscribe", [<<"no such">>, <<"x">>])),
    %% Somebody else's subscription to the same is of no help.
    G = guest(Config),
    #{<<"ok">> := true} = ask(G, "subscribe", [<<"amq.topic">>, <<"secret.x">>]),
    ?assertEqual(<<"access_refused">>, wrong(C, "subscribe", [<<"amq.topic">>, <<"secret.x">>])),
    ?assertMatch(#{<<"ok">> := true}, ask(C, "subscribe", [<<"amq.topic">>, <<"news.x">>])),
    ?assertEqual(<<"not_found">>, wrong(G, "subscribe", [<<"no such">>, <<"x">>])),
    [close(One) || One <- [C, G]].

%% The permission is taken away from one of two users.
revoked(Config) ->
    Broker = ?config(broker, Config),
    {0, _} = socks_broker:ctl(Broker, ["add_user", "former", "secret"]),
    {0, _} = socks_broker:ctl(Broker, ["set_permissions", "former", ".*", ".*", ".*"]),
    [C, G] = [user(Config, <<"former">>), guest(Config)],
    [Id, Id] = [maps:get(<<"subscription">>, ask(One, "subscribe", [<<"amq.topic">>, <<"k">>])) || One <- [C, G]],
    {0, _} = socks_broker:ctl(Broker, ["set_permissions", "former", ".*", ".*", "^$"]),
    ?assertMatch({<<"cancelled">>, [Id, #{<<"error">> := <<"access_refused">>}]}, heard(C)),
    ok = probe(Config, publish, [<<"amq.topic">>, <<"k">>, <<"x">>, undefined]),
    ?assertMatch({<<"message">>, [Id, <<"x">> | _]}, heard(G)),
    ?assertEqual(<<"not_found">>, wrong(C, "unsubscribe", [Id])),
    [close(One) || One <- [C, G]],
    {0, _} = socks_broker:ctl(Broker, ["delete_user", "former"]),
    ok.

%% The broker takes the queue away; who wants to, subscribes again, at once: the queue of before may be there still.
cancelled(Config) ->
    C = guest(Config),
    Subscribe = fun() ->
        #{<<"ok">> := true, <<"subscription">> := Id} = ask(C, "subscribe", [<<"amq.topic">>, <<"k">>]),
        Id
    end,
    [begin
         Id = Subscribe(),
         [Subscription] = amqp_world:workers(Config, [rabbit_socks_amqp_subscription]),
         true = listeners_world:rpc(Config, erlang, exit, [Subscription, kill]),
         ?assertMatch({<<"cancelled">>, [Id, #{<<"error">> := <<"unavailable">>}]}, heard(C))
     end || _ <- lists:seq(1, 10)],
    [?assertEqual(#{<<"ok">> => true}, ask(C, "unsubscribe", [Subscribe()])) || _ <- lists:seq(1, 10)],
    Id = Subscribe(),
    ok = probe(Config, publish, [<<"amq.topic">>, <<"k">>, <<"x">>, undefined]),
    ?assertMatch({<<"message">>, [Id, <<"x">> | _]}, heard(C)),
    close(C).
