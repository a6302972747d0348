%% SPDX-License-Identifier: MPL-2.0
%% @doc The edge's owner under the plugin's own supervisors, with fake programs: how one comes up, is used, ends, is replaced.
-module(rabbit_socks_edge_tests).

-include_lib("eunit/include/eunit.hrl").

-import(edge_world, [up/0, told/1, event/1, beat/1, kill_edge/1, gone/1, eventually/1, flush/0, errors/0]).

-define(WAIT, 20000).

edge_test_() ->
    [{atom_to_list(Name), {timeout, 60, fun() -> edge_world:run(Mode, Test) end}} || {Name, Mode, Test} <- [
        {comes_up, good, fun comes_up/1},
        {events_around_the_hello, eager, fun events_around_the_hello/1},
        {descriptors, good, fun descriptors/1},
        {killed, good, fun killed/1},
        {killed_while_written_to, good, fun killed_while_written_to/1},
        {stopped, good, fun stopped/1},
        {owner_killed, good, fun owner_killed/1},
        {full_pipe, good, fun full_pipe/1},
        {backs_off, good, fun backs_off/1},
        {ends_in_order, good, fun ends_in_order/1},
        {ends_when_deaf, deaf, fun ends_when_deaf/1},
        {ends_when_stopped, good, fun ends_when_stopped/1},
        {newer, newer, fun newer/1},
        {garbage, garbage, fun garbage/1},
        {silent, silent, fun silent/1},
        {missing, missing, fun missing/1},
        {quits, quits, fun quits/1}]].

