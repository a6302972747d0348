%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_amqp_command_tests).

-include_lib("eunit/include/eunit.hrl").

-define(LONG, (binary:copy(<<"x">>, 256))).

parse(Name, Args) -> rabbit_socks_amqp_command:parse(Name, Args).

publish_test() ->
    ?assertEqual({ok, {publish, #{exchange => <<"e">>, key => <<"k">>, payload => <<"b">>, content_type => <<"text/plain">>, kind => publish,
                                  options => #{}}}},
                 parse(<<"publish">>, [<<"e">>, <<"k">>, <<"b">>])),
    {ok, {publish, #{kind := mandatory, options := #{<<"type">> := 1}}}} =
        parse(<<"publish">>, [<<>>, <<>>, 1, #{<<"mandatory">> => true, <<"type">> => 1}]).

request_test() ->
    {ok, {publish, #{kind := {request, 10000}, options := #{}}}} = parse(<<"request">>, [<<>>, <<"k">>, 1]),
    {ok, {publish, #{kind := {request, 5}, options := #{<<"type">> := <<"t">>}}}} =
        parse(<<"request">>, [<<>>, <<"k">>, 1, #{<<"timeout">> => 5, <<"type">> => <<"t">>}]).

refresh_test() ->
    ?assertEqual({ok, {refresh, {token, <<"t">>}, default}}, parse(<<"refresh">>, [#{<<"token">> => <<"t">>}])),
    ?assertEqual({ok, {refresh, {password, <<"u">>, <<"p">>}, <<"/">>}},
                 parse(<<"refresh">>, [#{<<"username">> => <<"u">>, <<"password">> => <<"p">>, <<"vhost">> => <<"/">>}])),
    [?assertEqual({error, <<"refresh takes {username, password} or {token}">>}, parse(<<"refresh">>, Args)) || Args <- [[], [1], [#{}], [#{}, #{}]]],
    ?assertEqual({error, <<"a token is a string">>}, parse(<<"refresh">>, [#{<<"token">> => 1}])).

subscribe_test() ->
    ?assertEqual({ok, {subscribe, <<"e">>, [<<"k">>], close}}, parse(<<"subscribe">>, [<<"e">>, <<"k">>])),
    ?assertEqual({ok, {subscribe, <<"e">>, [<<"a">>, <<"b">>], close}}, parse(<<"subscribe">>, [<<"e">>, [<<"b">>, <<"a">>, <<"b">>]])),
    [?assertEqual({ok, {subscribe, <<"e">>, [<<"k">>], binary_to_atom(Slow)}}, parse(<<"subscribe">>, [<<"e">>, <<"k">>, #{<<"slow">> => Slow}]))
     || Slow <- [<<"close">>, <<"drop_oldest">>, <<"conflate">>]],
    [?assertMatch({error, <<"the option of subscribe is slow", _/binary>>}, parse(<<"subscribe">>, [<<"e">>, <<"k">>, Options]))
     || Options <- [#{<<"slow">> => <<"drop">>}, #{<<"slow">> => <<"close">>, <<"x">> => 1}, #{<<"x">> => 1}, 1, [], null]],
    {ok, {subscribe, _, Keys, close}} = parse(<<"subscribe">>, [<<"e">>, [integer_to_binary(N) || N <- lists:seq(1, 100)]]),
    ?assertEqual(100, length(Keys)).

%% Whatever a client sends is a command or a text.
wrong_test_() ->
    [?_assertMatch({error, <<_, _/binary>>}, parse(Name, Args)) || {Name, Args} <- [
        {<<>>, []}, {<<"publish">>, []}, {<<"publish">>, [<<>>, <<>>]}, {<<"publish">>, [1, <<>>, <<>>]}, {<<"publish">>, [<<>>, null, <<>>]},
        {<<"publish">>, [?LONG, <<>>, <<>>]}, {<<"publish">>, [<<>>, ?LONG, <<>>]}, {<<"publish">>, [<<>>, <<>>, [{binary, <<>>}]]},
        {<<"publish">>, [<<>>, <<>>, #{<<"a">> => [1, {binary, <<>>}]}]}, {<<"publish">>, [<<>>, <<>>, <<>>, []]},
        {<<"publish">>, [<<>>, <<>>, <<>>, #{<<"mandatory">> => null}]}, {<<"publish">>, [<<>>, <<>>, <<>>, #{}, 1]},
        {<<"request">>, []}, {<<"request">>, [<<>>, <<>>, 1, #{<<"timeout">> => 0}]}, {<<"request">>, [<<>>, <<>>, 1, #{<<"timeout">> => 3600001}]},
        {<<"request">>, [<<>>, <<>>, 1, #{<<"replyTo">> => <<"q">>}]}, {<<"request">>, [<<>>, <<>>, 1, #{<<"correlationId">> => <<"c">>}]},
        {<<"subscribe">>, [<<>>, <<"k">>]}, {<<"subscribe">>, [<<"e">>, []]}, {<<"subscribe">>, [<<"e">>, [?LONG]]}, {<<"subscribe">>, [?LONG, <<>>]},
        {<<"subscribe">>, [<<"e">>, {binary, <<"k">>}]}, {<<"subscribe">>, [<<"e">>, lists:duplicate(101, <<"k">>)]}, {<<"subscribe">>, []},
        {<<"unsubscribe">>, [?LONG]}, {<<"unsubscribe">>, [null]}, {<<"unsubscribe">>, []}, {<<"login">>, [1]}, {<<"login">>, []},
        {<<"login">>, [#{<<"token">> => 1}]}, {<<"login">>, [#{<<"username">> => <<"u">>}]}, {<<"login">>, [#{<<"username">> => <<>>, <<"password">> => <<>>}]},
        {<<"login">>, [#{<<"token">> => <<"t">>, <<"vhost">> => null}]}, {<<"login">>, [#{<<"token">> => <<>>}]}]].

%% What is shown of a name is text, however long it is, and wherever it is cut.
unknown_test_() ->
    [?_assert(begin
         {error, Text} = parse(unicode:characters_to_binary(lists:duplicate(N, $x) ++ lists:duplicate(60, 16#1F600)), []),
         Text =:= unicode:characters_to_binary(Text) andalso byte_size(Text) < 100
     end) || N <- lists:seq(0, 4)].

credentials_test_() ->
    Password = #{<<"username">> => <<"u">>, <<"password">> => <<"p">>},
    [?_assertEqual({ok, {password, <<"u">>, <<"p">>}, default}, rabbit_socks_amqp_command:credentials(Password)),
     ?_assertEqual({ok, {password, <<"u">>, <<"p">>}, <<"v">>}, rabbit_socks_amqp_command:credentials(Password#{<<"vhost">> => <<"v">>})),
     ?_assertEqual({ok, {token, <<"t">>}, default}, rabbit_socks_amqp_command:credentials(#{<<"token">> => <<"t">>})),
     ?_assertMatch({error, _}, rabbit_socks_amqp_command:credentials(Password#{<<"token">> => <<"t">>})),
     ?_assertEqual(none, rabbit_socks_amqp_command:credentials(#{<<"other">> => 1})),
     ?_assertEqual(none, rabbit_socks_amqp_command:credentials(none))].
