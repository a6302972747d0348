%% SPDX-License-Identifier: MPL-2.0
%% @doc Listeners of a real broker: how they are configured, shown, drained, stopped, and what survives an edge.
-module(listeners_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1]).
-export([shown/1, forms/1, routes/1, ipv6/1, every_address/1, bad_entries/1, port_in_use/1, from_code/1,
         origins/1, drain_and_revive/1, suspended_by_hand/1, listener_killed/1, edge_killed/1,
         command_line/1, disable_leaves_nothing/1]).

-import(listeners_world, [port/2, rpc/4, start/4, stop/2, listener/2, states/1, log_lines/2, take/1,
                          eventually/1, opened/2, echo/2, echoes/2, refusal/3, tells/3, gone/1, refused/1,
                          get/2, tls_listener/3]).

-define(ECHO, "/websocket/echo").

suite() -> [{timetrap, {minutes, 3}}].

all() -> [shown, forms, routes, ipv6, every_address, bad_entries, port_in_use, from_code, origins,
          drain_and_revive, suspended_by_hand, listener_killed, edge_killed, command_line,
          disable_leaves_nothing].

init_per_suite(Config) ->
    Broker = socks_broker:start(#{
        ports => [plain, older, every, v6, several, web, management, taken],
        plugins => [rabbit_socks, rabbitmq_management],
        config => fun(#{taken := Taken} = Ports) ->
            take(Taken),
            [{rabbitmq_management, [{listener, [{port, maps:get(management, Ports)}]}]},
             {rabbit_socks, [{listeners, listeners(Ports)}]}]
        end}),
    ok = socks_broker:load(Broker, listeners_callback),
    [{broker, Broker} | Config].

end_per_suite(Config) -> socks_broker:stop(?config(broker, Config)).

