%% SPDX-License-Identifier: MPL-2.0
%% @doc Logins to rabbit_socks_stomp by what the handshake says: HTTP Basic, beside Web STOMP with use_http_auth, a cookie with a
%% token of OAuth 2, a TLS client's certificate. Attack rows B07, B17, B19, B22.
-module(stomp_login_SUITE).

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, init_per_testcase/2, end_per_testcase/2]).
-export([basic/1, basic_refused/1, off_by_default/1, connect_comes_first/1, as_web_stomp/1, cookie/1, bad_tokens/1,
         certificate/1, certificate_refused/1, no_passcode/1, guest_from_elsewhere/1, secrets_stay_out_of_the_log/1, atoms/1]).
%% Runs in the broker; and a writer for a session without a client.
-export([remote_login/0, send_frame/2, close/3]).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").
-import(socks_stomp, [ours/2, stock/1, f/2]).

-define(KEY, <<"a key for the tests of tokens, 32 bytes and more">>).

suite() -> [{timetrap, {minutes, 3}}].

all() ->
    [basic, basic_refused, off_by_default, connect_comes_first, as_web_stomp, cookie, bad_tokens, certificate, certificate_refused,
     no_passcode, guest_from_elsewhere, secrets_stay_out_of_the_log, atoms].

init_per_suite(Config) ->
    {ok, _} = application:ensure_all_started(ssl),
    Directory = tls_certs:directory(filename:join(?config(priv_dir, Config), "certificates")),
    Broker = socks_broker:start(#{
        ports => [socks, tls, web, stomp],
        plugins => [rabbit_socks, rabbitmq_stomp, rabbitmq_web_stomp, rabbitmq_auth_backend_oauth2],
        config => fun(Ports) -> config(Ports, Directory) end
    }),
    [begin
        ok = socks_broker:rpc(Broker, rabbit_auth_backend_internal, add_user, [User, Password, <<"suite">>]),
        ok = socks_broker:rpc(Broker, rabbit_auth_backend_internal, set_permissions, [User, <<"/">>, <<>>, <<".*">>, <<".*">>, <<"suite">>])
    end || {User, Password} <- [{<<"grün"/utf8>>, <<"pass:wört"/utf8>>}, {<<"CN=client,O=Suite">>, <<"unused">>}]],
    [{broker, Broker}, {directory, Directory} | Config].

