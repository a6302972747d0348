%% SPDX-License-Identifier: MPL-2.0
%% @doc Listeners under their supervisor with a real Ranch and the broker's own tables, and a stub for the edge. This module
%% is the callback module.
-module(rabbit_socks_listener_sup_tests).

-include_lib("eunit/include/eunit.hrl").

-export([subprotocol_name/0, init/2, open/3, handle_frame/2, terminate/1, log/2]).

-define(ANY, {"127.0.0.1", 0}).
-define(IP, {127, 0, 0, 1}).

-spec subprotocol_name() -> string().
subprotocol_name() -> "x".
-spec init(term(), term()) -> {ok, term()}.
init(_, _) -> {ok, none}.
-spec open(module(), term(), term()) -> {ok, term()}.
open(_, _, State) -> {ok, State}.
-spec handle_frame(term(), term()) -> {ok, term()}.
handle_frame(_, State) -> {ok, State}.
-spec terminate(term()) -> ok.
terminate(_) -> ok.

all_test_() ->
    %% In the process of the test: the stub sends it what the edge is told.
    [{atom_to_list(Name), {timeout, 30, fun() -> State = setup(), try Test() after cleanup(State) end end}} || {Name, Test} <- [
         {starts_and_stops, fun starts_and_stops/0},
         {restarted_edge, fun restarted_edge/0},
         {no_edge, fun no_edge/0},
         {suspended, fun suspended/0},
         {suspended_and_resumed_at_once, fun suspended_and_resumed_at_once/0},
         {maintenance, fun maintenance/0},
         {killed, fun killed/0},
         {killed_while_suspended, fun killed_while_suspended/0},
         {stopped_behind_our_back, fun stopped_behind_our_back/0},
         {several, fun several/0},
         {errors, fun errors/0},
         {configured, fun configured/0}]].

%% The broker's table of listeners, as rabbit_table defines it, and its event manager.
setup() ->
    Level = maps:get(level, logger:get_primary_config()),
    ok = logger:set_primary_config(level, none),
    {ok, Started} = application:ensure_all_started(ranch),
    ok = mnesia:start(),
    {atomic, ok} = mnesia:create_table(rabbit_listener, [{type, bag}, {record_name, listener},
                                                         {attributes, [node, protocol, host, ip_address, port, opts]}]),
    {ok, Events} = gen_event:start({local, rabbit_event}),
    ok = edge_stub:install(),
    {ok, Sup} = rabbit_socks_listener_sup:start_link(),
    unlink(Sup),
    {Level, Started, Events, Sup}.