listeners(#{plain := Plain, older := Older, every := Every, v6 := V6, several := Several, web := Web,
            management := Management, taken := Taken}) ->
    [{{"127.0.0.1", Plain}, rabbit_socks_echo, []},
     {{{127, 0, 0, 1}, Older}, [{protocol, rabbit_socks_echo}, {max_message, 1000}]},
     {Every, rabbit_socks_echo, []},
     {{"::1", V6}, rabbit_socks_echo, []},
     {{"localhost", Several}, [{"/a", rabbit_socks_echo, []}, {"b/c", rabbit_socks_echo, []}], [{hixie, false}]},
     {rabbit_mochiweb, rabbit_socks_echo, [{port, Web}]}]
    ++ bad(#{taken => Taken, management => Management, plain => Plain}).

%% Entries that must not start, with what their one line in the log must say.
bad(#{taken := Taken, management := Management, plain := Plain}) ->
    [Entry || {Entry, _} <- bad_with_words(Taken, Management, Plain)].

bad_with_words(Taken, Management, Plain) ->
    [{nonsense, "nonsense"},
     {{rabbit_web_dispach, rabbit_socks_echo, []}, "rabbit_web_dispach is no interface"},
     {{17001, no_such_module, []}, "no_such_module cannot be loaded"},
     {{17002, lists, []}, "lists does not export"},
     {{17003, rabbit_socks_echo, [{max_mesage, 7}]}, "max_mesage is unknown; near to it are max_message"},
     {{17004, rabbit_socks_echo, [{ssl, true}]}, "its TLS options name no certificate"},
     {{17005, rabbit_socks_echo, [{max_message, many}]}, "max_message must be an integer from 1"},
     {{{"127.0.0.1", Taken}, rabbit_socks_echo, []}, "the port is in use"},
     {{{"127.0.0.1", Plain}, rabbit_socks_echo, []}, "with the same address and port is started already"},
     {{{"192.0.2.1", 17006}, rabbit_socks_echo, []}, "this machine has no such address"},
     {{{"no-such-host.invalid", 17007}, rabbit_socks_echo, []}, "no-such-host.invalid has no address"},
     {{rabbit_web_dispatch, rabbit_socks_echo, [{port, Management}]}, "a web context for every path"},
     {{rabbit_web_dispatch, rabbit_socks_echo, [{port, Taken}, {ip, "127.0.0.1"}]}, "the port is in use"}].

%% Ports of their own.

shown(Config) ->
    {0, Output} = socks_broker:diagnostics(?config(broker, Config), ["listeners"]),
    [?assertMatch({Name, {match, _}},
                  {Name, re:run(Output, ["Interface: ", Address, ", port: ", integer_to_list(port(Config, Name)),
                                         ", protocol: http/socks"])})
     || {Name, Address} <- [{plain, "127\\.0\\.0\\.1"}, {older, "127\\.0\\.0\\.1"}, {every, "(\\[::\\]|0\\.0\\.0\\.0)"},
                            {v6, "\\[::1\\]"}, {web, "(\\[::\\]|0\\.0\\.0\\.0)"}]],
    #{address := {127, 0, 0, 1}, state := running, protocol := 'http/socks', routes := [{"", rabbit_socks_echo}]} =
        listener(Config, {"127.0.0.1", port(Config, plain)}).

forms(Config) ->
    echoes(port(Config, plain), ?ECHO),
    Ws = opened(port(Config, older), ?ECHO),
    ok = socks_ws:send(Ws, {utf8, binary:copy(<<"x">>, 1001)}),
    ?assertMatch({close, 1009, _}, socks_ws:recv(Ws)),
    socks_ws:close(Ws).

routes(Config) ->
    Several = port(Config, several),
    echoes(Several, "/websocket/a"),
    echoes(Several, "/websocket/a/b/c"),
    echoes(Several, "/websocket/b/c"),
    ?assertEqual(404, refusal(Several, "/websocket/b", #{})),
    ?assert(refusal(Several, "/websocket/a", #{draft => 'hixie-76'}) >= 400),
    Routes = [{"/tell", listeners_callback, []}, {"/tell/more", rabbit_socks_echo, []}, {"", rabbit_socks_echo, []}],
    ok = start(Config, {"127.0.0.1", 0}, Routes, []),
    #{port := Port, routes := [{"tell", listeners_callback}, {"tell/more", rabbit_socks_echo}, {"", rabbit_socks_echo}]} =
        listener(Config, {"127.0.0.1", 0}),
    echoes(Port, "/websocket"),
    echoes(Port, "/websocket/tell/more/x"),
    tells(Port, "/websocket/tell/a%20b/c", <<"a b/c">>),
    ok = stop(Config, {"127.0.0.1", Port}).

ipv6(Config) ->
    Port = port(Config, v6),
    echoes({{0, 0, 0, 0, 0, 0, 0, 1}, Port}, ?ECHO),
    refused(Port),
    %% IPv4 and IPv6 on one port are two listeners.
    ok = start(Config, {"127.0.0.1", Port}, rabbit_socks_echo, []),
    echoes(Port, ?ECHO),
    ok = stop(Config, {"127.0.0.1", Port}),
    refused(Port),
    echoes({{0, 0, 0, 0, 0, 0, 0, 1}, Port}, ?ECHO).

every_address(Config) ->
    [echoes({Ip, port(Config, every)}, ?ECHO) || Ip <- [{127, 0, 0, 1}, {127, 0, 0, 2}, {0, 0, 0, 0, 0, 0, 0, 1}]].

bad_entries(Config) ->
    Bad = bad_with_words(port(Config, taken), port(Config, management), port(Config, plain)),
    Lines = log_lines(Config, "is not started: "),
    ?assertEqual(length(Bad), length(Lines)),
    [?assertMatch([_], [Line || Line <- Lines, binary:match(Line, list_to_binary(Words)) =/= nomatch,
                                Entry =:= nonsense orelse named(Line, element(1, Entry))])
     || {Entry, Words} <- Bad],
    [?assertNotEqual(nomatch, binary:match(Line, <<"[error]">>)) || Line <- Lines],
    %% One line each and nothing else: no report of Ranch, of a supervisor, of a crash.
    ?assertEqual(length(Bad), length(log_lines(Config, "[error]"))).

named(Line, Interface) ->
    binary:match(Line, unicode:characters_to_binary(io_lib:format("{~0tp, ", [Interface]))) =/= nomatch.

port_in_use(Config) ->
    {ok, Thief} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}}]),
    {ok, Port} = inet:port(Thief),
    {error, Text} = start(Config, {"127.0.0.1", Port}, rabbit_socks_echo, []),
    ?assertNotEqual(nomatch, string:find(Text, "the port is in use")),
    gen_tcp:close(Thief),
    ok = start(Config, {"127.0.0.1", Port}, rabbit_socks_echo, []),
    echoes(Port, ?ECHO),
    ok = stop(Config, {"127.0.0.1", Port}).

from_code(Config) ->
    Before = rpc(Config, rabbit_socks, listeners, []),
    ok = start(Config, {"127.0.0.1", 0}, rabbit_socks_echo, []),
    ok = start(Config, {"127.0.0.1", 0}, rabbit_socks_echo, #{max_message => 10}),
    [#{port := A}, #{port := B}] = rpc(Config, rabbit_socks, listeners, []) -- Before,
    Ws = opened(A, ?ECHO),
    echoes(B, ?ECHO),
    ok = stop(Config, {"127.0.0.1", A}),
    %% Sessions of a stopped listener are closed.
    ?assertMatch({close, 1001, _}, socks_ws:recv(Ws)),
    socks_ws:close(Ws),
    refused(A),
    echoes(B, ?ECHO),
    %% The port is free at once, again and again.
    [begin
         ok = start(Config, {"127.0.0.1", A}, rabbit_socks_echo, []),
         echoes(A, ?ECHO),
         ok = stop(Config, {"127.0.0.1", A})
     end || _ <- lists:seq(1, 10)],
    ok = stop(Config, {"127.0.0.1", 0}),
    {error, not_found} = stop(Config, {"127.0.0.1", 0}),
    {error, not_found} = stop(Config, nonsense),
    ?assertEqual(Before, rpc(Config, rabbit_socks, listeners, [])).

origins(Config) ->
    ok = start(Config, {"127.0.0.1", 0}, rabbit_socks_echo, [{origins, ["http://good.example:8000"]}]),
    #{port := Port} = listener(Config, {"127.0.0.1", 0}),
    Good = socks_ws:open(Port, ?ECHO, #{origin => "http://good.example:8000"}),
    socks_ws:close(echo(Good, <<"x">>)),
    ?assertEqual(403, refusal(Port, ?ECHO, #{origin => "http://good.example"})),
    ok = stop(Config, {"127.0.0.1", 0}).

%% Maintenance and failures.

drain_and_revive(Config) ->
    Broker = ?config(broker, Config),
    Tls = {tls, tls_listener(Config, {rabbit_web_dispatch, "tls"}, rabbit_socks_echo)},
    Web = port(Config, web),
    Open = [opened(Target, Path) || {Target, Path} <- [{port(Config, plain), ?ECHO}, {Web, "/socks" ?ECHO}, {Tls, "/tls" ?ECHO}]],
    {0, _} = socks_broker:upgrade(Broker, ["drain"]),
    [begin
         ?assertMatch({close, 1001, _}, socks_ws:recv(Ws)),
         socks_ws:close(Ws)
     end || Ws <- Open],
    [refused(Port) || Port <- [port(Config, plain), port(Config, every), Web, element(2, Tls)]],
    ?assertEqual([suspended], states(Config)),
    {0, _} = socks_broker:diagnostics(Broker, ["listeners"]),
    {0, _} = socks_broker:upgrade(Broker, ["revive"]),
    echoes(port(Config, plain), ?ECHO),
    echoes(port(Config, every), ?ECHO),
    echoes(Web, "/socks" ?ECHO),
    echoes(Tls, "/tls" ?ECHO),
    ?assertEqual([running], states(Config)),
    ok = stop(Config, {rabbit_web_dispatch, "tls"}).

suspended_by_hand(Config) ->
    Port = port(Config, plain),
    Ref = {acceptor, {127, 0, 0, 1}, Port},
    Open = opened(Port, ?ECHO),
    ok = rpc(Config, ranch, suspend_listener, [Ref]),
    refused(Port),
    Still = echo(Open, <<"still there">>),
    ok = rpc(Config, ranch, resume_listener, [Ref]),
    echoes(Port, ?ECHO),
    socks_ws:close(echo(Still, <<"and after">>)).

%% Connections made while there is no edge are served by the next one.
edge_killed(Config) ->
    Broker = ?config(broker, Config),
    Port = port(Config, plain),
    Edge = socks_broker:await_edge(Broker),
    Old = opened(Port, ?ECHO),
    socks_os:kill(Edge, "STOP"),
    Waiting = [socks_client:connect(Port) || _ <- lists:seq(1, 20)],
    socks_os:kill(Edge, "KILL"),
    Later = [socks_client:connect(Port) || _ <- lists:seq(1, 20)],
    [socks_ws:close(echo(socks_ws:open(Port, ?ECHO, #{connection => C}), <<"x">>)) || C <- Waiting ++ Later],
    gone(Old),
    ?assertNotEqual(Edge, socks_broker:await_edge(Broker)).

%% What Ranch has opened outlives the process that watches it.
listener_killed(Config) ->
    Port = port(Config, plain),
    Open = opened(Port, ?ECHO),
    Children = fun() -> rpc(Config, supervisor, which_children, [rabbit_socks_listener_sup]) end,
    Before = Children(),
    [true = rpc(Config, erlang, exit, [Pid, kill]) || {{port, _, P}, Pid, _, _} <- Before, P =:= Port],
    eventually(fun() -> Now = Children(), Now =/= Before andalso lists:all(fun({_, Pid, _, _}) -> is_pid(Pid) end, Now) end),
    echoes(Port, ?ECHO),
    socks_ws:close(echo(Open, <<"still there">>)),
    suspended_by_hand(Config).

%% Beginning and end.

command_line(_Config) ->
    Port = socks_broker:free_port(),
    Args = lists:flatten(io_lib:format("-rabbit_socks listeners [{~b,rabbit_socks_echo,[]}]", [Port])),
    Broker = socks_broker:start(#{args => Args}),
    try
        [#{interface := Port}] = socks_broker:rpc(Broker, rabbit_socks, listeners, []),
        echoes(Port, ?ECHO)
    after
        socks_broker:stop(Broker)
    end.

disable_leaves_nothing(Config) ->
    Broker = ?config(broker, Config),
    Open = opened(port(Config, plain), ?ECHO),
    {0, _} = socks_broker:plugins(Broker, ["disable", "rabbit_socks"]),
    gone(Open),
    Ports = [port(Config, Name) || Name <- [plain, older, every, several, web]],
    [refused(Port) || Port <- Ports],
    {0, Output} = socks_broker:diagnostics(Broker, ["listeners"]),
    nomatch = re:run(Output, "https?/socks"),
    ?assertEqual([], [Ref || {Ref, #{transport := rabbit_socks_transport}} <- maps:to_list(rpc(Config, ranch, info, []))]),
    ?assertEqual([], [Path || {Path, _, _} <- rpc(Config, rabbit_web_dispatch_registry, list_all, []), Path =/= ""]),
    ?assertEqual([], [Handler || {rabbit_socks_maintenance, _} = Handler <- rpc(Config, gen_event, which_handlers, [rabbit_event])]),
    {200, _, _} = get(port(Config, management), "/"),
    {0, _} = socks_broker:plugins(Broker, ["enable", "rabbit_socks"]),
    echoes(port(Config, plain), ?ECHO),
    echoes(port(Config, web), "/socks" ?ECHO).
