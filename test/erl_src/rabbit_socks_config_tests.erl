%% SPDX-License-Identifier: MPL-2.0
%% @doc Every form of a listener's entry, and every way to get one wrong. This module is itself the callback module.
-module(rabbit_socks_config_tests).

-include_lib("eunit/include/eunit.hrl").

-export([subprotocol_name/0, init/2, open/3, handle_frame/2, terminate/1]).

-spec subprotocol_name() -> term().
subprotocol_name() -> persistent_term:get(?MODULE, "").
-spec init(term(), term()) -> {ok, term()}.
init(_, _) -> {ok, none}.
-spec open(module(), term(), term()) -> {ok, term()}.
open(_, _, State) -> {ok, State}.
-spec handle_frame(term(), term()) -> {ok, term()}.
handle_frame(_, State) -> {ok, State}.
-spec terminate(term()) -> ok.
terminate(_) -> ok.

checked(Entry) ->
    {ok, Listener} = rabbit_socks_config:check(Entry),
    Listener.

interface(Interface) -> maps:get(interface, checked({Interface, ?MODULE, []})).

config(Options) -> maps:get(config, checked({8080, ?MODULE, Options})).

%% The text of an error must hold each of Words.
refused(Entry, Words) ->
    {error, Text} = rabbit_socks_config:check(Entry),
    ?assert(io_lib:char_list(Text)),
    [?assertNotEqual({Word, nomatch, Text}, {Word, string:find(Text, Word), Text}) || Word <- Words],
    ok.

refused_option(Options, Words) -> refused({8080, ?MODULE, Options}, Words).

%% Interfaces.

interfaces_test_() ->
    [?_assertEqual(Want, interface(Name)) || {Name, Want} <- [
        {8080, {port, any, 8080}},
        {0, {port, any, 0}},
        {65535, {port, any, 65535}},
        {{"127.0.0.1", 8080}, {port, {127, 0, 0, 1}, 8080}},
        {{<<"127.0.0.1">>, 8080}, {port, {127, 0, 0, 1}, 8080}},
        {{{127, 0, 0, 1}, 8080}, {port, {127, 0, 0, 1}, 8080}},
        {{"0.0.0.0", 8080}, {port, {0, 0, 0, 0}, 8080}},
        {{"::1", 8080}, {port, {0, 0, 0, 0, 0, 0, 0, 1}, 8080}},
        {{{0, 0, 0, 0, 0, 0, 0, 1}, 8080}, {port, {0, 0, 0, 0, 0, 0, 0, 1}, 8080}},
        {{"::", 8080}, {port, {0, 0, 0, 0, 0, 0, 0, 0}, 8080}},
        {{"localhost", 8080}, {port, "localhost", 8080}},
        {{"a-b.example.org.", 8080}, {port, "a-b.example.org.", 8080}},
        {rabbit_mochiweb, {web, <<"socks">>}},
        {rabbit_web_dispatch, {web, <<"socks">>}},
        {{rabbit_mochiweb, "/a/b/"}, {web, <<"a/b">>}},
        {{rabbit_web_dispatch, <<"live">>}, {web, <<"live">>}}]].

bad_interfaces_test_() ->
    [?_test(refused({Name, ?MODULE, []}, Words)) || {Name, Words} <- [
        {rabbit_web_dispach, ["rabbit_web_dispach is no interface", "rabbit_web_dispatch"]},
        {"8080", ["is no interface"]},
        {{"127.0.0.1", "8080"}, ["is no interface"]},
        {-1, ["-1 is no port number (0 to 65535)"]},
        {65536, ["65536 is no port number"]},
        {{"127.0.0.1", 65536}, ["65536 is no port number"]},
        {{"1.2.3", 80}, ["\"1.2.3\" is neither"]},
        {{"1.2.3.400", 80}, ["\"1.2.3.400\" is neither"]},
        {{"fe80::zz", 80}, ["is neither"]},
        {{"a b", 80}, ["\"a b\" is neither"]},
        {{"a\n", 80}, ["is neither"]},
        {{"", 80}, ["is neither"]},
        {{{1, 2, 3}, 80}, ["{1,2,3} is neither"]},
        {{{1, 2, 3, 400}, 80}, ["is neither"]},
        {{any, 80}, ["any is neither"]},
        {{rabbit_web_dispatch, ""}, ["prefix of a web context"]},
        {{rabbit_web_dispatch, "a b"}, ["prefix of a web context"]},
        {{rabbit_web_dispatch, 7}, ["is not a string"]}]].

interface_alone_test() ->
    ?assertEqual({ok, {port, any, 1}}, rabbit_socks_config:interface(1)),
    ?assertMatch({error, [_ | _]}, rabbit_socks_config:interface(x)).

%% Entries.

