%% SPDX-License-Identifier: MPL-2.0
%% @doc Several listeners, those that cannot be started, and those of the configuration.
-module(rabbit_socks_listener_sup_tests).

-include_lib("eunit/include/eunit.hrl").

-export([log/2]).

-define(ANY, {"127.0.0.1", 0}).
-define(IP, {127, 0, 0, 1}).

all_test_() ->
    broker_stub:tests([{several, fun several/0},
                       {errors, fun errors/0},
                       {configured, fun configured/0}]).

connects(Port) ->
    {ok, Socket} = gen_tcp:connect(?IP, Port, []),
    gen_tcp:close(Socket).

refused(Port) -> ?assertEqual({error, econnrefused}, gen_tcp:connect(?IP, Port, [])).

several() ->
    ok = rabbit_socks_listener_sup:start_listener(?ANY, [{"/a/b", broker_stub, []}, {"", broker_stub, []}], []),
    ok = rabbit_socks_listener_sup:start_listener(?ANY, broker_stub, #{}),
    ok = rabbit_socks_listener_sup:start_listener({"localhost", 0}, broker_stub, []),
    [#{port := A}, #{port := B}] = [L || #{interface := ?ANY} = L <- rabbit_socks_listener_sup:listeners()],
    ?assertNotEqual(A, B),
    ?assertEqual([[{"", broker_stub}], [{"a/b", broker_stub}, {"", broker_stub}]],
                 lists:sort([R || #{interface := ?ANY, routes := R} <- rabbit_socks_listener_sup:listeners()])),
    ok = rabbit_socks_listener_sup:stop_listener({"127.0.0.1", A}),
    refused(A),
    connects(B),
    ok = rabbit_socks_listener_sup:stop_listener({{127, 0, 0, 1}, 0}),
    refused(B),
    [_ | _] = rabbit_socks_listener_sup:listeners(),
    ok = rabbit_socks_listener_sup:stop_listener({"localhost", 0}),
    [] = rabbit_socks_listener_sup:listeners().

errors() ->
    ok = rabbit_socks_listener_sup:start_listener(?ANY, broker_stub, []),
    [#{port := Port}] = rabbit_socks_listener_sup:listeners(),
    {ok, Thief} = gen_tcp:listen(0, [{ip, ?IP}]),
    {ok, Taken} = inet:port(Thief),
    [begin
         {error, Text} = rabbit_socks_listener_sup:start_listener(Interface, Module, Options),
         ?assert(io_lib:char_list(Text)),
         ?assertNotEqual({Words, nomatch, Text}, {Words, string:find(Text, Words), Text})
     end || {Interface, Module, Options, Words} <- [
         {{"127.0.0.1", Port}, broker_stub, [], "the port is in use"},
         {{"127.0.0.1", Taken}, broker_stub, [], "cannot listen on 127.0.0.1:" ++ integer_to_list(Taken) ++ ": the port is in use"},
         {{"192.0.2.1", 0}, broker_stub, [], "this machine has no such address"},
         {{"no.such.host.invalid", 0}, broker_stub, [], "no.such.host.invalid has no address"},
         {?ANY, no_such_module, [], "cannot be loaded"},
         {?ANY, broker_stub, [{no_such_option, 1}], "no_such_option is unknown"}]],
    ok = rabbit_socks_listener_sup:start_listener({"127.0.0.2", Port}, broker_stub, []),
    {error, Again} = rabbit_socks_listener_sup:start_listener({"127.0.0.2", Port}, broker_stub, []),
    ?assertNotEqual(nomatch, string:find(Again, "started already")),
    gen_tcp:close(Thief).

%% Every bad entry is one line in the log and nothing else; the good ones start.
configured() ->
    ok = application:set_env(rabbit_socks, listeners, [
        {?ANY, broker_stub, []}, nonsense, {{"192.0.2.1", 0}, broker_stub, [{options, secret}]}, {?ANY, [{protocol, broker_stub}]},
        {?ANY, lists, []}]),
    ?assertMatch(["rabbit_socks: listener nonsense is not started: it is not {Interface, Module, Options}" ++ _,
                  "rabbit_socks: listener {{\"192.0.2.1\",0}, broker_stub, ...} is not started: " ++ _,
                  "rabbit_socks: listener {{\"127.0.0.1\",0}, lists, ...} is not started: its callback module lists does not " ++ _],
                 logged(fun rabbit_socks_listener_sup:start_configured/0)),
    ?assertMatch([#{interface := ?ANY}, #{interface := ?ANY}], rabbit_socks_listener_sup:listeners()),
    ok = application:set_env(rabbit_socks, listeners, [{?ANY, broker_stub, []} | improper]),
    ?assertMatch(["rabbit_socks: the key 'listeners' must be a list of listeners" ++ _],
                 logged(fun rabbit_socks_listener_sup:start_configured/0)),
    ok = application:unset_env(rabbit_socks, listeners),
    ?assertEqual([], logged(fun rabbit_socks_listener_sup:start_configured/0)).

logged(Fun) ->
    ok = logger:set_primary_config(level, notice),
    {ok, #{level := Level}} = logger:get_handler_config(default),
    ok = logger:set_handler_config(default, level, none),
    ok = logger:add_handler(?MODULE, ?MODULE, #{config => self()}),
    ok = Fun(),
    %% Reports of supervisors come from other processes.
    timer:sleep(100),
    ok = logger:remove_handler(?MODULE),
    ok = logger:set_primary_config(level, none),
    ok = logger:set_handler_config(default, level, Level),
    lines().

lines() ->
    receive {logged, Line} -> [Line | lines()] after 0 -> [] end.

-spec log(logger:log_event(), map()) -> term().
log(#{msg := Message}, #{config := Test}) ->
    Test ! {logged, case Message of
                        {report, Report} -> lists:flatten(io_lib:format("~p", [Report]));
                        {string, Text} -> lists:flatten(io_lib:format("~ts", [Text]));
                        {Format, Args} -> lists:flatten(io_lib:format(Format, Args))
                    end}.
