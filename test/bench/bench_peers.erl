%% SPDX-License-Identifier: MPL-2.0
%% @doc The servers that the benchmark compares: where each listens, and the processes whose time and memory it costs.
-module(bench_peers).

-export([broker/0, echo/1, cowboy/1, events/2, ours/3, vm_memory/1, start_npm/1, start_npm/2, stop_npm/1]).
-export_type([peer/0]).

-type peer() :: #{
    name := string(),
    port := inet:port_number(),
    path := string(),
    processes := [{Name :: string(), socks_os:os_pid()}],
    %% After a collection.
    memory := fun(() -> [{Name :: string(), Bytes :: non_neg_integer()}]),
    %% How its modes of the load generator begin.
    dialect => string(),
    stdio => port()
}.

%% As server.mjs has it: no ping falls into a round; and a poster is not sent to a new connection after 1,000 requests,
%% which npm's server does not do either.
-define(OPTIONS, [{engine_ping_interval, 300_000}, {max_requests, 16#FFFFFFFF}]).

%% @doc A broker that serves all of ours, and Cowboy.
-spec broker() -> socks_broker:broker().
broker() ->
    Broker = socks_broker:start(#{
        ports => [echo, events, cowboy],
        config => fun(#{echo := Port}) ->
            [{rabbit_socks, [{listeners, [{{"127.0.0.1", Port}, rabbit_socks_echo, []}]}]}]
        end
    }),
    ok = socks_broker:load(Broker, bench_callback),
    Events = {"127.0.0.1", socks_broker:port(Broker, events)},
    ok = socks_broker:rpc(Broker, rabbit_socks, start_listener, [Events, bench_callback, ?OPTIONS]),
    ok = socks_broker:load(Broker, cowboy_echo),
    ok = socks_broker:rpc(Broker, cowboy_echo, listen, [socks_broker:port(Broker, cowboy)]),
    Broker.

-spec echo(socks_broker:broker()) -> peer().
echo(Broker) -> ours(Broker, echo, "/websocket").

-spec events(socks_broker:broker(), websocket | polling) -> peer().
events(Broker, Transport) -> ours(Broker, events, socketio_path(Transport)).

%% @doc The listener on the broker's port of this name.
-spec ours(socks_broker:broker(), atom(), string()) -> peer().
ours(Broker, Name, Path) ->
    Edge = socks_broker:edge(Broker),
    #{name => "ours",
      port => socks_broker:port(Broker, Name),
      path => Path,
      processes => [{"edge", Edge}, {"VM", socks_broker:os_pid(Broker)}],
      memory => fun() -> [{"edge (resident)", socks_os:rss(Edge)}, vm_memory(Broker)] end}.

-spec cowboy(socks_broker:broker()) -> peer().
cowboy(Broker) ->
    #{name => "Cowboy",
      port => socks_broker:port(Broker, cowboy),
      path => "/echo",
      processes => [{"VM", socks_broker:os_pid(Broker)}],
      memory => fun() -> [vm_memory(Broker)] end}.

%% The least of some: what is about to be given back, and what asking takes, comes on top of it.
-spec vm_memory(socks_broker:broker()) -> {string(), non_neg_integer()}.
vm_memory(Broker) ->
    {"VM (erlang:memory)", lists:min([collected_memory(Broker) || _ <- lists:seq(1, 5)])}.

collected_memory(Broker) ->
    _ = [socks_broker:rpc(Broker, erlang, garbage_collect, [P]) || P <- socks_broker:rpc(Broker, erlang, processes, [])],
    timer:sleep(200),
    socks_broker:rpc(Broker, erlang, memory, [total]).

%% @doc npm's socket.io in a process of its own, installed first if it is not there.
-spec start_npm(websocket | polling) -> peer().
start_npm(Transport) -> start_npm(Transport, []).

-spec start_npm(websocket | polling, [{string(), string()}]) -> peer().
start_npm(Transport, Env) ->
    Dir = socks_node:dir("bench"),
    ok = socks_node:npm(Dir),
    Stdio = open_port({spawn_executable, os:find_executable("node")},
                      [{args, ["--expose-gc", "server.mjs"]}, {cd, Dir}, {env, [{"NODE_ENV", "production"} | Env]}, {line, 1000}]),
    {os_pid, Pid} = erlang:port_info(Stdio, os_pid),
    ["port", Port] = line(Stdio),
    #{name => "npm",
      port => list_to_integer(Port),
      path => socketio_path(Transport),
      processes => [{"node", Pid}],
      memory => fun() -> npm_memory(Stdio) end,
      stdio => Stdio}.

-spec stop_npm(peer()) -> ok.
stop_npm(#{stdio := Stdio, processes := [{_, Pid}]}) ->
    true = port_close(Stdio),
    ok = socks_os:await_gone(Pid, 10_000).

npm_memory(Stdio) ->
    true = port_command(Stdio, "memory\n"),
    ["heap", Heap, "resident", Resident] = line(Stdio),
    [{"node (resident)", list_to_integer(Resident)}, {"node (heap and external)", list_to_integer(Heap)}].

line(Stdio) ->
    receive
        {Stdio, {data, {eol, Line}}} -> string:lexemes(Line, " ")
    after 60_000 -> error({npm, timeout})
    end.

socketio_path(Transport) -> "/socket.io/?EIO=4&transport=" ++ atom_to_list(Transport).
