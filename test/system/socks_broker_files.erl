%% SPDX-License-Identifier: MPL-2.0
%% @doc The private world of a test broker (see socks_broker): directories, configuration, environment and free ports.
-module(socks_broker_files).

-export([prepare/1, free_port/0]).

%% @doc Lays out the directories and files for the options and describes the broker that will live in them.
-spec prepare(socks_broker:options()) -> map().
prepare(Options) ->
    Id = string:lowercase(integer_to_list(erlang:phash2({os:getpid(), erlang:unique_integer(), erlang:system_time()}), 36)),
    Dir = make_dir(filename:join([tmp(), "rabbit_socks-" ++ os:getpid() ++ "-" ++ Id])),
    Free = maps:from_list([{P, free_port()} || P <- [amqp, dist, epmd, cli | maps:get(ports, Options, [])]]),
    Ports = maps:merge(Free, epmd(Options)),
    Name = "socks-" ++ Id,
    Plugins = make_dir(filename:join(Dir, "plugins")),
    [copy_into(Plugins, Ez) || Ez <- archives(Options)],
    LogDir = log_dir(Dir, Name),
    Broker = #{
        node => list_to_atom(Name ++ "@localhost"),
        cookie => cookie(Dir, Options),
        dir => Dir,
        log_dir => LogDir,
        plugins_dir => Plugins,
        sbin => filename:join(home(), "sbin"),
        ports => Ports
    },
    case Options of
        #{conf := Conf} -> write_conf(Dir, Ports, Conf, cluster(Options));
        #{} -> write_config(Dir, Ports, maps:get(config, Options, []), cluster(Options))
    end,
    write_terms(filename:join(Dir, "enabled_plugins"), [maps:get(plugins, Options, [rabbit_socks])]),
    ok = file:write_file(filename:join(Dir, "rabbitmq-env.conf"), <<>>),
    %% The smallest Debian has no /etc/hosts: the node's own name is known to it without one.
    write_terms(inetrc(Dir), [{host, {127, 0, 0, 1}, ["localhost"]}, {lookup, [file, native]}]),
    Broker#{env => env(Broker, Options), member => is_map_key(joins, Options)}.

