%% SPDX-License-Identifier: MPL-2.0
%% @doc rabbitmq.conf: the broker reads our keys as the classic form's terms, and says what is wrong with a bad one. The examples are those
%% of docs/CONFIGURATION.md.
-module(schema_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1]).
-export([broker_boots_with_the_examples/1, each_example_says_the_same/1, every_option_has_a_key/1, every_key_has_an_example/1,
         mistakes_are_told/1, a_mistake_keeps_the_broker_from_starting/1]).

suite() -> [{timetrap, {minutes, 4}}].

all() ->
    [broker_boots_with_the_examples, each_example_says_the_same, every_option_has_a_key, every_key_has_an_example, mistakes_are_told,
     a_mistake_keeps_the_broker_from_starting].

init_per_suite(Config) ->
    Directory = directory(?config(priv_dir, Config)),
    Names = schema_docs:ports(),
    Broker = socks_broker:start(#{
        ports => [list_to_atom(Name) || Name <- Names],
        plugins => [rabbit_socks, rabbitmq_stomp],
        conf => fun(Ports) -> ["stomp.listeners.tcp = none\n" | [Conf || {_, Conf} <- with_listeners(pairs(Ports, Directory))]] end
    }),
    [{broker, Broker}, {directory, Directory} | Config].

end_per_suite(Config) ->
    socks_broker:stop(?config(broker, Config)).

%% What the examples find in /etc/rabbitmq.
directory(Root) ->
    Directory = tls_certs:directory(filename:join(Root, "etc")),
    tls_certs:copy(Directory, {"server", pem}, {"cert", pem}),
    {ok, _} = file:copy(tls_certs:key(Directory, "server"), tls_certs:pem(Directory, "key")),
    tls_certs:copy(Directory, {"second", pem}, {"shop", pem}),
    [locked(Directory, From, To) || {From, To} <- [{"server", "locked"}, {"second", "shop"}]],
    [ok = filelib:ensure_path(filename:join(Directory, Name)) || Name <- ["pages", "edge"]],
    edge(Directory),
    Directory.

