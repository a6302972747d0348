%% SPDX-License-Identifier: MPL-2.0
%% What becomes of bodies, headers and properties, both ways.
-module(rabbit_socks_amqp_message_tests).

-include_lib("eunit/include/eunit.hrl").
-include_lib("rabbit_common/include/rabbit_framing.hrl").

body_test_() ->
    [?_assertEqual({ok, Payload, Type}, rabbit_socks_amqp_body:encode(Body)) || {Body, Payload, Type} <- [
        {<<"x">>, <<"x">>, <<"text/plain">>}, {{binary, <<1>>}, <<1>>, <<"application/octet-stream">>}, {1, <<"1">>, <<"application/json">>},
        {[1, 2], <<"[1,2]">>, <<"application/json">>}, {#{}, <<"{}">>, <<"application/json">>}, {[[]], <<"[[]]">>, <<"application/json">>},
        {true, <<"true">>, <<"application/json">>}]].

decoded_test_() ->
    [?_assertEqual(Body, rabbit_socks_amqp_body:decode(Payload, Type)) || {Payload, Type, Body} <- [
        {<<"x">>, undefined, <<"x">>}, {<<255>>, undefined, {binary, <<255>>}}, {<<255>>, <<"text/plain">>, {binary, <<255>>}},
        {<<"x">>, <<"application/octet-stream">>, {binary, <<"x">>}}, {<<"{}">>, <<"text/plain">>, <<"{}">>},
        {<<"{}">>, <<"application/json">>, #{}}, {<<"{}">>, <<"Application/JSON ;charset=x">>, #{}}, {<<"{}">>, <<"application/problem+json">>, #{}},
        {<<"{">>, <<"application/json">>, <<"{">>}, {<<"9223372036854775808">>, <<"application/json">>, 9223372036854775808.0},
        {<<"[9223372036854775807,{\"a\":1e5}]">>, <<"application/json">>, [9223372036854775807, #{<<"a">> => 1.0e5}]},
        {<<>>, <<"application/json">>, <<>>}, {<<"x">>, <<>>, <<"x">>}]].

table_test() ->
    {ok, Table} = rabbit_socks_amqp_table:to_table(#{<<"a">> => 1, <<"b">> => [#{}, 1.5, {binary, <<255>>}], <<"c">> => 16#8000000000000000}),
    ?assertEqual([{<<"a">>, long, 1}, {<<"b">>, array, [{table, []}, {double, 1.5}, {binary, <<255>>}]}, {<<"c">>, double, 9223372036854775808.0}], Table),
    ?assertEqual(#{<<"a">> => 1, <<"b">> => [#{}, 1.5, {binary, <<255>>}], <<"c">> => 9223372036854775808.0}, rabbit_socks_amqp_table:from_table(Table)).

%% Every type that a field of a table may have.
from_table_test() ->
    ?assertEqual(#{<<"d">> => 1.25, <<"t">> => 7, <<"v">> => null, <<"b">> => false, <<"l">> => {binary, <<255>>}, <<"s">> => 1, <<"o">> => 2, <<"f">> => 0.5,
                   <<"/w==">> => 3},
                 rabbit_socks_amqp_table:from_table([{<<"d">>, decimal, {2, 125}}, {<<"t">>, timestamp, 7}, {<<"v">>, void, undefined}, {<<"b">>, bool, false},
                                                     {<<"l">>, longstr, <<255>>}, {<<"s">>, signedint, 1}, {<<"o">>, byte, 2}, {<<"f">>, float, 0.5},
                                                     {<<255>>, short, 3}])),
    ?assertEqual(#{}, rabbit_socks_amqp_table:from_table(undefined)).

limits_test_() ->
    Deep = fun Deep(0) -> 1; Deep(N) -> #{<<"a">> => [Deep(N - 1)]} end,
    [?_assertEqual(error, rabbit_socks_amqp_table:to_table(Table)) || Table <- [
        Deep(20), #{(binary:copy(<<"n">>, 256)) => 1}, maps:from_list([{integer_to_binary(N), N} || N <- lists:seq(1, 1001)]),
        #{<<"a">> => lists:duplicate(1001, 1)}, [], 1, none]].

properties_test() ->
    {ok, Properties} = rabbit_socks_amqp_properties:encode(#{<<"persistent">> => false, <<"priority">> => 255, <<"headers">> => #{}}, <<"t">>, <<"u">>),
    ?assertEqual(#'P_basic'{content_type = <<"t">>, delivery_mode = 1, priority = 255, headers = []}, Properties),
    ?assertEqual(#{<<"contentType">> => <<"t">>, <<"persistent">> => false, <<"priority">> => 255, <<"headers">> => #{}},
                 rabbit_socks_amqp_properties:decode(Properties)),
    ?assertEqual(#{}, rabbit_socks_amqp_properties:decode(#'P_basic'{})),
    ?assertEqual(#{<<"appId">> => {binary, <<255>>}}, rabbit_socks_amqp_properties:decode(#'P_basic'{app_id = <<255>>})),
    {ok, #'P_basic'{user_id = <<"u">>, content_type = <<"mine">>}} =
        rabbit_socks_amqp_properties:encode(#{<<"userId">> => <<"u">>, <<"contentType">> => <<"mine">>}, <<"t">>, <<"u">>).

wrong_properties_test_() ->
    [?_assertMatch({error, <<_, _/binary>>}, rabbit_socks_amqp_properties:encode(#{Name => Value}, <<"t">>, <<"u">>)) || {Name, Value} <- [
        {<<"contentType">>, 1}, {<<"contentEncoding">>, binary:copy(<<"x">>, 256)}, {<<"persistent">>, 2}, {<<"priority">>, -1}, {<<"priority">>, 1.0},
        {<<"expiration">>, <<"1">>}, {<<"expiration">>, 16#100000000}, {<<"timestamp">>, -1}, {<<"headers">>, []}, {<<"headers">>, #{<<"CC">> => []}},
        {<<"headers">>, #{<<"BCC">> => []}}, {<<"userId">>, <<"v">>}, {<<"deliveryMode">>, 2}, {<<>>, 1}]].

options_test_() ->
    [?_assertMatch({ok, #{vhost := <<"v">>, default_user := <<"u">>, login_timeout := 5}},
                   rabbit_socks_amqp_options:check([{vhost, "v"}, {default_user, <<"u">>}, {login_timeout, 5}])),
     ?_assertMatch({ok, #{default_user := none, login_timeout := 10000, max_publishes := 64}}, rabbit_socks_amqp_options:check([]))] ++
    [?_assertMatch({error, [_ | _]}, rabbit_socks_amqp_options:check(Wrong)) || Wrong <- [
        x, [x], [{x, 1}], [{login_timeout, 0}], [{login_timeout, "1"}], [{vhost, 1}], [{vhost, []}], [{default_user, none}], [{vhost, [-1]}], [{basic, 1}], [{cookie, none}], [{certificate, x}]]].

take_offset_test_() ->
    Other = {<<"a">>, long, 1},
    [?_assertEqual({7, #'P_basic'{headers = Rest}}, rabbit_socks_amqp_properties:take_offset(#'P_basic'{headers = Headers})) || {Headers, Rest} <- [
        {[{<<"x-stream-offset">>, long, 7}], undefined}, {[Other, {<<"x-stream-offset">>, long, 7}], [Other]}]].

%% What a channel would be closed for.
refused_test() ->
    Message = #{exchange => <<>>, key => <<"q">>, payload => <<"four">>, content_type => <<"text/plain">>, kind => publish, options => #{}},
    ?assertMatch({ok, #{payload := <<"four">>}}, rabbit_socks_amqp_message:envelope(Message, <<"u">>, 4)),
    ?assertEqual({error, <<"the broker takes messages of at most 3 bytes">>}, rabbit_socks_amqp_message:envelope(Message, <<"u">>, 3)),
    ?assertEqual({error, <<"replyTo must be a queue of somebody's; to be replied to, request">>},
                 rabbit_socks_amqp_message:envelope(Message#{options := #{<<"replyTo">> => <<"amq.rabbitmq.reply-to">>}}, <<"u">>, 4)).
