%% SPDX-License-Identifier: MPL-2.0
%% @doc What users may do by the bridge is what they may do by AMQP: users of every combination of permissions do everything by
%% both, in two virtual hosts, and the answers are compared. No rule of ours says what is right: the broker does.
-module(amqp_permission_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, init_per_testcase/2, end_per_testcase/2]).
-export([vhosts/1, table/1, shared/1, revoked/1, deleted/1]).

-import(bridge_client, [open/3, refused/3, ask/3, heard/1, delivery/1, close/1]).
-import(amqp_world, [listening/2, port/1, probe/3, guest/1, user/2]).

-define(SECOND, <<"second">>).
-define(BOTH, [<<"/">>, ?SECOND]).

suite() -> [{timetrap, {minutes, 5}}].

all() -> [vhosts, table, shared, revoked, deleted].

init_per_suite(Config0) ->
    Config = amqp_world:start(Config0),
    ok = socks_broker:load(?config(broker, Config), amqp_reference),
    {0, _} = socks_broker:ctl(?config(broker, Config), ["add_vhost", binary_to_list(?SECOND)]),
    Number = length(rows()),
    Users = [begin
                 Name = <<"user-", (integer_to_binary(N))/binary>>,
                 ok = internal(Config, add_user, [Name, <<"secret">>]),
                 %% Each has other permissions in the second virtual host.
                 [permit(Config, Name, VHost, lists:nth((N + Shift) rem Number + 1, rows())) || {VHost, Shift} <- lists:zip(?BOTH, [0, 31])],
                 Name
             end || N <- lists:seq(1, Number)],
    ok = internal(Config, set_permissions, [<<"guest">>, ?SECOND, <<".*">>, <<".*">>, <<".*">>]),
    [{users, Users} | Config].

end_per_suite(Config) -> amqp_world:stop(Config).

init_per_testcase(_, Config) ->
    ok = reference(Config, start, []),
    listening([], Config).

end_per_testcase(_, Config) ->
    ok = reference(Config, stop, []),
    amqp_world:clean(Config).

%% Configure, write, read, and of the topic exchange write and read.
rows() ->
    [{Configure, Write, Read, Topic}
     || Configure <- [<<"^$">>, <<"^(kept|new|socks-subscription-.*)$">>],
        Write <- [<<"^$">>, <<"^(amq\\.topic|amq\\.default|kept|socks-subscription-.*)$">>, <<".*">>],
        Read <- [<<"^(kept|new|socks-subscription-.*)$">>, <<"^(amq\\.topic|socks-subscription-.*)$">>, <<".*">>],
        Topic <- [none, {<<"^news\\.">>, <<"^$">>}, {<<"^$">>, <<"^news\\.">>}, {<<"^{username}\\.">>, <<"^(news|{username})\\.">>}]].

permit(Config, User, VHost, {Configure, Write, Read, Topic}) ->
    ok = internal(Config, set_permissions, [User, VHost, Configure, Write, Read]),
    case Topic of
        none -> ok;
        {TopicWrite, TopicRead} -> internal(Config, set_topic_permissions, [User, VHost, <<"amq.topic">>, TopicWrite, TopicRead])
    end.

internal(Config, Function, Args) -> listeners_world:rpc(Config, rabbit_auth_backend_internal, Function, Args ++ [<<"suite">>]).
reference(Config, Function, Args) -> socks_broker:rpc(?config(broker, Config), amqp_reference, Function, Args).

auth(User, VHost) -> #{username => User, password => <<"secret">>, vhost => VHost}.

