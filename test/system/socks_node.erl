%% SPDX-License-Identifier: MPL-2.0
%% @doc Runs a client library's test program: node, perl, ruby, whatever speaks for it. The npm packages of a program are
%% installed beside it when they are missing; everything else is a Debian package.
-module(socks_node).

-export([dir/1, npm/1, run/3, run/4]).

%% @doc test/clients/NAME.
-spec dir(string()) -> file:filename().
dir(Name) ->
    filename:join([os:getenv("RABBIT_SOCKS_ROOT", "."), "test", "clients", Name]).

%% @doc Installs what package-lock.json names, once.
-spec npm(file:filename()) -> ok.
npm(Dir) ->
    case filelib:is_file(filename:join(Dir, "node_modules/.package-lock.json")) of
        true ->
            ok;
        false ->
            {0, _} = run(Dir, "npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"]),
            ok
    end.

-spec run(file:filename(), string(), [string()]) -> {non_neg_integer(), binary()}.
run(Dir, Program, Args) ->
    run(Dir, Program, Args, 180_000).

%% @doc Exit status and what it printed on both outputs. After the timeout the program is killed: `{killed, Output}' fails a match.
-spec run(file:filename(), string(), [string()], timeout()) -> {non_neg_integer() | killed, binary()}.
run(Dir, Program, Args, Timeout) ->
    case os:find_executable(Program) of
        false ->
            error({not_installed, Program});
        Path ->
            Port = open_port({spawn_executable, Path}, [{args, Args}, {cd, Dir}, binary, exit_status, stderr_to_stdout, hide]),
            {os_pid, Pid} = erlang:port_info(Port, os_pid),
            Timer = erlang:send_after(Timeout, self(), {Port, timeout}),
            Result = collect(Port, Pid, []),
            _ = erlang:cancel_timer(Timer),
            Result
    end.

collect(Port, Pid, Acc) ->
    receive
        {Port, {data, Data}} ->
            collect(Port, Pid, [Acc, Data]);
        {Port, {exit_status, Status}} ->
            {Status, iolist_to_binary(Acc)};
        {Port, timeout} ->
            [socks_os:kill(P, "KILL") || P <- [Pid | socks_os:children(Pid)]],
            {killed, iolist_to_binary(Acc)}
    end.