three_forms_are_one_test() ->
    Options = [{max_message, 1000}, {options, [a]}, {origins, ["https://a"]}],
    One = checked({8080, ?MODULE, Options}),
    ?assertEqual(One, checked({8080, [{protocol, ?MODULE} | Options]})),
    ?assertEqual(One, checked({8080, Options ++ [{protocol, ?MODULE}]})),
    ?assertEqual(One, checked({8080, [{"/", ?MODULE, []}], Options})),
    ?assertEqual(One, checked({8080, [{"", ?MODULE, [{origins, ["https://a"]}]}], maps:from_list(Options)})),
    ?assertMatch(#{name := 8080, routes := [{?MODULE, [a]}], backlog := 1024, tls := none}, One).

routes_test() ->
    #{routes := Routes, config := #{routes := Configs}} =
        checked({8080, [{"/a/b", ?MODULE, [{options, one}, {origins, any}]},
                        {<<"c">>, ?MODULE, []},
                        {"", ?MODULE, [{origins, ["null"]}]}],
                 [{options, all}, {origins, ["https://x:1"]}]}),
    ?assertEqual([{?MODULE, one}, {?MODULE, all}, {?MODULE, all}], Routes),
    Same = #{subprotocols => [], events => false, frames => true, resumes => false},
    ?assertEqual([Same#{prefix => [<<"a">>, <<"b">>], origins => any},
                  Same#{prefix => [<<"c">>], origins => [<<"https://x:1">>]},
                  Same#{prefix => [], origins => [<<"null">>]}], Configs).

bad_entries_test_() ->
    [?_test(refused(Entry, Words)) || {Entry, Words} <- [
        {8080, ["it is not {Interface, Module, Options}"]},
        {{8080}, ["it is not {Interface, Module, Options}"]},
        {{8080, ?MODULE}, ["it is not {Interface, Module, Options}"]},
        {{8080, [{max_message, 1}]}, ["no callback module", "{protocol, Module}"]},
        {{8080, [{protocol, ?MODULE}, {protocol, ?MODULE}]}, ["more than one protocol"]},
        {{8080, [], []}, ["no routes"]},
        {{8080, "", []}, ["no routes"]},
        {{8080, {a}, []}, ["{a} is neither a callback module nor"]},
        {{8080, [{"a", ?MODULE}], []}, ["its route {\"a\",", "is not {PathPrefix, Module, Options}"]},
        {{8080, [{7, ?MODULE, []}], []}, ["its path prefix 7 is not a string"]},
        {{8080, [{"a", ?MODULE, []}, {"/a/", ?MODULE, []}], []}, ["two of its routes", "\"/a\""]},
        {{8080, ?MODULE, [{protocol, ?MODULE}]}, ["{Interface, [{protocol, Module} | Options]} only"]},
        {{8080, ?MODULE, 7}, ["its options must be a list, not 7"]},
        {{8080, ?MODULE, [a | b]}, ["its options must be a list"]},
        {{8080, no_such_module_here, []}, ["no_such_module_here cannot be loaded (nofile)"]},
        {{8080, lists, []}, ["lists does not export subprotocol_name/0, open/3, handle_frame/2, terminate/1, init/2"]},
        {{8080, [{"a", lists, []}], []}, ["lists does not export"]}]].

%% Options.

every_limit_test_() ->
    [?_test(begin
         ?assertMatch(#{Name := Min}, config([{Name, Min}])),
         refused_option([{Name, Min - 1}], [atom_to_list(Name), "must be an integer from"]),
         refused_option([{Name, Max + 1}], [atom_to_list(Name), integer_to_list(Max)]),
         refused_option([{Name, infinity}], [atom_to_list(Name), "not infinity"]),
         refused_option([Name], [atom_to_list(Name)]),
         refused_option([{Name, Min}, {Name, Max}], [atom_to_list(Name), "twice"])
     end) || {Name, Min, Max} <- rabbit_socks_options:limits()].

%% The edge refuses a key it does not know, so both tables must be one. Its defaults are the documented ones.
limits_mirror_the_edge_test() ->
    Headers = ["session/config.h", "http/limits.h", "websocket/codec.h", "websocket/compression.h", "framing/codec.h"],
    Found = lists:append([members(Header) || Header <- Headers]),
    Names = lists:sort([Name || {Name, _, _} <- rabbit_socks_options:limits()]),
    ?assertEqual(Names, lists:sort([binary_to_atom(Name) || {Name, _} <- Found])),
    {ok, Doc} = file:read_file(root("docs/CONFIGURATION.md")),
    [?assertMatch({Name, {match, _}}, {Name, re:run(Doc, ["\\| `", Name, "` \\|[^|]*\\| ", Default, " \\|"])})
     || {Name, Default} <- Found].

%% The edge checks the same ranges.
ranges_mirror_the_edge_test() ->
    {ok, Text} = file:read_file(root("c_src/server/options.cc")),
    {match, Found} = re:run(Text, "\\{\"(\\w+)\", (\\d+), (\\w+),", [global, {capture, [1, 2, 3], list}]),
    Values = #{"kDay" => 86400000, "kUint32" => 16#FFFFFFFF, "kMaxMessage" => 16#2000000},
    Edge = [{list_to_atom(Name), list_to_integer(Min), case Values of #{Max := Value} -> Value; _ -> list_to_integer(Max) end}
            || [Name, Min, Max] <- Found, not lists:member(Name, ["hixie", "recovery", "http_compression", "compression"])],
    ?assertEqual(lists:sort(rabbit_socks_options:limits()), lists:sort(Edge)).

members(Header) ->
    {ok, Text} = file:read_file(root(filename:join("c_src", Header))),
    {match, Found} = re:run(Text, "^  (?:uint32_t|base::Time) (\\w+) =\\s*(\\w+);", [global, multiline, {capture, [1, 2], binary}]),
    [{Name, Default} || [Name, Default] <- Found].

root(Path) -> root(filename:dirname(filename:absname(code:which(?MODULE))), Path).

root(Dir, Path) ->
    case {filelib:is_regular(filename:join(Dir, "docs/PORT_PROTOCOL.md")), filename:dirname(Dir)} of
        {true, _} -> filename:join(Dir, Path);
        {false, Dir} -> filename:join(os:getenv("RABBIT_SOCKS_ROOT", "."), Path);
        {false, Up} -> root(Up, Path)
    end.

options_test_() ->
    [?_assertMatch(#{hixie := false}, config([{hixie, false}])),
     ?_assertMatch(#{hixie := true}, config([hixie])),
     ?_assertNot(is_map_key(hixie, config([]))),
     ?_assertMatch(#{compression := 0}, config([{compression, off}])),
     ?_assertMatch(#{compression := 1}, config([{compression, shared}])),
     ?_assertMatch(#{compression := 2, compression_window_bits := 9},
                   config([{compression, dedicated}, {compression_window_bits, 9}])),
     ?_assertNot(is_map_key(compression, config([]))),
     ?_assertMatch(#{pages := none}, config([{pages, none}])),
     ?_assertMatch(#{pages := <<"/tmp">>}, config([{pages, "/tmp"}])),
     ?_assertMatch(#{pages := <<"/tmp">>}, config([{pages, <<"/tmp">>}])),
     ?_assertMatch(#{backlog := 7}, checked({8080, ?MODULE, [{backlog, 7}]})),
     ?_assertMatch(#{routes := [#{origins := any}]}, config([])),
     ?_assertMatch(#{routes := [#{origins := [<<"http://a.example">>, <<"https://[::1]:8443">>]}]},
                   config([{origins, ["http://a.example", <<"https://[::1]:8443">>]}])),
     ?_assertMatch(#{send_queue_soft := 2, send_queue_hard := 2}, config([{send_queue_soft, 2}, {send_queue_hard, 2}]))].

bad_options_test_() ->
    [?_test(refused_option(Options, Words)) || {Options, Words} <- [
        {[{max_mesage, 1}], ["max_mesage is unknown; near to it are max_message"]},
        {[{ping_intervall, 1}], ["ping_intervall", "ping_interval"]},
        {[{xyzzy, 1}], ["xyzzy is unknown; it takes", "backlog, ", "session_timeout"]},
        {[{"max_message", 1}], ["{\"max_message\",1} is not {Name, Value}"]},
        {[7], ["its option 7 is not"]},
        {[{hixie, 1}], ["hixie must be true or false, not 1"]},
        {[{hixie, true}, hixie], ["hixie is given twice"]},
        {[{compression, on}], ["compression must be off, shared or dedicated, not on"]},
        {[compression], ["compression must be off, shared or dedicated, not true"]},
        {[{backlog, 0}], ["backlog must be an integer from 1"]},
        {[{pages, "/no/such/place"}], ["\"/no/such/place\"", "not a directory"]},
        {[{pages, 7}], ["pages must be a string, not 7"]},
        {[{pages, ""}], ["pages must be a string"]},
        {[{origins, []}], ["origins is empty"]},
        {[{origins, all}], ["origins must be any or a list"]},
        {[{origins, ["example.org"]}], ["\"example.org\"", "scheme://host"]},
        {[{origins, ["https://example.org/"]}], ["without a path"]},
        {[{origins, ["https://u@example.org"]}], ["origins has"]},
        {[{origins, ["https://example.org?q"]}], ["origins has"]},
        {[{origins, ["https://"]}], ["origins has"]},
        {[{origins, [7]}], ["origins must be a string, not 7"]},
        {[{send_queue_soft, 3}, {send_queue_hard, 2}], ["send_queue_soft (3) is above send_queue_hard (2)"]},
        {[{ssl, true}], ["its TLS options name no certificate"]},
        {[{ssl, true}, {ssl_opts, [{verify_fun, {fun lists:map/2, []}}]}], ["its TLS option verify_fun needs an Erlang fun"]},
        {[{ssl_opts, []}], ["ssl_opts needs {ssl, true}"]},
        {[{port, 8080}], ["port belongs to rabbit_web_dispatch"]},
        {[{ip, "127.0.0.1"}], ["ip belongs to rabbit_web_dispatch"]}]].

bad_route_options_test_() ->
    [?_test(refused({8080, [{"a", ?MODULE, Options}], []}, Words)) || {Options, Words} <- [
        {[{max_message, 1}], ["max_message is of the listener"]},
        {[{pages, none}], ["pages is of the listener"]},
        {[{orgins, any}], ["orgins is unknown; near to it are origins"]},
        {7, ["must be a list"]}]].

web_test_() ->
    Web = fun(Options) -> checked({rabbit_web_dispatch, ?MODULE, Options}) end,
    [?_assertMatch(#{port := 15690, ip := any, tls := none}, Web([])),
     ?_assertMatch(#{port := 8000}, Web([{port, 8000}])),
     ?_assertMatch(#{ip := {127, 0, 0, 1}}, Web([{ip, "127.0.0.1"}])),
     ?_assertMatch(#{ip := {0, 0, 0, 0, 0, 0, 0, 1}}, Web([{ip, {0, 0, 0, 0, 0, 0, 0, 1}}])),
     ?_assertMatch(#{tls := default}, Web([{ssl, true}])),
     ?_assertMatch(#{tls := none}, Web([{ssl, false}])),
     ?_test(begin
                #{tls := Hidden} = Web([{ssl, true}, {ssl_opts, [{certfile, "c"}]}]),
                ?assertEqual([{certfile, "c"}], Hidden())
            end),
     ?_assertMatch(#{config := #{max_message := 5}}, Web([{max_message, 5}]))].

bad_web_test_() ->
    [?_test(refused({rabbit_web_dispatch, ?MODULE, Options}, Words)) || {Options, Words} <- [
        {[{port, 0}], ["port must be an integer from 1"]},
        {[{ip, "here"}], ["ip must be an address, not \"here\""]},
        {[{ip, {1, 2}}], ["ip must be an address"]},
        {[{ssl, maybe_}], ["ssl must be true or false"]},
        {[{ssl_opts, []}], ["ssl_opts needs {ssl, true}"]},
        {[{ssl, true}, {ssl_opts, secret}], ["ssl_opts must be a list"]},
        {[{backlog, 7}], ["backlog is for listeners on a port of their own"]},
        {[{prot, 7}], ["prot is unknown; near to it are port"]}]].

%% The callback module's names for the protocol.

subprotocols_test_() ->
    Names = fun(Value) ->
        persistent_term:put(?MODULE, Value),
        try rabbit_socks_config:check({8080, ?MODULE, []}) of
            {ok, #{config := #{routes := [#{subprotocols := Found}]}}} -> Found;
            {error, Text} -> Text
        after
            persistent_term:erase(?MODULE)
        end
    end,
    [?_assertEqual(Want, Names(Value)) || {Value, Want} <- [
        {"", []},
        {<<>>, []},
        {"STOMP", [<<"STOMP">>]},
        {<<"char">>, [<<"char">>]},
        {["v12.stomp", <<"v11.stomp">>], [<<"v12.stomp">>, <<"v11.stomp">>]}]]
    ++ [?_assertNotEqual(nomatch, string:find(Names(Value), "which is not a token")) || Value <- [
        "a b", "a\n", "a,b", ["a", ""], undefined, [undefined], [1024]]].

%% An entry in a log names the listener and hides what may be secret.
describe_test_() ->
    [?_assertEqual(Want, rabbit_socks_config:describe(Entry)) || {Entry, Want} <- [
        {{8080, echo, [{options, secret}]}, "{8080, echo, ...}"},
        {{{"::1", 80}, echo, []}, "{{\"::1\",80}, echo, ...}"},
        {{rabbit_mochiweb, [{protocol, echo}, {ssl_opts, [{password, "x"}]}]},
         "{rabbit_mochiweb, [{protocol,echo},{ssl_opts,'...'}]}"},
        {{8080, [{"a", echo, [secret]}], []}, "{8080, [{\"a\",echo,'...'}], ...}"},
        {{8080, [{max_message, 1} | x], []}, "{8080, [{max_message,'...'}|x], ...}"},
        {nonsense, "nonsense"}]].
