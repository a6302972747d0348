%% SPDX-License-Identifier: MPL-2.0
%% @doc Runs the edge: launches the program, greets it, reads the link, watches its heartbeat, replaces it.
%%
%% What is read goes to whom it names (`rabbit_socks_edge_events'). What is written is written by whoever has something to
%% say; this process never waits for anyone.
%%
%% A program that cannot be started, or does not speak our version, is one line in the log and tried again, ever less often.
%% One that was up and is gone ends this process, and with it, by the supervisor, its sessions.
-module(rabbit_socks_edge).
-behaviour(gen_server).

-include_lib("kernel/include/logger.hrl").

-export([listen/3, unlisten/1, configure/2, remove/4, monitor_up/1, open_ref/0, command/1, adopt/3]).
-export([start_link/0, os_pid/0]).
-export([init/1, handle_continue/2, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).

-define(DOMAIN, #{domain => [rabbitmq, socks]}).
-define(HEARTBEAT, 2000).   % ms
-define(MISSED, 3).         % heartbeats without an answer
-define(GREETING, 5000).    % ms for hello and the fd channel
-define(DYING, 2000).       % ms from SIGKILL until the end is taken for granted
-define(STOPPING, 1000).    % ms for an orderly end
-define(FIRST_RETRY, 1000). % ms
-define(LAST_RETRY, 60000).

-record(edge, {
    status = down :: down | greeting | up,
    process = none :: none | rabbit_socks_edge_process:process(),
    port = none :: none | port(), % that of the process
    link = none :: none | rabbit_socks_link:link(), % of the process, too
    greeted = false :: boolean(),
    heartbeat = 0 :: non_neg_integer() | killed, % the last that was sent
    answered = 0 :: non_neg_integer(),
    retry = ?FIRST_RETRY :: pos_integer(),
    logged = none :: none | string()
}).

-type listener() :: pos_integer().
-type answer() :: ok | {error, not_running}.

%% For listeners and the web context; docs/PORT_PROTOCOL.md has the commands.

%% @doc Fd must stay open until this returns.
-spec listen(listener(), map(), non_neg_integer()) -> answer().
listen(Listener, Config, Fd) ->
    ok = rabbit_socks_routes:put_window(Listener, Config),
    with_descriptor({listen, Listener, rabbit_socks_tls:reveal(Config)}, Listener, Fd).

-spec unlisten(listener()) -> answer().
unlisten(Listener) -> command({unlisten, Listener}).

-spec configure(listener(), map()) -> answer().
configure(Listener, Config) ->
    ok = rabbit_socks_routes:put_window(Listener, Config),
    command({configure, Listener, rabbit_socks_tls:reveal(Config)}).

-spec remove(listener(), 1000..4999, binary(), Window :: non_neg_integer()) -> answer().
remove(Listener, Code, Reason, Window) -> command({remove, Listener, Code, Reason, Window}).

%% @doc `{rabbit_socks_edge, up}' comes whenever an edge has greeted, and now if one is up: at least once each.
-spec monitor_up(pid()) -> ok.
monitor_up(Pid) ->
    ok = rabbit_socks_edge_table:watch(Pid),
    case rabbit_socks_edge_table:find() of
        {ok, _, _} -> _ = Pid ! {rabbit_socks_edge, up}, ok;
        {error, not_running} -> ok
    end.

%% @doc A name for a relayed request: events for it come to the caller as `{rabbit_socks_edge, Ref, Event}'; when the caller
%% ends the edge is told that it is gone, when the edge ends the caller gets the event `finish'.
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

%% @doc Anyone may write to the link; an edge that does not read suspends the caller only.
-spec command(term()) -> answer().
command(Command) ->
    case rabbit_socks_edge_table:find() of
        {ok, Link, _} -> rabbit_socks_link:write(Link, Command);
        {error, not_running} -> {error, not_running}
    end.

%% @doc Hands a connection over; from here on it is the edge's alone, and the end of the caller is none of it.
-spec adopt(pos_integer(), binary(), non_neg_integer()) -> answer().
adopt(Ref, Buffer, Fd) ->
    case with_descriptor({adopt, Ref, Buffer}, Ref, Fd) of
        ok -> rabbit_socks_edge_table:close_ref(Ref);
        {error, not_running} -> {error, not_running}
    end.

with_descriptor(Command, Id, Fd) ->
    case rabbit_socks_edge_table:find() of
        {ok, Link, Channel} ->
            case rabbit_socks_fd:send(Channel, Id, Fd) of
                ok -> rabbit_socks_link:write(Link, Command);
                {error, _} -> {error, not_running}
            end;
        {error, not_running} ->
            {error, not_running}
    end.

%% @doc Of the running program; for tests and operators.
-spec os_pid() -> {ok, pos_integer()} | {error, not_running}.
os_pid() ->
    rabbit_socks_edge_table:os_pid().

-spec start_link() -> {ok, pid()} | {error, term()}.
start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% The one before us may have been killed: what waited for it is told here too.
-spec init([]) -> {ok, #edge{}, {continue, launch}} | {ok, #edge{}}.
init([]) ->
    process_flag(trap_exit, true),
    ok = rabbit_socks_edge_table:down(),
    ok = rabbit_socks_edge_events:finish_refs(),
    ok = rabbit_socks_edge_events:no_sessions(),
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
    case rabbit_socks_edge_process:start() of
        {ok, Process} ->
            Port = rabbit_socks_edge_process:port(Process),
            _ = erlang:send_after(?GREETING, self(), {greeting, Port}),
            accept(State#edge{status = greeting, process = Process, port = Port, link = rabbit_socks_edge_process:link(Process)});
        {error, Text} ->
            failed(Text, State)
    end.

accept(#edge{process = Process0} = State) ->
    case rabbit_socks_edge_process:accept(Process0) of
        {ok, Process} -> greeted(State#edge{process = Process});
        {error, Text} -> failed(Text, State)
    end.

%% One line a reason, however often it is tried.
failed(Text, #edge{retry = Retry, logged = Logged} = State) ->
    _ = Text =/= Logged andalso
        ?LOG_ERROR("rabbit_socks: no WebSocket or Socket.IO client is served: ~ts (trying again)", [Text], ?DOMAIN),
    ok = release(State),
    _ = erlang:send_after(Retry, self(), launch),
    #edge{retry = min(Retry * 2, ?LAST_RETRY), logged = Text}.

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
handle_info({Port, {data, Packet}}, #edge{port = Port} = State) ->
    %% The bytes are those of our own program, which names nothing after what a client says.
    {noreply, packet(binary_to_term(Packet), State)};
handle_info({{session, Session}, _, process, Pid, Reason}, #edge{link = Link} = State) ->
    ok = rabbit_socks_edge_events:session_ended(Session, Pid, Reason, Link),
    {noreply, State};
handle_info({{ref, Ref}, _, process, _, _}, #edge{link = Link} = State) ->
    ok = rabbit_socks_edge_events:ref_ended(Ref, Link),
    {noreply, State};
handle_info(heartbeat, #edge{status = up, port = Port, heartbeat = Sent, answered = Answered} = State) when Sent - Answered >= ?MISSED ->
    ?LOG_ERROR("rabbit_socks: the edge has not answered for ~b s; it is killed and replaced", [?MISSED * ?HEARTBEAT div 1000], ?DOMAIN),
    ok = rabbit_socks_edge_process:kill(State#edge.process),
    _ = erlang:send_after(?DYING, self(), {Port, {exit_status, 137}}),
    {noreply, State#edge{heartbeat = killed}};
handle_info(heartbeat, #edge{status = up, link = Link, heartbeat = Sent} = State) when is_integer(Sent) ->
    _ = erlang:send_after(?HEARTBEAT, self(), heartbeat),
    ok = rabbit_socks_link:tell(Link, {heartbeat, Sent + 1}),
    {noreply, State#edge{heartbeat = Sent + 1}};
handle_info({Port, {exit_status, Status}}, #edge{port = Port, status = up} = State) ->
    ?LOG_ERROR("rabbit_socks: the edge ended with status ~b; its sessions end and it is started again", [Status], ?DOMAIN),
    ok = rabbit_socks_edge_table:crashed(now_ms()),
    {stop, {shutdown, {edge_ended, Status}}, ended(State)};
handle_info({Port, {exit_status, Status}}, #edge{port = Port} = State) ->
    Text = io_lib:format("the program ended with status ~b before it had greeted; its own words are in the node's standard error", [Status]),
    {noreply, failed(lists:flatten(Text), ended(State))};
%% A write that meets the pipe of a dead program ends the port before the exit status can come.
handle_info({'EXIT', Port, Reason}, #edge{port = Port, status = up} = State) ->
    ?LOG_ERROR("rabbit_socks: the link to the edge broke (~0tp); its sessions end and it is started again", [Reason], ?DOMAIN),
    ok = rabbit_socks_edge_table:crashed(now_ms()),
    {stop, {shutdown, {edge_ended, Reason}}, State};
handle_info({'EXIT', Port, _}, #edge{port = Port} = State) ->
    {noreply, failed("the program closed the link before it had greeted; its own words are in the node's standard error", State)};
%% The carrier of the link has a reason of its own only if it crashed.
handle_info({'EXIT', Pid, Reason}, #edge{status = up} = State) when is_pid(Pid), Reason =/= normal ->
    {stop, {link_crashed, Reason}, State};
handle_info({greeting, Port}, #edge{port = Port, status = greeting} = State) ->
    {noreply, failed("the program does not greet", State)};
handle_info({'$socket', _, select, _}, #edge{status = greeting} = State) ->
    {noreply, accept(State)};
handle_info(launch, #edge{status = down} = State) ->
    {noreply, launch(State)};
handle_info(_, State) ->
    {noreply, State}.

%% The first packet is the hello, and perhaps more.
packet([{hello, Version, #{release := Release}} | Events], #edge{greeted = false, link = Link} = State) ->
    case rabbit_socks_proto:version() of
        Version ->
            ok = rabbit_socks_link:tell(Link, {hello, Version, hello()}),
            packet(Events, greeted(State#edge{greeted = true}));
        Own ->
            Text = io_lib:format("the program (release ~ts) speaks version ~0tp of the link and this plugin version ~b; install both of one release",
                                 [rabbit_socks_blame:text(Release), Version, Own]),
            failed(lists:flatten(Text), State)
    end;
packet(_, #edge{greeted = false} = State) ->
    failed("the program does not speak the link's language; install the plugin's archive again", State);
packet(Events, State) ->
    lists:foldl(fun event/2, State, Events).

event({heartbeat, N}, State) ->
    State#edge{answered = N};
event(Event, #edge{link = Link} = State) ->
    ok = rabbit_socks_edge_events:handle(Event, Link),
    State.

hello() ->
    Hello = #{release => release()},
    case rabbit_socks_forward:tag() of
        {ok, Tag} -> Hello#{tag => Tag};
        none -> Hello
    end.

release() ->
    case application:get_key(rabbit_socks, vsn) of
        {ok, Version} -> list_to_binary(Version);
        undefined -> <<"unknown">>
    end.

%% Up when both have come: the hello and the fd channel.
greeted(#edge{greeted = true, status = greeting, process = Process, link = Link} = State) ->
    case rabbit_socks_edge_process:channel(Process) of
        {ok, Channel} ->
            ok = rabbit_socks_edge_table:up(rabbit_socks_edge_process:os_pid(Process), Link, Channel),
            lists:foreach(fun(Pid) -> Pid ! {rabbit_socks_edge, up} end, rabbit_socks_edge_table:watchers()),
            _ = erlang:send_after(?HEARTBEAT, self(), heartbeat),
            ?LOG_INFO("rabbit_socks: the edge is up, process ~b", [rabbit_socks_edge_process:os_pid(Process)], ?DOMAIN),
            State#edge{status = up, retry = ?FIRST_RETRY, logged = none};
        none ->
            State
    end;
greeted(State) ->
    State.

%% The program is gone: there is nothing to kill.
ended(#edge{process = Process} = State) ->
    State#edge{process = rabbit_socks_edge_process:ended(Process)}.

%% Back to nothing running.
release(#edge{process = Process}) ->
    ok = rabbit_socks_edge_table:down(),
    ok = case Process of
        none -> ok;
        _ -> rabbit_socks_edge_process:close(Process)
    end,
    rabbit_socks_edge_events:finish_refs().

-spec terminate(term(), #edge{}) -> ok.
terminate(shutdown, #edge{port = Port, link = Link, status = up} = State) ->
    ok = rabbit_socks_edge_events:no_sessions(),
    ok = rabbit_socks_link:tell(Link, {stop, 1001, <<"going away">>}),
    receive
        {Port, {exit_status, _}} -> release(ended(State))
    after ?STOPPING ->
        release(State)
    end;
terminate(_, State) ->
    release(State).

now_ms() -> erlang:monotonic_time(millisecond).
