%% SPDX-License-Identifier: MPL-2.0
%% @doc What the operating system says about a process, read from /proc: the suites' proof that nothing is left over.
%%
%% Every function takes an os pid (an integer) and answers `gone' or an empty list when there is no such process.
-module(socks_os).

-export([alive/1, rss/1, peak/1, reset_peak/1, fds/1, sockets/1, threads/1, cpu/1, exe/1, sanitized/1, children/1, below/1, kill/2, await_gone/2]).
-export([wait_until/2, wait_until/3]).

-type os_pid() :: pos_integer().
-export_type([os_pid/0]).

%% @doc Is there such a process? A zombie (dead, not yet waited for) counts as gone.
-spec alive(os_pid()) -> boolean().
alive(Pid) ->
    case field(Pid, <<"State">>) of
        gone -> false;
        <<"Z", _/binary>> -> false;
        _ -> true
    end.

%% @doc Resident memory in bytes.
-spec rss(os_pid()) -> non_neg_integer() | gone.
rss(Pid) ->
    case field(Pid, <<"VmRSS">>) of
        gone -> gone;
        Text -> 1024 * first_integer(Text)
    end.

%% @doc The most memory that was resident at once since `reset_peak/1', in bytes.
-spec peak(os_pid()) -> non_neg_integer() | gone.
peak(Pid) ->
    case field(Pid, <<"VmHWM">>) of
        gone -> gone;
        Text -> 1024 * first_integer(Text)
    end.

-spec reset_peak(os_pid()) -> ok.
reset_peak(Pid) -> ok = file:write_file(path(Pid, "clear_refs"), "5").

-spec threads(os_pid()) -> non_neg_integer() | gone.
threads(Pid) ->
    case field(Pid, <<"Threads">>) of
        gone -> gone;
        Text -> first_integer(Text)
    end.

%% @doc User and system time in clock ticks (1/100 s on Linux).
-spec cpu(os_pid()) -> non_neg_integer() | gone.
cpu(Pid) ->
    case file:read_file(path(Pid, "stat")) of
        {ok, Stat} ->
            %% The second field is the name in parentheses and may hold anything: count from behind it.
            [_, Rest] = string:split(Stat, <<") ">>, trailing),
            Fields = binary:split(Rest, <<" ">>, [global]),
            binary_to_integer(lists:nth(12, Fields)) + binary_to_integer(lists:nth(13, Fields));
        {error, _} ->
            gone
    end.

%% @doc The open descriptors and what each is, such as `{7, "socket:[4711]"}'.
-spec fds(os_pid()) -> [{non_neg_integer(), file:filename()}].
fds(Pid) ->
    case file:list_dir(path(Pid, "fd")) of
        {ok, Names} ->
            lists:sort([
                {list_to_integer(N), Target}
             || N <- Names, {ok, Target} <- [file:read_link_all(filename:join(path(Pid, "fd"), N))]
            ]);
        {error, _} ->
            []
    end.

-spec sockets(os_pid()) -> [{non_neg_integer(), file:filename()}].
sockets(Pid) ->
    [Fd || {_, "socket:" ++ _} = Fd <- fds(Pid)].

%% @doc The program's file; " (deleted)" is cut off.
-spec exe(os_pid()) -> file:filename() | gone.
exe(Pid) ->
    case file:read_link_all(path(Pid, "exe")) of
        {ok, Target} -> hd(string:split(Target, " (deleted)", trailing));
        {error, _} -> gone
    end.

%% @doc Whether it is built with AddressSanitizer, which keeps what was freed for a while: its memory says nothing.
-spec sanitized(os_pid()) -> boolean().
sanitized(Pid) ->
    {ok, Program} = file:read_file(path(Pid, "exe")),
    binary:match(Program, <<"__asan_init">>) =/= nomatch.

-spec children(os_pid()) -> [os_pid()].
children(Pid) ->
    Parent = integer_to_binary(Pid),
    [P || P <- all(), field(P, <<"PPid">>) =:= Parent].

%% @doc The processes whose program file lies below a directory.
-spec below(file:filename()) -> [os_pid()].
below(Dir) ->
    Prefix = Dir ++ "/",
    [P || P <- all(), Exe <- [exe(P)], Exe =/= gone, lists:prefix(Prefix, Exe), alive(P)].

%% @doc kill(Pid, "KILL"): by number only, never by name.
-spec kill(os_pid(), string()) -> ok.
kill(Pid, Signal) when is_integer(Pid), Pid > 1 ->
    _ = os:cmd("kill -" ++ Signal ++ " " ++ integer_to_list(Pid) ++ " 2>/dev/null"),
    ok.

-spec await_gone(os_pid(), timeout()) -> ok | {error, timeout}.
await_gone(Pid, Timeout) ->
    wait_until(fun() -> not alive(Pid) end, Timeout).

%% @doc Asks until the answer is `true'. A generous timeout costs nothing when all is well.
-spec wait_until(fun(() -> boolean()), timeout()) -> ok | {error, timeout}.
wait_until(Ask, Timeout) ->
    wait_until(Ask, Timeout, 50).

-spec wait_until(fun(() -> boolean()), timeout(), pos_integer()) -> ok | {error, timeout}.
wait_until(Ask, Timeout, Pause) ->
    wait_deadline(Ask, erlang:monotonic_time(millisecond) + Timeout, Pause).

wait_deadline(Ask, Deadline, Pause) ->
    case Ask() of
        true ->
            ok;
        false ->
            case erlang:monotonic_time(millisecond) >= Deadline of
                true ->
                    {error, timeout};
                false ->
                    timer:sleep(Pause),
                    wait_deadline(Ask, Deadline, Pause)
            end
    end.

all() ->
    {ok, Names} = file:list_dir("/proc"),
    [list_to_integer(N) || [C | _] = N <- Names, C >= $0, C =< $9].

field(Pid, Name) ->
    case file:read_file(path(Pid, "status")) of
        {ok, Status} ->
            case binary:split(Status, <<"\n", Name/binary, ":">>) of
                [_, Rest] -> string:trim(hd(binary:split(Rest, <<"\n">>)));
                [_] -> gone
            end;
        {error, _} ->
            gone
    end.

first_integer(Text) ->
    binary_to_integer(hd(binary:split(Text, <<" ">>))).

path(Pid, Name) ->
    filename:join(["/proc", integer_to_list(Pid), Name]).
