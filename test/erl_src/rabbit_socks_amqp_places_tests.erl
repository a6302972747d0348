%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_amqp_places_tests).

-include_lib("eunit/include/eunit.hrl").

-import(rabbit_socks_amqp_places, [new/0, put/3, find/2, remove/2, fits/3, from_text/2, to_text/2]).

-define(ID, <<"0123abcd">>).

places(List) -> lists:foldl(fun({Queue, Place}, Acc) -> put(Queue, Place, Acc) end, new(), List).

text_test_() ->
    [?_assertEqual({Text, Text, Places}, {Text, to_text(VHost, Places), from_text(Text, VHost)}) || {VHost, Given, Text} <- [
        {<<"shop">>, [{<<"prices">>, {?ID, 1234}}], <<"shop/prices:0123abcd:1234">>},
        {<<"/">>, [{<<"a">>, {?ID, 0}}, {<<"b">>, {<<"ffffffff">>, 16#7fffffffffffffff}}], <<"%2F/a:0123abcd:0,b:ffffffff:9223372036854775807">>},
        {<<"ü"/utf8>>, [{<<"a:b,c/%">>, {?ID, 1}}], <<"%C3%BC/a%3Ab%2Cc%2F%25:0123abcd:1">>}],
        Places <- [places(Given)]].

nowhere_test() ->
    ?assertEqual(<<>>, to_text(<<"/">>, new())),
    ?assertEqual(<<>>, to_text(<<"/">>, remove(<<"a">>, places([{<<"a">>, {?ID, 1}}])))),
    ?assertEqual(none, find(<<"a">>, new())),
    ?assertEqual({ok, {?ID, 1}}, find(<<"a">>, places([{<<"a">>, {?ID, 1}}]))).

%% All of it is a stranger's word: one wrong place, and there is none.
malformed_test_() ->
    [?_assertEqual({Text, new()}, {Text, from_text(Text, <<"v">>)}) || Text <- [
        <<>>, <<"v">>, <<"v/">>, <<"w/a:0123abcd:1">>, <<"v/a">>, <<"v/a:0123abcd">>, <<"v/a:0123abcd:">>, <<"v/a:0123abcd:x">>, <<"v/a:0123abcd:-1">>, <<"v/a:0123abcd:+1">>,
        <<"v/a:0123abcd:9223372036854775808">>, <<"v/a:0123abcd:00000000000000000001">>, <<"v/a:0123abc:1">>, <<"v/a:0123ABCD:1">>, <<"v/a:0123abcde:1">>,
        <<"v/:0123abcd:1">>, <<"v/%zz:0123abcd:1">>, <<"v/a:0123abcd:1,">>, <<"v/a:0123abcd:1,b">>, <<"v/a:0123abcd:1:2">>, <<"%/a:0123abcd:1">>,
        <<"v/", (binary:copy(<<"a">>, 256))/binary, ":0123abcd:1">>,
        <<"v/", (iolist_to_binary(lists:join($,, [[<<"q">>, integer_to_binary(N), <<":0123abcd:1">>] || N <- lists:seq(1000, 1300)])))/binary>>]].

%% What fits is read again, however far it has come.
fits_test() ->
    Full = fill(new(), 1),
    ?assert(map_size(Full) > 5),
    Far = maps:map(fun(_, {Id, _}) -> {Id, 16#7fffffffffffffff} end, Full),
    ?assertEqual(Far, from_text(to_text(<<"v">>, Far), <<"v">>)),
    ?assert(fits(<<"v">>, queue(1), Full)).

fill(Places, N) ->
    case fits(<<"v">>, queue(N), Places) of
        true -> fill(put(queue(N), {?ID, N}, Places), N + 1);
        false -> Places
    end.

queue(N) -> <<(integer_to_binary(N))/binary, (binary:copy(<<"%">>, 200))/binary>>.