%% The program of the archive under test, started by a script.
edge(Directory) ->
    {ok, Files} = zip:unzip(os:getenv("RABBIT_SOCKS_EZ"), [{cwd, Directory}]),
    [Edge] = [File || File <- Files, filename:basename(File) =:= "rabbit_socks_edge"],
    Script = filename:join(Directory, "edge.sh"),
    ok = file:write_file(Script, ["#!/bin/sh\nexec '", Edge, "' \"$@\"\n"]),
    [ok = file:change_mode(File, 8#755) || File <- [Edge, Script]].

locked(Directory, From, To) ->
    "" = os:cmd(["openssl pkcs8 -topk8 -v2 aes-256-cbc -passout 'pass:open sesame' -in '", tls_certs:key(Directory, From), "' -out '",
                 tls_certs:key(Directory, To), "'"]),
    ok.

pairs(Ports, Directory) ->
    schema_docs:pairs(maps:from_list([{Name, maps:get(list_to_atom(Name), Ports)} || Name <- schema_docs:ports()]), Directory).

%% `edge_directory' has two examples, and a broker one value of it.
with_listeners(Pairs) -> [Pair || {[_ | _] = Environment, _} = Pair <- Pairs, proplists:is_defined(listeners, Environment)].

examples(Config) ->
    #{ports := Ports} = ?config(broker, Config),
    pairs(Ports, ?config(directory, Config)).

%% The real thing: what the plugin finds in its environment, and listeners that serve.
broker_boots_with_the_examples(Config) ->
    Broker = ?config(broker, Config),
    Classic = lists:append([Environment || {Environment, _} <- with_listeners(examples(Config))]),
    Listeners = lists:append(proplists:get_all_values(listeners, Classic)),
    Read = socks_broker:rpc(Broker, application, get_all_env, [rabbit_socks]),
    ?assertEqual(schema_docs:normal(Listeners), schema_docs:normal(proplists:get_value(listeners, Read))),
    [?assertEqual(Value, proplists:get_value(Name, Read)) || {Name, Value} <- Classic, Name =/= listeners],
    ?assertEqual(length(Listeners), length(socks_broker:rpc(Broker, rabbit_socks, listeners, []))),
    Ws = socks_ws:open(socks_broker:port(Broker, '8080'), "/websocket"),
    ok = socks_ws:send(Ws, {utf8, <<"hello">>}),
    ?assertEqual({utf8, <<"hello">>}, socks_ws:recv(Ws, 10_000)),
    ok = socks_ws:close(Ws).

each_example_says_the_same(Config) ->
    Examples = examples(Config),
    ?assert(length(Examples) >= 6),
    [?assertEqual({ok, schema_docs:normal(Environment)}, read(Config, Conf)) || {Environment, Conf} <- Examples].

%% What the code takes, the file can say.
every_option_has_a_key(Config) ->
    Keys = keys(Config),
    Options = fun(Module) -> {ok, Checked} = socks_broker:rpc(?config(broker, Config), Module, check, [[]]), maps:keys(Checked) end,
    Limits = socks_broker:rpc(?config(broker, Config), rabbit_socks_options, limits, []),
    Wanted = [["listeners", "$name", Name] || {Name, _, _} <- Limits] ++
        [["listeners", "$name", "options", Name] || Name <- Options(rabbit_socks_amqp_options) ++ Options(rabbit_socks_stomp_options)] ++
        [[Name] || Name <- environment_keys(), Name =/= "listeners"],
    ?assertEqual([], [Key || Key <- [[text(Word) || Word <- Words] || Words <- Wanted], not lists:member(Key, Keys)]).

%% What the sources ask the environment for.
environment_keys() ->
    Files = filelib:wildcard(filename:join([os:getenv("RABBIT_SOCKS_ROOT"), "erl_src", "*.erl"])),
    lists:usort(lists:append([asked_for(File) || File <- Files])).

asked_for(File) ->
    {ok, Source} = file:read_file(File),
    case re:run(Source, "get_env\\(rabbit_socks, (\\w+)", [global, {capture, all_but_first, list}]) of
        {match, Names} -> lists:append(Names);
        nomatch -> []
    end.

%% And what it can say is shown.
every_key_has_an_example(Config) ->
    Lines = lists:append([string:split(Conf, "\n", all) || {_, Conf} <- examples(Config)]),
    Shown = [tl(string:split(hd(string:split(Line, " = ")), ".", all)) || "socks." ++ _ = Line <- Lines],
    ?assertEqual([], [Key || Key <- keys(Config), not lists:any(fun(Words) -> is_of(Key, Words) end, Shown)]).

is_of([[$$ | _] | Key], [_ | Words]) -> is_of(Key, Words);
is_of([Word | Key], [Word | Words]) -> is_of(Key, Words);
is_of(Key, Words) -> Key =:= [] andalso Words =:= [].

%% One error, which names the key and says what is expected.
mistakes_are_told(Config) ->
    [?assertMatch({_, {match, _}}, {Conf, re:run(error_of(Config, Conf), Expected)}) || {Conf, Expected} <- mistakes()].

mistakes() ->
    Echo = "socks.listeners.a.module = rabbit_socks_echo\n",
    Here = "socks.listeners.a.port = 8080\n" ++ Echo,
    [{Here ++ "socks.listeners.a.max_mesage = 1", "unknown variable: socks.listeners.a.max_mesage"},
     {Here ++ "socks.listeners.a.hixie = maybe", "socks.listeners.a.hixie.*acceptable values are: true, false"},
     {Here ++ "socks.listeners.a.idle_timeout = soon", "socks.listeners.a.idle_timeout.*Invalid duration value: soon"},
     {Here ++ "socks.listeners.a.idle_timeout = 0", "socks.listeners.a: its option idle_timeout must be an integer from 1 to"},
     {Here ++ "socks.listeners.a.max_message = much", "socks.listeners.a.max_message must be a number of bytes, as 65536, 64KB or 1MB, not much"},
     {Here ++ "socks.listeners.a.max_message = 1GB", "socks.listeners.a: its option max_message must be an integer from 1 to 33554432"},
     {Here ++ "socks.listeners.a.send_queue_soft = 2MB\nsocks.listeners.a.send_queue_hard = 1MB", "send_queue_soft .* is above send_queue_hard"},
     {Here ++ "socks.listeners.a.origins.1 = example.org", "socks.listeners.a: its option origins has .*: an origin is scheme://host"},
     {Here ++ "socks.listeners.a.pages = /no/such/place", "socks.listeners.a: its option pages names .*not a directory"},
     {Here ++ "socks.listeners.a.context = socks\nsocks.listeners.a.backlog = 5", "backlog is for listeners on a port of their own"},
     {Here ++ "socks.listeners.a.ssl_opts.depth = 1", "its option ssl_opts needs {ssl, true}"},
     {Here ++ "socks.listeners.a.ssl = true\nsocks.listeners.a.ssl_opts.certfile = /no/such.pem", "certfile names .*cannot be read"},
     {Here ++ "socks.listeners.a.ssl_opts.sni_hosts.b.depth = 1", "socks.listeners.a.ssl_opts.sni_hosts.b.name is missing"},
     {Here ++ "socks.listeners.a.routes.b.module = rabbit_socks_echo", "socks.listeners.a.module and socks.listeners.a.routes exclude each other"},
     {Echo, "socks.listeners.a.port is missing"},
     {"socks.listeners.a.port = 8080", "socks.listeners.a.module is missing"},
     {"socks.listeners.a.port = 8080\nsocks.listeners.a.routes.b.path = /b", "socks.listeners.a.routes.b.module is missing"},
     {"socks.listeners.a.port = 80800\n" ++ Echo, "socks.listeners.a: 80800 is no port number"},
     {"socks.listeners.a.port = 8080\nsocks.listeners.a.ip = 1.2.3\n" ++ Echo, "socks.listeners.a: \"1.2.3\" is neither an IPv4 or IPv6 address"},
     {"socks.listeners.a.port = 8080\nsocks.listeners.a.module = rabbit_socks_amqp\nsocks.listeners.a.options.max_consumers = 0",
      "socks.listeners.a: rabbit_socks_amqp: 0 is no value for max_consumers"},
     {"socks.listeners.a.port = 8080\nsocks.listeners.a.routes.b.module = rabbit_socks_stomp\nsocks.listeners.a.routes.b.options.max_headers = 0",
      "socks.listeners.a: rabbit_socks_stomp: the value of its option max_headers must be from 1 to 1000"},
     {"socks.emit = maybe", "socks.emit.*acceptable values are: true, false"},
     {"socks.emit.exchange = events", "socks.emit.exchange and socks.emit.vhost want socks.emit = true"},
     {"socks.emit = false\nsocks.emit.vhost = shop", "socks.emit.exchange and socks.emit.vhost want socks.emit = true"},
     {"socks.emit = true\nsocks.emit.exchange = " ++ lists:duplicate(256, $x), "emit: 'exchange' must be a name of 1 to 255 bytes"},
     {"socks.permission_refresh = 0", "socks.permission_refresh invalid, must be from 1 ms to a day"},
     {"socks.drain_window = 61m", "socks.drain_window invalid, must be from 0 to an hour"}].

%% The same from outside: a broker that is started with a mistake ends, and its log has the error.
a_mistake_keeps_the_broker_from_starting(_) ->
    Conf = "socks.listeners.a.port = 8080\nsocks.listeners.a.module = rabbit_socks_echo\nsocks.listeners.a.max_message = 1GB\n",
    try socks_broker:start(#{conf => Conf}) of
        Broker ->
            ok = socks_broker:stop(Broker),
            ct:fail("it has started")
    catch
        error:{broker_did_not_start, _, _, Logs} ->
            ?assertMatch({match, _}, re:run(io_lib:format("~0tp", [Logs]), "max_message must be an integer from 1 to"))
    end.

%% The broker's cuttlefish with our schema, as it is in the broker's plugins.

schema(Config) ->
    Broker = ?config(broker, Config),
    File = filename:join([socks_broker:rpc(Broker, code, priv_dir, [rabbit_socks]), "schema", "rabbit_socks.schema"]),
    {_, _, _} = socks_broker:rpc(Broker, cuttlefish_schema, files, [[File]]).

%% Without the word `socks'.
keys(Config) ->
    {_, Mappings, _} = schema(Config),
    [tl(socks_broker:rpc(?config(broker, Config), cuttlefish_mapping, variable, [Mapping])) || Mapping <- Mappings].

read(Config, Conf) ->
    Broker = ?config(broker, Config),
    File = filename:join(?config(priv_dir, Config), "example.conf"),
    ok = file:write_file(File, [Conf, "\n"]),
    Settings = socks_broker:rpc(Broker, cuttlefish_conf, files, [[File]]),
    case socks_broker:rpc(Broker, cuttlefish_generator, map, [schema(Config), Settings]) of
        {error, _, {errorlist, Errors}} -> {error, [socks_broker:rpc(Broker, cuttlefish_error, xlate, [Error]) || Error <- Errors]};
        [{rabbit_socks, Environment}] -> {ok, schema_docs:normal(Environment)}
    end.

error_of(Config, Conf) ->
    {error, Texts} = read(Config, Conf),
    unicode:characters_to_list(lists:join(" ", Texts)).

text(Name) when is_atom(Name) -> atom_to_list(Name);
text(Name) -> Name.
