%% SPDX-License-Identifier: MPL-2.0
%% @doc A private, real RabbitMQ for a test suite or for `make run-broker'.
%%
%% The broker is the installed Debian package's own program with the stock plugins, plus a folder that holds only our
%% `.ez'; everything else is private: directories, node name, cookie, home, ports and an epmd of its own. Nothing of it
%% survives: `stop/1' ends it and complains about an edge that stayed; and if the test VM dies in whatever way, guard.sh
%% kills what is left and removes the directories.
%%
%% Use in a suite:
%%
%%     init_per_suite(Config) ->
%%         Broker = socks_broker:start(#{
%%             ports => [socks],                                     % free ports to use in the configuration
%%             config => fun(#{socks := P}) -> [{rabbit_socks, [{listeners, [{P, rabbit_socks_echo, []}]}]}] end,
%%             plugins => [rabbit_socks]                              % enabled at boot; this is the default
%%         }),
%%         [{broker, Broker} | Config].
%%     end_per_suite(Config) -> socks_broker:stop(?config(broker, Config)).
%%
%%     echo(Config) ->
%%         Broker = ?config(broker, Config),
%%         Port = socks_broker:port(Broker, socks),                   % also amqp and dist
%%         [_] = socks_broker:rpc(Broker, rabbit_socks, listeners, []),
%%         {0, Output} = socks_broker:diagnostics(Broker, ["listeners"]),
%%         Edge = socks_broker:edge(Broker),                          % os pid; socks_os:rss(Edge), socks_os:fds(Edge)
%%         match = re:run(socks_broker:log(Broker), "started", [{capture, none}]).
%%
%% Options (all optional):
%%
%%     ports    => [atom()]              further free loopback ports
%%     config   => Terms | fun((Ports) -> Terms)     classic terms of rabbitmq.config, laid over the harness's own
%%     conf     => iodata() | fun((Ports) -> iodata())   in its place rabbitmq.conf, the harness's own lines before it
%%     plugins  => [atom()]              enabled at boot, [rabbit_socks]; [] boots a broker without ours
%%     ez       => [file]                the archives in the private plugins folder; default: what RABBIT_SOCKS_EZ
%%                                       names, which `make system' sets
%%     args     => string()              further arguments of erl, such as "-rabbit_socks listeners [...]"
%%     env      => [{Name, Value}]       further environment variables
%%     joins    => Broker                a second node of that broker's cluster, with its epmd and cookie: stop it first
%%     boot     => boolean()             false: prepare everything, start later with restart/1
%%     timeout  => Milliseconds          for the boot, 60000
%%
%% A start takes some five seconds: let the cases of a suite share one broker where they can. `start/1' may be called from
%% any process, also from init_per_suite: the broker belongs to a process of its own. A broker that does not boot makes
%% `start/1' fail with the end of its log. rpc/4 goes over real distribution from a helper node (pids and funs of loaded
%% modules travel); load/2 puts a module of the suite into the broker.
-module(socks_broker).

-export([start/0, start/1, stop/1, restart/1, kill9/1]).
-export([rpc/4, rpc/5, load/2, ctl/2, plugins/2, diagnostics/2, upgrade/2, cli/3]).
-export([port/2, url/2, os_pid/1, edge/1, edges/1, await_edge/1, log/1, dir/1, plugins_dir/1, free_port/0]).

-export_type([broker/0, options/0]).