cleanup({Level, Started, Events, Sup}) ->
    Monitor = erlang:monitor(process, Sup),
    exit(Sup, shutdown),
    receive {'DOWN', Monitor, process, _, _} -> ok end,
    ?assertEqual([], rows()),
    ?assertEqual(#{}, ranch:info()),
    ?assertEqual([], gen_event:which_handlers(rabbit_event)),
    edge_stub:uninstall(),
    gen_event:stop(Events),
    stopped = mnesia:stop(),
    lists:foreach(fun application:stop/1, lists:reverse(Started)),
    flush(),
    ok = logger:set_primary_config(level, Level).

flush() ->
    receive _ -> flush() after 0 -> ok end.

rows() -> [{element(5, Row), element(6, Row)} || Row <- mnesia:dirty_read(rabbit_listener, node())].

start() ->
    ok = rabbit_socks_listener_sup:start_listener(?ANY, ?MODULE, [{options, here}]),
    {Id, Fd} = listening(),
    [#{port := Port, interface := ?ANY, state := running, address := ?IP}] = rabbit_socks_listener_sup:listeners(),
    {Id, Fd, Port}.

%% The next call of the edge's function.
called(Function) ->
    receive {edge, Function, Args, _} -> Args after 5000 -> error({not_called, Function}) end.

listening() ->
    [Id, #{routes := [_ | _]}, Fd] = called(listen),
    {Id, Fd}.

silent() ->
    receive {edge, Function, _, _} when Function =:= listen; Function =:= remove -> error({called, Function}) after 100 -> ok end.

connects(Port) ->
    {ok, Socket} = gen_tcp:connect(?IP, Port, []),
    gen_tcp:close(Socket).

refused(Port) -> ?assertEqual({error, econnrefused}, gen_tcp:connect(?IP, Port, [])).

%% An edge's copy of the descriptor, which it keeps for as long as it likes.
copy(Fd) ->
    {ok, Copy} = socket:open(Fd, #{dup => true}),
    Copy.

accepts(Port, Copy) ->
    {ok, Client} = gen_tcp:connect(?IP, Port, [binary, {active, false}]),
    {ok, Peer} = socket:accept(Copy, 5000),
    ok = socket:send(Peer, <<"hello">>),
    ?assertEqual({ok, <<"hello">>}, gen_tcp:recv(Client, 5)),
    socket:close(Peer),
    gen_tcp:close(Client).

starts_and_stops() ->
    {Id, Fd, Port} = start(),
    ?assertEqual([Id, [{?MODULE, here}]], called(put)),
    ?assertEqual([{?IP, Port}], rows()),
    Copy = copy(Fd),
    accepts(Port, Copy),
    silent(),
    ok = rabbit_socks_listener_sup:stop_listener({"127.0.0.1", Port}),
    ?assertMatch([Id, 1001, _], called(remove)),
    ?assertEqual([Id], called(delete)),
    ?assertEqual({error, not_found}, rabbit_socks_listener_sup:stop_listener(?ANY)),
    ?assertEqual([], rabbit_socks_listener_sup:listeners()),
    ?assertEqual([], rows()),
    %% Although the edge has its copy still, the port is free.
    refused(Port),
    {ok, Next} = gen_tcp:listen(Port, [{ip, ?IP}, {reuseaddr, true}]),
    lists:foreach(fun gen_tcp:close/1, [Next]),
    socket:close(Copy).

restarted_edge() ->
    {Id, _, Port} = start(),
    [{_, Pid, _, _}] = supervisor:which_children(rabbit_socks_listener_sup),
    connects(Port),
    Pid ! {rabbit_socks_edge, up},
    {Id, Fd} = listening(),
    Copy = copy(Fd),
    %% The connection that was made meanwhile waits in the backlog.
    {ok, Waiting} = socket:accept(Copy, 5000),
    socket:close(Waiting),
    accepts(Port, Copy),
    socket:close(Copy).

no_edge() ->
    edge_stub:down(),
    ok = rabbit_socks_listener_sup:start_listener(?ANY, ?MODULE, []),
    [#{port := Port}] = rabbit_socks_listener_sup:listeners(),
    [Pid] = called(monitor_up),
    connects(Port),
    %% It came up and is gone again before it could be told.
    Pid ! {rabbit_socks_edge, up},
    _ = listening(),
    ok = ranch:suspend_listener({acceptor, ?IP, Port}),
    ok = ranch:resume_listener({acceptor, ?IP, Port}),
    connects(Port),
    ok = rabbit_socks_listener_sup:stop_listener(?ANY),
    refused(Port),
    edge_stub:up().

suspended() ->
    {Id, Fd, Port} = start(),
    Copy = copy(Fd),
    ok = ranch:suspend_listener({acceptor, ?IP, Port}),
    ?assertEqual([Id], called(unlisten)),
    [#{state := suspended}] = eventually(fun() -> [#{state := suspended}] = rabbit_socks_listener_sup:listeners() end),
    refused(Port),
    ?assertEqual([{?IP, Port}], rows()),
    ok = ranch:resume_listener({acceptor, ?IP, Port}),
    {Id, Next} = listening(),
    eventually(fun() -> [#{state := running}] = rabbit_socks_listener_sup:listeners() end),
    NextCopy = copy(Next),
    accepts(Port, NextCopy),
    ?assertEqual({error, einval}, socket:accept(Copy, 1000)),
    lists:foreach(fun socket:close/1, [Copy, NextCopy]).

eventually(Match) -> eventually(Match, 100).

eventually(Match, 0) -> Match();
eventually(Match, N) ->
    try Match() catch error:{badmatch, _} -> timer:sleep(20), eventually(Match, N - 1) end.

suspended_and_resumed_at_once() ->
    {Id, Fd, Port} = start(),
    Copy = copy(Fd),
    [begin
         ok = ranch:suspend_listener({acceptor, ?IP, Port}),
         ok = ranch:resume_listener({acceptor, ?IP, Port}),
         {Id, _} = listening(),
         connects(Port)
     end || _ <- lists:seq(1, 20)],
    socket:close(Copy).

maintenance() ->
    {Id, _, Port} = start(),
    [Id, _] = called(put),
    ok = ranch:suspend_listener({acceptor, ?IP, Port}),
    gen_event:notify(rabbit_event, {event, some_other_thing, [], none, 1}),
    gen_event:notify(rabbit_event, {event, maintenance_connections_closed, #{}, none, 1}),
    ?assertMatch([Id, 1001, _], called(remove)),
    ?assertEqual([Id], called(delete)),
    %% What comes now is another listener to the edge.
    [Next, [{?MODULE, here}]] = called(put),
    ?assertNotEqual(Id, Next),
    gen_event:notify(rabbit_event, {event, maintenance_revived, #{}, none, 1}),
    ok = ranch:resume_listener({acceptor, ?IP, Port}),
    {Next, _} = listening(),
    eventually(fun() -> [#{state := running}] = rabbit_socks_listener_sup:listeners() end).

killed() ->
    {Id, Fd, Port} = start(),
    Copy = copy(Fd),
    [{Key, Pid, _, _}] = supervisor:which_children(rabbit_socks_listener_sup),
    exit(Pid, kill),
    {Id, Next} = listening(),
    [{Key, Pid2, _, _}] = supervisor:which_children(rabbit_socks_listener_sup),
    ?assertNotEqual(Pid, Pid2),
    %% The same socket: it never closed.
    accepts(Port, Copy),
    NextCopy = copy(Next),
    accepts(Port, NextCopy),
    ?assertEqual([{?IP, Port}], rows()),
    ?assertEqual(1, length(gen_event:which_handlers(rabbit_event))),
    ok = ranch:suspend_listener({acceptor, ?IP, Port}),
    [Id] = called(unlisten),
    refused(Port),
    ok = ranch:resume_listener({acceptor, ?IP, Port}),
    {Id, _} = listening(),
    lists:foreach(fun socket:close/1, [Copy, NextCopy]).

killed_while_suspended() ->
    {Id, _, Port} = start(),
    ok = ranch:suspend_listener({acceptor, ?IP, Port}),
    [Id] = called(unlisten),
    [{_, Pid, _, _}] = supervisor:which_children(rabbit_socks_listener_sup),
    exit(Pid, kill),
    eventually(fun() -> [{_, Next, _, _}] = supervisor:which_children(rabbit_socks_listener_sup), true = is_pid(Next) andalso Next =/= Pid end),
    ok = ranch:resume_listener({acceptor, ?IP, Port}),
    {Id, _} = listening(),
    connects(Port).

stopped_behind_our_back() ->
    {Id, _, Port} = start(),
    ok = ranch:stop_listener({acceptor, ?IP, Port}),
    [Id] = called(unlisten),
    ok = rabbit_socks_listener_sup:stop_listener(?ANY),
    ?assertEqual([], rows()).

several() ->
    ok = rabbit_socks_listener_sup:start_listener(?ANY, [{"/a/b", ?MODULE, []}, {"", ?MODULE, []}], []),
    ok = rabbit_socks_listener_sup:start_listener(?ANY, ?MODULE, #{}),
    ok = rabbit_socks_listener_sup:start_listener({"localhost", 0}, ?MODULE, []),
    [#{port := A}, #{port := B}] = [L || #{interface := ?ANY} = L <- rabbit_socks_listener_sup:listeners()],
    ?assertNotEqual(A, B),
    ?assertEqual([[{"", ?MODULE}], [{"a/b", ?MODULE}, {"", ?MODULE}]],
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
    {_, _, Port} = start(),
    {ok, Thief} = gen_tcp:listen(0, [{ip, ?IP}]),
    {ok, Taken} = inet:port(Thief),
    [begin
         {error, Text} = rabbit_socks_listener_sup:start_listener(Interface, Module, Options),
         ?assert(io_lib:char_list(Text)),
         ?assertNotEqual({Words, nomatch, Text}, {Words, string:find(Text, Words), Text})
     end || {Interface, Module, Options, Words} <- [
         {{"127.0.0.1", Port}, ?MODULE, [], "the port is in use"},
         {{"127.0.0.1", Taken}, ?MODULE, [], "cannot listen on 127.0.0.1:" ++ integer_to_list(Taken) ++ ": the port is in use"},
         {{"192.0.2.1", 0}, ?MODULE, [], "this machine has no such address"},
         {{"no.such.host.invalid", 0}, ?MODULE, [], "no.such.host.invalid has no address"},
         {?ANY, no_such_module, [], "cannot be loaded"},
         {?ANY, ?MODULE, [{no_such_option, 1}], "no_such_option is unknown"}]],
    ok = rabbit_socks_listener_sup:start_listener({"127.0.0.2", Port}, ?MODULE, []),
    {error, Again} = rabbit_socks_listener_sup:start_listener({"127.0.0.2", Port}, ?MODULE, []),
    ?assertNotEqual(nomatch, string:find(Again, "started already")),
    gen_tcp:close(Thief).

%% Every bad entry is one line in the log and nothing else; the good ones start.
configured() ->
    ok = application:set_env(rabbit_socks, listeners, [
        {?ANY, ?MODULE, []}, nonsense, {{"192.0.2.1", 0}, ?MODULE, [{options, secret}]}, {?ANY, [{protocol, ?MODULE}]},
        {?ANY, lists, []}]),
    ?assertMatch(["rabbit_socks: listener nonsense is not started: it is not {Interface, Module, Options}" ++ _,
                  "rabbit_socks: listener {{\"192.0.2.1\",0}, rabbit_socks_listener_sup_tests, ...} is not started: " ++ _,
                  "rabbit_socks: listener {{\"127.0.0.1\",0}, lists, ...} is not started: its callback module lists does not " ++ _],
                 logged(fun rabbit_socks_listener_sup:start_configured/0)),
    ?assertMatch([#{interface := ?ANY}, #{interface := ?ANY}], rabbit_socks_listener_sup:listeners()),
    ok = application:set_env(rabbit_socks, listeners, [{?ANY, ?MODULE, []} | improper]),
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
