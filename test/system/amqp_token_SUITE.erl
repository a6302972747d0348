%% SPDX-License-Identifier: MPL-2.0
%% @doc Clients of the bridge whose rights are a token's (OAuth 2): they end with it, unless the client shows another in time.
-module(amqp_token_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, init_per_testcase/2, end_per_testcase/2]).
-export([expiry/1, expired/1, endless/1, refreshed/1, under_way/1, rights/1, one_name/1, refusals/1, passwords/1, secrets/1]).

-import(bridge_client, [open/2, open/3, refused/3, ask/3, start/3, answer_to/2, heard/1, delivery/1, settle/3, close/1, closed/1]).
-import(amqp_world, [listening/2, port/1, probe/3, guest/1, user/2, wrong/3]).
-import(amqp_tokens, [in/1]).

-define(EVERY, [{4, websocket}, {4, polling}, {3, websocket}, {3, polling}, {json, websocket}]).
-define(GONE, <<"the credentials have expired">>).

suite() -> [{timetrap, {minutes, 2}}].

all() -> [expiry, expired, endless, refreshed, under_way, rights, one_name, refusals, passwords, secrets].

init_per_suite(Config) ->
    amqp_world:start(#{plugins => [rabbit_socks, rabbitmq_auth_backend_oauth2], config => fun(_) -> amqp_tokens:config() end}, Config).

end_per_suite(Config) -> amqp_world:stop(Config).

init_per_testcase(Case, Config) ->
    Listening = listening([{options, [{expires_notice, 1500} || Case =:= expiry]}], Config),
    ok = probe(Config, declare, [<<"q">>, []]),
    [{user, atom_to_binary(Case)} | Listening].

end_per_testcase(_, Config) -> amqp_world:clean(Config).

%% What is shared stays for a while: each case has a user of its own.
token(Config, Claims) -> amqp_tokens:token(maps:merge(#{sub => ?config(user, Config)}, Claims)).

login(Config, How, Token) ->
    C = open(port(Config), How),
    ?assertMatch(#{<<"ok">> := true}, ask(C, "login", [#{token => Token}])),
    C.

shared(Config, Module) -> amqp_world:workers(Config, [Module, ?config(user, Config)]).

%% It is told, and then it goes, however it came.
expiry(Config) ->
    At = in(3),
    Clients = [{How, open(port(Config), How)} || How <- ?EVERY],
    [?assertEqual({How, #{<<"ok">> => true, <<"user">> => <<"expiry">>, <<"vhost">> => <<"/">>, <<"expires">> => At}},
                  {How, ask(C, "login", [#{token => token(Config, #{exp => At})}])}) || {How, C} <- Clients],
    ByHandshake = {auth, open(port(Config), websocket, #{token => token(Config, #{exp => At})})},
    [begin
         {<<"expires">>, [Seconds]} = heard(C),
         ?assert(lists:member(Seconds, [0, 1]))
     end || {_, C} <- [ByHandshake | Clients]],
    [?assertEqual({How, {1008, ?GONE}}, {How, closed(C)}) || {How, C} <- [ByHandshake | Clients], How =:= auth orelse element(2, How) =:= websocket],
    %% To one that polls Engine.IO says it without a reason.
    [?assertEqual([<<"1">>], socks_engine:packets(element(2, C), 1)) || {{_, polling}, C} <- Clients],
    listeners_world:eventually(fun() -> listeners_world:rpc(Config, supervisor, which_children, [rabbit_socks_session_sup]) =:= [] end).

expired(Config) ->
    NotAccepted = {<<"the credentials are not accepted">>, <<"access_refused">>},
    [?assertEqual(NotAccepted, refused(port(Config), websocket, #{token => Token}))
     || Token <- [token(Config, #{exp => in(-1)}), token(Config, #{exp => 1}), <<(token(Config, #{}))/binary, "x">>, token(Config, #{aud => [<<"another">>]})]],
    ok.

%% One without an end, and one whose end no timer takes.
endless(Config) ->
    [begin
         C = open(port(Config), {4, websocket}),
         Answer = ask(C, "login", [#{token => token(Config, #{exp => At})}]),
         ?assertEqual(case At of none -> error; _ -> {ok, At} end, maps:find(<<"expires">>, Answer)),
         ?assertMatch(#{<<"ok">> := true}, ask(C, "publish", [<<>>, <<"q">>, <<"x">>, #{mandatory => true}])),
         close(C)
     end || At <- [none, 1 bsl 62, in(100 * 365 * 86400)]].

%% Long after the first token's end everything is as it was, and new things can be done.
refreshed(Config) ->
    First = in(5),
    Clients = [begin
                   C = login(Config, How, token(Config, #{exp => First})),
                   #{<<"ok">> := true, <<"subscription">> := Id} = ask(C, "subscribe", [<<"amq.topic">>, <<"k">>]),
                   Queue = iolist_to_binary(io_lib:format("own-~p", [How])),
                   #{<<"ok">> := true} = ask(C, "declare", [Queue]),
                   #{<<"ok">> := true, <<"consumer">> := Consumer} = ask(C, "consume", [Queue]),
                   #{<<"ok">> := true} = ask(C, "publish", [<<>>, Queue, <<"before">>]),
                   %% A minute ahead: that was at once.
                   {<<"expires">>, [_]} = heard(C),
                   {C, Id, Queue, Consumer}
               end || How <- ?EVERY],
    Token = token(Config, #{exp => in(3600)}),
    [?assertMatch(#{<<"ok">> := true, <<"user">> := <<"refreshed">>, <<"vhost">> := <<"/">>, <<"expires">> := _}, ask(C, "refresh", [#{token => Token}]))
     || {C, _, _, _} <- Clients],
    listeners_world:eventually(fun() -> in(0) > First end),
    [begin
         %% What had been delivered is settled on the old way, what comes next comes on it.
         {Id1, [Consumer, <<"before">>, _]} = delivery(C),
         ok = settle(C, Id1, []),
         #{<<"ok">> := true} = ask(C, "publish", [<<>>, Queue, <<"after">>]),
         {Id2, [Consumer, <<"after">>, _]} = delivery(C),
         ok = settle(C, Id2, []),
         listeners_world:eventually(fun() -> probe(Config, messages, [Queue]) =:= {0, 0} end),
         #{<<"ok">> := true} = ask(C, "declare", [null]),
         #{<<"ok">> := true} = ask(C, "subscribe", [<<"amq.topic">>, <<"other">>])
     end || {C, _, Queue, Consumer} <- Clients],
    ok = probe(Config, publish, [<<"amq.topic">>, <<"k">>, <<"still">>, undefined]),
    [?assertMatch({<<"message">>, [Id, <<"still">> | _]}, heard(C)) || {C, Id, _, _} <- Clients],
    %% All of them have one token now, and one publisher; that of the first is nobody's.
    [_, _] = shared(Config, rabbit_socks_amqp_publisher),
    [close(C) || {C, _, _, _} <- Clients].

%% What the first publisher has not confirmed is confirmed by it still, and what comes after keeps its place.
under_way(Config) ->
    C = login(Config, {4, websocket}, token(Config, #{exp => in(600)})),
    #{<<"ok">> := true} = ask(C, "publish", [<<>>, <<"q">>, <<"0">>]),
    [First] = shared(Config, rabbit_socks_amqp_publisher),
    ok = listeners_world:rpc(Config, sys, suspend, [First]),
    Request = start(C, "request", [<<>>, <<"q">>, <<"1">>, #{timeout => 60000}]),
    Publishes = [start(C, "publish", [<<>>, <<"q">>, <<"2">>])],
    #{<<"ok">> := true} = ask(C, "refresh", [#{token => token(Config, #{exp => in(3600)})}]),
    Held = [start(C, "publish", [<<>>, <<"q">>, Body]) || Body <- [<<"3">>, <<"4">>]],
    ?assertEqual([First], shared(Config, rabbit_socks_amqp_publisher)),
    ok = listeners_world:rpc(Config, sys, resume, [First]),
    [?assertEqual(#{<<"ok">> => true}, answer_to(C, Id)) || Id <- Publishes ++ Held],
    [Second] = shared(Config, rabbit_socks_amqp_publisher) -- [First],
    %% The reply comes the old way; when it has, nobody is attached there.
    #{<<"ok">> := true} = ask(C, "consume", [<<"q">>]),
    Deliveries = [delivery(C) || _ <- lists:seq(0, 4)],
    ?assertEqual([<<"0">>, <<"1">>, <<"2">>, <<"3">>, <<"4">>], [Body || {_, [_, Body, _]} <- Deliveries]),
    ?assertEqual(1, attached(Config, First)),
    [ok = settle(C, Id, [null, <<"reply">>]) || {Id, [_, <<"1">>, _]} <- Deliveries],
    ?assertMatch(#{<<"ok">> := true, <<"body">> := <<"reply">>}, answer_to(C, Request)),
    listeners_world:eventually(fun() -> attached(Config, First) =:= 0 end),
    %% The one that nobody needs may go without a word to the client.
    true = listeners_world:rpc(Config, erlang, exit, [First, kill]),
    #{<<"ok">> := true} = ask(C, "publish", [<<>>, <<"q">>, <<"5">>]),
    ?assertEqual(1, attached(Config, Second)),
    close(C).

%% By how many sessions: what else it watches is its channel.
attached(Config, Publisher) ->
    {monitors, Monitors} = listeners_world:rpc(Config, erlang, process_info, [Publisher, monitors]),
    length(Monitors) - 1.

%% A new token may allow less: what it does not allow ends within the time of a refresh.
rights(Config) ->
    ok = probe(Config, declare, [<<"allowed">>, []]),
    C = login(Config, {4, websocket}, token(Config, #{})),
    [Kept, Lost] = [maps:get(<<"subscription">>, ask(C, "subscribe", [<<"amq.topic">>, Key])) || Key <- [<<"kept">>, <<"lost">>]],
    [Allowed, Refused] = [maps:get(<<"consumer">>, ask(C, "consume", [Queue])) || Queue <- [<<"allowed">>, <<"q">>]],
    Scopes = [<<"rabbit.read:*/amq.topic/kept">>, <<"rabbit.read:*/allowed">>
              | [<<"rabbit.", Permission/binary, ":*/socks-subscription-*">> || Permission <- [<<"read">>, <<"write">>, <<"configure">>]]],
    #{<<"ok">> := true} = ask(C, "refresh", [#{token => token(Config, #{scope => Scopes})}]),
    ?assertEqual(<<"access_refused">>, wrong(C, "publish", [<<>>, <<"q">>, <<"x">>])),
    ?assertEqual(<<"access_refused">>, wrong(C, "declare", [<<"another">>])),
    Cancelled = [Id || _ <- [1, 2], {<<"cancelled">>, [Id, #{<<"error">> := <<"access_refused">>}]} <- [heard(C)]],
    ?assertEqual(lists:sort([Lost, Refused]), lists:sort(Cancelled)),
    ok = probe(Config, publish, [<<"amq.topic">>, <<"lost">>, <<"x">>, undefined]),
    ok = probe(Config, publish, [<<"amq.topic">>, <<"kept">>, <<"y">>, undefined]),
    ?assertMatch({<<"message">>, [Kept, <<"y">> | _]}, heard(C)),
    ok = probe(Config, publish, [<<>>, <<"allowed">>, <<"z">>, undefined]),
    {_, [Allowed, <<"z">>, _]} = delivery(C),
    %% And more again.
    #{<<"ok">> := true} = ask(C, "refresh", [#{token => token(Config, #{})}]),
    #{<<"ok">> := true} = ask(C, "publish", [<<>>, <<"q">>, <<"x">>]),
    close(C).

%% Two who have one name and different tokens: neither acts with the other's rights, at the same time.
one_name(Config) ->
    Narrow = token(Config, #{scope => [<<"rabbit.write:*/amq.topic/n">>]}),
    [Wide, Small] = [login(Config, {json, websocket}, Token) || Token <- [token(Config, #{}), Narrow]],
    [begin
         ?assertMatch(#{<<"ok">> := true}, ask(Wide, "publish", [<<"amq.topic">>, <<"n">>, <<"x">>])),
         ?assertMatch(#{<<"ok">> := true}, ask(Small, "publish", [<<"amq.topic">>, <<"n">>, <<"x">>])),
         ?assertMatch(#{<<"ok">> := true}, ask(Wide, "publish", [<<>>, <<"q">>, <<"x">>])),
         [?assertEqual({Name, <<"access_refused">>}, {Name, wrong(Small, Name, Args)}) || {Name, Args} <- [
             {"publish", [<<>>, <<"q">>, <<"x">>]}, {"publish", [<<"amq.topic">>, <<"m">>, <<"x">>]}, {"declare", [<<"mine">>]}, {"consume", [<<"q">>]},
             {"purge", [<<"q">>]}, {"delete", [<<"q">>]}, {"subscribe", [<<"amq.topic">>, <<"n">>]}]],
         ?assertMatch(#{<<"ok">> := true}, ask(Wide, "purge", [<<"q">>]))
     end || _ <- [1, 2]],
    ?assertEqual(2, length(shared(Config, rabbit_socks_amqp_connection))),
    %% The same token is the same connection.
    Same = login(Config, {4, polling}, Narrow),
    ?assertMatch(#{<<"ok">> := true}, ask(Same, "publish", [<<"amq.topic">>, <<"n">>, <<"x">>])),
    ?assertEqual(2, length(shared(Config, rabbit_socks_amqp_connection))),
    [close(C) || C <- [Wide, Small, Same]].

%% One connection, one user and one virtual host; and nobody tries tokens out.
refusals(Config) ->
    C = login(Config, {4, websocket}, token(Config, #{})),
    ?assertEqual(<<"bad_request">>, wrong(C, "login", [#{token => token(Config, #{})}])),
    [?assertEqual(<<"bad_request">>, wrong(C, "refresh", Args)) || Args <- [[], [1], [#{}], [#{token => 1}]]],
    #{<<"error">> := <<"access_refused">>, <<"message">> := Another} = ask(C, "refresh", [#{token => token(Config, #{sub => <<"eve">>})}]),
    ?assertEqual(<<"the credentials are another user's">>, Another),
    ?assertEqual(<<"bad_request">>, wrong(C, "refresh", [#{token => token(Config, #{}), vhost => <<"another">>}])),
    ?assertEqual(#{<<"ok">> => true}, ask(C, "publish", [<<>>, <<"q">>, <<"x">>])),
    ?assertEqual(<<"access_refused">>, wrong(C, "refresh", [#{token => <<"nonsense">>}])),
    ?assertEqual({1008, <<"too many refused logins">>}, closed(C)),
    New = open(port(Config), {json, websocket}),
    ?assertEqual(<<"not_logged_in">>, wrong(New, "refresh", [#{token => token(Config, #{})}])),
    close(New).

%% Users of the broker's own may do it too; it is not counted again.
passwords(Config) ->
    Rpc = fun(Function, Arguments) -> listeners_world:rpc(Config, rabbit_auth_backend_internal, Function, Arguments) end,
    ok = Rpc(set_user_limits, [<<"reader">>, #{<<"max-connections">> => 1}, <<"test">>]),
    R = user(Config, <<"reader">>),
    ?assertEqual(#{<<"ok">> => true, <<"user">> => <<"reader">>, <<"vhost">> => <<"/">>},
                 ask(R, "refresh", [#{username => <<"reader">>, password => <<"secret">>}])),
    ?assertEqual(<<"access_refused">>, wrong(R, "refresh", [#{username => <<"reader">>, password => <<"wrong">>}])),
    ?assertEqual(<<"access_refused">>, wrong(R, "refresh", [#{username => <<"guest">>, password => <<"guest">>}])),
    ?assertEqual(<<"access_refused">>, wrong(R, "refresh", [#{username => <<"nobody">>, password => <<"secret">>}])),
    ?assertMatch({1008, _}, closed(R)),
    ok = Rpc(clear_user_limits, [<<"reader">>, <<"all">>, <<"test">>]).

%% No token is in the log, whatever becomes of its connection.
secrets(Config) ->
    [First, Second] = [token(Config, #{exp => in(3600 + N)}) || N <- [1, 2]],
    C = login(Config, {4, websocket}, First),
    #{<<"ok">> := true} = ask(C, "consume", [<<"q">>]),
    #{<<"ok">> := true} = ask(C, "refresh", [#{token => Second}]),
    #{<<"ok">> := true} = ask(C, "publish", [<<>>, <<"q">>, <<"x">>]),
    [Session] = [Pid || {_, Pid, _, _} <- listeners_world:rpc(Config, supervisor, which_children, [rabbit_socks_session_sup])],
    Shared = [Pid || Module <- [rabbit_socks_amqp_publisher, rabbit_socks_amqp_connection], Pid <- shared(Config, Module)],
    %% Nonsense, on which each of them dies.
    [listeners_world:rpc(Config, erlang, send, [Pid, Message])
     || {Pid, Message} <- [{Session, {rabbit_socks_alarm, blocked, nonsense}} | [{Pid, {'$gen_call', {Pid, make_ref()}, nonsense}} || Pid <- Shared]]],
    listeners_world:eventually(fun() -> [Pid || Pid <- [Session | Shared], listeners_world:rpc(Config, erlang, is_process_alive, [Pid])] =:= [] end),
    close(C),
    Log = socks_broker:log(?config(broker, Config)),
    ?assertEqual([nomatch, nomatch], [string:find(Log, lists:last(binary:split(Token, <<".">>, [global]))) || Token <- [First, Second]]).
