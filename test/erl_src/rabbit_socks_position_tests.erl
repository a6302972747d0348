%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_position_tests).

-include_lib("eunit/include/eunit.hrl").

of_client(Offset) -> rabbit_socks_position:of_client(#{auth => [#{<<"pid">> => <<"p">>, <<"offset">> => Offset}]}).

told_test_() ->
    Longest = binary:copy(<<"x">>, 4096),
    [?_assertEqual(Position, of_client(Offset)) || {Offset, Position} <- [
        {<<".a">>, <<"a">>}, {<<"17.a">>, <<"a">>}, {<<"0.a.b">>, <<"a.b">>}, {<<"..">>, <<".">>}, {<<".", Longest/binary>>, Longest}]].

%% What another server, or a page, made its last argument.
none_test_() ->
    [?_assertEqual(none, of_client(Offset)) || Offset <- [
        <<>>, <<".">>, <<"17">>, <<"17.">>, <<"Q8Bx4zf">>, <<"e.g. this">>, <<"-1.a">>, <<"123456789012345678901.a">>,
        <<".", (binary:copy(<<"x">>, 4097))/binary>>, 17, null, #{}]].

nobody_test_() ->
    [?_assertEqual(none, rabbit_socks_position:of_client(Info)) || Info <- [
        #{}, #{auth => []}, #{auth => [<<".a">>]}, #{auth => [#{}]}, #{auth => [[<<"offset">>, <<".a">>]]}]].
