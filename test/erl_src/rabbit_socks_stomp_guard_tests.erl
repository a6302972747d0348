%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_stomp_guard_tests).

-include_lib("eunit/include/eunit.hrl").
-import(rabbit_socks_stomp_guard, [new/1, check/2, cancelled/2]).

-define(LIMITS, #{subscriptions => 3, transactions => 2, transaction_bytes => 1000}).

f(Command, Headers) -> f(Command, Headers, <<>>).

f(Command, Headers, Body) -> #{command => Command, headers => Headers, body => Body}.

fresh() -> new(?LIMITS).

connected() ->
    {ok, _, Guard} = check(f("CONNECT", [{"login", "guest"}, {"passcode", "guest"}, {"host", "/"}]), fresh()),
    Guard.

%% Checks the frames one after the other; each but the last must pass.
run(Frames) -> run(Frames, connected()).

run([Frame], Guard) -> check(Frame, Guard);
run([Frame | Frames], Guard) ->
    {ok, _, Guard1} = check(Frame, Guard),
    run(Frames, Guard1).

text(N) -> lists:duplicate(N, $x).

%% CONNECT

before_connect_the_processor_answers_test() ->
    Frame = f("SEND", [{"priority", "x"}]),
    ?assertEqual({ok, Frame, fresh()}, check(Frame, fresh())).

one_login_test() ->
    [?assertMatch({fatal, "Illegal command", _}, check(f(C, []), connected())) || C <- ["CONNECT", "STOMP"]],
    ?assertMatch({ok, _, _}, check(f("STOMP", []), fresh())).

names_that_would_write_the_log_test_() ->
    [?_assertMatch({fatal, "Bad CONNECT", _}, check(f("CONNECT", [{Header, Value}]), fresh()))
     || Header <- ["login", "host"], Value <- [text(256), "a\nb", "a\rb", "\e[31m", [127]]].

passcodes_are_not_looked_at_test() ->
    ?assertMatch({ok, _, _}, check(f("CONNECT", [{"login", "a~p"}, {"passcode", "\n\e" ++ text(300)}]), fresh())).

heart_beats_test_() ->
    [?_assertMatch({ok, _, _}, check(f("CONNECT", [{"heart-beat", Good}]), fresh())) || Good <- ["0,0", "10000,999999999", " 1,1"]] ++
    [?_assertMatch({fatal, "Bad CONNECT", _}, check(f("CONNECT", [{"heart-beat", Bad}]), fresh()))
     || Bad <- ["", ",", "1", "1,", "1,2,3", "a,b", "-1,0", "1, 2", "1,2\n", "1000000000,0", text(1000)]].

%% Values that would harm others, or the processor

numbers_test_() ->
    [?_assertMatch({refuse, "Invalid header", _}, run([f("SEND", [{Header, Value}])]))
     || Header <- ["priority", "timestamp", "prefetch-count", "x-message-ttl"],
        Value <- ["", "x", "-1", "1.5", text(5), lists:duplicate(18, $1)]] ++
    [?_assertMatch({ok, _, _}, run([f("SEND", [{"priority", Value}])])) || Value <- ["0", " 9 ", lists:duplicate(17, $1)]].

short_strings_test_() ->
    [[?_assertMatch({ok, _, _}, run([f("SEND", [{Header, text(255)}])])),
      ?_assertMatch({refuse, "Invalid header", _}, run([f("SEND", [{Header, text(256)}])]))]
     || Header <- ["content-type", "correlation-id", "reply-to", "type", "app-id", "x-queue-name"]].

destinations_test_() ->
    [?_assertMatch({ok, _, _}, run([f("SEND", [{"destination", Good}])]))
     || Good <- ["/queue/" ++ text(255), "/exchange/" ++ text(255) ++ "/" ++ text(255), "", "../", "/queue/",
                 "/queue/" ++ lists:append(lists:duplicate(255, "%2F"))]] ++
    [?_assertMatch({refuse, "Invalid destination", _}, run([f(Command, [{"destination", Bad}])]))
     || Command <- ["SEND", "SUBSCRIBE"],
        Bad <- ["/queue/" ++ text(256), "/exchange/" ++ text(65536), "/queue/" ++ lists:append(lists:duplicate(256, "%2f")),
                text(256)]].

logged_texts_test_() ->
    [[?_assertMatch({ok, _, _}, run([f("ACK", [{Header, text(512)}])])),
      ?_assertMatch({refuse, "Invalid header", _}, run([f("ACK", [{Header, text(513)}])]))]
     || Header <- ["id", "message-id", "ack", "transaction"]] ++
    [?_assertMatch({refuse, "Invalid destination", _}, run([f("SEND", [{"destination", lists:append(lists:duplicate(1201, "/a"))}])])),
     ?_assertMatch({ok, _, _}, run([f("SEND", [{"destination", lists:append(lists:duplicate(1200, "/a"))}])]))].

consumer_tags_test_() ->
    Subscribe = fun(Headers) -> run([f("SUBSCRIBE", Headers)]) end,
    Long = "/exchange/" ++ text(122) ++ "/" ++ text(121),
    [?_assertMatch({ok, _, _}, Subscribe([{"destination", "/queue/a"}, {"id", text(253)}])),
     ?_assertMatch({refuse, "Invalid header", _}, Subscribe([{"destination", "/queue/a"}, {"id", text(254)}])),
     ?_assertMatch({refuse, "Invalid destination", _}, Subscribe([{"destination", Long}])),
     ?_assertMatch({ok, _, _}, Subscribe([{"destination", Long}, {"id", "1"}]))].

%% Subscriptions

sub(Id) -> f("SUBSCRIBE", [{"id", Id}, {"destination", "/queue/a"}]).

unsub(Id) -> f("UNSUBSCRIBE", [{"id", Id}]).

subscriptions_are_counted_test_() ->
    [?_assertMatch({refuse, "Too many subscriptions", _}, run([sub("1"), sub("2"), sub("3"), sub("4")])),
     ?_assertMatch({ok, _, _}, run([sub("1"), sub("2"), sub("3"), sub("3")])),
     ?_assertMatch({ok, _, _}, run([sub("1"), sub("2"), sub("3"), unsub("2"), sub("4")])),
     ?_assertMatch({refuse, _, _}, run([sub("1"), sub("2"), sub("3"), unsub("9"), sub("4")])),
     ?_assertMatch({refuse, _, _}, run([f("SUBSCRIBE", [{"destination", D}]) || D <- ["/queue/1", "/queue/2", "/queue/3", "/queue/4"]])),
     ?_assertMatch({refuse, _, _}, run([f("SEND", [{"reply-to", "/temp-queue/" ++ N}]) || N <- ["1", "2", "3", "4"]])),
     ?_assertMatch({ok, _, _}, run([f("SEND", [{"reply-to", "/temp-queue/1"}]) || _ <- "12345"])),
     ?_assertMatch({ok, _, _}, run([f("SEND", [{"reply-to", "/queue/" ++ N}]) || N <- ["1", "2", "3", "4"]]))].

the_broker_ends_a_subscription_test() ->
    {ok, _, Guard} = run([sub("1"), f("SUBSCRIBE", [{"destination", "/queue/q"}]), sub("3")]),
    ?assertMatch({refuse, _, _}, check(sub("4"), Guard)),
    ?assertMatch({ok, _, _}, check(sub("4"), cancelled({id, "1"}, Guard))),
    ?assertMatch({ok, _, _}, check(sub("4"), cancelled({destination, "/queue/q"}, Guard))),
    ?assertMatch({refuse, _, _}, check(sub("4"), cancelled({id, "unknown"}, Guard))).

%% The queue that UNSUBSCRIBE deletes is the one that SUBSCRIBE made.
the_queue_is_the_subscriptions_own_test() ->
    Forged = {"x-queue-name", "of-somebody-else"},
    {ok, #{headers := Without}, _} = run([sub("1"), f("UNSUBSCRIBE", [{"id", "1"}, Forged])]),
    ?assertEqual([{"id", "1"}], Without),
    {ok, #{headers := Own}, _} =
        run([f("SUBSCRIBE", [{"id", "1"}, {"x-queue-name", "mine"}]), f("UNSUBSCRIBE", [{"id", "1"}, Forged])]),
    ?assertEqual([{"id", "1"}, {"x-queue-name", "mine"}], Own),
    {ok, #{headers := Added}, _} = run([f("SUBSCRIBE", [{"id", "1"}, {"x-queue-name", "mine"}]), unsub("1")]),
    ?assertEqual([{"id", "1"}, {"x-queue-name", "mine"}], Added).

%% Transactions

tx(Command, Name) -> tx(Command, Name, <<>>).

tx(Command, Name, Body) -> f(Command, [{"transaction", Name}], Body).

transactions_are_counted_test_() ->
    [?_assertMatch({refuse, "Too many transactions", _}, run([tx("BEGIN", "1"), tx("BEGIN", "2"), tx("BEGIN", "3")])),
     ?_assertMatch({ok, _, _}, run([tx("BEGIN", "1"), tx("BEGIN", "2"), tx("BEGIN", "2")])),
     ?_assertMatch({ok, _, _}, run([tx("BEGIN", "1"), tx("BEGIN", "2"), tx("COMMIT", "1"), tx("BEGIN", "3")])),
     ?_assertMatch({ok, _, _}, run([tx("BEGIN", "1"), tx("BEGIN", "2"), tx("ABORT", "2"), tx("BEGIN", "3")]))].

transactions_are_weighed_test_() ->
    Body = binary:copy(<<"x">>, 300),
    [?_assertMatch({refuse, "Transaction too large", _}, run([tx("BEGIN", "1"), tx("SEND", "1", Body), tx("SEND", "1", Body)])),
     ?_assertMatch({refuse, _, _}, run([tx("BEGIN", "1"), tx("BEGIN", "2"), tx("SEND", "1", Body), tx("SEND", "2", Body)])),
     ?_assertMatch({ok, _, _}, run([tx("BEGIN", "1"), tx("SEND", "1", Body), tx("COMMIT", "1"), tx("BEGIN", "1"), tx("SEND", "1", Body)])),
     %% Acks are kept as well.
     ?_assertMatch({refuse, _, _}, run([tx("BEGIN", "1") | [tx("ACK", "1") || _ <- "123"]])),
     %% Of what is in no open transaction the processor keeps nothing.
     ?_assertMatch({ok, _, _}, run([tx("SEND", "9", Body) || _ <- "12345"]))].

%% Addresses of direct reply-to that no broker has written: wherever they stand, in whatever writing.
reply_addresses_test_() ->
    [?_assertMatch({Command, Destination, {refuse, "Invalid destination", _}}, {Command, Destination, run([f(Command, [{"id", "1"}, {"destination", Destination}])])})
     || Command <- ["SEND", "SUBSCRIBE"],
        Destination <- ["/queue/amq.rabbitmq.reply-to.x", "/amq/queue/amq.rabbitmq.reply-to.x.y", "/reply-queue/amq.rabbitmq.reply-to.x", "amq.rabbitmq.reply-to.x",
                        "/exchange/amq.topic/amq.rabbitmq.reply-to.x", "/topic/amq.rabbitmq.reply-to.x", "/queue/%61mq.rabbitmq.reply%2dto%2ex",
                        "/reply-queue/amq.rabbitmq.reply-to.g1h2.x", "/reply-queue/amq.rabbitmq.reply-to." ++ [228]]] ++
    [?_assertMatch({refuse, "Invalid header", _}, run([f("SUBSCRIBE", [{"id", "1"}, {"destination", "/queue/q"}, {Header, "amq.rabbitmq.reply-to.x"}])]))
     || Header <- ["x-queue-name", "x-dead-letter-routing-key"]] ++
    [?_assertMatch({ok, _, _}, run([f("SEND", [{"destination", Destination}])]))
     || Destination <- ["/queue/q", "/queue/50%", "/queue/%zz", "/reply-queue/amq.gen-x", "/temp-queue/amq.rabbitmq.reply-to"]].
