%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_amqp_queue_command_tests).

-include_lib("eunit/include/eunit.hrl").

-define(LONG, (binary:copy(<<"x">>, 256))).

parse(Name, Args) -> rabbit_socks_amqp_queue_command:parse(Name, Args).

good_test_() ->
    [?_assertEqual({ok, Command}, parse(Name, Args)) || {Name, Args, Command} <- [
        {<<"declare">>, [<<"q">>], {declare, <<"q">>, #{durable => true, auto_delete => false, arguments => []}}},
        {<<"declare">>, [null, #{<<"durable">> => false, <<"autoDelete">> => true, <<"arguments">> => #{<<"x-expires">> => 1}}],
         {declare, <<>>, #{durable => false, auto_delete => true, arguments => [{<<"x-expires">>, long, 1}]}}},
        {<<"bind">>, [<<"q">>, <<"e">>, <<"k">>], {bind, <<"q">>, <<"e">>, <<"k">>, []}},
        {<<"unbind">>, [<<"q">>, <<"e">>, <<>>, #{<<"a">> => <<"b">>}], {unbind, <<"q">>, <<"e">>, <<>>, [{<<"a">>, longstr, <<"b">>}]}},
        {<<"purge">>, [<<"q">>], {purge, <<"q">>}},
        {<<"delete">>, [<<"q">>], {delete, <<"q">>, #{if_unused => false, if_empty => false}}},
        {<<"delete">>, [<<"q">>, #{<<"ifUnused">> => true}], {delete, <<"q">>, #{if_unused => true, if_empty => false}}}]].

wrong_test_() ->
    [?_assertMatch({error, <<_, _/binary>>}, parse(Name, Args)) || {Name, Args} <- [
        {<<"declare">>, []}, {<<"declare">>, [<<>>]}, {<<"declare">>, [?LONG]}, {<<"declare">>, [1]}, {<<"declare">>, [<<"q">>, 1]},
        {<<"declare">>, [<<"q">>, #{<<"exclusive">> => true}]}, {<<"declare">>, [<<"q">>, #{<<"durable">> => null}]},
        {<<"declare">>, [<<"q">>, #{<<"arguments">> => []}]}, {<<"declare">>, [<<"q">>, #{<<"arguments">> => #{?LONG => 1}}]},
        {<<"bind">>, [<<"q">>, <<"e">>]}, {<<"bind">>, [<<>>, <<"e">>, <<"k">>]}, {<<"bind">>, [<<"q">>, ?LONG, <<"k">>]}, {<<"bind">>, [<<"q">>, <<"e">>, 1]},
        {<<"bind">>, [<<"q">>, <<"e">>, <<"k">>, 1]}, {<<"unbind">>, []}, {<<"purge">>, [<<>>]}, {<<"purge">>, []}, {<<"delete">>, [<<>>]},
        {<<"delete">>, [<<"q">>, #{<<"ifEmpty">> => 1}]}, {<<"delete">>, [<<"q">>, #{<<"x">> => true}]},
        {<<"declare">>, [<<"amq.rabbitmq.reply-to.x">>]},
        {<<"declare">>, [<<"q">>, #{<<"arguments">> => #{<<"x-dead-letter-routing-key">> => <<"amq.rabbitmq.reply-to.x">>}}]}]].

unknown_test() ->
    ?assertEqual(unknown, parse(<<"drop">>, [])).
