%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_dispatch_request_tests).

-include_lib("eunit/include/eunit.hrl").

request() ->
    #{method => <<"GET">>, path => <<"/socks/a">>, qs => <<>>, headers => #{<<"host">> => <<"x">>},
      peer => {{127, 0, 0, 1}, 5}, sock => {{0, 0, 0, 0, 0, 0, 0, 1}, 80}, scheme => <<"http">>}.

term(Changes) -> rabbit_socks_dispatch_request:term(maps:merge(request(), Changes), <<"/a">>, <<"body">>).

term_test_() ->
    [?_assertEqual(#{method => <<"GET">>, target => <<"/socks/a">>, path => <<"/a">>, headers => [{<<"host">>, <<"x">>}],
                     peer => {<<"127.0.0.1">>, 5}, local => {<<"::1">>, 80}, secure => false, body => <<"body">>}, term(#{})),
     ?_assertMatch(#{target := <<"/socks/a?b=%20&c">>, path := <<"/a?b=%20&c">>}, term(#{qs => <<"b=%20&c">>})),
     ?_assertMatch(#{secure := true}, term(#{scheme => <<"https">>})),
     ?_assertNot(is_map_key(certificate, term(#{cert => undefined}))),
     ?_assertMatch(#{certificate := <<"der">>}, term(#{cert => <<"der">>})),
     ?_assertMatch(#{peer := {<<"10.1.2.3">>, 7}}, term(#{peer => {{0, 0, 0, 0, 0, 16#FFFF, 16#0A01, 16#0203}, 7}}))].

headers_test_() ->
    [?_assertEqual(Want, maps:map(fun(_, Value) -> iolist_to_binary(Value) end, rabbit_socks_dispatch_request:headers(Fields)))
     || {Fields, Want} <- [
         {[], #{}},
         {[{<<"Content-Type">>, <<"text/plain">>}], #{<<"content-type">> => <<"text/plain">>}},
         {[{<<"Vary">>, <<"a">>}, {<<"vary">>, <<"b">>}, {<<"VARY">>, <<"c">>}], #{<<"vary">> => <<"a, b, c">>}},
         {[{<<"Connection">>, <<"close">>}, {<<"content-length">>, <<"5">>}, {<<"Transfer-Encoding">>, <<"chunked">>},
           {<<"Keep-Alive">>, <<"x">>}, {<<"ETag">>, <<"e">>}], #{<<"etag">> => <<"e">>}}]].

%% The defaults are the edge's.
limit_test() ->
    [begin
         ?assertEqual(7, rabbit_socks_dispatch_request:limit(Name, #{listener => #{config => #{Name => 7}}})),
         Default = rabbit_socks_dispatch_request:limit(Name, #{listener => #{config => #{}}}),
         ?assertEqual({Name, Default}, {Name, documented(Name)})
     end || Name <- [max_body, body_timeout, open_timeout, poll_timeout, send_queue_hard]].

documented(Name) ->
    {ok, Doc} = file:read_file(filename:join(root(), "docs/CONFIGURATION.md")),
    {match, [Default]} = re:run(Doc, ["\\| `", atom_to_list(Name), "` \\|[^|]*\\| (\\d+) \\|"], [{capture, [1], list}]),
    list_to_integer(Default).

root() -> root(filename:dirname(filename:absname(code:which(?MODULE)))).

root(Dir) ->
    case {filelib:is_regular(filename:join(Dir, "docs/PORT_PROTOCOL.md")), filename:dirname(Dir)} of
        {true, _} -> Dir;
        {false, Dir} -> os:getenv("RABBIT_SOCKS_ROOT", ".");
        {false, Up} -> root(Up)
    end.