%% Everything there is to do; `new' is made by some of it, and is there for no one else.
commands(User) ->
    Own = <<User/binary, ".a">>,
    [{publish, [Exchange, Key, <<"x">>]} || {Exchange, Key} <- [{<<"amq.topic">>, <<"news.a">>}, {<<"amq.topic">>, <<"secret.a">>}, {<<"amq.topic">>, Own},
        {<<"amq.fanout">>, <<>>}, {<<>>, <<"kept">>}, {<<"inside">>, <<>>}, {<<"no such">>, <<>>}]] ++
    [{request, [Exchange, Key, <<"x">>]} || {Exchange, Key} <- [{<<"amq.topic">>, <<"news.nobody">>}, {<<"amq.topic">>, <<"secret.nobody">>}, {<<>>, <<"nobody">>}]] ++
    [{subscribe, [Exchange, Keys]} || {Exchange, Keys} <- [{<<"amq.topic">>, [<<"news.a">>]}, {<<"amq.topic">>, [<<"news.a">>, <<"secret.a">>]},
        {<<"amq.topic">>, [<<"#">>]}, {<<"amq.topic">>, [Own]}, {<<"amq.fanout">>, [<<>>]}, {<<"inside">>, [<<>>]}, {<<"no such">>, [<<>>]}]] ++
    [{consume, [<<"kept">>]}, {consume, [<<"no such">>]},
     {declare, [<<"kept">>]}, {declare, [<<"new">>]}, {declare, [<<"new">>, #{arguments => #{<<"x-dead-letter-exchange">> => <<"amq.fanout">>}}]},
     {bind, [<<"kept">>, <<"amq.topic">>, <<"news.bound">>]}, {bind, [<<"kept">>, <<"amq.topic">>, <<"secret.bound">>]}, {bind, [<<"kept">>, <<"amq.fanout">>, <<>>]},
     {unbind, [<<"kept">>, <<"amq.topic">>, <<"news.bound">>]}, {unbind, [<<"kept">>, <<"amq.topic">>, <<"secret.bound">>]}, {unbind, [<<"kept">>, <<"amq.fanout">>, <<>>]},
     {purge, [<<"kept">>]}, {purge, [<<"no such">>]}, {delete, [<<"kept">>]}].

%% Who may come in.
vhosts(Config) ->
    Users = [{<<"nowhere">>, []}, {<<"first">>, [<<"/">>]}, {<<"other">>, [?SECOND]}, {<<"everywhere">>, ?BOTH}],
    [begin
         ok = internal(Config, add_user, [User, <<"secret">>]),
         [ok = internal(Config, set_permissions, [User, VHost, <<"^$">>, <<"^$">>, <<"^$">>]) || VHost <- Where]
     end || {User, Where} <- Users],
    Answers = [{User, VHost, reference(Config, connect, [User, <<"secret">>, VHost]), come(Config, User, VHost)}
               || {User, _} <- Users, VHost <- ?BOTH ++ [<<"third">>]],
    ?assertEqual(4, length([ok || {_, _, ok, _} <- Answers])),
    ?assertEqual([], [Answer || {_, _, ByAmqp, Ours} = Answer <- Answers, ByAmqp =/= Ours]),
    [ok = internal(Config, delete_user, [User]) || {User, _} <- Users],
    ok.

come(Config, User, VHost) ->
    C = socks_engine:open(port(Config), 4, websocket, "/socket.io/"),
    ok = socks_engine:send(C, [iolist_to_binary(["0", rabbit_json:encode(auth(User, VHost))])]),
    [<<Type, _/binary>>] = socks_engine:recv(C, 1),
    ok = socks_engine:close(C),
    case Type of $0 -> ok; $4 -> refused end.

table(Config) ->
    Answers = lists:append([begin
        reference(Config, prepare, [VHost]),
        ok = reference(Config, connect, [User, <<"secret">>, VHost]),
        C = open(port(Config), websocket, auth(User, VHost)),
        Both = [{{User, VHost, Command}, compared(Config, C, User, VHost, Command)} || Command <- commands(User)],
        close(C),
        Both
    end || VHost <- ?BOTH, User <- ?config(users, Config)]),
    ?assertEqual([], [Answer || {_, {ByAmqp, Ours}} = Answer <- Answers, ByAmqp =/= Ours]),
    %% A table of refusals, or of none, would prove nothing.
    Count = lists:foldl(fun({{_, _, {Name, _}}, {Answer, _}}, Acc) -> maps:update_with({Name, Answer}, fun(N) -> N + 1 end, 1, Acc) end, #{}, Answers),
    ct:log("~b answers: ~p", [length(Answers), Count]),
    [?assertMatch({Name, Answer, #{{Name, Answer} := _}}, {Name, Answer, Count})
     || Name <- [publish, request, subscribe, consume, declare, bind, unbind, purge, delete], Answer <- [<<"ok">>, <<"access_refused">>]].

compared(Config, C, User, VHost, {Name, Args} = Command) ->
    Again = fun() -> lists:member(Name, [declare, delete]) andalso reference(Config, prepare, [VHost]) end,
    ByAmqp = word(reference(Config, do, [User, VHost, Command])),
    Again(),
    Ours = answer(ask(C, atom_to_list(Name), Args ++ [#{timeout => 100} || Name =:= request])),
    Again(),
    {ByAmqp, Ours}.

word(ok) -> <<"ok">>;
word(403) -> <<"access_refused">>;
word(404) -> <<"not_found">>;
word(406) -> <<"precondition_failed">>.

%% That nobody takes a request, or answers it, is what becomes of one that the broker lets through.
answer(#{<<"ok">> := true}) -> <<"ok">>;
answer(#{<<"error">> := Code}) when Code =:= <<"unroutable">>; Code =:= <<"timeout">> -> <<"ok">>;
answer(#{<<"error">> := Code}) -> Code.

%% All of them at once, and one who may hear everything: each hears what it hears with a queue of its own, and nothing else.
shared(Config) ->
    Users = ?config(users, Config),
    Sets = [{<<"amq.topic">>, Keys} || Keys <- [[<<"news.a">>], [<<"secret.a">>], [<<"news.a">>, <<"secret.a">>], [<<"#">>], [<<"*.a">>], [<<"user-7.a">>]]] ++ [{<<"amq.fanout">>, [<<"f">>]}],
    All = guest(Config),
    Names = maps:from_list([{maps:get(<<"subscription">>, ask(All, "subscribe", [Exchange, Keys])), Keys} || {Exchange, Keys} <- Sets]),
    Clients = [begin
        ok = reference(Config, connect, [User, <<"secret">>, <<"/">>]),
        [reference(Config, listen, [User, <<"/">>, Exchange, Keys]) || {Exchange, Keys} <- Sets],
        C = open(port(Config), websocket, auth(User, <<"/">>)),
        [ask(C, "subscribe", [Exchange, Keys]) || {Exchange, Keys} <- Sets],
        {User, C}
    end || User <- Users],
    ?assertEqual(length(Sets), length(amqp_world:workers(Config, [rabbit_socks_amqp_subscription, <<"/">>]))),
    [ok = probe(Config, publish, [Exchange, Key, Key, undefined])
     || {Exchange, Key} <- [{<<"amq.topic">>, <<"news.a">>}, {<<"amq.topic">>, <<"secret.a">>}, {<<"amq.topic">>, <<"user-7.a">>}, {<<"amq.fanout">>, <<"f">>}]],
    %% When it has come to one who hears everything it has been sent to all: an answer comes behind it.
    Everything = lists:sort([message(Names, heard(All)) || _ <- lists:seq(1, 1 + 1 + 2 + 3 + 3 + 1 + 1)]),
    Heard = [begin
        #{<<"error">> := <<"not_found">>} = ask(C, "unsubscribe", [<<"nothing">>]),
        {User, reference(Config, heard, [User]), lists:sort([message(Names, Event) || Event <- bridge_client:unheard(C)])}
    end || {User, C} <- Clients],
    ?assertEqual([], [Differs || {_, ByAmqp, Ours} = Differs <- Heard, ByAmqp =/= Ours]),
    ?assertEqual([], [User || {User, _, Ours} <- Heard, Ours -- Everything =/= []]),
    Amounts = lists:usort([length(Ours) || {_, _, Ours} <- Heard]),
    ct:log("messages that users heard: ~p of ~b", [Amounts, length(Everything)]),
    ?assert(lists:member(0, Amounts) andalso length(Amounts) > 3),
    [close(C) || C <- [All | [C || {_, C} <- Clients]]].

message(Names, {<<"message">>, [Id, Body, #{<<"routingKey">> := Body}]}) -> {maps:get(Id, Names), Body}.

%% Who loses a permission loses what it has by it: a subscription, a consumer with a message in hand. The next has it then.
revoked(Config) ->
    Broker = ?config(broker, Config),
    [begin
         ok = probe(Config, declare, [<<"kept">>, []]),
         {0, _} = socks_broker:ctl(Broker, ["add_user", "former", "secret"]),
         {0, _} = socks_broker:ctl(Broker, ["set_permissions", "former", ".*", ".*", ".*"]),
         [C, G] = [user(Config, <<"former">>), guest(Config)],
         [Id, Id] = [maps:get(<<"subscription">>, ask(One, "subscribe", [<<"amq.topic">>, <<"k">>])) || One <- [C, G]],
         #{<<"consumer">> := Consumer} = ask(C, "consume", [<<"kept">>]),
         ok = probe(Config, publish, [<<>>, <<"kept">>, <<"in hand">>, undefined]),
         {_, [Consumer, <<"in hand">>, _]} = delivery(C),
         {0, _} = socks_broker:ctl(Broker, Command),
         Ended = [Ended || _ <- Lost, {<<"cancelled">>, [Ended, #{<<"error">> := <<"access_refused">>}]} <- [heard(C)]],
         ?assertEqual(lists:sort([case What of subscription -> Id; consumer -> Consumer end || What <- Lost]), lists:sort(Ended)),
         %% Of what comes now it gets what it may still have.
         ok = probe(Config, publish, [<<"amq.topic">>, <<"k">>, <<"x">>, undefined]),
         ?assertMatch({<<"message">>, [Id, <<"x">> | _]}, heard(G)),
         #{<<"error">> := <<"not_found">>} = ask(C, "unsubscribe", [<<"nothing">>]),
         ?assertEqual([[Id, <<"x">>] || not lists:member(subscription, Lost)], [[Of, Body] || {<<"message">>, [Of, Body, _]} <- bridge_client:unheard(C)]),
         case lists:member(consumer, Lost) of
             true ->
                 _ = ask(G, "consume", [<<"kept">>]),
                 {_, [_, <<"in hand">>, #{<<"redelivered">> := true}]} = delivery(G);
             false -> ok
         end,
         [close(One) || One <- [C, G]],
         {0, _} = socks_broker:ctl(Broker, ["delete_user", "former"]),
         listeners_world:eventually(fun() -> probe(Config, messages, [<<"kept">>]) =:= {1, 0} end),
         ok = probe(Config, delete, [<<"kept">>])
     end || {Command, Lost} <- [
         {["set_permissions", "former", ".*", ".*", "^socks-subscription-"], [subscription, consumer]},
         {["set_permissions", "former", "^$", ".*", ".*"], [subscription]},
         {["set_permissions", "former", ".*", ".*", "^(amq\\.topic|socks-subscription-.*)$"], [consumer]},
         {["set_topic_permissions", "former", "amq.topic", ".*", "^nothing$"], [subscription]},
         {["clear_permissions", "former"], [subscription, consumer]}]],
    ok.

%% Who is no more is disconnected.
deleted(Config) ->
    ok = internal(Config, add_user, [<<"former">>, <<"secret">>]),
    ok = internal(Config, set_permissions, [<<"former">>, <<"/">>, <<".*">>, <<".*">>, <<".*">>]),
    {_, Engine} = C = user(Config, <<"former">>),
    #{<<"ok">> := true} = ask(C, "subscribe", [<<"amq.topic">>, <<"k">>]),
    ok = internal(Config, delete_user, [<<"former">>]),
    ?assertEqual([<<"41">>], socks_engine:packets(Engine, 1)),
    ?assertEqual({<<"the credentials are not accepted">>, <<"access_refused">>}, refused(port(Config), websocket, auth(<<"former">>, <<"/">>))).
