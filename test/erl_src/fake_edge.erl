%% SPDX-License-Identifier: MPL-2.0
%% @doc An edge for tests of its owner: a virtual machine of its own behind a script, with the real link and fd channel.
%% It tells the test what it is told, `{fake_edge, OsPid, Command}', and says what the test makes it say with say/1.
-module(fake_edge).

-export([write_script/3, say/1, main/0]).

%% @doc A program for the key 'edge_program'. Mode:
%%   good      greets, answers heartbeats, ends when told to stop
%%   eager     the same, with an event in the packet of its hello and others before it connects to the fd channel
%%   newer     speaks another version of the link
%%   garbage   says something that is no hello
%%   silent    says nothing
%%   deaf      greets, and does not end when told to stop
-spec write_script(file:filename(), atom(), pid()) -> ok.
write_script(Path, Mode, Test) ->
    Erl = filename:join([code:root_dir(), "bin", "erl"]),
    %% Neither machine is distributed: the test's pid is the same term in both.
    Pid = base64:encode_to_string(term_to_binary(Test)),
    ok = file:write_file(Path, io_lib:format(
        "#!/bin/sh\nexec 2>/dev/null\nexec '~ts' -noinput -boot start_clean -kernel logger_level none -pa '~ts' -run fake_edge main -extra ~s ~s \"$1\"\n",
        [Erl, filename:dirname(code:which(?MODULE)), Mode, Pid])).

%% @doc The running fake says these events in one packet.
-spec say([term()]) -> ok.
say(Events) ->
    rabbit_socks_edge:command({say, Events}).

-spec main() -> no_return().
main() ->
    [Mode, Pid, Path] = init:get_plain_arguments(),
    Port = open_port({fd, 3, 4}, [{packet, 4}, binary, eof]),
    run(Mode, Port, binary_to_term(base64:decode(Pid)), Path).

run("silent" = Mode, Port, Test, _) ->
    loop(Port, Test, Mode);
run("garbage" = Mode, Port, Test, _) ->
    write(Port, [{good_morning, 1}]),
    loop(Port, Test, Mode);
run("newer" = Mode, Port, Test, _) ->
    write(Port, [{hello, 2, #{release => <<"9.0.0">>, pid => pid()}}]),
    loop(Port, Test, Mode);
run("eager" = Mode, Port, Test, Path) ->
    write(Port, [{hello, 1, #{release => <<"1.0.0">>, pid => pid()}}, {Test, {fake_edge, with_the_hello}}]),
    write(Port, [{Test, {fake_edge, before_the_channel}}]),
    receive {Port, {data, _Hello}} -> connect(Path, Port, Test) end,
    loop(Port, Test, Mode);
run(Mode, Port, Test, Path) ->
    connect(Path, Port, Test),
    write(Port, [{hello, 1, #{release => <<"1.0.0">>, pid => pid()}}]),
    loop(Port, Test, {Mode, Path}).

connect(Path, Port, Test) ->
    spawn_link(fun() ->
        {ok, Channel} = socket:open(local, seqpacket, default),
        ok = socket:connect(Channel, #{family => local, path => Path}),
        descriptors(Channel, Port, Test)
    end).

descriptors(Channel, Port, Test) ->
    {ok, #{iov := [<<Id:64>>], ctrl := [#{type := rights, data := <<Fd:32/native>>}]}} = socket:recvmsg(Channel),
    {ok, Link} = file:read_link("/proc/self/fd/" ++ integer_to_list(Fd)),
    write(Port, [{Test, {fake_edge, descriptor, Id, Link}}]),
    descriptors(Channel, Port, Test).

loop(Port, Test, Mode) ->
    receive
        {Port, {data, Packet}} ->
            command(binary_to_term(Packet), Port, Test, Mode),
            loop(Port, Test, Mode);
        {Port, eof} ->
            halt(0)
    end.

command(Commands, Port, Test, Mode) when is_list(Commands) -> [command(C, Port, Test, Mode) || C <- Commands];
command({heartbeat, N}, Port, _, _) -> write(Port, [{heartbeat, N}]);
command({say, Events}, Port, _, _) -> write(Port, Events);
command({stop, _, _}, _, _, {"deaf", _}) -> ok;
command({stop, Code, _}, _, _, {_, Path}) ->
    %% Nobody reads the link any more: it is told beside the private directory.
    ok = file:write_file(filename:join(filename:dirname(filename:dirname(Path)), "stopped"), integer_to_list(Code)),
    halt(0);
command(Command, Port, Test, _) -> tell(Port, Test, Command).

tell(Port, Test, Command) -> write(Port, [{Test, {fake_edge, pid(), Command}}]).

write(Port, Term) -> true = port_command(Port, term_to_binary(Term)).

pid() -> list_to_integer(os:getpid()).
