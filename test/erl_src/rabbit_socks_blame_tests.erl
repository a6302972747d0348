%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_blame_tests).

-include_lib("eunit/include/eunit.hrl").

reason_test_() ->
    [?_assertEqual(Text, lists:flatten(rabbit_socks_blame:reason(Reason))) || {Reason, Text} <- [
        {oops, "oops"},
        {{badmatch, {error, <<"payload">>}}, "{badmatch,{error,{binary,7}}}"},
        {{case_clause, "payload"}, "{case_clause,list}"},
        {[], "[]"},
        {#{<<"k">> => <<"payload">>}, "{map,1}"},
        {list_to_tuple(lists:duplicate(9, <<"payload">>)), "{tuple,9}"},
        {{a, {b, {c, {d, {e, <<"payload">>}}}}}, "{a,{b,{c,{'...','...'}}}}"},
        {{1, 2.5, <<1:1>>}, "{1,2.5,other}"},
        {fun() -> ok end, "other"}]].

reason_is_cut_test() ->
    Long = list_to_atom(lists:duplicate(255, $a)),
    ?assertEqual(256, string:length(rabbit_socks_blame:reason({Long, Long}))).

stack_test() ->
    Stack = [{m, f, [<<"payload">>, "payload"], [{file, "m.erl"}, {line, 7}]}, {n, g, 0, []}, {o, h, 1, [{line, 9}]}, {p, i, 2, []}],
    ?assertEqual("m:f/2:7 < n:g/0 < o:h/1:9", lists:flatten(rabbit_socks_blame:stack(Stack))),
    ?assertEqual("?", lists:flatten(rabbit_socks_blame:stack([odd]))),
    ?assertEqual("", lists:flatten(rabbit_socks_blame:stack([]))).

text_test_() ->
    [?_assertEqual(Text, rabbit_socks_blame:text(Bytes)) || {Bytes, Text} <- [
        {<<"plain">>, "plain"},
        {<<"gr", 195, 188, 195, 159, "e ", 226, 130, 172>>, "gr" ++ [16#fc, 16#df] ++ "e " ++ [16#20ac]},
        {<<"a\nb\r\tc", 0, 27, "[31m", 127>>, "a?b??c??[31m?"},
        {<<16#e2, 16#80, 16#a8, 16#c2, 16#85>>, "??"},
        {<<"x", 255, 254>>, [$x, 255, 254]},
        {binary:copy(<<"x">>, 300), lists:duplicate(256, $x)},
        %% Cut in the middle of a character.
        {<<(binary:copy(<<"x">>, 255))/binary, 226, 130, 172>>, lists:duplicate(255, $x)}]].
