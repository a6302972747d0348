%% SPDX-License-Identifier: MPL-2.0
%% @doc The edge as the operating system sees it: a process, its port, and the socket by which it gets descriptors.
%% The only module that opens the port. An error is one readable line.
-module(rabbit_socks_edge_process).

-export([start/0, accept/1, port/1, link/1, os_pid/1, channel/1, ended/1, kill/1, close/1]).
-export_type([process/0]).

-record(process, {
    port :: port(),
    link :: rabbit_socks_link:link(),
    os_pid :: none | pos_integer(), % none: it has ended
    path :: file:filename(),
    listening :: none | socket:socket(),
    channel = none :: none | socket:socket()
}).

-opaque process() :: #process{}.

%% @doc The caller owns the port: `{Port, {data, Packet}}' and `{Port, {exit_status, Status}}' come to it. The link's
%% process is linked to it, too.
-spec start() -> {ok, process()} | {error, string()}.
start() ->
    case rabbit_socks_program:install() of
        {ok, Program, Directory} ->
            case rabbit_socks_fd:listen(Directory) of
                {ok, Listening, Path} -> open(Program, Listening, Path);
                {error, _} = Error -> Error
            end;
        {error, _} = Error ->
            Error
    end.

open(Program, Listening, Path) ->
    try open_port({spawn_executable, Program}, [{packet, 4}, nouse_stdio, binary, exit_status, {args, [Path]}]) of
        Port ->
            OsPid = case erlang:port_info(Port, os_pid) of
                {os_pid, Number} -> Number;
                undefined -> none
            end,
            Link = rabbit_socks_link:start(fun(Packet) -> port_command(Port, Packet) end),
            {ok, #process{port = Port, link = Link, os_pid = OsPid, path = Path, listening = Listening}}
    catch
        error:Reason ->
            ok = rabbit_socks_fd:close(Listening, Path),
            {error, lists:flatten(io_lib:format("the program ~ts cannot be run: ~ts", [Program, why(Reason)]))}
    end.

why(eacces) ->
    "not permitted; its file system may be mounted noexec: set the key 'edge_directory' of rabbit_socks to a directory on another one";
why(Reason) ->
    io_lib:format("~0tp", [Reason]).

%% @doc Takes the edge's connection to the fd channel if it is there: channel/1 has it then. If not, a message
%% `{'$socket', _, select, _}' says when to call again. Nobody else may connect afterwards.
-spec accept(process()) -> {ok, process()} | {error, string()}.
accept(#process{listening = Listening, path = Path, channel = none} = Process) ->
    case rabbit_socks_fd:accept(Listening) of
        {ok, Channel} ->
            ok = rabbit_socks_fd:close(Listening, Path),
            {ok, Process#process{listening = none, channel = Channel}};
        select -> {ok, Process};
        {error, Reason} -> {error, lists:flatten(io_lib:format("the fd channel failed: ~0tp", [Reason]))}
    end;
accept(Process) ->
    {ok, Process}.

-spec port(process()) -> port().
port(#process{port = Port}) -> Port.

%% @doc What is told to it.
-spec link(process()) -> rabbit_socks_link:link().
link(#process{link = Link}) -> Link.

-spec os_pid(process()) -> none | pos_integer().
os_pid(#process{os_pid = OsPid}) -> OsPid.

-spec channel(process()) -> {ok, socket:socket()} | none.
channel(#process{channel = none}) -> none;
channel(#process{channel = Channel}) -> {ok, Channel}.

%% @doc Its exit status came. Its number may be another process's by now.
-spec ended(process()) -> process().
ended(Process) -> Process#process{os_pid = none}.

%% @doc A stopped program reads no link and takes no other signal. The status comes as of any other end.
-spec kill(process()) -> ok.
kill(#process{os_pid = none}) -> ok;
kill(#process{os_pid = OsPid}) ->
    _ = os:cmd("kill -KILL " ++ integer_to_list(OsPid)),
    ok.

%% @doc Ends whatever is left of it.
-spec close(process()) -> ok.
close(#process{port = Port, link = Link, listening = Listening, channel = Channel, path = Path} = Process) ->
    ok = kill(Process),
    ok = rabbit_socks_link:stop(Link),
    _ = catch port_close(Port),
    _ = Listening =/= none andalso rabbit_socks_fd:close(Listening, Path),
    _ = Channel =/= none andalso rabbit_socks_fd:close(Channel),
    ok.
