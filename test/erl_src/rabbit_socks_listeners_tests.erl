%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_listeners_tests).

-include_lib("eunit/include/eunit.hrl").

row(Id) ->
    #{id => Id, listener => #{}, address => any, port => 1, protocol => http, state => running}.

with_table(Test) ->
    {spawn, {setup, fun rabbit_socks_listeners:create/0, fun(_) -> ets:delete(rabbit_socks_listeners) end, Test}}.

rows_test_() ->
    with_table(fun() ->
        ?assertEqual([], rabbit_socks_listeners:all()),
        ?assertEqual(error, rabbit_socks_listeners:find(a)),
        rabbit_socks_listeners:put(b, row(2)),
        rabbit_socks_listeners:put(a, row(1)),
        rabbit_socks_listeners:put(a, row(3)),
        ?assertEqual({ok, row(3)}, rabbit_socks_listeners:find(a)),
        ?assertEqual([{a, row(3)}, {b, row(2)}], rabbit_socks_listeners:all()),
        rabbit_socks_listeners:delete(a),
        rabbit_socks_listeners:delete(a),
        ?assertEqual([{b, row(2)}], rabbit_socks_listeners:all())
    end).

%% The listener with its prefix at the start of the path, in whole parts, and of those the longest.
context_test_() ->
    with_table(fun() ->
        [rabbit_socks_listeners:put({web, Port, Prefix}, row(Id))
         || {Port, Prefix, Id} <- [{1, <<"socks">>, 1}, {1, <<"a">>, 2}, {1, <<"a/b">>, 3}, {2, <<"socks">>, 4}]],
        rabbit_socks_listeners:put({port, {127, 0, 0, 1}, 1}, row(5)),
        [?assertEqual({Port, Path, Want}, {Port, Path, case rabbit_socks_listeners:context(Port, Path) of
                                                           {ok, #{id := Id}, Rest} -> {Id, Rest};
                                                           error -> error
                                                       end})
         || {Port, Path, Want} <- [
             {1, <<"/socks">>, {1, <<"/">>}},
             {1, <<"/socks/">>, {1, <<"/">>}},
             {1, <<"/socks/a/b">>, {1, <<"/a/b">>}},
             {2, <<"/socks/x">>, {4, <<"/x">>}},
             {1, <<"/a/b/c">>, {3, <<"/c">>}},
             {1, <<"/a/b">>, {3, <<"/">>}},
             {1, <<"/a/bc">>, {2, <<"/bc">>}},
             {1, <<"/a//socks/">>, {2, <<"//socks/">>}},
             {1, <<"/x/socks/">>, error},
             {1, <<"//socks/">>, error},
             {1, <<"/socksy">>, error},
             {1, <<"/">>, error},
             {1, <<>>, error},
             {2, <<"/a/">>, error},
             {3, <<"/socks/">>, error}]]
    end).

no_table_test() ->
    ?assertEqual([], rabbit_socks_listeners:all()),
    ?assertEqual(error, rabbit_socks_listeners:context(1, <<"/socks">>)).
