%% SPDX-License-Identifier: MPL-2.0
%% @doc A client that comes back: a process that runs one session after the other, as libraries do that reconnect by themselves. Each
%% session is a process of its own, which ends when its connection does; one that has nothing to tell for too long is taken for cut off.
-module(history_worker).

-export([start/2, alive/1]).
-export_type([why/0]).

%% Why a session ended by itself, or was given up.
-type why() :: {lost, Reason :: term(), erlang:stacktrace()} | silence | term().

%% ms: the first pause before the next session doubles up to the last one. After SILENCE a session is given up, as by a ping timeout.
-define(FIRST_PAUSE, 50).
-define(LAST_PAUSE, 1_000).
-define(SILENCE, 6_000).

%% @doc Linked to the caller; ends with `normal' when a session has. The function runs a session, which has this number.
-spec start(fun((Worker :: pid(), Number :: pos_integer()) -> normal), history_log:log()) -> pid().
start(Session, Log) ->
    spawn_link(fun() ->
        process_flag(trap_exit, true),
        sessions(Session, Log, 1, ?FIRST_PAUSE)
    end).

%% @doc Called by sessions whenever something comes of them.
-spec alive(pid()) -> ok.
alive(Worker) ->
    Worker ! {alive, self()},
    ok.

sessions(Run, Log, Number, Pause) ->
    Worker = self(),
    Session = spawn_link(fun() -> quiet(fun() -> Run(Worker, Number) end) end),
    case watch(Session, Pause) of
        normal ->
            ok;
        {Why, Next} ->
            ok = history_log:add(Log, {ended, Why}),
            timer:sleep(Next),
            sessions(Run, Log, Number + 1, min(2 * Next, ?LAST_PAUSE))
    end.

%% A lost connection is no crash to be reported.
quiet(Run) ->
    try Run()
    catch
        error:Reason:Stack -> exit({lost, Reason, Stack})
    end.

%% Why it has ended, and how long to wait before the next one: not long, after one that has worked.
watch(Session, Pause) ->
    receive
        {alive, _} -> watch(Session, ?FIRST_PAUSE);
        {'EXIT', Session, normal} -> normal;
        {'EXIT', Session, Why} -> {Why, Pause};
        {'EXIT', _, Reason} ->
            true = exit(Session, kill),
            exit(Reason)
    after ?SILENCE ->
        true = exit(Session, kill),
        receive {'EXIT', Session, _} -> {silence, Pause} end
    end.
