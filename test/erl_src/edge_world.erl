%% SPDX-License-Identifier: MPL-2.0
%% @doc For tests of the edge's owner: the plugin's supervisors in a private directory with a fake program, and their log.
-module(edge_world).

-include_lib("eunit/include/eunit.hrl").

-export([run/2, program/2, stop/1]).
-export([up/0, told/1, event/1, beat/1, kill_edge/1, gone/1, eventually/1, flush/0]).
-export([capture_log/0, release_log/0, forget_log/0, errors/0, logged/1, log/2]).

-define(WAIT, 20000).

-type world() :: #{sup := pid(), directory := file:filename(), program := file:filename()}.

%% @doc The program is a fake_edge of that mode, `quits' or `missing'. The caller is who the fake tells, and hears that it is up.
-spec run(atom(), fun((world()) -> term())) -> ok.
run(Mode, Test) ->
    Directory = string:trim(os:cmd("mktemp -d /tmp/rabbit_socks_test.XXXXXX")),
    Program = filename:join(Directory, "program"),
    ok = program(Mode, Program),
    application:set_env(rabbit_socks, edge_program, Program),
    application:set_env(rabbit_socks, edge_directory, Directory),
    process_flag(trap_exit, true),
    capture_log(),
    {ok, Sup} = rabbit_socks_sup:start_link(),
    ok = rabbit_socks_edge:monitor_up(self()),
    World = #{sup => Sup, directory => Directory, program => Program},
    try
        Test(World)
    after
        stop(World),
        release_log(),
        os:cmd("rm -rf " ++ Directory),
        application:unset_env(rabbit_socks, edge_program),
        application:unset_env(rabbit_socks, edge_directory),
        flush()
    end.

-spec program(atom(), file:filename()) -> ok | {error, term()}.
program(missing, _) -> ok;
program(quits, Path) -> file:write_file(Path, "#!/bin/sh\nexit 7\n");
program(Mode, Path) -> fake_edge:write_script(Path, Mode, self()).

%% @doc As the application does it.
-spec stop(world()) -> ok.
stop(#{sup := Sup}) ->
    Monitor = erlang:monitor(process, Sup),
    exit(Sup, shutdown),
    receive {'DOWN', Monitor, process, _, _} -> ok end,
    rabbit_socks_app:stop([]).

%% @doc The next edge is up, and has been greeted.
-spec up() -> OsPid :: pos_integer().
up() ->
    receive
        {rabbit_socks_edge, up} ->
            {ok, OsPid} = rabbit_socks_edge:os_pid(),
            {hello, 1, #{release := _}} = told(OsPid),
            OsPid
    after ?WAIT -> error(timeout)
    end.

%% @doc The next command that it was told.
-spec told(pos_integer()) -> term().
told(OsPid) ->
    receive {fake_edge, OsPid, Command} -> Command after ?WAIT -> error(timeout) end.

-spec event(pos_integer()) -> term().
event(Ref) ->
    receive {rabbit_socks_edge, Ref, Event} -> Event after ?WAIT -> error(timeout) end.

%% @doc Heartbeats without the time between them.
-spec beat(pos_integer()) -> term().
beat(Times) ->
    [begin rabbit_socks_edge ! heartbeat, timer:sleep(50) end || _ <- lists:seq(1, Times)].

-spec kill_edge(Signal :: string()) -> term().
kill_edge(Signal) ->
    {ok, OsPid} = rabbit_socks_edge:os_pid(),
    "" = os:cmd(io_lib:format("kill -~s ~b", [Signal, OsPid])).

-spec gone(pos_integer()) -> term().
gone(OsPid) ->
    eventually(fun() -> false = filelib:is_dir("/proc/" ++ integer_to_list(OsPid)) end).

-spec eventually(fun(() -> term())) -> term().
eventually(Fun) -> eventually(Fun, 1000).
eventually(Fun, 1) -> Fun();
eventually(Fun, Tries) ->
    try Fun() catch _:_ -> timer:sleep(20), eventually(Fun, Tries - 1) end.

-spec flush() -> ok.
flush() ->
    receive _ -> flush() after 0 -> ok end.

%% @doc The log: its lines of level error, or others.
-spec capture_log() -> ok.
capture_log() ->
    Lines = ets:new(?MODULE, [named_table, public, ordered_set]),
    {ok, #{level := Level}} = logger:get_handler_config(default),
    ok = logger:set_primary_config(level, notice),
    ok = logger:set_handler_config(default, level, none),
    persistent_term:put(?MODULE, Level),
    ok = logger:add_handler(?MODULE, ?MODULE, #{config => Lines}).

-spec release_log() -> true.
release_log() ->
    ok = logger:remove_handler(?MODULE),
    ok = logger:set_handler_config(default, level, persistent_term:get(?MODULE)),
    true = ets:delete(?MODULE).

-spec log(logger:log_event(), map()) -> term().
log(#{level := Level, msg := {Format, Args}, meta := #{domain := [rabbitmq, socks]}}, #{config := Lines}) when is_list(Args) ->
    ets:insert(Lines, {erlang:unique_integer([monotonic]), Level, lists:flatten(io_lib:format(Format, Args))});
log(_, _) ->
    ok.

-spec forget_log() -> true.
forget_log() -> ets:delete_all_objects(?MODULE).

-spec errors() -> [string()].
errors() -> logged([error]).
-spec logged([logger:level()]) -> [string()].
logged(Levels) -> [Line || {_, Level, Line} <- ets:tab2list(?MODULE), lists:member(Level, Levels)].
