%% SPDX-License-Identifier: MPL-2.0
%% @doc Clients of Socket.IO 4 that were lost, and read their streams on: what their library keeps is all that they bring.
-module(amqp_resume_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, init_per_testcase/2, end_per_testcase/2]).
-export([goes_on/1, before_an_entry/1, several/1, login_by_command/1, forgets/1, declared_anew/1, strangers_words/1, permission/1, too_many/1,
         of_another_vhost/1, short_losses/1, others_are_told_nothing/1]).

-import(bridge_client, [ask/3, heard/1, close/1]).
-import(amqp_world, [listening/2, port/1, probe/3, wrong/3]).

-define(GUEST, #{username => <<"guest">>, password => <<"guest">>}).
-define(BOTH, [websocket, polling]).

suite() -> [{timetrap, {minutes, 2}}].

all() ->
    [goes_on, before_an_entry, several, login_by_command, forgets, declared_anew, strangers_words, permission, too_many, of_another_vhost, short_losses,
     others_are_told_nothing].

init_per_suite(Config) -> amqp_world:start(Config).
end_per_suite(Config) -> amqp_world:stop(Config).

init_per_testcase(Case, Config) ->
    Options = case Case of
        short_losses -> [{recovery, true}];
        too_many -> [{options, [{max_streams, 100}]}];
        _ -> []
    end,
    Listening = listening(Options, Config),
    [ok = declare(Config, Queue) || Queue <- [<<"s">>, <<"a:b,c/%">>]],
    Listening.

end_per_testcase(_, Config) -> amqp_world:clean(Config).

declare(Config, Queue) -> probe(Config, declare, [Queue, [{<<"x-queue-type">>, longstr, <<"stream">>}]]).

publish(Config, Queue, Payloads) -> [ok = probe(Config, publish, [<<>>, Queue, Payload, undefined]) || Payload <- Payloads], ok.

guest(Config) -> guest(Config, websocket).
guest(Config, Transport) -> bridge_client:open(port(Config), Transport, ?GUEST).

%% As the library does it: what was kept goes beside the page's own auth.
back(Config, Transport, Auth, Offset) ->
    bridge_client:open(port(Config), Transport, Auth#{pid => <<"whatever it was">>, offset => Offset}).

%% Lost without a word.
lose({_, Engine}, Transport) ->
    Transport =:= polling andalso (ok = socks_engine:poll(Engine)),
    socks_engine:reset(Engine).

stream(C, Queue, Options) ->
    #{<<"ok">> := true, <<"consumer">> := Consumer, <<"resumed">> := Resumed} = ask(C, "stream", [Queue, Options]),
    {Consumer, Resumed}.

%% The body, and what the library keeps.
entry(C, Consumer) ->
    {<<"entry">>, [Consumer, Body, _, Offset]} = heard(C),
    {Body, Offset}.

%% What the library keeps of the event that is for nothing else.
position(C, Consumer) ->
    {<<"position">>, [Consumer, Offset]} = heard(C),
    Offset.

goes_on(Config) ->
    [begin
         ok = publish(Config, <<"s">>, [<<"before">>]),
         C = guest(Config, Transport),
         {Consumer, false} = stream(C, <<"s">>, #{}),
         _ = position(C, Consumer),
         ok = publish(Config, <<"s">>, [<<"1">>, <<"2">>]),
         {<<"1">>, _} = entry(C, Consumer),
         {<<"2">>, Offset} = entry(C, Consumer),
         ok = lose(C, Transport),
         ok = publish(Config, <<"s">>, [<<"3">>, <<"4">>]),
         Back = back(Config, Transport, ?GUEST, Offset),
         {Again, true} = stream(Back, <<"s">>, #{}),
         ?assertEqual(Offset, position(Back, Again)),
         ?assertEqual([<<"3">>, <<"4">>], [Body || _ <- [1, 2], {Body, _} <- [entry(Back, Again)]]),
         close(Back)
     end || Transport <- ?BOTH],
    ok.

%% Who had no entry yet misses none: it has a place from the beginning.
before_an_entry(Config) ->
    ok = publish(Config, <<"s">>, [<<"0">>, <<"1">>]),
    [begin
         C = guest(Config),
         {Consumer, false} = stream(C, <<"s">>, Options),
         Offset = position(C, Consumer),
         ok = lose(C, websocket),
         ok = publish(Config, <<"s">>, [<<"missed">>]),
         Back = back(Config, websocket, ?GUEST, Offset),
         {Again, Resumed} = stream(Back, <<"s">>, Options),
         ?assertEqual({Options, Resumed}, {Options, Place =:= place}),
         _ = position(Back, Again),
         ?assertEqual({Options, First}, {Options, element(1, entry(Back, Again))}),
         close(Back)
     end || {Options, Place, First} <- [{#{}, place, <<"missed">>}, {#{offset => last}, place, <<"missed">>}, {#{offset => first}, none, <<"0">>},
                                        {#{offset => 1}, none, <<"1">>}]].

%% One text has all of them, also of those that are not asked for again at once.
several(Config) ->
    Queues = [<<"s">>, <<"a:b,c/%">>],
    C = guest(Config),
    [begin {Consumer, false} = stream(C, Queue, #{}), _ = position(C, Consumer) end || Queue <- Queues],
    [ok = publish(Config, Queue, [<<"0">>]) || Queue <- Queues],
    [{<<"entry">>, [_, <<"0">>, _, _]}, {<<"entry">>, [_, <<"0">>, _, Offset]}] = [heard(C) || _ <- Queues],
    ok = lose(C, websocket),
    [ok = publish(Config, Queue, [<<"1">>]) || Queue <- Queues],
    Back = back(Config, websocket, ?GUEST, Offset),
    {One, true} = stream(Back, hd(Queues), #{}),
    _ = position(Back, One),
    {<<"1">>, Later} = entry(Back, One),
    ok = lose(Back, websocket),
    Last = back(Config, websocket, ?GUEST, Later),
    {Two, true} = stream(Last, lists:last(Queues), #{}),
    _ = position(Last, Two),
    {<<"1">>, _} = entry(Last, Two),
    close(Last).

login_by_command(Config) ->
    C = guest(Config),
    {Consumer, false} = stream(C, <<"s">>, #{}),
    Offset = position(C, Consumer),
    ok = lose(C, websocket),
    ok = publish(Config, <<"s">>, [<<"0">>]),
    Back = back(Config, websocket, #{}, Offset),
    ?assertEqual(<<"not_logged_in">>, wrong(Back, "stream", [<<"s">>])),
    #{<<"ok">> := true} = ask(Back, "login", [?GUEST]),
    {Again, true} = stream(Back, <<"s">>, #{}),
    _ = position(Back, Again),
    {<<"0">>, _} = entry(Back, Again),
    close(Back).

%% Who cancels goes on nowhere; nor has the next stream of that connection a place of the first.
forgets(Config) ->
    ok = publish(Config, <<"s">>, [<<"0">>]),
    C = guest(Config),
    {Consumer, false} = stream(C, <<"s">>, #{offset => first}),
    <<".">> = position(C, Consumer),
    {<<"0">>, _} = entry(C, Consumer),
    #{<<"ok">> := true} = ask(C, "cancel", [Consumer]),
    ?assertEqual(<<".">>, position(C, Consumer)),
    {Again, false} = stream(C, <<"s">>, #{offset => first}),
    <<".">> = position(C, Again),
    {<<"0">>, Offset} = entry(C, Again),
    ?assertNotEqual(<<".">>, Offset),
    ok = probe(Config, delete, [<<"s">>]),
    ?assertMatch({<<"cancelled">>, [Again, #{<<"error">> := <<"not_found">>}, <<".">>]}, heard(C)),
    close(C).

%% Another stream of the same name, however long, is read as the client says.
declared_anew(Config) ->
    ok = publish(Config, <<"s">>, [<<"0">>]),
    C = guest(Config),
    {Consumer, false} = stream(C, <<"s">>, #{offset => first}),
    _ = position(C, Consumer),
    {<<"0">>, Offset} = entry(C, Consumer),
    ok = lose(C, websocket),
    ok = probe(Config, delete, [<<"s">>]),
    ok = declare(Config, <<"s">>),
    ok = publish(Config, <<"s">>, [<<"new 0">>, <<"new 1">>]),
    Back = back(Config, websocket, ?GUEST, Offset),
    {Again, false} = stream(Back, <<"s">>, #{offset => first}),
    _ = position(Back, Again),
    {<<"new 0">>, _} = entry(Back, Again),
    close(Back).

%% What is no offset of ours keeps nobody out, and means nothing.
strangers_words(Config) ->
    C = guest(Config),
    {Consumer, false} = stream(C, <<"s">>, #{}),
    <<".%2F/s:", Id:8/binary, ":0">> = position(C, Consumer),
    close(C),
    [begin
         Back = back(Config, websocket, ?GUEST, Offset),
         ?assertMatch({Offset, {_, false}}, {Offset, stream(Back, <<"s">>, #{})}),
         close(Back)
     end || Offset <- [
        <<>>, <<".">>, <<"17">>, <<"Q8Bx4zf">>, 17, null, [], #{a => 1}, <<".%2F/s">>, <<".%2F/s:">>, <<".%2F/s:00000000:0">>, <<".%2F/s:", Id/binary, ":1">>,
        <<".%2F/s:", Id/binary, ":-1">>, <<".%2F/s:", Id/binary, ":99999999999999999999">>, <<"x.%2F/s:", Id/binary, ":0">>, <<".%/s:", Id/binary, ":0">>,
        <<".%2F/s:", Id/binary, ":0", (binary:copy(<<",">>, 5000))/binary>>]],
    %% The same, when it is right.
    Back = back(Config, websocket, ?GUEST, <<"5.%2F/s:", Id/binary, ":0">>),
    {_, true} = stream(Back, <<"s">>, #{}),
    close(Back).

%% A place is no permission.
permission(Config) ->
    C = guest(Config),
    {Consumer, false} = stream(C, <<"s">>, #{}),
    Offset = position(C, Consumer),
    ok = lose(C, websocket),
    Back = back(Config, websocket, #{username => <<"reader">>, password => <<"secret">>}, Offset),
    ?assertEqual(<<"access_refused">>, wrong(Back, "stream", [<<"s">>])),
    close(Back).

%% Each event carries the places of all streams: there is an end to that.
too_many(Config) ->
    Queues = [<<(integer_to_binary(N))/binary, (binary:copy(<<"%">>, 200))/binary>> || N <- lists:seq(1, 20)],
    [ok = declare(Config, Queue) || Queue <- Queues],
    C = guest(Config),
    Answers = [ask(C, "stream", [Queue]) || Queue <- Queues],
    {Good, Bad} = lists:splitwith(fun(#{<<"ok">> := Ok}) -> Ok end, Answers),
    ?assert(length(Good) >= 5),
    ?assert(length(Bad) > 0),
    [?assertMatch(#{<<"error">> := <<"too_many">>}, Answer) || Answer <- Bad],
    #{<<"ok">> := true} = ask(C, "cancel", [maps:get(<<"consumer">>, hd(Good))]),
    #{<<"ok">> := true} = ask(C, "stream", [lists:last(Queues)]),
    close(C).

of_another_vhost(Config) ->
    Ctl = fun(Command) -> {0, _} = socks_broker:ctl(?config(broker, Config), Command) end,
    [Ctl(Command) || Command <- [["add_vhost", "other"], ["set_permissions", "-p", "other", "guest", ".*", ".*", ".*"]]],
    C = guest(Config),
    {Consumer, false} = stream(C, <<"s">>, #{}),
    Offset = position(C, Consumer),
    ok = lose(C, websocket),
    Back = back(Config, websocket, maps:put(vhost, <<"other">>, ?GUEST), Offset),
    #{<<"ok">> := true} = ask(Back, "declare", [<<"s">>, #{arguments => #{'x-queue-type' => stream}}]),
    {_, false} = stream(Back, <<"s">>, #{}),
    close(Back),
    Ctl(["delete_vhost", "other"]).

%% With `recovery' a short loss is none: the session waits, and reads on when its client is back. The same offset serves later.
short_losses(Config) ->
    {Engine, Connected} = socketio_world:connect(port(Config), 4, websocket, rabbit_json:encode(?GUEST)),
    #{<<"pid">> := Known} = rabbit_json:decode(Connected),
    C = {4, Engine},
    {Consumer, false} = stream(C, <<"s">>, #{}),
    _ = position(C, Consumer),
    ok = publish(Config, <<"s">>, [<<"0">>]),
    {<<"0">>, Offset} = entry(C, Consumer),
    ?assertMatch({match, _}, re:run(Offset, "^[0-9]+\\.%2F/s:[0-9a-f]{8}:1$")),
    ok = lose(C, websocket),
    ok = publish(Config, <<"s">>, [<<"1">>]),
    Back = bridge_client:open(port(Config), websocket, maps:merge(?GUEST, #{pid => Known, offset => Offset})),
    {<<"1">>, Later} = entry(Back, Consumer),
    ok = lose(Back, websocket),
    ok = publish(Config, <<"s">>, [<<"2">>]),
    Last = back(Config, websocket, ?GUEST, Later),
    {Again, true} = stream(Last, <<"s">>, #{}),
    _ = position(Last, Again),
    {<<"2">>, _} = entry(Last, Again),
    close(Last).

%% A client whose library keeps nothing has nothing more in its events.
others_are_told_nothing(Config) ->
    [begin
         C = bridge_client:open(port(Config), How),
         #{<<"ok">> := true} = ask(C, "login", [?GUEST]),
         {Consumer, false} = stream(C, <<"s">>, #{}),
         ok = publish(Config, <<"s">>, [<<"x">>]),
         ?assertMatch({<<"entry">>, [Consumer, <<"x">>, #{<<"offset">> := _}]}, heard(C)),
         close(C)
     end || How <- [{3, websocket}, {json, websocket}]],
    ok.
