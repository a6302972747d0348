%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_stomp_options_tests).

-include_lib("eunit/include/eunit.hrl").

defaults_test() ->
    {ok, Options} = rabbit_socks_stomp_options:check([]),
    ?assertMatch(#{ws_frame := auto, login_timeout := 10_000, max_headers := 100, max_header := 102_400,
                   max_body := 1_048_576, max_subscriptions := 1_000}, Options),
    ?assertEqual({ok, Options}, rabbit_socks_stomp_options:check(#{})),
    ?assertEqual(#{command => 32, headers => 100, header => 102_400, head => 262_144, body => 1_048_576},
                 rabbit_socks_stomp_options:parser_limits(Options)),
    ?assertEqual(#{subscriptions => 1_000, transactions => 100, transaction_bytes => 16_777_216},
                 rabbit_socks_stomp_options:guard_limits(Options)).

every_option_test_() ->
    [?_assertMatch({ok, #{Name := Value}}, rabbit_socks_stomp_options:check([{Name, Value}]))
     || {Name, Value} <- [{ws_frame, text}, {ws_frame, binary}, {login_timeout, 1}, {max_headers, 1_000}, {max_header, 255},
                          {max_head, 1_024}, {max_body, 33_554_432}, {max_subscriptions, 1}, {max_transactions, 1},
                          {max_transaction_bytes, 1}, {use_http_auth, true}, {ssl_cert_login, true}, {login_cookie, none},
                          {login_cookie, "__Host-token"}, {login_cookie, <<"sid">>}]].

%% None of them logs anybody in unless it is asked for.
credentials_test_() ->
    Info = #{headers => [{<<"authorization">>, <<"Basic YTpi">>}, {<<"cookie">>, <<"sid=t">>}], peer_certificate_name => <<"CN=c">>},
    [?_assertEqual({Given, Credentials}, {Given, begin
        {ok, Options} = rabbit_socks_stomp_options:check(Given),
        rabbit_socks_stomp_options:credentials(Info, Options)
    end}) || {Given, Credentials} <- [
        {[], none}, {[{use_http_auth, true}], {password, <<"a">>, <<"b">>}}, {[{login_cookie, "sid"}], {token, <<"t">>}},
        {[{login_cookie, "other"}], none}, {[{ssl_cert_login, true}], {certificate, <<"CN=c">>}}]].

%% As the broker's own STOMP has it, if nothing else is said.
certificates_as_the_broker_test() ->
    ok = application:set_env(rabbitmq_stomp, ssl_cert_login, true),
    try
        ?assertMatch({ok, #{ssl_cert_login := true}}, rabbit_socks_stomp_options:check([])),
        ?assertMatch({ok, #{ssl_cert_login := false}}, rabbit_socks_stomp_options:check([{ssl_cert_login, false}]))
    after
        application:unset_env(rabbitmq_stomp, ssl_cert_login)
    end.

mistakes_test_() ->
    [fun() ->
        {error, Text} = rabbit_socks_stomp_options:check(Options),
        ?assertNotEqual({Text, nomatch}, {Text, string:find(Text, Words)})
     end || {Options, Words} <- [
        {[{ws_frame, json}], "ws_frame must be auto or text or binary"}, {[{max_body, 0}], "max_body must be from 1 to 33554432"},
        {[{max_body, "1"}], "max_body"}, {[{login_timeout, infinity}], "login_timeout"}, {[{colour, red}], "no option colour"},
        {[{use_http_auth, yes}], "use_http_auth must be true or false"}, {[{ssl_cert_login, auto}], "true or false"},
        {[{login_cookie, "a b"}], "login_cookie must be none or the name of a cookie"}, {[{login_cookie, ""}], "login_cookie"},
        {[{login_cookie, sid}], "login_cookie"}, {[{login_cookie, [x]}], "login_cookie"}, {[{login_cookie, <<255>>}], "login_cookie"},
        {[ws_frame], "ws_frame is no option"}, {#{colour => red}, "colour"}, {ws_frame, "no list"}
     ]].
