%% SPDX-License-Identifier: MPL-2.0
%% @doc rabbit_socks_stomp and the broker: settlement and subscriptions (attack rows B04 to B06), heart-beats, back-pressure,
%% and what the broker does on its own account (fault rows FT6, FT9, FT12).
-module(stomp_broker_SUITE).

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, init_per_testcase/2, end_per_testcase/2]).
-export([settled_twice/1, queue_of_another/1, many_subscriptions/1, long_names/1, beats/1, mute_client/1, disconnect/1]).
-export([alarm/1, alarm_commit/1, alarm_and_idle_timeout/1, slow_reader/1, queue_is_deleted/1, broker_closes/1, refused_publish/1, nothing_is_left/1]).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").
-import(socks_stomp, [ours/1, ours/2, stock/1, queue/2, f/2, f/3, gone/0]).

-define(GUEST, [{"login", "guest"}, {"passcode", "guest"}]).

suite() -> [{timetrap, {minutes, 3}}].

all() ->
    [settled_twice, queue_of_another, many_subscriptions, long_names, beats, mute_client, disconnect, alarm, alarm_commit, alarm_and_idle_timeout, slow_reader,
     queue_is_deleted, broker_closes, refused_publish, nothing_is_left].

init_per_suite(Config) -> socks_stomp:start(Config).

end_per_suite(Config) -> socks_broker:stop(?config(broker, Config)).

init_per_testcase(Case, Config) -> [{tc, Case} | Config].

end_per_testcase(_, _) -> ok.

%% Settlement, subscriptions

