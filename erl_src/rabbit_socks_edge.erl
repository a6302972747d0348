%% SPDX-License-Identifier: MPL-2.0
%% @doc Runs the edge: launches the program, greets it, reads the link, watches its heartbeat, replaces it.
%%
%% What is read goes to whom it names: a session's process, the process behind a relayed request. What is written is written
%% by whoever has something to say, with port_command/2; this process never waits for anyone.
%%
%% A program that cannot be started, or does not speak our version, is one line in the log and tried again, ever less often.
%% One that was up and is gone ends this process, and with it, by the supervisor, its sessions.
-module(rabbit_socks_edge).
-behaviour(gen_server).

-include_lib("kernel/include/logger.hrl").

-export([listen/3, unlisten/1, configure/2, remove/3, monitor_up/1, open_ref/0, command/1, adopt/3]).
-export([start_link/0, os_pid/0]).
-export([init/1, handle_continue/2, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).

-define(DOMAIN, #{domain => [rabbitmq, socks]}).
-define(HEARTBEAT, 2000).   % ms
-define(MISSED, 3).         % heartbeats without an answer
-define(GREETING, 5000).    % ms for hello and the fd channel
-define(STOPPING, 1000).    % ms for an orderly end
-define(FIRST_RETRY, 1000). % ms
-define(LAST_RETRY, 60000).

-record(edge, {
    status = down :: down | greeting | up,
    port = none :: none | port(),
    os_pid = none :: none | pos_integer(),
    directory = none :: none | file:filename(),
    channel_path = none :: none | file:filename(),
    listening = none :: none | socket:socket(),
    channel = none :: none | socket:socket(),
    greeted = false :: boolean(),
    heartbeat = 0 :: non_neg_integer(),
    answered = 0 :: non_neg_integer(),
    retry = ?FIRST_RETRY :: pos_integer(),
    logged = none :: none | string()
}).

-type listener() :: pos_integer().
-type answer() :: ok | {error, not_running}.

%% For listeners and the web context; docs/PORT_PROTOCOL.md has the commands.

%% @doc Fd must stay open until this returns.
-spec listen(listener(), map(), non_neg_integer()) -> answer().
listen(Listener, Config, Fd) -> with_descriptor({listen, Listener, Config}, Listener, Fd).

-spec unlisten(listener()) -> answer().
unlisten(Listener) -> command({unlisten, Listener}).

-spec configure(listener(), map()) -> answer().
configure(Listener, Config) -> command({configure, Listener, Config}).

-spec remove(listener(), 1000..4999, binary()) -> answer().
remove(Listener, Code, Reason) -> command({remove, Listener, Code, Reason}).

%% @doc `{rabbit_socks_edge, up}' comes whenever an edge has greeted, and now if one is up: at least once each.
-spec monitor_up(pid()) -> ok.
monitor_up(Pid) ->
    ok = rabbit_socks_edge_table:watch(Pid),
    case rabbit_socks_edge_table:find() of
        {ok, _, _} -> _ = Pid ! {rabbit_socks_edge, up}, ok;
        {error, not_running} -> ok
    end.

%% @doc A name for a relayed request: events for it come to the caller as `{rabbit_socks_edge, Ref, Event}'; when the caller
%% ends the edge is told that it is gone.
-spec open_ref() -> {ok, pos_integer()} | {error, not_running}.
open_ref() ->
    case rabbit_socks_edge_table:find() of
        {ok, _, _} ->
            Ref = rabbit_socks_edge_table:open_ref(self()),
            gen_server:cast(?MODULE, {monitor, Ref, self()}),
            {ok, Ref};
        {error, not_running} ->
            {error, not_running}
    end.

%% @doc Anyone may write to the link; a full pipe suspends the caller only.
-spec command(term()) -> answer().
command(Command) ->
    case rabbit_socks_edge_table:find() of
        {ok, Port, _} -> write(Port, Command);
        {error, not_running} -> {error, not_running}
    end.

-spec adopt(pos_integer(), binary(), non_neg_integer()) -> answer().
adopt(Ref, Buffer, Fd) -> with_descriptor({adopt, Ref, Buffer}, Ref, Fd).

with_descriptor(Command, Id, Fd) ->
    case rabbit_socks_edge_table:find() of
        {ok, Port, Channel} ->
            case rabbit_socks_fd:send(Channel, Id, Fd) of
                ok -> write(Port, Command);
                {error, _} -> {error, not_running}
            end;
        {error, not_running} ->
            {error, not_running}
    end.

write(Port, Command) ->
    try port_command(Port, rabbit_socks_proto:encode(Command)) of
        true -> ok
    catch
        error:badarg -> {error, not_running}
    end.

%% @doc Of the running program; for tests and operators.
-spec os_pid() -> {ok, pos_integer()} | {error, not_running}.
os_pid() ->
    case rabbit_socks_edge_table:find() of
        {ok, Port, _} ->
            case erlang:port_info(Port, os_pid) of
                {os_pid, OsPid} -> {ok, OsPid};
                undefined -> {error, not_running}
            end;
        {error, not_running} ->
            {error, not_running}
    end.

-spec start_link() -> {ok, pid()} | {error, term()}.
start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

-spec init([]) -> {ok, #edge{}, {continue, launch}} | {ok, #edge{}}.
init([]) ->
    process_flag(trap_exit, true),
    ok = rabbit_socks_edge_table:down(),
    case backoff(rabbit_socks_edge_table:crashes(now_ms())) of
        0 -> {ok, #edge{}, {continue, launch}};
        Delay ->
            _ = erlang:send_after(Delay, self(), launch),
            {ok, #edge{}}
    end.

%% Three crashes are forgiven at once; then 100 ms, doubling to 5 s.
backoff(Crashes) when Crashes =< 3 -> 0;
backoff(Crashes) -> min(5000, 100 bsl min(Crashes - 4, 6)).

-spec handle_continue(launch, #edge{}) -> {noreply, #edge{}}.
handle_continue(launch, State) ->
    {noreply, launch(State)}.

launch(State) ->
    case rabbit_socks_program:install() of
        {ok, Program, Directory} ->
            Path = rabbit_socks_program:channel_path(Directory),
            case rabbit_socks_fd:listen(Path) of
                {ok, Listening} ->
                    spawn_program(Program, State#edge{directory = Directory, channel_path = Path, listening = Listening});
                {error, Text} ->
                    failed(Text, State#edge{directory = Directory})
            end;
        {error, Text} ->
            failed(Text, State)
    end.

spawn_program(Program, #edge{channel_path = Path} = State) ->
    Options = [{packet, 4}, nouse_stdio, binary, exit_status, {args, [Path]}],
    try open_port({spawn_executable, Program}, Options) of
        Port ->
            {os_pid, OsPid} = erlang:port_info(Port, os_pid),
            _ = erlang:send_after(?GREETING, self(), {greeting, Port}),
            accept(State#edge{status = greeting, port = Port, os_pid = OsPid})
    catch
        error:Reason ->
            failed(lists:flatten(io_lib:format("the program ~ts cannot be run (~0tp); if its file system is mounted noexec, set the key "
                                               "'edge_directory' of rabbit_socks to another directory", [Program, Reason])), State)
    end.

accept(#edge{listening = Listening} = State) ->
    case rabbit_socks_fd:accept(Listening) of
        {ok, Channel} -> greeted(State#edge{channel = Channel});
        select -> State;
        {error, Reason} -> failed(lists:flatten(io_lib:format("the fd channel failed: ~0tp", [Reason])), State)
    end.

%% One line a reason, however often it is tried.
failed(Text, #edge{retry = Retry, logged = Logged} = State0) ->
    _ = Text =/= Logged andalso
        ?LOG_ERROR("rabbit_socks: no WebSocket or Socket.IO client is served: ~ts (trying again)", [Text], ?DOMAIN),
    State = clean(State0),
    _ = erlang:send_after(Retry, self(), launch),
    State#edge{retry = min(Retry * 2, ?LAST_RETRY), logged = Text}.

-spec handle_call(term(), gen_server:from(), #edge{}) -> {reply, {error, unknown}, #edge{}}.
handle_call(_, _, State) ->
    {reply, {error, unknown}, State}.

-spec handle_cast(term(), #edge{}) -> {noreply, #edge{}}.
handle_cast({monitor, Ref, Pid}, State) ->
    _ = erlang:monitor(process, Pid, [{tag, {ref, Ref}}]),
    {noreply, State};
handle_cast(_, State) ->
    {noreply, State}.

-spec handle_info(term(), #edge{}) -> {noreply, #edge{}} | {stop, term(), #edge{}}.
handle_info({Port, {data, Packet}}, #edge{port = Port, status = up} = State) ->
    %% The bytes are those of our own program, which names nothing after what a client says.
    {noreply, lists:foldl(fun event/2, State, binary_to_term(Packet))};
handle_info({Port, {data, Packet}}, #edge{port = Port} = State) ->
    hello(binary_to_term(Packet), State);
handle_info({{session, Session}, _, process, _, Reason}, State) ->
    {noreply, session_ended(Reason, Session, State)};
handle_info({{ref, Ref}, _, process, _, _}, #edge{port = Port} = State) ->
    ok = rabbit_socks_edge_table:close_ref(Ref),
    {noreply, tell(Port, {gone, Ref}, State)};
handle_info(heartbeat, #edge{status = up, heartbeat = Sent, answered = Answered} = State) when Sent - Answered >= ?MISSED ->
    ?LOG_ERROR("rabbit_socks: the edge has not answered for ~b s; it is killed and replaced", [?MISSED * ?HEARTBEAT div 1000], ?DOMAIN),
    kill(State),
    {noreply, State};
handle_info(heartbeat, #edge{status = up, port = Port, heartbeat = Sent} = State) ->
    _ = erlang:send_after(?HEARTBEAT, self(), heartbeat),
    {noreply, tell(Port, {heartbeat, Sent + 1}, State#edge{heartbeat = Sent + 1})};
handle_info({Port, {exit_status, Status}}, #edge{port = Port, status = up} = State) ->
    ?LOG_ERROR("rabbit_socks: the edge ended with status ~b; its sessions end and it is started again", [Status], ?DOMAIN),
    ok = rabbit_socks_edge_table:crashed(now_ms()),
    {stop, {shutdown, {edge_ended, Status}}, State#edge{port = none, os_pid = none}};
handle_info({Port, {exit_status, Status}}, #edge{port = Port} = State) ->
    Text = io_lib:format("the program ended with status ~b before it had greeted; its own words are in the node's standard error", [Status]),
    {noreply, failed(lists:flatten(Text), State#edge{port = none, os_pid = none})};
handle_info({greeting, Port}, #edge{port = Port, status = greeting} = State) ->
    {noreply, failed("the program does not greet", State)};
handle_info({'$socket', Listening, select, _}, #edge{listening = Listening, channel = none} = State) ->
    {noreply, accept(State)};
handle_info(launch, #edge{status = down} = State) ->
    {noreply, launch(State)};
handle_info(_, State) ->
    {noreply, State}.

hello([{hello, Version, #{release := Release}}], #edge{port = Port} = State) ->
    case rabbit_socks_proto:version() of
        Version ->
            true = port_command(Port, rabbit_socks_proto:encode({hello, Version, #{release => release()}})),
            {noreply, greeted(State#edge{greeted = true})};
        Own ->
            Text = io_lib:format("the program (release ~ts) speaks version ~0tp of the link and this plugin version ~b; install both of one release",
                                 [Release, Version, Own]),
            {noreply, failed(lists:flatten(Text), State)}
    end;
hello(_, State) ->
    {noreply, failed("the program does not speak the link's language; install the plugin's archive again", State)}.

release() ->
    case application:get_key(rabbit_socks, vsn) of
        {ok, Version} -> list_to_binary(Version);
        undefined -> <<"unknown">>
    end.

%% Up when both have come: the hello and the fd channel.
greeted(#edge{greeted = true, channel = Channel, listening = Listening, port = Port} = State) when Channel =/= none ->
    ok = rabbit_socks_fd:close(Listening),
    _ = file:delete(State#edge.channel_path),
    ok = rabbit_socks_edge_table:up(Port, Channel),
    lists:foreach(fun(Pid) -> Pid ! {rabbit_socks_edge, up} end, rabbit_socks_edge_table:watchers()),
    _ = erlang:send_after(?HEARTBEAT, self(), heartbeat),
    ?LOG_INFO("rabbit_socks: the edge is up, process ~b", [State#edge.os_pid], ?DOMAIN),
    State#edge{status = up, listening = none, retry = ?FIRST_RETRY, logged = none};
greeted(State) ->
    State.

event({Pid, Event}, State) when is_pid(Pid) ->
    _ = Pid ! Event,
    State;
event({open, Session, Listener, Route, Info}, State) ->
    open(Session, Listener, Route, Info, State);
event({heartbeat, N}, State) ->
    State#edge{answered = N};
event({log, Level, Text}, State) ->
    ?LOG(Level, "rabbit_socks edge: ~ts", [string:slice(Text, 0, 256)], ?DOMAIN),
    State;
event({listening, _}, State) ->
    State;
event({response, Ref, Status, Headers, Body}, State) ->
    ok = relay(Ref, {response, Status, Headers, Body}),
    ok = rabbit_socks_edge_table:close_ref(Ref),
    State;
event({response_start, Ref, Status, Headers}, State) ->
    ok = relay(Ref, {response_start, Status, Headers}),
    State;
event({switch, Ref, Headers}, State) ->
    ok = relay(Ref, {switch, Headers}),
    State;
event({bytes, Ref, Data}, State) ->
    ok = relay(Ref, {bytes, Data}),
    State;
event({finish, Ref}, State) ->
    ok = relay(Ref, finish),
    ok = rabbit_socks_edge_table:close_ref(Ref),
    State;
event(Other, State) ->
    ?LOG_WARNING("rabbit_socks: unknown event of the edge: ~0tP", [Other, 8], ?DOMAIN),
    State.

relay(Ref, Event) ->
    _ = case rabbit_socks_edge_table:ref(Ref) of
        {ok, Pid} -> Pid ! {rabbit_socks_edge, Ref, Event};
        error -> ok
    end,
    ok.

open(Session, Listener, Route, Info, #edge{port = Port} = State) ->
    case rabbit_socks_routes:find(Listener, Route) of
        {ok, {Module, Options}} ->
            case rabbit_socks_session_sup:start_session(Port, {Session, Module, Options, Info}) of
                {ok, Pid} ->
                    _ = erlang:monitor(process, Pid, [{tag, {session, Session}}]),
                    State;
                {error, _} ->
                    tell(Port, {refuse, Session, 503, <<"busy">>}, State)
            end;
        error ->
            tell(Port, {refuse, Session, 404, <<"nothing is served here">>}, State)
    end.

%% A session that ended in order has told the edge itself. One that was killed has not.
session_ended(Reason, _, State) when Reason =:= normal; Reason =:= shutdown; Reason =:= noproc; element(1, Reason) =:= shutdown -> State;
session_ended(_, Session, #edge{port = Port} = State) -> tell(Port, {close, Session, 1011, <<"internal error">>}, State).

%% Written by this process, which must not wait: when the pipe is full another process waits in its place.
tell(none, _, State) ->
    State;
tell(Port, Command, State) ->
    Packet = rabbit_socks_proto:encode(Command),
    _ = try port_command(Port, Packet, [nosuspend]) of
        true -> ok;
        false -> spawn(fun() -> catch port_command(Port, Packet) end)
    catch
        error:badarg -> ok
    end,
    State.

kill(#edge{os_pid = none}) -> ok;
kill(#edge{os_pid = OsPid}) ->
    _ = spawn(fun() -> os:cmd("kill -KILL " ++ integer_to_list(OsPid)) end),
    ok.

%% Back to nothing running: what a program left of itself, or a failed start of one.
clean(#edge{port = Port, listening = Listening, channel = Channel, channel_path = Path} = State) ->
    ok = rabbit_socks_edge_table:down(),
    _ = Port =/= none andalso begin kill(State), catch port_close(Port) end,
    lists:foreach(fun(Socket) -> Socket =/= none andalso rabbit_socks_fd:close(Socket) end, [Listening, Channel]),
    _ = Path =/= none andalso file:delete(Path),
    lists:foreach(fun({Ref, Pid}) ->
        ok = rabbit_socks_edge_table:close_ref(Ref),
        Pid ! {rabbit_socks_edge, Ref, finish}
    end, rabbit_socks_edge_table:refs()),
    State#edge{status = down, port = none, os_pid = none, listening = none, channel = none, channel_path = none, greeted = false,
               heartbeat = 0, answered = 0}.

-spec terminate(term(), #edge{}) -> ok.
terminate(shutdown, #edge{port = Port, status = up} = State) when Port =/= none ->
    _ = tell(Port, {stop, 1001, <<"going away">>}, State),
    receive
        {Port, {exit_status, _}} -> leave(State#edge{port = none, os_pid = none})
    after ?STOPPING ->
        leave(State)
    end;
terminate(shutdown, State) ->
    leave(State);
terminate(_, State) ->
    %% Another one follows at once: the program stays where it is.
    _ = clean(State),
    ok.

leave(#edge{directory = Directory} = State) ->
    _ = clean(State),
    _ = Directory =/= none andalso rabbit_socks_program:remove(Directory),
    ok.

now_ms() -> erlang:monotonic_time(millisecond).
