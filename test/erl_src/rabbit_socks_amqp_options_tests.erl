%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_amqp_options_tests).

-include_lib("eunit/include/eunit.hrl").

-import(rabbit_socks_amqp_options, [check/1]).

defaults_test() ->
    {ok, Options} = check([{max_publishes, 7}, {vhost, "v"}]),
    ?assertMatch(#{max_publishes := 7, vhost := <<"v">>, max_consumers := 10}, Options),
    ?assertEqual({ok, Options}, check([{vhost, <<"v">>}, {max_publishes, 7}])).

%% The words name what is wrong.
refused_test_() ->
    [?_assertEqual({error, Text}, check(Options)) || {Options, Text} <- [
        {none, "the options of rabbit_socks_amqp are a list"},
        {[{max_publishes, 0}], "rabbit_socks_amqp: 0 is no value for max_publishes"},
        {[{basic, 1}], "rabbit_socks_amqp: 1 is no value for basic"},
        {[{cookie, ""}], "rabbit_socks_amqp: [] is no value for cookie"},
        {[{nonsense, 1}], "rabbit_socks_amqp: there is no option nonsense"},
        {[basic], "rabbit_socks_amqp: an option is {Name, Value}, not basic"}]].
