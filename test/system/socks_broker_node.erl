%% SPDX-License-Identifier: MPL-2.0
%% @doc The process that a test broker belongs to (see socks_broker): its epmd, its VM and the helper node that calls it.
%%
%% It is linked to nobody, since a suite's init_per_suite runs in a process that ends. Each program runs under guard.sh,
%% whose standard input is a port of this process: when that port closes, for whatever reason, the program dies. The guard
%% of epmd (or of its stand-in), which lives as long as this process, also removes the directories.
-module(socks_broker_node).
-behaviour(gen_server).

-export([start/1, boot/2, halt/2, stop/1, call/5, os_pid/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).

-record(state, {
    broker :: map(),
    keeper :: guarded(),    % of the directories: its epmd, or what stands for it where another broker's is used
    peer :: pid(),
    vm = none :: none | guarded()
}).

-type guarded() :: {port(), socks_os:os_pid()}.

-spec start(map()) -> {ok, pid()}.
start(Broker) ->
    gen_server:start(?MODULE, Broker, []).

-spec boot(pid(), timeout()) -> ok | {error, term()}.
boot(Server, Timeout) ->
    gen_server:call(Server, {boot, Timeout}, infinity).

%% @doc Sends the VM a signal and waits for its end; fine when it is gone already.
-spec halt(pid(), string()) -> ok | {error, term()}.
halt(Server, Signal) ->
    gen_server:call(Server, {halt, Signal}, infinity).

%% @doc Ends the VM (if need be), the helper node and epmd.
-spec stop(pid()) -> ok.
stop(Server) ->
    gen_server:stop(Server, normal, 30_000).

-spec call(pid(), module(), atom(), [term()], timeout()) -> {ok, term()} | {error, term()}.
call(Server, M, F, A, Timeout) ->
    {Peer, Node} = gen_server:call(Server, peer, infinity),
    remote(Peer, Node, M, F, A, Timeout).

-spec os_pid(pid()) -> socks_os:os_pid() | none.
os_pid(Server) ->
    gen_server:call(Server, os_pid, infinity).

-spec init(map()) -> {ok, #state{}}.
init(Broker = #{cookie := Cookie, node := Node, env := Env, ports := #{epmd := EpmdPort}}) ->
    process_flag(trap_exit, true),
    Keeper = keeper(Broker),
    ok = await_listening(EpmdPort, 200),
    {ok, Peer, _} = peer:start_link(#{
        name => "tester-" ++ atom_to_list(Node) -- "@localhost",
        host => "localhost",
        connection => standard_io,
        env => [E || E = {Name, Value} <- Env, is_list(Value), not lists:prefix("RABBITMQ_", Name)],
        args => [
            "-hidden", "-start_epmd", "false", "-setcookie", atom_to_list(Cookie),
            "-kernel", "inet_dist_use_interface", "{127,0,0,1}", "-connect_all", "false"
        ]
    }),
    {ok, #state{broker = Broker, keeper = Keeper, peer = Peer}}.

keeper(#{member := true, dir := Dir, env := Env}) ->
    guard(Dir, ["/bin/sh", "-c", "exec sleep infinity"], Env);
keeper(#{dir := Dir, env := Env, ports := #{epmd := Port}}) ->
    guard(Dir, ["/bin/sh", "-c", "exec epmd -port \"$0\" -address 127.0.0.1 2>/dev/null", integer_to_list(Port)], Env).

-spec handle_call(term(), gen_server:from(), #state{}) -> {reply, term(), #state{}}.
handle_call({boot, Timeout}, _From, State = #state{vm = none, broker = Broker}) ->
    #{sbin := Sbin, env := Env, log_dir := LogDir} = Broker,
    Command = [
        "/bin/sh", "-c", "exec \"$0\" >>\"$1\" 2>&1", filename:join(Sbin, "rabbitmq-server"), filename:join(LogDir, "console.log")
    ],
    Booting = State#state{vm = guard("-", Command, Env)},
    case await_boot(Booting, erlang:monotonic_time(millisecond) + Timeout) of
        ok -> {reply, ok, Booting};
        {error, Reason} -> {reply, {error, Reason}, Booting}
    end;
handle_call({halt, _Signal}, _From, State = #state{vm = none}) ->
    {reply, ok, State};
handle_call({halt, Signal}, _From, State = #state{vm = Guarded = {_, Pid}}) ->
    socks_os:kill(Pid, Signal),
    case await_exit(Guarded, 60_000) of
        ok -> {reply, ok, State#state{vm = none}};
        {error, timeout} -> {reply, {error, {still_running, Pid}}, State}
    end;
handle_call(peer, _From, State = #state{peer = Peer, broker = #{node := Node}}) ->
    {reply, {Peer, Node}, State};
handle_call(os_pid, _From, State = #state{vm = none}) ->
    {reply, none, State};
handle_call(os_pid, _From, State = #state{vm = {_, Pid}}) ->
    {reply, Pid, State}.

-spec handle_cast(term(), #state{}) -> {noreply, #state{}}.
handle_cast(_, State) ->
    {noreply, State}.

-spec handle_info(term(), #state{}) -> {noreply, #state{}}.
%% A broker that ended by itself: the suite finds out by asking.
handle_info({Port, {exit_status, _}}, State = #state{vm = {Port, _}}) ->
    {noreply, State#state{vm = none}};
handle_info(_, State) ->
    {noreply, State}.

-spec terminate(term(), #state{}) -> ok.
terminate(_Reason, #state{vm = Vm, keeper = Keeper, peer = Peer}) ->
    [release(G) || G <- [Vm], G =/= none],
    _ = (catch peer:stop(Peer)),
    release(Keeper).

%% Starts a command under guard.sh; the guard says the command's pid first.
guard(Dir, Command, Env) ->
    Guard = filename:join(filename:dirname(code:which(?MODULE)), "guard.sh"),
    Port = open_port({spawn_executable, "/bin/sh"}, [
        {args, [Guard, Dir | Command]}, {env, Env}, {line, 256}, exit_status, hide
    ]),
    receive
        {Port, {data, {eol, Line}}} -> {Port, list_to_integer(Line)};
        {Port, {exit_status, Status}} -> error({guard, Status, Command})
    after 10_000 ->
        error({guard, timeout, Command})
    end.

release({Port, Pid}) ->
    _ = (catch port_close(Port)),
    _ = socks_os:await_gone(Pid, 10_000),
    ok.

await_exit({Port, _Pid}, Timeout) ->
    receive
        {Port, {exit_status, _}} -> ok
    after Timeout -> {error, timeout}
    end.

await_listening(Port, Tries) when Tries > 0 ->
    case gen_tcp:connect({127, 0, 0, 1}, Port, [], 1_000) of
        {ok, Socket} ->
            gen_tcp:close(Socket);
        {error, _} ->
            timer:sleep(50),
            await_listening(Port, Tries - 1)
    end.

await_boot(State = #state{vm = {Port, _}, peer = Peer, broker = #{node := Node}}, Deadline) ->
    receive
        {Port, {exit_status, Status}} -> {error, {exit_status, Status}}
    after 100 ->
        Late = erlang:monotonic_time(millisecond) > Deadline,
        %% Not has_reached/1: a boot that failed has reached `stopping', which comes after `ready'.
        case remote(Peer, Node, rabbit_boot_state, get, [], 5_000) of
            {ok, ready} -> ok;
            _ when Late -> {error, timeout};
            _ -> await_boot(State, Deadline)
        end
    end.

%% The call goes to the helper node over its standard output, from there to the broker by distribution.
remote(Peer, Node, M, F, A, Timeout) ->
    try
        {ok, peer:call(Peer, erpc, call, [Node, M, F, A, Timeout], Timeout + 5_000)}
    catch
        error:{exception, Reason, Stack} -> {error, {error, Reason, Stack}};
        error:{erpc, Reason} -> {error, Reason};
        throw:Thrown -> {error, {throw, Thrown, []}};
        exit:Reason -> {error, Reason};
        error:Reason -> {error, Reason}
    end.