%% Nodes of a cluster find each other, and trust each other.
epmd(#{joins := #{ports := Ports}}) -> maps:with([epmd], Ports);
epmd(#{}) -> #{}.

cluster(#{joins := #{node := Node}}) -> [{rabbit, [{cluster_nodes, {[Node], disc}}]}];
cluster(#{}) -> [].

%% @doc A loopback port that nobody listens on. Taken below the range from which the kernel gives ports to outgoing
%% connections, so that it is very likely still free when the broker binds it.
-spec free_port() -> inet:port_number().
free_port() ->
    Port = 10_000 + rand:uniform(22_000),
    case gen_tcp:listen(Port, [{ip, {127, 0, 0, 1}}, {reuseaddr, true}]) of
        {ok, Socket} ->
            ok = gen_tcp:close(Socket),
            Port;
        {error, _} ->
            free_port()
    end.

%% The installed package's directory; RABBITMQ_HOME overrides the search.
home() ->
    case os:getenv("RABBITMQ_HOME") of
        false ->
            case lists:sort(filelib:wildcard("/usr/lib/rabbitmq/lib/rabbitmq_server-*")) of
                [] -> error(no_rabbitmq_server_installed);
                Found -> lists:last(Found)
            end;
        Home ->
            Home
    end.

archives(#{ez := Files}) ->
    Files;
archives(#{}) ->
    case os:getenv("RABBIT_SOCKS_EZ") of
        false -> error("set RABBIT_SOCKS_EZ to the archive under test, or give the option ez");
        Path -> [Path]
    end.

%% Logs outlive the broker when RABBIT_SOCKS_LOGS names a directory for them.
log_dir(Dir, Name) ->
    case os:getenv("RABBIT_SOCKS_LOGS") of
        false -> make_dir(filename:join(Dir, "log"));
        Logs -> make_dir(filename:join(filename:absname(Logs), Name))
    end.

%% Unix socket paths are short: the temporary directory, not the build directory.
tmp() ->
    os:getenv("TMPDIR", "/tmp").

make_dir(Dir) ->
    ok = filelib:ensure_path(Dir),
    ok = file:change_mode(Dir, 8#700),
    Dir.

copy_into(Dir, File) ->
    {ok, _} = file:copy(File, filename:join(Dir, filename:basename(File))),
    ok.

cookie(Dir, Options) ->
    Cookie = case Options of
        #{joins := #{cookie := Known}} -> atom_to_list(Known);
        #{} -> binary_to_list(binary:encode_hex(crypto:strong_rand_bytes(16)))
    end,
    File = filename:join(Dir, ".erlang.cookie"),
    ok = file:write_file(File, Cookie),
    ok = file:change_mode(File, 8#400),
    list_to_atom(Cookie).

write_config(Dir, Ports, Config, Cluster) when is_function(Config, 1) ->
    write_config(Dir, Ports, Config(Ports), Cluster);
write_config(Dir, #{amqp := Amqp}, Config, Cluster) ->
    Base = [
        {rabbit, [
            {tcp_listeners, [{"127.0.0.1", Amqp}]},
            {loopback_users, []},
            {disk_free_limit, 1_000_000},
            {log, [{console, [{enabled, false}]}]}
        ]},
        {kernel, [{inet_dist_use_interface, {127, 0, 0, 1}}]}
    ],
    write_terms(filename:join(Dir, "rabbitmq.config"), [lists:foldl(fun overlay/2, Base, Cluster ++ Config)]).

%% The same in the new format, where keys of the kernel have no place.
write_conf(Dir, Ports, Conf, Cluster) when is_function(Conf, 1) ->
    write_conf(Dir, Ports, Conf(Ports), Cluster);
write_conf(Dir, #{amqp := Amqp}, Conf, Cluster) ->
    Base = ["listeners.tcp.1 = 127.0.0.1:", integer_to_list(Amqp), "\nloopback_users = none\ndisk_free_limit.absolute = 1000000\n"
            "log.console = false\n"],
    ok = file:write_file(filename:join(Dir, "rabbitmq.conf"), [Base, Conf]),
    write_terms(filename:join(Dir, "advanced.config"), [[{kernel, [{inet_dist_use_interface, {127, 0, 0, 1}}]} | Cluster]]).

%% The suite's keys win over the harness's, application by application.
overlay({App, Env}, Config) ->
    Old = proplists:get_value(App, Config, []),
    New = Env ++ [{K, V} || {K, V} <- Old, not proplists:is_defined(K, Env)],
    lists:keystore(App, 1, Config, {App, New}).

inetrc(Dir) -> filename:join(Dir, "inetrc").

write_terms(File, Terms) ->
    ok = file:write_file(File, [io_lib:format("~tp.~n", [T]) || T <- Terms]).

env(#{node := Node, dir := Dir, log_dir := LogDir, plugins_dir := Plugins, ports := Ports}, Options) ->
    #{dist := Dist, epmd := Epmd, cli := Cli} = Ports,
    Inherited = [{hd(string:split(V, "=")), false} || V <- os:getenv(), lists:prefix("RABBITMQ_", V)],
    Inherited ++
        [
            {"HOME", Dir},
            {"LANG", "C.UTF-8"},
            {"ERL_LIBS", false},
            {"ERL_EPMD_PORT", integer_to_list(Epmd)},
            {"ERL_EPMD_ADDRESS", "127.0.0.1"},
            {"ERL_INETRC", inetrc(Dir)},
            %% The script then becomes the broker instead of waiting for it: one process to watch.
            {"RUNNING_UNDER_SYSTEMD", "true"},
            {"RABBITMQ_NODENAME", atom_to_list(Node)},
            {"RABBITMQ_DIST_PORT", integer_to_list(Dist)},
            {"RABBITMQ_CTL_DIST_PORT_MIN", integer_to_list(Cli)},
            {"RABBITMQ_CTL_DIST_PORT_MAX", integer_to_list(Cli + 200)},
            {"RABBITMQ_CONF_ENV_FILE", filename:join(Dir, "rabbitmq-env.conf")},
            {"RABBITMQ_CONFIG_FILE", filename:join(Dir, "rabbitmq")},
            {"RABBITMQ_ADVANCED_CONFIG_FILE", filename:join(Dir, "advanced")},
            {"RABBITMQ_CONFIG_FILES", filename:join(Dir, "conf.d")},
            {"RABBITMQ_ENABLED_PLUGINS_FILE", filename:join(Dir, "enabled_plugins")},
            {"RABBITMQ_PLUGINS_DIR", filename:join(home(), "plugins") ++ ":" ++ Plugins},
            {"RABBITMQ_PLUGINS_EXPAND_DIR", filename:join(Dir, "expand")},
            {"RABBITMQ_MNESIA_BASE", filename:join(Dir, "mnesia")},
            {"RABBITMQ_LOG_BASE", LogDir},
            {"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", maps:get(args, Options, "")}
        ] ++ maps:get(env, Options, []).
