%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_amqp_stream_command_tests).

-include_lib("eunit/include/eunit.hrl").

parse(Args) -> rabbit_socks_amqp_stream_command:parse(Args).

good_test_() ->
    [?_assertEqual({ok, <<"s">>, Options}, parse([<<"s">> | Given])) || {Given, Options} <- [
        {[], #{from => next, prefetch => 100}},
        {[#{<<"prefetch">> => 1}], #{from => next, prefetch => 1}},
        {[#{<<"offset">> => <<"first">>}], #{from => first, prefetch => 100}},
        {[#{<<"offset">> => <<"last">>}], #{from => last, prefetch => 100}},
        {[#{<<"offset">> => <<"next">>}], #{from => next, prefetch => 100}},
        {[#{<<"offset">> => 0}], #{from => {offset, 0}, prefetch => 100}},
        {[#{<<"offset">> => 16#7fffffffffffffff}], #{from => {offset, 16#7fffffffffffffff}, prefetch => 100}},
        {[#{<<"offset">> => #{<<"timestamp">> => 1700000000}, <<"prefetch">> => 1000}], #{from => {timestamp, 1700000000}, prefetch => 1000}}]].

%% What is wrong is in the text.
wrong_test_() ->
    [?_assertMatch({Args, {error, _}, {_, _}}, {Args, parse(Args), binary:match(element(2, parse(Args)), Word)}) || {Args, Word} <- [
        {[], <<"takes a queue">>}, {[<<"s">>, 1], <<"takes a queue">>}, {[<<"s">>, #{}, 1], <<"takes a queue">>}, {[1], <<"a queue is">>},
        {[<<>>], <<"a queue is">>}, {[binary:copy(<<"x">>, 256)], <<"a queue is">>}, {[<<"s">>, #{<<"x">> => 1}], <<"options">>},
        {[<<"s">>, #{<<"prefetch">> => 0}], <<"options">>}, {[<<"s">>, #{<<"prefetch">> => 1001}], <<"options">>},
        {[<<"s">>, #{<<"prefetch">> => <<"1">>}], <<"options">>}, {[<<"s">>, #{<<"offset">> => null}], <<"an offset is">>},
        {[<<"s">>, #{<<"offset">> => -1}], <<"an offset is">>}, {[<<"s">>, #{<<"offset">> => 16#8000000000000000}], <<"an offset is">>},
        {[<<"s">>, #{<<"offset">> => <<"1h">>}], <<"an offset is">>}, {[<<"s">>, #{<<"offset">> => #{<<"timestamp">> => 1.5}}], <<"an offset is">>},
        {[<<"s">>, #{<<"offset">> => #{<<"timestamp">> => 1, <<"x">> => 1}}], <<"an offset is">>}]].
