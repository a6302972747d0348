%% SPDX-License-Identifier: MPL-2.0
%% @doc Who a client of the bridge is: logins of every kind, on a real broker with the real archive.
-module(amqp_login_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, init_per_testcase/2, end_per_testcase/2]).
-export([logins/1, request_logins/1, default_user/1, no_login/1, login_timeout/1, wrong_options/1, seen/1, counted/1]).

-import(bridge_client, [open/2, open/3, refused/3, ask/3, close/1]).
-import(amqp_world, [listening/2, port/1, guest/1, user/2, wrong/3]).

-define(EVERY, [{4, websocket}, {4, polling}, {3, websocket}, {3, polling}, {json, websocket}]).

suite() -> [{timetrap, {minutes, 2}}].

all() -> [logins, request_logins, default_user, no_login, login_timeout, wrong_options, seen, counted].

init_per_suite(Config) -> amqp_world:start(Config).
end_per_suite(Config) -> amqp_world:stop(Config).

init_per_testcase(Case, Config) ->
    listening([{options, case Case of
        wrong_options -> [{vhosts, <<"/">>}];
        login_timeout -> [{login_timeout, 200}];
        request_logins -> [{basic, true}, {cookie, "socks"}];
        default_user -> [{default_user, "reader"}];
        _ -> []
    end}], Config).

end_per_testcase(_, Config) -> amqp_world:clean(Config).

