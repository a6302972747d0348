%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_schema_tests).

-include_lib("eunit/include/eunit.hrl").

%% Keys below socks.listeners, with values as cuttlefish gives them.
listeners(Settings) ->
    rabbit_socks_schema:listeners([{["socks", "listeners" | string:split(Key, ".", all)], Value} || {Key, Value} <- Settings]).

nothing_is_no_listener_test() ->
    ?assertEqual({ok, []}, rabbit_socks_schema:listeners([{["socks", "permission_refresh"], 10}, {["listeners", "tcp", "1"], 5672}])).

interfaces_test() ->
    Of = fun(Place) -> {ok, [{Interface, rabbit_socks_echo, Options}]} = listeners([{"a.module", rabbit_socks_echo} | Place]), {Interface, Options} end,
    ?assertEqual({8080, []}, Of([{"a.port", 8080}])),
    ?assertEqual({{"::1", 8080}, []}, Of([{"a.ip", "::1"}, {"a.port", 8080}])),
    ?assertEqual({rabbit_web_dispatch, []}, Of([{"a.context", "socks"}])),
    ?assertEqual({{rabbit_web_dispatch, "app"}, [{port, 8080}, {ip, "::1"}]}, Of([{"a.context", "app"}, {"a.ip", "::1"}, {"a.port", 8080}])).

%% Whatever order cuttlefish has them in.
lists_are_in_the_order_of_their_numbers_test() ->
    {ok, [{8080, rabbit_socks_echo, Options}]} =
        listeners([{"a.origins.10", "https://c"}, {"a.port", 8080}, {"a.origins.9", "https://b"}, {"a.module", rabbit_socks_echo}, {"a.origins.1", "https://a"}]),
    ?assertEqual([{origins, ["https://a", "https://b", "https://c"]}], Options).

routes_test() ->
    ?assertEqual(
        {ok, [{8080, [{"", no_such_module, [{options, [{size, 4}]}]}, {"chat", rabbit_socks_echo, []}], [{hixie, false}]}]},
        listeners([{"a.port", 8080}, {"a.hixie", false}, {"a.routes.chat.module", rabbit_socks_echo}, {"a.routes.all.module", no_such_module},
                   {"a.routes.all.path", "/"}, {"a.routes.all.custom.size", "4"}])).

listeners_are_apart_test() ->
    ?assertEqual({ok, [{1, rabbit_socks_echo, []}, {2, rabbit_socks_echo, [{hixie, true}]}]},
                 listeners([{"b.port", 2}, {"a.port", 1}, {"b.hixie", true}, {"a.module", rabbit_socks_echo}, {"b.module", rabbit_socks_echo}])).

sizes_test_() ->
    Of = fun(Text) ->
        case listeners([{"a.port", 8080}, {"a.module", rabbit_socks_echo}, {"a.max_body", Text}]) of
            {ok, [{_, _, [{max_body, Size}]}]} -> Size;
            {error, _} -> error
        end
    end,
    [?_assertEqual({Text, Size}, {Text, Of(Text)})
     || {Text, Size} <- [{"0", 0}, {"1000", 1000}, {"8KB", 8192}, {"8kib", 8192}, {"2MB", 2097152}, {"1k", 1024}, {"", error}, {"-1", error}, {"KB", error},
                         {"1.5MB", error}, {"8 KB", error}, {"1TB", error}, {"1\n", error}, {lists:duplicate(1000, $9), error}]].

%% A listener's options count for its routes, and are checked by what each module takes.
a_module_checks_its_options_test() ->
    Settings = [{"a.port", 8080}, {"a.options.max_consumers", 5}],
    ?assertMatch({ok, _}, listeners([{"a.routes.x.module", rabbit_socks_amqp} | Settings])),
    ?assertEqual({error, "socks.listeners.a: rabbit_socks_stomp: it has no option max_consumers"}, listeners([{"a.routes.x.module", rabbit_socks_stomp} | Settings])).
