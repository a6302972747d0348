%% SPDX-License-Identifier: MPL-2.0
%% The key `emit' of the configuration.
-module(rabbit_socks_emit_settings_tests).

-include_lib("eunit/include/eunit.hrl").

good_test_() ->
    [?_assertEqual({Given, Settings}, {Given, rabbit_socks_emit_settings:check(Given)}) || {Given, Settings} <- [
        {false, off},
        {true, {ok, #{vhost => <<"/">>, exchange => <<"socks">>}}},
        {[], {ok, #{vhost => <<"/">>, exchange => <<"socks">>}}},
        {[{exchange, "events"}, {vhost, <<"v">>}], {ok, #{vhost => <<"v">>, exchange => <<"events">>}}},
        {[{exchange, [16#fc]}], {ok, #{vhost => <<"/">>, exchange => <<"ü"/utf8>>}}}]].

bad_test_() ->
    [?_assertMatch({Given, {error, [_ | _]}}, {Given, rabbit_socks_emit_settings:check(Given)}) || Given <- [
        yes, <<"socks">>, #{exchange => <<"socks">>}, [exchange], [{queue, "q"}], [{exchange, ""}], [{exchange, <<>>}], [{exchange, 1}],
        [{exchange, [a]}], [{exchange, binary:copy(<<"x">>, 256)}], [{vhost, "a"}, {vhost, "b"}], [{vhost, "a"} | b], [{vhost, [16#d800]}]]].

%% Where the broker has another virtual host for those who name none.
default_test() ->
    ok = application:set_env(rabbit, default_vhost, <<"other">>),
    try
        ?assertMatch({ok, #{vhost := <<"other">>}}, rabbit_socks_emit_settings:check(true))
    after
        ok = application:unset_env(rabbit, default_vhost)
    end.

from_conf_test_() ->
    Of = fun(Keys) -> rabbit_socks_emit_settings:from_conf([{["socks", "listeners", "a", "port"], 1} | [{["socks", "emit" | Key], Value} || {Key, Value} <- Keys]]) end,
    [?_assertEqual(Result, Of(Keys)) || {Keys, Result} <- [
        {[], none}, {[{[], true}], {ok, true}}, {[{[], false}], {ok, false}},
        {[{["vhost"], "v"}, {[], true}, {["exchange"], "x"}], {ok, [{exchange, "x"}, {vhost, "v"}]}}]] ++
    [?_assertMatch({error, [_ | _]}, Of(Keys)) || Keys <- [[{["vhost"], "v"}], [{[], false}, {["exchange"], "x"}], [{[], true}, {["exchange"], ""}]]].
