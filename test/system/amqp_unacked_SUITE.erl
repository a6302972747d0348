%% SPDX-License-Identifier: MPL-2.0
%% @doc Consuming by the bridge without acknowledgements, on a real broker with the real archive: at most once, and no further ahead than the
%% client's connection takes.
-module(amqp_unacked_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, init_per_testcase/2, end_per_testcase/2]).
-export([without_acks/1, behind/1, behind_and_lost/1]).

-import(bridge_client, [ask/3, delivery/1, close/1]).
-import(amqp_world, [listening/2, probe/3, guest/1]).

suite() -> [{timetrap, {minutes, 2}}].

all() -> [without_acks, behind, behind_and_lost].

init_per_suite(Config) -> amqp_world:start(Config).
end_per_suite(Config) -> amqp_world:stop(Config).

init_per_testcase(_, Config) ->
    Listening = listening([{send_queue_soft, 10000}], Config),
    ok = probe(Config, declare, [<<"q">>, []]),
    Listening.

end_per_testcase(_, Config) -> amqp_world:clean(Config).

publish(Config, Payloads) -> [ok = probe(Config, publish, [<<>>, <<"q">>, Payload, undefined]) || Payload <- Payloads], ok.

consume(C, Options) ->
    #{<<"ok">> := true} = ask(C, "consume", [<<"q">>, Options]),
    ok.

%% What the broker has: ready, and with consumers.
messages(Config) -> probe(Config, messages, [<<"q">>]).
settled(Config, Messages) -> listeners_world:eventually(fun() -> messages(Config) =:= Messages end).

%% So many are with the client, and nothing moves, since nobody reads.
still(Config, Unsettled) ->
    listeners_world:eventually(fun() ->
        Before = messages(Config),
        timer:sleep(100),
        element(2, Before) =:= Unsettled andalso messages(Config) =:= Before
    end).

without_acks(Config) ->
    C = guest(Config),
    ok = consume(C, #{noAck => true}),
    ok = publish(Config, [<<"x">>]),
    {<<>>, [_, <<"x">>, _]} = delivery(C),
    ok = settled(Config, {0, 0}),
    close(C).

%% What a client is behind with stays in the queue, but for the prefetch; and comes when it reads again.
behind(Config) ->
    Count = 200,
    ok = publish(Config, [binary:copy(<<"x">>, 100000) || _ <- lists:seq(1, Count)]),
    C = guest(Config),
    ok = consume(C, #{noAck => true, prefetch => 2}),
    ok = still(Config, 2),
    {Ready, 2} = messages(Config),
    ?assert(Ready > 0),
    [{<<>>, [_, _, _]} = delivery(C) || _ <- lists:seq(1, Count)],
    ok = settled(Config, {0, 0}),
    close(C).

%% At most once: what has been sent is not sent again, and what is kept back for the client comes to another.
behind_and_lost(Config) ->
    Count = 200,
    ok = publish(Config, [<<N:32, (binary:copy(<<255>>, 100000))/binary>> || N <- lists:seq(1, Count)]),
    C = guest(Config),
    ok = consume(C, #{noAck => true, prefetch => 2}),
    ok = still(Config, 2),
    [{_, Session, _, _}] = listeners_world:rpc(Config, supervisor, which_children, [rabbit_socks_session_sup]),
    true = listeners_world:rpc(Config, erlang, exit, [Session, kill]),
    First = numbers(C),
    Next = guest(Config),
    ok = consume(Next, #{noAck => true}),
    Second = [N || _ <- lists:seq(1, Count - length(First)), {<<>>, [_, {binary, <<N:32, _/binary>>}, _]} <- [delivery(Next)]],
    ?assertEqual(lists:seq(1, Count), First ++ Second),
    ok = settled(Config, {0, 0}),
    [close(One) || One <- [C, Next]].

%% What comes until the connection ends: each delivery is followed by its bytes.
numbers({_, Engine} = C) ->
    case socks_engine:packets(Engine, 1) of
        [<<"451-", _/binary>>] -> numbers(C);
        [{binary, <<N:32, _/binary>>}] -> [N | numbers(C)];
        [{close, 1011, _}] -> []
    end.
