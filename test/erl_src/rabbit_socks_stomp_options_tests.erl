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
                          {max_transaction_bytes, 1}]].

mistakes_test_() ->
    [fun() ->
        {error, Text} = rabbit_socks_stomp_options:check(Options),
        ?assertNotEqual({Text, nomatch}, {Text, string:find(Text, Words)})
     end || {Options, Words} <- [
        {[{ws_frame, json}], "ws_frame must be auto or text or binary"}, {[{max_body, 0}], "max_body must be from 1 to 33554432"},
        {[{max_body, "1"}], "max_body"}, {[{login_timeout, infinity}], "login_timeout"}, {[{colour, red}], "no option colour"},
        {[ws_frame], "ws_frame is no option"}, {#{colour => red}, "colour"}, {ws_frame, "no list"}
     ]].