config(#{socks := Socks, tls := Tls, web := Web, stomp := Stomp}, Directory) ->
    Key = #{<<"kty">> => <<"oct">>, <<"alg">> => <<"HS256">>, <<"k">> => base64(?KEY)},
    Routes = [{Path, rabbit_socks_stomp, [{options, Options}]} || {Path, Options} <- [
        {"", []}, {"/basic", [{use_http_auth, true}]}, {"/cookie", [{login_cookie, "session"}]},
        {"/certificate", [{ssl_cert_login, true}]}, {"/all", [{use_http_auth, true}, {login_cookie, "session"}, {ssl_cert_login, true}]}]],
    [{rabbit, [{loopback_users, [<<"guest">>]}, {auth_backends, [rabbit_auth_backend_internal, rabbit_auth_backend_oauth2]}]},
     {rabbitmq_auth_backend_oauth2, [{resource_server_id, <<"rabbit">>},
                                     {key_config, [{default_key, <<"k">>}, {signing_keys, #{<<"k">> => {map, Key}}}]}]},
     {rabbitmq_stomp, [{tcp_listeners, [{"127.0.0.1", Stomp}]}, {default_user, []}]},
     {rabbitmq_web_stomp, [{tcp_config, [{port, Web}, {ip, "127.0.0.1"}]}, {use_http_auth, true}]},
     {rabbit_socks, [{listeners, [
         {{"127.0.0.1", Socks}, Routes, []},
         {{"127.0.0.1", Tls}, Routes, [{ssl, true}, {ssl_opts, [{certfile, tls_certs:pem(Directory, "server")},
             {keyfile, tls_certs:key(Directory, "server")}, {cacertfile, tls_certs:pem(Directory, "ca")}, {verify, verify_peer}]}]}]}]}].

end_per_suite(Config) -> socks_broker:stop(?config(broker, Config)).

init_per_testcase(Case, Config) -> [{tc, Case} | Config].

end_per_testcase(_, _) -> ok.

%% HTTP Basic

basic(Config) ->
    ?assertEqual("guest", who(Config, "/basic", [basic_field("guest", "guest")])),
    %% In UTF-8, and a colon may be part of the password.
    ?assertEqual("grün", who(Config, "/basic", [basic_field("grün", "pass:wört")])).

basic_refused(Config) ->
    [?assertMatch({_, {<<"ERROR">>, #{<<"message">> := <<"Bad CONNECT">>}, _, _}, {close, 1008, _}}, refused(Config, "/basic", Fields))
     || Fields <- [[basic_field("guest", "wrong")], [basic_field("nobody", "guest")], [basic_field("guest", "")],
                   [basic_field("", "guest")], [{"Authorization", "Bearer abc"}], []]],
    %% What is malformed is told before there is a session.
    [begin
        {refused, 403, _, Body} = socks_ws:handshake(element(1, ours(Config, "")), "/websocket/basic", #{headers => Fields}),
        ?assertMatch({match, _}, re:run(Body, Words))
    end || {Fields, Words} <- [
        {[{"Authorization", "Basic !"}], "not Basic with base64"},
        {[{"Authorization", ["Basic ", base64:encode("guest")]}], "no colon"},
        {[{"Authorization", ["Basic ", base64:encode(<<"gr", 252, "n:x">>)]}], "UTF-8"},
        {[{"Authorization", ["Basic ", base64:encode("guest\n[error] forged:x")]}], "control characters"},
        {[basic_field("guest", "guest"), basic_field("guest", "guest")], "more than one"}]],
    ok.

off_by_default(Config) ->
    Fields = [basic_field("guest", "guest"), {"Cookie", ["session=", token(#{})]}],
    ?assertMatch({_, {<<"ERROR">>, #{<<"message">> := <<"Bad CONNECT">>}, _, _}, _}, refused(Config, "", Fields)).

%% A login of CONNECT is what counts, also a wrong one.
connect_comes_first(Config) ->
    Fields = [basic_field("guest", "guest")],
    ?assertEqual("grün", who(Config, "/basic", Fields, [{"login", "grün"}, {"passcode", "pass:wört"}])),
    Ws = open(Config, "/basic", Fields),
    ok = socks_stomp:send(Ws, f("CONNECT", [{"accept-version", "1.2"}, {"login", "guest"}, {"passcode", "wrong"}])),
    {<<"ERROR">>, #{<<"message">> := <<"Bad CONNECT">>}, _, _} = socks_stomp:recv(Ws),
    {close, 1008, _} = socks_stomp:recv(Ws),
    socks_stomp:close(Ws).

%% A page that was made for Web STOMP with use_http_auth.
as_web_stomp(Config) ->
    Connected = fun(Target, Fields) ->
        Ws = socks_stomp:open(Target, #{protocols => ["v12.stomp"], headers => Fields}),
        ok = socks_stomp:send(Ws, f("CONNECT", [{"accept-version", "1.2"}, {"host", "/"}])),
        {Command, Headers, _, _} = socks_stomp:recv(Ws),
        socks_stomp:close(Ws),
        {Command, maps:without([<<"session">>], Headers)}
    end,
    [?assertEqual({Fields, Connected(stock(Config), Fields)}, {Fields, Connected(ours(Config, "/basic"), Fields)})
     || Fields <- [[basic_field("guest", "guest")], [basic_field("guest", "wrong")], [basic_field("nobody", "x")]]],
    ?assertMatch({<<"CONNECTED">>, _}, Connected(ours(Config, "/basic"), [basic_field("guest", "guest")])).

%% A token in a cookie

cookie(Config) ->
    Token = token(#{}),
    ?assertEqual("Ada", who(Config, "/cookie", [{"Cookie", ["a=1; session=", Token, "; b=2"]}])),
    %% As a page writes it.
    Encoded = [case C of $. -> "%2E"; _ -> C end || C <- binary_to_list(Token)],
    ?assertEqual("Ada", who(Config, "/cookie", [{"Cookie", ["session=\"", Encoded, "\""]}])).

bad_tokens(Config) ->
    [?assertMatch({_, {<<"ERROR">>, #{<<"message">> := <<"Bad CONNECT">>}, _, _}, {close, 1008, _}}, refused(Config, "/cookie", [{"Cookie", Value}]))
     || Value <- [["session=", token(#{exp => 1})], "session=abc", "session=a.b.c", ["session=", token(#{}), "x"], "session=", "other=1"]],
    {refused, 403, _, Body} = socks_ws:handshake(element(1, ours(Config, "")), "/websocket/cookie", #{headers => [{"Cookie", "session=%zz"}]}),
    ?assertMatch({match, _}, re:run(Body, "percent sign")).

%% Certificates

certificate(Config) ->
    Login = fun(Path, Name, Fields, Headers) -> logged_in(Config, socks_stomp_tls(Config, Path, Name, Fields), Headers) end,
    ?assertEqual("CN=client,O=Suite", Login("/certificate", "client", [], [])),
    ?assertEqual("guest", Login("/certificate", "client", [], [{"login", "guest"}, {"passcode", "guest"}])),
    %% What was said for this connection comes before the certificate.
    ?assertEqual("grün", Login("/all", "client", [basic_field("grün", "pass:wört")], [])),
    ?assertEqual("Ada", Login("/all", "client", [{"Cookie", ["session=", token(#{})]}], [])),
    ?assertEqual("CN=client,O=Suite", Login("/all", "client", [], [])).

certificate_refused(Config) ->
    Answer = fun(Path, Name, Headers) ->
        Ws = socks_stomp_tls(Config, Path, Name, []),
        ok = socks_stomp:send(Ws, f("CONNECT", [{"accept-version", "1.2"}, {"host", "/"} | Headers])),
        {Command, Said, _, _} = socks_stomp:recv(Ws),
        socks_stomp:close(Ws),
        {Command, maps:get(<<"message">>, Said)}
    end,
    Refused = {<<"ERROR">>, <<"Bad CONNECT">>},
    %% Trusted, but nobody's; none at all; not asked for; a login without a passcode is no certificate's.
    ?assertEqual(Refused, Answer("/certificate", "second", [])),
    ?assertEqual(Refused, Answer("/certificate", none, [])),
    ?assertEqual(Refused, Answer("", "client", [])),
    ?assertNotMatch({<<"CONNECTED">>, _}, Answer("/certificate", "client", [{"login", "guest"}])).

socks_stomp_tls(Config, Path, Name, Fields) ->
    Own = case Name of
        none -> [];
        _ -> [{certfile, tls_certs:pem(?config(directory, Config), Name)}, {keyfile, tls_certs:key(?config(directory, Config), Name)}]
    end,
    C = socks_client:connect({tls, {{127, 0, 0, 1}, socks_broker:port(?config(broker, Config), tls)}}, Own),
    socks_ws:open(none, "/websocket" ++ Path, #{connection => C, protocols => ["v12.stomp"], headers => Fields}).

%% Attacks

%% B07: a name without a password is nobody.
no_passcode(Config) ->
    [begin
        Ws = open(Config, "", []),
        ok = socks_stomp:send(Ws, f("CONNECT", [{"accept-version", "1.2"} | Headers])),
        ?assertMatch({Headers, {<<"ERROR">>, _, _, _}}, {Headers, socks_stomp:recv(Ws)}),
        ?assertMatch({close, 1008, _}, socks_stomp:recv(Ws)),
        socks_stomp:close(Ws)
    end || Headers <- [[{"login", "guest"}], [{"login", "guest"}, {"passcode", ""}], [{"login", ""}, {"passcode", ""}], [{"login", ""}],
                       [{"passcode", "guest"}], [{"login", "CN=client,O=Suite"}]]],
    ok.

%% B19: the rule of guest goes by the peer that the edge saw, however guest logs in.
guest_from_elsewhere(Config) ->
    Broker = ?config(broker, Config),
    [ok = socks_broker:load(Broker, Module) || Module <- [?MODULE, socks_stomp]],
    Out = socks_broker:rpc(Broker, ?MODULE, remote_login, []),
    ?assertMatch({match, _}, re:run(Out, "^ERROR\nmessage:Bad CONNECT\n.*non-loopback access denied", [dotall])).

-spec remote_login() -> term().
remote_login() ->
    Self = self(),
    _ = spawn(fun() ->
        Info = #{peer => {<<"192.0.2.7">>, 4711}, local => {<<"192.0.2.1">>, 80}, secure => false, peer_certificate_name => none,
                 headers => [{<<"authorization">>, <<"Basic ", (base64:encode(<<"guest:guest">>))/binary>>}]},
        {ok, State} = rabbit_socks_stomp:init([], Info, [{use_http_auth, true}]),
        {ok, State1} = rabbit_socks_stomp:open(?MODULE, Self, State),
        {hold, State2} = rabbit_socks_stomp:handle_frame({utf8, iolist_to_binary(f("CONNECT", []))}, State1),
        receive Message -> rabbit_socks_stomp:terminate(element(2, rabbit_socks_stomp:handle_info(Message, State2))) end
    end),
    receive {frame, {utf8, Text}} -> Text end.

-spec send_frame(term(), pid()) -> ok.
send_frame(Frame, Pid) -> Pid ! {frame, Frame}, ok.

-spec close(integer(), binary(), pid()) -> ok.
close(_, _, _) -> ok.

%% B22: refused, malformed, and in a session that dies with them.
secrets_stay_out_of_the_log(Config) ->
    Secret = "open-sesame",
    Encoded = binary_to_list(base64:encode("guest:" ++ Secret)),
    [_ = refused(Config, Path, Fields) || {Path, Fields} <- [
        {"/basic", [basic_field("guest", Secret)]}, {"/cookie", [{"Cookie", ["session=", Secret]}]}, {"", [basic_field("guest", Secret)]}]],
    [socks_ws:handshake(element(1, ours(Config, "")), ["/websocket", Path], #{headers => Fields}) || {Path, Fields} <- [
        {"/basic", [{"Authorization", ["Basic ", Secret, "!"]}]}, {"/cookie", [{"Cookie", ["session=", Secret, "%"]}]}]],
    Half = open(Config, "/basic", [basic_field("guest", Secret)]),
    Pids = [Pid || {_, Pid, _, _} <- rpc(Config, supervisor, which_children, [rabbit_socks_session_sup])],
    [rpc(Config, erlang, send, [Pid, {'EXIT', Pid, crash}]) || Pid <- Pids],
    socks_stomp:close(Half),
    Log = socks_stomp:log(Config),
    ?assertEqual([nomatch, nomatch], [string:find(Log, Text) || Text <- [Secret, Encoded]]).

%% B17: whatever names clients think of, none becomes an atom.
atoms(Config) ->
    Session = fun(N) ->
        Name = ["fresh", integer_to_list(N)],
        {ok, Ws} = socks_ws:handshake(element(1, ours(Config, "")), ["/websocket/", Name, "?", Name, "=1"],
            #{protocols => ["v12.stomp", Name], headers => [{["X-", Name], Name}, {"Cookie", [Name, "=1"]}]}),
        ok = socks_stomp:send(Ws, f("CONNECT", [{"accept-version", "1.2"}, {"login", "guest"}, {"passcode", "guest"}, {"host", "/"}, {Name, Name}])),
        {<<"CONNECTED">>, _, _, _} = socks_stomp:recv(Ws),
        ok = socks_stomp:send(Ws, [
            f("SEND", [{"destination", ["/topic/", Name]}, {Name, "v"}]), f(Name, []),
            f("SUBSCRIBE", [{"id", Name}, {"destination", ["/exchange/amq.fanout/", Name]}, {"ack", Name}]),
            f("BEGIN", [{"transaction", Name}, {"receipt", Name}]), f("SEND", [{"destination", ["/", Name]}])]),
        [<<"ERROR">>, <<"ERROR">>, <<"RECEIPT">>] = lists:sort([element(1, socks_stomp:recv(Ws)) || _ <- lists:seq(1, 3)]),
        socks_stomp:close(Ws),
        _ = refused(Config, "", [], [{"login", Name}, {"passcode", Name}, {"host", Name}])
    end,
    [Session(N) || N <- lists:seq(1, 5)],
    Before = rpc(Config, erlang, system_info, [atom_count]),
    %% A refusal takes a second: many at once.
    Pids = [spawn_monitor(fun() -> [Session(N) || N <- lists:seq(First, First + 24)] end) || First <- lists:seq(1_000, 2_500, 25)],
    [receive {'DOWN', Monitor, process, Pid, Reason} -> ?assertEqual(normal, Reason) end || {Pid, Monitor} <- Pids],
    After = rpc(Config, erlang, system_info, [atom_count]),
    ct:log("~b atoms more", [After - Before]),
    ?assert(After - Before < 50).

%% Clients

rpc(Config, M, F, A) -> socks_broker:rpc(?config(broker, Config), M, F, A).

basic_field(User, Password) ->
    {"Authorization", ["Basic ", base64:encode(unicode:characters_to_binary([User, $:, Password]))]}.

open(Config, Path, Fields) ->
    socks_stomp:open(ours(Config, Path), #{protocols => ["v12.stomp"], headers => Fields}).

who(Config, Path, Fields) -> who(Config, Path, Fields, []).

who(Config, Path, Fields, Headers) -> logged_in(Config, open(Config, Path, Fields), Headers).

%% The name of the user that the broker takes it for: the broker says it when it refuses another's name. The operator reads the same.
logged_in(Config, Ws, Headers) ->
    ok = socks_stomp:send(Ws, f("CONNECT", [{"accept-version", "1.2"}, {"host", "/"} |
                                            [{Name, unicode:characters_to_binary(Value)} || {Name, Value} <- Headers]])),
    {<<"CONNECTED">>, _, _, _} = socks_stomp:recv(Ws),
    Sessions = fun() -> socks_broker:rpc(?config(broker, Config), rabbit_socks_connections, list, [[user, vhost]]) end,
    ok = socks_os:wait_until(fun() -> length(Sessions()) =:= 1 end, 10_000),
    [[{user, Listed}, {vhost, <<"/">>}]] = Sessions(),
    ok = socks_stomp:send(Ws, f("SEND", [{"destination", "/exchange/amq.topic/a"}, {"user-id", "somebody else"}])),
    {<<"ERROR">>, _, Body, _} = socks_stomp:recv(Ws),
    socks_stomp:close(Ws),
    {match, [Name]} = re:run(Body, "(?:authenticated user was '|for user ')([^']+)'", [{capture, all_but_first, binary}]),
    ?assertEqual(text(Name), text(Listed)),
    text(Name).

%% RabbitMQ 4 says it in Latin-1.
text(Name) ->
    case unicode:characters_to_list(Name) of
        Text when is_list(Text) -> Text;
        {error, _, _} -> binary_to_list(Name)
    end.

refused(Config, Path, Fields) -> refused(Config, Path, Fields, []).

refused(Config, Path, Fields, Headers) ->
    Ws = open(Config, Path, Fields),
    ok = socks_stomp:send(Ws, f("CONNECT", [{"accept-version", "1.2"}, {"host", "/"} | Headers])),
    Error = socks_stomp:recv(Ws),
    Close = socks_stomp:recv(Ws),
    socks_stomp:close(Ws),
    {Fields, Error, Close}.

%% JSON Web Token, HS256.
token(Claims) ->
    Expires = maps:get(exp, Claims, erlang:system_time(second) + 3_600),
    Payload = io_lib:format("{\"sub\":\"Ada\",\"aud\":[\"rabbit\"],\"exp\":~b,\"scope\":[\"rabbit.read:*/*\",\"rabbit.write:*/*\","
                            "\"rabbit.configure:*/*\"]}", [Expires]),
    Signed = iolist_to_binary([base64("{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"k\"}"), $., base64(Payload)]),
    iolist_to_binary([Signed, $., base64(crypto:mac(hmac, sha256, ?KEY, Signed))]).

base64(Data) ->
    << <<(case C of $+ -> $-; $/ -> $_; _ -> C end)>> || <<C>> <= base64:encode(iolist_to_binary(Data)), C =/= $= >>.