comes_up(#{directory := Directory}) ->
    ?assertMatch({error, not_running}, rabbit_socks_edge:command({anything, 1})),
    OsPid = up(),
    ?assertEqual({ok, OsPid}, rabbit_socks_edge:os_pid()),
    %% A late watcher hears of it as well.
    flush(),
    ok = rabbit_socks_edge:monitor_up(self()),
    receive {rabbit_socks_edge, up} -> ok end,
    ok = rabbit_socks_edge:command({something, <<"else">>}),
    {something, <<"else">>} = told(OsPid),
    ok = rabbit_socks_edge:unlisten(7),
    {unlisten, 7} = told(OsPid),
    ok = rabbit_socks_edge:configure(7, #{routes => []}),
    {configure, 7, #{routes := []}} = told(OsPid),
    ok = rabbit_socks_edge:remove(7, 1001, <<"bye">>, 5),
    {remove, 7, 1001, <<"bye">>, 5} = told(OsPid),
    %% Nothing in the private directory but the program: the fd channel takes nobody else.
    [Private] = filelib:wildcard(filename:join(Directory, "rabbit_socks-*")),
    {ok, [_]} = file:list_dir(Private),
    beat(10),
    ?assertEqual({ok, OsPid}, rabbit_socks_edge:os_pid()),
    ?assertEqual([], errors()).

events_around_the_hello(_) ->
    receive {fake_edge, with_the_hello} -> ok after ?WAIT -> error(timeout) end,
    receive {fake_edge, before_the_channel} -> ok after ?WAIT -> error(timeout) end,
    receive {rabbit_socks_edge, up} -> ok after ?WAIT -> error(timeout) end,
    ?assertEqual([], errors()).

descriptors(_) ->
    OsPid = up(),
    {ok, Listening} = gen_tcp:listen(0, []),
    {ok, Fd} = inet:getfd(Listening),
    {ok, Inode} = file:read_link("/proc/self/fd/" ++ integer_to_list(Fd)),
    ok = rabbit_socks_edge:listen(9, #{routes => []}, Fd),
    receive {fake_edge, descriptor, 9, Link} -> ?assertEqual(Inode, Link) after ?WAIT -> error(timeout) end,
    {listen, 9, #{routes := []}} = told(OsPid),
    %% One that is none is refused here.
    ?assertEqual({error, not_running}, rabbit_socks_edge:listen(10, #{}, 99999)),
    ok = rabbit_socks_edge:command(last),
    last = told(OsPid).

%% The sessions go, the listeners' supervisor stays, the next one is announced.
killed(_) ->
    OsPid = up(),
    Listeners = whereis(rabbit_socks_listener_sup),
    Sessions = erlang:monitor(process, whereis(rabbit_socks_session_sup)),
    kill_edge("KILL"),
    receive {'DOWN', Sessions, process, _, shutdown} -> ok after ?WAIT -> error(timeout) end,
    ?assertNotEqual(OsPid, up()),
    ?assertEqual(Listeners, whereis(rabbit_socks_listener_sup)),
    ?assertEqual(["rabbit_socks: the edge ended with status 137; its sessions end and it is started again"], errors()).

%% The pipe breaks under a write before the exit status comes: noticed at once all the same, not by missing heartbeats.
killed_while_written_to(_) ->
    OsPid = up(),
    Writer = spawn_link(fun Write() -> _ = rabbit_socks_edge:command(noise), timer:sleep(0), Write() end),
    kill_edge("KILL"),
    receive {rabbit_socks_edge, up} -> ok after ?WAIT -> error(timeout) end,
    unlink(Writer),
    exit(Writer, kill),
    gone(OsPid),
    [Line] = errors(),
    ?assertMatch({match, _}, re:run(Line, "the link to the edge broke \\(epipe\\)|the edge ended with status 137")).

%% A stopped program answers nothing: beats are counted, not waited for.
stopped(_) ->
    OsPid = up(),
    kill_edge("STOP"),
    %% More than it takes, and none of them waits for the end of the program.
    [rabbit_socks_edge ! heartbeat || _ <- lists:seq(1, 10)],
    ?assertNotEqual(OsPid, up()),
    ?assertMatch(["rabbit_socks: the edge has not answered for 6 s; it is killed and replaced", _], errors()),
    gone(OsPid).

%% What waited for the old owner is told by the new one.
owner_killed(_) ->
    OsPid = up(),
    {ok, Ref} = rabbit_socks_edge:open_ref(),
    exit(whereis(rabbit_socks_edge), kill),
    finish = event(Ref),
    _ = up(),
    gone(OsPid).

%% The link's reader goes on while those who write wait.
full_pipe(_) ->
    OsPid = up(),
    patient(),
    kill_edge("STOP"),
    Writer = spawn(fun() -> [ok = rabbit_socks_edge:command({fill, binary:copy(<<"x">>, 100000)}) || _ <- lists:seq(1, 60)] end),
    eventually(fun() -> {current_function, {rabbit_socks_link, wait, 1}} = process_info(Writer, current_function) end),
    [begin
        {ok, _} = rabbit_socks_edge:open_ref(),
        spawn(fun() -> rabbit_socks_edge:open_ref() end)
     end || _ <- lists:seq(1, 10)],
    _ = sys:get_state(rabbit_socks_edge, ?WAIT),
    kill_edge("CONT"),
    Commands = [told(OsPid) || _ <- lists:seq(1, 70)],
    ?assertEqual(60, length([1 || {fill, _} <- Commands])),
    ?assertEqual(10, length([1 || {gone, _} <- Commands])).

%% An answer to heartbeats that are years away: however slow the machine is, the edge is not replaced meanwhile.
patient() ->
    [Port] = ports(),
    rabbit_socks_edge ! {Port, {data, term_to_binary([{heartbeat, 1 bsl 30}])}}.

ports() ->
    {links, Links} = process_info(whereis(rabbit_socks_edge), links),
    [Port || Port <- Links, is_port(Port)].

backs_off(_) ->
    _ = up(),
    Old = whereis(rabbit_socks_edge),
    Now = erlang:monotonic_time(millisecond),
    [ok = rabbit_socks_edge_table:crashed(Now) || _ <- lists:seq(1, 20)],
    kill_edge("KILL"),
    eventually(fun() -> {error, not_running} = rabbit_socks_edge:os_pid(), New = whereis(rabbit_socks_edge), true = is_pid(New) andalso New =/= Old end),
    %% It waits, and answers meanwhile.
    {error, unknown} = gen_server:call(rabbit_socks_edge, anything),
    ?assertEqual({error, not_running}, rabbit_socks_edge:open_ref()),
    rabbit_socks_edge ! launch,
    _ = up(),
    %% Its own timer finds it up.
    rabbit_socks_edge ! launch,
    {ok, OsPid} = rabbit_socks_edge:os_pid(),
    ok = rabbit_socks_edge:command(last),
    last = told(OsPid).

ends_in_order(#{directory := Directory} = World) ->
    OsPid = up(),
    edge_world:stop(World),
    gone(OsPid),
    ?assertEqual({ok, <<"1001">>}, file:read_file(filename:join(Directory, "stopped"))),
    ?assertEqual(["program", "stopped"], lists:sort(element(2, file:list_dir(Directory)))),
    ?assertEqual({error, not_running}, rabbit_socks_edge:command(anything)).

ends_when_deaf(#{directory := Directory} = World) ->
    OsPid = up(),
    edge_world:stop(World),
    gone(OsPid),
    ?assertEqual({ok, ["program"]}, file:list_dir(Directory)).

ends_when_stopped(World) ->
    OsPid = up(),
    kill_edge("STOP"),
    edge_world:stop(World),
    gone(OsPid).

newer(_) ->
    failure("the program (release 9.0.0) speaks version 2 of the link and this plugin version 1; install both of one release").

garbage(_) ->
    failure("the program does not speak the link's language; install the plugin's archive again").

%% Its time is up at once.
silent(_) ->
    Hurry = fun() -> [rabbit_socks_edge ! {greeting, Port} || Port <- ports()] end,
    failure("the program does not greet", Hurry).

missing(#{program := Program}) ->
    failure("cannot read the program " ++ Program ++ ": no such file or directory; "
            "install the plugin's archive again or set the key 'edge_program' of rabbit_socks"),
    %% It comes by: the next try finds it.
    ok = edge_world:program(good, Program),
    rabbit_socks_edge ! launch,
    _ = up().

quits(_) ->
    failure("the program ended with status 7 before it had greeted; its own words are in the node's standard error").

%% One line, however often it is tried; the owner lives on.
failure(Text) ->
    failure(Text, fun() -> ok end).

failure(Text, Hurry) ->
    Line = "rabbit_socks: no WebSocket or Socket.IO client is served: " ++ Text ++ " (trying again)",
    Owner = whereis(rabbit_socks_edge),
    down(Hurry),
    ?assertEqual([Line], errors()),
    [begin rabbit_socks_edge ! launch, down(Hurry) end || _ <- [1, 2]],
    ?assertEqual({Owner, [Line]}, {whereis(rabbit_socks_edge), errors()}).

%% Until what was launched has failed.
down(Hurry) ->
    eventually(fun() -> Hurry(), down = element(2, sys:get_state(rabbit_socks_edge)) end).
