%% SPDX-License-Identifier: MPL-2.0
%% @doc Streams by the bridge, on a real broker with the real archive.
-module(amqp_stream_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, init_per_testcase/2, end_per_testcase/2]).
-export([declared/1, everybody/1, offsets/1, in_order/1, behind/1, once/1, cancelling/1, refused/1, revoked/1, limits/1, queue_gone/1, connection_lost/1,
         bad_requests/1]).

-import(bridge_client, [open/2, ask/3, close/1]).
-import(amqp_world, [listening/2, port/1, probe/3, guest/1, user/2, wrong/3]).

-define(GUEST, #{username => <<"guest">>, password => <<"guest">>}).
-define(EVERY, [{4, websocket}, {4, polling}, {3, websocket}, {3, polling}, {json, websocket}]).

suite() -> [{timetrap, {minutes, 2}}].

all() ->
    [declared, everybody, offsets, in_order, behind, once, cancelling, refused, revoked, limits, queue_gone, connection_lost, bad_requests].

init_per_suite(Config) -> amqp_world:start(Config).
end_per_suite(Config) -> amqp_world:stop(Config).

init_per_testcase(Case, Config) ->
    Options = case Case of
        limits -> [{options, [{max_streams, 2}]}];
        behind -> [{send_queue_soft, 10000}];
        _ -> []
    end,
    Listening = listening(Options, Config),
    ok = declare(Config, <<"s">>),
    Listening.

end_per_testcase(_, Config) -> amqp_world:clean(Config).

declare(Config, Queue) -> probe(Config, declare, [Queue, [{<<"x-queue-type">>, longstr, <<"stream">>}]]).

%% Each is confirmed before the next: an entry a chunk.
publish(Config, Payloads) -> [ok = probe(Config, publish, [<<>>, <<"s">>, Payload, undefined]) || Payload <- Payloads], ok.

stream(C, Options) ->
    #{<<"ok">> := true, <<"consumer">> := Consumer} = ask(C, "stream", [<<"s">>, Options]),
    Consumer.

%% The next event that is for the page, without what is for its library.
heard(C) ->
    case bridge_client:heard(C) of
        {<<"position">>, _} -> heard(C);
        {<<"entry">>, [Consumer, Body, Meta | _]} -> {<<"entry">>, [Consumer, Body, Meta]};
        {<<"cancelled">>, [Consumer, Error | _]} -> {<<"cancelled">>, [Consumer, Error]}
    end.

%% Its offset and body.
entry(C, Consumer) ->
    {<<"entry">>, [Consumer, Body, #{<<"offset">> := Offset}]} = heard(C),
    {Offset, Body}.

declared(Config) ->
    C = guest(Config),
    Arguments = #{'x-queue-type' => stream, 'x-max-length-bytes' => 1000000, 'x-max-age' => <<"1h">>},
    ?assertMatch(#{<<"ok">> := true, <<"queue">> := <<"made">>}, ask(C, "declare", [<<"made">>, #{arguments => Arguments}])),
    {0, Listed} = socks_broker:ctl(?config(broker, Config), ["list_queues", "-q", "name", "type", "arguments"]),
    [Line] = [L || <<"made\t", L/binary>> <- binary:split(Listed, <<"\n">>, [global])],
    ?assertMatch({0, _}, binary:match(Line, <<"stream\t">>)),
    [?assertNotEqual({Told, nomatch}, {Told, binary:match(Line, Told)}) || Told <- [<<"{\"x-max-length-bytes\",1000000}">>, <<"{\"x-max-age\",\"1h\"}">>]],
    close(C).

everybody(Config) ->
    [begin
         C = open(port(Config), How),
         #{<<"ok">> := true} = ask(C, "login", [?GUEST]),
         Consumer = stream(C, #{}),
         ok = publish(Config, [<<255>>]),
         {<<"entry">>, [Consumer, {binary, <<255>>}, Meta]} = heard(C),
         ?assertEqual(#{<<"offset">> => N, <<"exchange">> => <<>>, <<"routingKey">> => <<"s">>, <<"properties">> => maps:get(<<"properties">>, Meta)}, Meta),
         ?assertNot(maps:is_key(<<"headers">>, maps:get(<<"properties">>, Meta))),
         close(C)
     end || {N, How} <- lists:enumerate(0, ?EVERY)].

offsets(Config) ->
    ok = publish(Config, [<<"0">>, <<"1">>, <<"2">>]),
    [begin
         C = guest(Config),
         Consumer = stream(C, Options),
         Before = [entry(C, Consumer) || _ <- Expected],
         ?assertEqual({Options, [{N, integer_to_binary(N)} || N <- Expected]}, {Options, Before}),
         close(C)
     end || {Options, Expected} <- [
        {#{offset => first}, [0, 1, 2]}, {#{offset => last}, [2]}, {#{offset => 0}, [0, 1, 2]}, {#{offset => 1}, [1, 2]},
        {#{offset => #{timestamp => 0}}, [0, 1, 2]}]],
    %% These have nothing to show yet.
    [begin
         C = guest(Config),
         Consumer = stream(C, Options),
         ok = publish(Config, [integer_to_binary(N)]),
         ?assertEqual({Options, {N, integer_to_binary(N)}}, {Options, entry(C, Consumer)}),
         close(C)
     end || {Options, N} <- [{#{}, 3}, {#{offset => next}, 4}, {#{offset => 5}, 5}, {#{offset => #{timestamp => 16#ffffffffff}}, 6}]],
    ok.

in_order(Config) ->
    Count = 1000,
    C = guest(Config),
    Consumer = stream(C, #{prefetch => 3}),
    [ok = bridge_client:tell(C, "publish", [<<>>, <<"s">>, N]) || N <- lists:seq(0, Count - 1)],
    ?assertEqual([{N, N} || N <- lists:seq(0, Count - 1)], [entry(C, Consumer) || _ <- lists:seq(1, Count)]),
    close(C).

%% What a client is behind with stays in the stream, and comes when it reads again; its connection lives.
behind(Config) ->
    Count = 200,
    ok = publish(Config, [binary:copy(<<"x">>, 100000) || _ <- lists:seq(1, Count)]),
    C = guest(Config),
    Consumer = stream(C, #{prefetch => 2, offset => first}),
    [Session] = [Pid || {_, Pid, _, _} <- listeners_world:rpc(Config, supervisor, which_children, [rabbit_socks_session_sup])],
    Length = fun() -> element(2, listeners_world:rpc(Config, erlang, process_info, [Session, message_queue_len])) end,
    ok = listeners_world:eventually(fun() -> Length() =:= 0 end),
    ?assertEqual(lists:seq(0, Count - 1), [Offset || _ <- lists:seq(1, Count), {Offset, _} <- [entry(C, Consumer)]]),
    close(C).

once(Config) ->
    C = guest(Config),
    Consumer = stream(C, #{}),
    ?assertEqual(Consumer, stream(C, #{offset => first})),
    ok = publish(Config, [<<"0">>, <<"1">>]),
    ?assertEqual([{0, <<"0">>}, {1, <<"1">>}], [entry(C, Consumer) || _ <- [1, 2]]),
    close(C).

cancelling(Config) ->
    ok = publish(Config, [<<"0">>]),
    C = guest(Config),
    Consumer = stream(C, #{offset => first}),
    ?assertEqual({0, <<"0">>}, entry(C, Consumer)),
    ?assertEqual(#{<<"ok">> => true}, ask(C, "cancel", [Consumer])),
    ?assertEqual(<<"not_found">>, wrong(C, "cancel", [Consumer])),
    ok = publish(Config, [<<"1">>]),
    Other = stream(C, #{offset => first}),
    ?assertNotEqual(Consumer, Other),
    ?assertEqual([{0, <<"0">>}, {1, <<"1">>}], [entry(C, Other) || _ <- [1, 2]]),
    close(C).

refused(Config) ->
    ok = probe(Config, declare, [<<"classic">>, []]),
    C = guest(Config),
    ?assertEqual(<<"not_found">>, wrong(C, "stream", [<<"no such">>])),
    ?assertEqual(<<"precondition_failed">>, wrong(C, "stream", [<<"classic">>])),
    close(C),
    R = user(Config, <<"reader">>),
    [?assertEqual(<<"access_refused">>, wrong(R, "stream", [Queue])) || Queue <- [<<"s">>, <<"classic">>, <<"no such">>]],
    %% A mistake ends nothing else.
    #{<<"ok">> := true} = ask(R, "subscribe", [<<"amq.topic">>, <<"news.x">>]),
    close(R).

%% Who may read it no more is told, and gets nothing else.
revoked(Config) ->
    Ctl = fun(Read) -> {0, _} = socks_broker:ctl(?config(broker, Config), ["set_permissions", "stranger", "^$", "^$", Read]) end,
    Ctl("^s$"),
    C = user(Config, <<"stranger">>),
    Consumer = stream(C, #{}),
    ok = publish(Config, [<<"0">>]),
    ?assertEqual({0, <<"0">>}, entry(C, Consumer)),
    Ctl("^$"),
    ?assertMatch({<<"cancelled">>, [Consumer, #{<<"error">> := <<"access_refused">>}]}, heard(C)),
    ?assertEqual(<<"access_refused">>, wrong(C, "stream", [<<"s">>])),
    ok = publish(Config, [<<"1">>]),
    ?assertEqual(#{<<"ok">> => false}, maps:with([<<"ok">>], ask(C, "cancel", [Consumer]))),
    {0, _} = socks_broker:ctl(?config(broker, Config), ["clear_permissions", "stranger"]),
    close(C).

limits(Config) ->
    [ok = declare(Config, Queue) || Queue <- [<<"s2">>, <<"s3">>]],
    C = guest(Config),
    First = stream(C, #{}),
    #{<<"ok">> := true} = ask(C, "stream", [<<"s2">>]),
    ?assertEqual(<<"too_many">>, wrong(C, "stream", [<<"s3">>])),
    #{<<"ok">> := true} = ask(C, "cancel", [First]),
    #{<<"ok">> := true} = ask(C, "stream", [<<"s3">>]),
    close(C).

queue_gone(Config) ->
    C = guest(Config),
    Consumer = stream(C, #{}),
    ok = probe(Config, delete, [<<"s">>]),
    ?assertMatch({<<"cancelled">>, [Consumer, #{<<"error">> := <<"not_found">>}]}, heard(C)),
    ?assertEqual(<<"not_found">>, wrong(C, "stream", [<<"s">>])),
    close(C).

%% The way to the broker is lost: that is told, and everything can be done again.
connection_lost(Config) ->
    C = guest(Config),
    Consumer = stream(C, #{}),
    [Connection] = amqp_world:workers(Config, [rabbit_socks_amqp_connection, <<"guest">>]),
    true = listeners_world:rpc(Config, erlang, exit, [Connection, kill]),
    ?assertMatch({<<"cancelled">>, [Consumer, #{<<"error">> := <<"unavailable">>}]}, heard(C)),
    Again = stream(C, #{offset => first}),
    ok = publish(Config, [<<"0">>]),
    ?assertEqual({0, <<"0">>}, entry(C, Again)),
    close(C).

bad_requests(Config) ->
    C = guest(Config),
    Long = binary:copy(<<"x">>, 256),
    [?assertEqual({Args, <<"bad_request">>}, {Args, wrong(C, "stream", Args)}) || Args <- [
        [], [<<>>], [Long], [1], [<<"s">>, 1], [<<"s">>, #{}, 1], [<<"s">>, #{nonsense => 1}], [<<"s">>, #{prefetch => 0}], [<<"s">>, #{prefetch => 1001}],
        [<<"s">>, #{offset => <<"1h">>}], [<<"s">>, #{offset => -1}], [<<"s">>, #{offset => 1.5}], [<<"s">>, #{offset => 16#8000000000000000}],
        [<<"s">>, #{offset => #{timestamp => -1}}], [<<"s">>, #{offset => #{timestamp => 16#10000000000}}], [<<"s">>, #{offset => #{timestamp => 0, x => 1}}]]],
    close(C).