%% B05: a second ACK, and one after UNSUBSCRIBE, are mistakes that are told; nobody crashes.
settled_twice(Config) ->
    Queue = queue(Config, ""),
    Ws = socks_stomp:login(ours(Config)),
    Subscribe = fun(Mode) -> f("SUBSCRIBE", [{"id", "s"}, {"destination", Queue}, {"ack", Mode}]) end,
    ok = socks_stomp:send(Ws, [Subscribe("client-individual"), f("SEND", [{"destination", Queue}], "one")]),
    {<<"MESSAGE">>, #{<<"ack">> := Id}, <<"one">>, _} = socks_stomp:recv(Ws),
    ok = socks_stomp:send(Ws, f("UNSUBSCRIBE", [{"id", "s"}])),
    ok = socks_stomp:send(Ws, f("ACK", [{"id", Id}])),
    {<<"ERROR">>, #{<<"message">> := <<"Subscription not found">>}, _, _} = socks_stomp:recv(Ws),
    %% The same name again, in another mode: the old message is still to be settled by its tag.
    ok = socks_stomp:send(Ws, Subscribe("client")),
    [] = socks_stomp:call(Ws, {"ACK", [{"id", Id}]}),
    ok = socks_stomp:send(Ws, f("ACK", [{"id", Id}])),
    {<<"ERROR">>, #{<<"message">> := <<"precondition_failed">>}, _, _} = socks_stomp:recv(Ws),
    {close, 1000, _} = socks_stomp:recv(Ws),
    socks_stomp:close(Ws).

%% B04: UNSUBSCRIBE deletes the queue that SUBSCRIBE made, not the one it names.
queue_of_another(Config) ->
    Broker = ?config(broker, Config),
    Durable = fun(Id, More) -> [{"id", Id}, {"destination", "/topic/b04"}, {"durable", "true"}, {"auto-delete", "false"} | More] end,
    Owner = socks_stomp:login(ours(Config)),
    [] = socks_stomp:call(Owner, {"SUBSCRIBE", Durable("o", [{"x-queue-name", "owned"}])}),
    Thief = socks_stomp:login(ours(Config)),
    [] = socks_stomp:call(Thief, {"SUBSCRIBE", Durable("t", [{"x-queue-name", "stolen"}])}),
    [] = socks_stomp:call(Thief, {"UNSUBSCRIBE", Durable("t", [{"x-queue-name", "owned"}])}),
    {0, Queues} = socks_broker:ctl(Broker, ["-q", "list_queues", "name"]),
    ?assertMatch({match, _}, re:run(Queues, "^owned$", [multiline])),
    ?assertEqual(nomatch, re:run(Queues, "^stolen$", [multiline])),
    [] = socks_stomp:call(Owner, {"UNSUBSCRIBE", Durable("o", [])}),
    {0, Left} = socks_broker:ctl(Broker, ["-q", "list_queues", "name"]),
    ?assertEqual(nomatch, re:run(Left, "^owned$", [multiline])),
    [socks_stomp:close(Ws) || Ws <- [Owner, Thief]],
    ok.

%% B06: also those that a reply-to makes.
many_subscriptions(Config) ->
    Ws = socks_stomp:login(ours(Config, "/small")),
    Subscribe = fun(Id) -> socks_stomp:call(Ws, {"SUBSCRIBE", [{"id", Id}, {"destination", "/exchange/amq.fanout"}]}) end,
    [] = Subscribe("1"),
    [] = socks_stomp:call(Ws, {"SEND", [{"destination", "/topic/a"}, {"reply-to", "/temp-queue/r"}]}),
    ok = socks_stomp:send(Ws, f("SUBSCRIBE", [{"id", "2"}, {"destination", "/topic/a"}])),
    {<<"ERROR">>, #{<<"message">> := <<"Too many subscriptions">>}, _, _} = socks_stomp:recv(Ws),
    ok = socks_stomp:send(Ws, f("SEND", [{"destination", "/topic/a"}, {"reply-to", "/temp-queue/s"}])),
    {<<"ERROR">>, #{<<"message">> := <<"Too many subscriptions">>}, _, _} = socks_stomp:recv(Ws),
    [] = socks_stomp:call(Ws, {"UNSUBSCRIBE", [{"id", "1"}]}),
    [] = Subscribe("2"),
    socks_stomp:close(Ws).

%% B06: what the broker's own clients could not read is not written.
long_names(Config) ->
    Ws = socks_stomp:login(ours(Config)),
    [begin
        ok = socks_stomp:send(Ws, f("SEND", Headers)),
        ?assertMatch({<<"ERROR">>, #{<<"message">> := Message}, _, _}, socks_stomp:recv(Ws))
    end || {Headers, Message} <- [
        {[{"destination", ["/exchange/", binary:copy(<<"x">>, 65_536)]}], <<"Invalid destination">>},
        {[{"destination", ["/queue/", binary:copy(<<"%2F">>, 256)]}], <<"Invalid destination">>},
        {[{"destination", "/topic/a"}, {"content-type", binary:copy(<<"x">>, 256)}], <<"Invalid header">>},
        {[{"destination", "/topic/a"}, {"priority", "high"}], <<"Invalid header">>}
    ]],
    ?assertEqual([], socks_stomp:call(Ws, {"SEND", [{"destination", "/topic/a"}]})),
    socks_stomp:close(Ws).

%% Heart-beats

%% The answer is that of Web STOMP, and both ways are kept.
beats(Config) ->
    Negotiated = fun(Target, Asked) ->
        Ws = socks_stomp:open(Target),
        ok = socks_stomp:send(Ws, f("CONNECT", [{"accept-version", "1.2"}, {"heart-beat", Asked} | ?GUEST])),
        {<<"CONNECTED">>, #{<<"heart-beat">> := Answer}, _, _} = socks_stomp:recv(Ws),
        {Ws, Answer}
    end,
    [begin
        {A, Ours} = Negotiated(ours(Config), Asked),
        {B, Stock} = Negotiated(stock(Config), Asked),
        ?assertEqual({Asked, Stock}, {Asked, Ours}),
        [socks_stomp:close(Ws) || Ws <- [A, B]]
    end || Asked <- ["0,0", "1,1", "999,1000", "1500,2000", "60000,0", "0,60000", "999999999,999999999"]],
    {Ws, <<"1000,0">>} = Negotiated(ours(Config), "0,1000"),
    [?assertEqual(heartbeat, socks_stomp:recv(Ws)) || _ <- lists:seq(1, 4)],
    socks_stomp:close(Ws).

%% One who promised to be heard is closed when it is not; what it sends, heart-beats or not, is being heard.
mute_client(Config) ->
    Connect = [{"heart-beat", "1000,0"}],
    Mute = socks_stomp:login(ours(Config), Connect),
    Beating = socks_stomp:login(ours(Config), Connect),
    _ = [begin ok = socks_stomp:send(Beating, "\n"), timer:sleep(500) end || _ <- lists:seq(1, 8)],
    ?assertMatch({close, 1000, _}, socks_stomp:recv(Mute)),
    ?assertEqual([], socks_stomp:call(Beating, {"BEGIN", [{"transaction", "t"}]})),
    [socks_stomp:close(Ws) || Ws <- [Mute, Beating]],
    ok.

disconnect(Config) ->
    Ws = socks_stomp:login(ours(Config)),
    Queue = queue(Config, ""),
    ok = socks_stomp:send(Ws, [f("SEND", [{"destination", Queue}, {"receipt", "1"}], "kept"), f("DISCONNECT", [{"receipt", "bye"}])]),
    Receipts = [Id || {<<"RECEIPT">>, #{<<"receipt-id">> := Id}, _, _} <- [socks_stomp:recv(Ws)]],
    ?assert(lists:member(Receipts, [[<<"1">>], [<<"bye">>]])),
    ?assertMatch({close, 1000, _}, last(Ws)),
    socks_stomp:close(Ws),
    Next = socks_stomp:login(ours(Config)),
    ok = socks_stomp:send(Next, f("SUBSCRIBE", [{"id", "s"}, {"destination", Queue}])),
    ?assertMatch({<<"MESSAGE">>, _, <<"kept">>, _}, socks_stomp:recv(Next)),
    socks_stomp:close(Next).

last(Ws) ->
    case socks_stomp:recv(Ws) of
        {<<"RECEIPT">>, _, _, _} -> last(Ws);
        Other -> Other
    end.

%% Back-pressure

%% FT6: publishers wait, consumers go on, nobody is closed for the heart-beats that were not read.
alarm(Config) ->
    Broker = ?config(broker, Config),
    Queue = queue(Config, ""),
    Consumer = socks_stomp:login(ours(Config)),
    [] = socks_stomp:call(Consumer, {"SUBSCRIBE", [{"id", "s"}, {"destination", Queue} | gone()]}),
    Send = fun(Ws, N) -> socks_stomp:send(Ws, f("SEND", [{"destination", Queue} | gone()], integer_to_list(N))) end,
    {0, _} = socks_broker:ctl(Broker, ["set_vm_memory_high_watermark", "0.00000001"]),
    try
        Publisher = socks_stomp:login(ours(Config), [{"heart-beat", "1000,0"}]),
        [ok = Send(Publisher, N) || N <- lists:seq(1, 200)],
        %% Silence, far beyond what heart-beats allow.
        ?assertEqual({error, timeout}, socks_stomp:recv(Consumer, 4_000)),
        ok = socks_stomp:send(Consumer, f("BEGIN", [{"transaction", "t"}, {"receipt", "alive"}])),
        {<<"RECEIPT">>, #{<<"receipt-id">> := <<"alive">>}, _, _} = socks_stomp:recv(Consumer),
        {0, _} = socks_broker:ctl(Broker, ["set_vm_memory_high_watermark", "0.4"]),
        [?assertMatch({<<"MESSAGE">>, _, _, _}, recv_number(Consumer, N)) || N <- lists:seq(1, 200)],
        ok = socks_stomp:send(Publisher, f("ABORT", [{"transaction", "none"}])),
        {<<"ERROR">>, _, _, _} = socks_stomp:recv(Publisher),
        socks_stomp:close(Publisher)
    after
        {0, _} = socks_broker:ctl(Broker, ["set_vm_memory_high_watermark", "0.4"])
    end,
    socks_stomp:close(Consumer).

%% What was sent in a transaction is published when that is committed.
alarm_commit(Config) ->
    Broker = ?config(broker, Config),
    Queue = queue(Config, ""),
    Consumer = socks_stomp:login(ours(Config), [{"heart-beat", "0,1000"}]),
    [] = socks_stomp:call(Consumer, {"SUBSCRIBE", [{"id", "s"}, {"destination", Queue} | gone()]}),
    Publisher = socks_stomp:login(ours(Config)),
    [] = socks_stomp:call(Publisher, {"BEGIN", [{"transaction", "t"}]}),
    [ok = socks_stomp:send(Publisher, f("SEND", [{"destination", Queue}, {"transaction", "t"} | gone()], integer_to_list(N)))
     || N <- lists:seq(1, 5)],
    [] = socks_stomp:call(Publisher, {"BEGIN", [{"transaction", "other"}]}),
    {0, _} = socks_broker:ctl(Broker, ["set_vm_memory_high_watermark", "0.00000001"]),
    try
        ok = socks_stomp:send(Publisher, f("COMMIT", [{"transaction", "t"}, {"receipt", "done"}])),
        %% Heart-beats of the server go on, and nothing else comes.
        [?assertEqual(heartbeat, socks_stomp:recv(Consumer)) || _ <- lists:seq(1, 4)],
        ?assertEqual({error, timeout}, socks_stomp:recv(Publisher, 0))
    after
        {0, _} = socks_broker:ctl(Broker, ["set_vm_memory_high_watermark", "0.4"])
    end,
    {<<"RECEIPT">>, #{<<"receipt-id">> := <<"done">>}, _, _} = socks_stomp:recv(Publisher),
    [?assertMatch({<<"MESSAGE">>, _, _, _}, recv_number(Consumer, N)) || N <- lists:seq(1, 5)],
    [socks_stomp:close(Ws) || Ws <- [Publisher, Consumer]].

recv_number(Ws, N) ->
    Body = integer_to_binary(N),
    case socks_stomp:recv(Ws) of
        heartbeat -> recv_number(Ws, N);
        {<<"MESSAGE">>, _, Body, _} = Message -> Message
    end.

%% FT6: a client that is not read cannot answer the edge's pings, and is not taken for gone. One that is gone is.
alarm_and_idle_timeout(Config) ->
    Broker = ?config(broker, Config),
    Queue = queue(Config, ""),
    Port = socks_broker:free_port(),
    Options = [{ping_interval, 1_000}, {idle_timeout, 2_000}, {credit_messages, 4}],
    ok = socks_broker:rpc(Broker, rabbit_socks, start_listener, [{"127.0.0.1", Port}, rabbit_socks_stomp, Options]),
    Consumer = socks_stomp:login(ours(Config)),
    [] = socks_stomp:call(Consumer, {"SUBSCRIBE", [{"id", "s"}, {"destination", Queue} | gone()]}),
    {0, _} = socks_broker:ctl(Broker, ["set_vm_memory_high_watermark", "0.00000001"]),
    Publisher = try
        %% Nobody answers a ping. The alarm takes a while to set, so those who are silent come after it: one who is not read, one who is.
        Sender = socks_stomp:login({Port, "/websocket"}),
        [ok = socks_stomp:send(Sender, f("SEND", [{"destination", Queue} | gone()], integer_to_list(N))) || N <- lists:seq(1, 50)],
        Silent = socks_stomp:login({Port, "/websocket"}),
        ?assertEqual(ok, socks_os:wait_until(fun() -> sessions(Broker) =:= 2 end, 20_000)),
        socks_stomp:close(Silent),
        ?assertEqual({error, timeout}, socks_stomp:recv(Consumer, 4_000)),
        ?assertEqual(2, sessions(Broker)),
        Sender
    after
        {0, _} = socks_broker:ctl(Broker, ["set_vm_memory_high_watermark", "0.4"])
    end,
    [?assertMatch({<<"MESSAGE">>, _, _, _}, recv_number(Consumer, N)) || N <- lists:seq(1, 50)],
    [socks_stomp:close(Ws) || Ws <- [Publisher, Consumer]],
    ok = socks_broker:rpc(Broker, rabbit_socks, stop_listener, [{"127.0.0.1", Port}]).

sessions(Broker) ->
    length(socks_broker:rpc(Broker, supervisor, which_children, [rabbit_socks_session_sup])).

%% FT12: one who does not read for a while gets everything in order when it does; the session holds little meanwhile.
slow_reader(Config) ->
    Queue = queue(Config, ""),
    Total = 600,
    Body = fun(N) -> string:pad(integer_to_binary(N), 50_000, trailing, $x) end,
    Publisher = socks_stomp:login(ours(Config)),
    [ok = socks_stomp:send(Publisher, f("SEND", [{"destination", Queue}], Body(N))) || N <- lists:seq(1, Total - 1)],
    [] = socks_stomp:call(Publisher, {"SEND", [{"destination", Queue}], Body(Total)}),
    Reader = socks_stomp:login(ours(Config)),
    ok = socks_stomp:send(Reader, f("SUBSCRIBE", [{"id", "s"}, {"destination", Queue}, {"ack", "auto"}])),
    timer:sleep(3_000),
    [begin
        Wanted = iolist_to_binary(Body(N)),
        {N, {<<"MESSAGE">>, _, Wanted, utf8}} = {N, socks_stomp:recv(Reader)}
    end || N <- lists:seq(1, Total)],
    [socks_stomp:close(Ws) || Ws <- [Publisher, Reader]].

%% The broker's side

%% FT9: the subscription ends, and nothing else.
queue_is_deleted(Config) ->
    Broker = ?config(broker, Config),
    Ws = socks_stomp:login(ours(Config)),
    [[] = socks_stomp:call(Ws, {"SUBSCRIBE", [{"id", Id}, {"destination", queue(Config, Id)}]}) || Id <- ["a", "b"]],
    {0, _} = socks_broker:ctl(Broker, ["delete_queue", "queue_is_deleteda"]),
    {<<"ERROR">>, #{<<"message">> := <<"Server cancelled subscription">>, <<"subscription">> := <<"a">>}, _, _} = socks_stomp:recv(Ws),
    ok = socks_stomp:send(Ws, f("SEND", [{"destination", queue(Config, "b")}], "still")),
    {<<"MESSAGE">>, #{<<"subscription">> := <<"b">>}, <<"still">>, _} = socks_stomp:recv(Ws),
    socks_stomp:close(Ws).

broker_closes(Config) ->
    Ws = socks_stomp:login(ours(Config)),
    {0, _} = socks_broker:ctl(?config(broker, Config), ["close_all_connections", "for a reason"]),
    {<<"ERROR">>, #{<<"message">> := <<"connection_forced">>}, _, _} = socks_stomp:recv(Ws),
    {close, 1000, _} = socks_stomp:recv(Ws),
    socks_stomp:close(Ws).

%% A message that the queue does not take is refused by name; Web STOMP says nothing.
refused_publish(Config) ->
    Queue = queue(Config, ""),
    Full = [{"x-max-length", "1"}, {"auto-delete", "false"}],
    {0, _} = socks_broker:ctl(?config(broker, Config),
        ["set_policy", "full", "^refused_publish", "{\"overflow\":\"reject-publish\",\"max-length\":1}"]),
    Ws = socks_stomp:login(ours(Config)),
    [] = socks_stomp:call(Ws, {"SEND", [{"destination", Queue} | Full], "first"}),
    Answers = [begin
        ok = socks_stomp:send(Ws, f("SEND", [{"destination", Queue}, {"receipt", ["r", integer_to_list(N)]} | Full], "more")),
        socks_stomp:recv(Ws)
    end || N <- lists:seq(1, 3)],
    ?assertMatch({<<"ERROR">>, #{<<"message">> := <<"Message not accepted">>, <<"receipt-id">> := <<"r3">>}, _, _}, lists:last(Answers)),
    socks_stomp:close(Ws).

%% After all of this, and after a session that had no time to clean up.
nothing_is_left(Config) ->
    Broker = ?config(broker, Config),
    Ws = socks_stomp:login(ours(Config)),
    Sessions = socks_broker:rpc(Broker, supervisor, which_children, [rabbit_socks_session_sup]),
    [true = socks_broker:rpc(Broker, erlang, exit, [Pid, kill]) || {_, Pid, _, _} <- Sessions],
    ?assert(length(Sessions) >= 1),
    ?assertMatch({close, 1011, _}, socks_stomp:recv(Ws)),
    socks_stomp:close(Ws),
    Empty = fun() ->
        socks_broker:rpc(Broker, supervisor, which_children, [rabbit_socks_session_sup]) =:= [] andalso
            socks_broker:ctl(Broker, ["-q", "--silent", "list_connections", "pid"]) =:= {0, <<>>}
    end,
    ?assertEqual(ok, socks_os:wait_until(Empty, 20_000)).