logins(Config) ->
    Port = port(Config),
    [close(open(Port, Transport, guest())) || Transport <- [polling, websocket]],
    close(open(Port, websocket, (guest())#{vhost => <<"/">>})),
    NotAccepted = {<<"the credentials are not accepted">>, <<"access_refused">>},
    ?assertEqual(NotAccepted, refused(Port, websocket, (guest())#{password => <<"wrong">>})),
    ?assertEqual(NotAccepted, refused(Port, polling, (guest())#{username => <<"nobody">>})),
    ?assertEqual(NotAccepted, refused(Port, websocket, #{token => <<"anything">>})),
    NoAccess = {<<"this user has no access to the virtual host">>, <<"access_refused">>},
    ?assertEqual(NoAccess, refused(Port, websocket, (guest())#{vhost => <<"none">>})),
    ?assertEqual(NoAccess, refused(Port, websocket, #{username => <<"stranger">>, password => <<"secret">>})),
    {_, <<"bad_request">>} = refused(Port, websocket, (guest())#{vhost => 1}),
    {_, <<"bad_request">>} = refused(Port, websocket, (guest())#{token => <<"both">>}),
    {_, <<"bad_request">>} = refused(Port, websocket, #{username => <<"guest">>}),
    ok.

%% Of a request, for clients of every generation; `auth' comes first.
request_logins(Config) ->
    Basic = fun(Pair) -> [{"Authorization", ["Basic ", base64:encode(Pair)]}] end,
    [begin
         E = socks_engine:open(port(Config), Version, Transport, "/socket.io/", #{headers => Basic("reader:secret"), query => ["&b64=1" || Version =:= 3]}),
         _ = [ok = socks_engine:send(E, [<<"0">>]) || Version =:= 4],
         [<<"0", _/binary>>] = socks_engine:recv(E, 1),
         ?assertMatch(#{<<"ok">> := true}, ask({Version, E}, "subscribe", [<<"amq.topic">>, <<"news.x">>])),
         ?assertEqual(<<"access_refused">>, wrong({Version, E}, "publish", [<<"amq.topic">>, <<"news.x">>, <<"x">>])),
         close({Version, E})
     end || {Version, Transport} <- ?EVERY, is_integer(Version)],
    [begin
         E = socks_engine:open(port(Config), 4, polling, "/socket.io/", #{headers => Fields}),
         ok = socks_engine:send(E, [iolist_to_binary(["0", Auth])]),
         [Answer] = socks_engine:recv(E, 1),
         ?assertMatch({match, _}, re:run(Answer, Expected)),
         close({4, E})
     end || {Fields, Auth, Expected} <- [
        {Basic("reader:wrong"), "", "the credentials are not accepted"}, {Basic("no colon"), "", "\"bad_request\""},
        {[{"Cookie", "socks=nonsense"}], "", "the credentials are not accepted"}, {[{"Cookie", "other=1"}], "", "^0"},
        {Basic("reader:wrong"), rabbit_json:encode(guest()), "^0"}]],
    ok.

default_user(Config) ->
    C = open(port(Config), {4, polling}),
    ?assertMatch(#{<<"ok">> := true}, ask(C, "subscribe", [<<"amq.topic">>, <<"news.x">>])),
    ?assertEqual(<<"access_refused">>, wrong(C, "subscribe", [<<"amq.topic">>, <<"secret.x">>])),
    close(C),
    G = guest(Config),
    ?assertMatch(#{<<"ok">> := true}, ask(G, "subscribe", [<<"amq.topic">>, <<"secret.x">>])),
    close(G).

no_login(Config) ->
    [begin
         C = open(port(Config), How),
         ?assertEqual(<<"not_logged_in">>, wrong(C, "publish", [<<>>, <<"q">>, <<"x">>])),
         ?assertEqual(<<"not_logged_in">>, wrong(C, "subscribe", [<<"amq.topic">>, <<"news.#">>])),
         ?assertEqual(<<"access_refused">>, wrong(C, "login", [(guest())#{password => <<"wrong">>}])),
         ?assertEqual(#{<<"ok">> => true, <<"user">> => <<"guest">>, <<"vhost">> => <<"/">>}, ask(C, "login", [guest()])),
         ?assertEqual(<<"bad_request">>, wrong(C, "login", [guest()])),
         ?assertMatch(#{<<"ok">> := true}, ask(C, "publish", [<<>>, <<"q">>, <<"x">>])),
         close(C)
     end || How <- ?EVERY],
    %% Passwords are not tried out here.
    C = open(port(Config), {4, websocket}),
    [?assertEqual(<<"access_refused">>, wrong(C, "login", [(guest())#{password => integer_to_binary(N)}])) || N <- [1, 2, 3]],
    ?assertEqual({1008, <<"too many refused logins">>}, bridge_client:closed(C)).

login_timeout(Config) ->
    [?assertEqual({1008, <<"no login in time">>}, bridge_client:closed(open(port(Config), How))) || {_, websocket} = How <- ?EVERY],
    In = guest(Config),
    timer:sleep(400),
    ?assertMatch(#{<<"ok">> := true}, ask(In, "publish", [<<>>, <<"q">>, <<"x">>])),
    close(In).

wrong_options(Config) ->
    C = socks_engine:open(port(Config), 4, websocket, "/socket.io/"),
    ok = socks_engine:send(C, [<<"0">>]),
    ?assertEqual([<<"4{\"message\":\"this path is not configured properly\"}">>], socks_engine:recv(C, 1)),
    ok = socks_engine:close(C),
    listeners_world:eventually(fun() -> listeners_world:log_lines(Config, "there is no option vhosts") =/= [] end).

%% The operator sees whose connections there are; those of a user who is deleted end.
seen(Config) ->
    Broker = ?config(broker, Config),
    Users = fun() ->
        {0, Listed} = socks_broker:ctl(Broker, ["-q", "list_socks_connections", "user", "vhost", "--no-table-headers"]),
        lists:sort(binary:split(string:trim(Listed), <<"\n">>, [global]))
    end,
    {0, _} = socks_broker:ctl(Broker, ["add_user", "former", "secret"]),
    {0, _} = socks_broker:ctl(Broker, ["set_permissions", "former", ".*", ".*", ".*"]),
    [C, G] = [user(Config, <<"former">>), guest(Config)],
    ?assertEqual([<<"former\t/">>, <<"guest\t/">>], Users()),
    {0, _} = socks_broker:ctl(Broker, ["delete_user", "former"]),
    [<<"41">>] = socks_engine:packets(element(2, C), 1),
    listeners_world:eventually(fun() -> Users() =:= [<<"guest\t/">>] end),
    ?assertMatch(#{<<"ok">> := true}, ask(G, "publish", [<<>>, <<"q">>, <<"x">>])),
    close(G).

%% Each client counts for the limits of its user; and does no more when it has gone.
counted(Config) ->
    Rpc = fun(Module, Function, Arguments) -> listeners_world:rpc(Config, Module, Function, Arguments) end,
    Count = fun(Wanted) -> listeners_world:eventually(fun() -> length(Rpc(rabbit_connection_tracking, list_of_user, [<<"ada">>])) =:= Wanted end) end,
    ok = Rpc(rabbit_auth_backend_internal, add_user, [<<"ada">>, <<"secret">>, <<"test">>]),
    ok = Rpc(rabbit_auth_backend_internal, set_permissions, [<<"ada">>, <<"/">>, <<".*">>, <<".*">>, <<".*">>, <<"test">>]),
    ok = Rpc(rabbit_auth_backend_internal, set_user_limits, [<<"ada">>, #{<<"max-connections">> => 2}, <<"test">>]),
    Ada = #{username => <<"ada">>, password => <<"secret">>},
    [First, Second] = [user(Config, <<"ada">>), open(port(Config), {3, polling})],
    ?assertMatch(#{<<"ok">> := true}, ask(Second, "login", [Ada])),
    Count(2),
    TooMany = {<<"too many connections of this user or virtual host">>, <<"too_many">>},
    ?assertEqual(TooMany, refused(port(Config), websocket, Ada)),
    close(First),
    Count(1),
    Third = user(Config, <<"ada">>),
    [close(C) || C <- [Second, Third]],
    Count(0),
    ok = Rpc(rabbit_auth_backend_internal, delete_user, [<<"ada">>, <<"test">>]).

guest() ->
    #{username => <<"guest">>, password => <<"guest">>}.