-type broker() :: #{
    server := pid(),
    node := node(),
    cookie := atom(),
    dir := file:filename(),
    log_dir := file:filename(),
    plugins_dir := file:filename(),
    sbin := file:filename(),
    env := [{string(), string() | false}],
    ports := #{atom() => inet:port_number()},
    member := boolean()
}.
-type options() :: #{
    ports => [atom()],
    config => [{atom(), term()}] | fun((#{atom() => inet:port_number()}) -> [{atom(), term()}]),
    conf => iodata() | fun((#{atom() => inet:port_number()}) -> iodata()),
    plugins => [atom()],
    ez => [file:filename()],
    args => string(),
    env => [{string(), string()}],
    joins => broker(),
    boot => boolean(),
    timeout => timeout()
}.

-spec start() -> broker().
start() ->
    start(#{}).

-spec start(options()) -> broker().
start(Options) ->
    Broker = socks_broker_files:prepare(Options),
    {ok, Server} = socks_broker_node:start(Broker),
    Started = Broker#{server => Server},
    case maps:get(boot, Options, true) of
        true -> boot(Started, maps:get(timeout, Options, 60_000));
        false -> Started
    end.

%% @doc Stops the broker in order, as an operator would, and removes it. An edge that outlives it is killed and is an error.
-spec stop(broker()) -> ok.
stop(Broker = #{server := Server, dir := Dir}) ->
    ok = socks_broker_node:halt(Server, "TERM"),
    Left = edges_after(Broker, 5_000),
    [socks_os:kill(P, "KILL") || P <- Left],
    ok = socks_broker_node:stop(Server),
    _ = file:del_dir_r(Dir),
    case Left of
        [] -> ok;
        _ -> error({edge_outlived_its_broker, Left})
    end.

%% @doc Stops it if it runs, and boots it again with the same directories and ports.
-spec restart(broker()) -> broker().
restart(Broker = #{server := Server}) ->
    ok = socks_broker_node:halt(Server, "TERM"),
    boot(Broker, 60_000).

%% @doc The broker dies as if by the kernel's hand. Its files stay: restart/1 or stop/1 may follow.
-spec kill9(broker()) -> ok.
kill9(#{server := Server}) ->
    socks_broker_node:halt(Server, "KILL").

%% @doc Calls a function in the broker; an exception there is raised here.
-spec rpc(broker(), module(), atom(), [term()]) -> term().
rpc(Broker, M, F, A) ->
    rpc(Broker, M, F, A, 30_000).

-spec rpc(broker(), module(), atom(), [term()], timeout()) -> term().
rpc(#{server := Server}, M, F, A, Timeout) ->
    case socks_broker_node:call(Server, M, F, A, Timeout) of
        {ok, Result} -> Result;
        {error, {Class, Reason, Stack}} -> erlang:raise(Class, Reason, Stack);
        {error, Reason} -> error({rpc, Reason})
    end.

%% @doc Loads a module of the test VM into the broker.
-spec load(broker(), module()) -> ok.
load(Broker, Module) ->
    {Module, Code, File} = code:get_object_code(Module),
    {module, Module} = rpc(Broker, code, load_binary, [Module, File, Code]),
    ok.

-spec ctl(broker(), [string()]) -> {non_neg_integer(), binary()}.
ctl(Broker, Args) -> cli(Broker, "rabbitmqctl", Args).

-spec plugins(broker(), [string()]) -> {non_neg_integer(), binary()}.
plugins(Broker, Args) -> cli(Broker, "rabbitmq-plugins", Args).

-spec diagnostics(broker(), [string()]) -> {non_neg_integer(), binary()}.
diagnostics(Broker, Args) -> cli(Broker, "rabbitmq-diagnostics", Args).

-spec upgrade(broker(), [string()]) -> {non_neg_integer(), binary()}.
upgrade(Broker, Args) -> cli(Broker, "rabbitmq-upgrade", Args).

%% @doc Runs one of the broker's command line tools against it: exit status, and what it printed on both outputs.
-spec cli(broker(), string(), [string()]) -> {non_neg_integer(), binary()}.
cli(#{sbin := Sbin, env := Env, node := Node}, Tool, Args) ->
    Port = open_port({spawn_executable, filename:join(Sbin, Tool)}, [
        {args, ["-n", atom_to_list(Node) | Args]}, {env, Env}, binary, exit_status, stderr_to_stdout, hide
    ]),
    cli_output(Port, []).

cli_output(Port, Acc) ->
    receive
        {Port, {data, Data}} -> cli_output(Port, [Acc, Data]);
        {Port, {exit_status, Status}} -> {Status, iolist_to_binary(Acc)}
    after 120_000 ->
        port_close(Port),
        error({cli_timeout, iolist_to_binary(Acc)})
    end.

-spec port(broker(), atom()) -> inet:port_number().
port(#{ports := Ports}, Name) ->
    maps:get(Name, Ports).

%% @doc "http://127.0.0.1:PORT" of a named port.
-spec url(broker(), atom()) -> string().
url(Broker, Name) ->
    "http://127.0.0.1:" ++ integer_to_list(port(Broker, Name)).

%% @doc The broker's own os pid.
-spec os_pid(broker()) -> socks_os:os_pid().
os_pid(#{server := Server}) ->
    socks_broker_node:os_pid(Server).

%% @doc The os pid of its one edge; fails when there is none, or more than one.
-spec edge(broker()) -> socks_os:os_pid().
edge(Broker) ->
    [Edge] = edges(Broker),
    Edge.

%% @doc The edges that run from the broker's directories.
-spec edges(broker()) -> [socks_os:os_pid()].
edges(#{dir := Dir}) ->
    socks_os:below(Dir).

%% @doc Waits for exactly one edge and returns it: after a crash, or after an enable.
-spec await_edge(broker()) -> socks_os:os_pid().
await_edge(Broker) ->
    case socks_os:wait_until(fun() -> length(edges(Broker)) =:= 1 end, 15_000) of
        ok -> edge(Broker);
        {error, timeout} -> error({no_edge, edges(Broker)})
    end.

%% @doc All of the broker's log so far.
-spec log(broker()) -> binary().
log(#{log_dir := Dir, node := Node}) ->
    case file:read_file(filename:join(Dir, atom_to_list(Node) ++ ".log")) of
        {ok, Log} -> Log;
        {error, enoent} -> <<>>
    end.

%% @doc The root of the private directories; the node's data directory is below it.
-spec dir(broker()) -> file:filename().
dir(#{dir := Dir}) -> Dir.

%% @doc The private plugins folder: a suite may drop another `.ez' there.
-spec plugins_dir(broker()) -> file:filename().
plugins_dir(#{plugins_dir := Dir}) -> Dir.

-spec free_port() -> inet:port_number().
free_port() ->
    socks_broker_files:free_port().

boot(Broker = #{server := Server, node := Node}, Timeout) ->
    case socks_broker_node:boot(Server, Timeout) of
        ok ->
            Broker;
        {error, Reason} ->
            Log = tail(log(Broker), 6_000),
            Console = tail(console(Broker), 6_000),
            _ = socks_broker_node:stop(Server),
            error({broker_did_not_start, Node, Reason, [{log, Log}, {console, Console}]})
    end.

console(#{log_dir := Dir}) ->
    case file:read_file(filename:join(Dir, "console.log")) of
        {ok, Text} -> Text;
        {error, enoent} -> <<>>
    end.

edges_after(Broker, Timeout) ->
    _ = socks_os:wait_until(fun() -> edges(Broker) =:= [] end, Timeout),
    edges(Broker).

tail(Text, Size) when byte_size(Text) > Size -> binary:part(Text, byte_size(Text), -Size);
tail(Text, _) -> Text.
