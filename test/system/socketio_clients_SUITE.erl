%% SPDX-License-Identifier: MPL-2.0
%% @doc The published clients of every generation of Socket.IO, in Node and in headless Chromium, and Debian's for Python,
%% through one scenario over each transport that they have. Which client has what says test/clients/socketio/clients.mjs:
%% each of its lines is a group here, and a group runs its client once. The last case holds the table of docs/CLIENTS.md
%% to what this run has seen.
-module(socketio_clients_SUITE).

-export([all/0, suite/0, groups/0, init_per_suite/1, end_per_suite/1, init_per_group/2, end_per_group/2]).
-export([connect/1, json/1, text/1, large/1, ack_up/1, ack_down/1, ack_timeout/1, binary/1, query/1, namespace/1, auth/1,
         refused/1, thousand_up/1, thousand_down/1, room/1, reconnect/1, server_disconnect/1, client_disconnect/1,
         namespace_disconnect/1, documented/1]).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

suite() -> [{timetrap, {minutes, 10}}].

all() -> [{group, Name} || {Name, _, _} <- groups()] ++ [documented].

groups() -> [{socketio_clients_table:name(Run), [], Cases} || {Run, Cases} <- socketio_clients_table:planned(dir())].

init_per_suite(Config) ->
    ok = socks_node:npm(dir()),
    Certificates = tls_certs:directory(filename:join(?config(priv_dir, Config), "certificates")),
    Tls = [{certfile, tls_certs:pem(Certificates, "server")}, {keyfile, tls_certs:key(Certificates, "server")}],
    Broker = socks_broker:start(#{ports => [socks, tls]}),
    ok = socks_broker:load(Broker, socketio_callback),
    ok = listen(Broker, socks, []),
    ok = listen(Broker, tls, [{ssl, true}, {ssl_opts, Tls}]),
    ok = socketio_clients_table:forget(passed),
    [{broker, Broker}, {authority, tls_certs:pem(Certificates, "ca")} | Config].

listen(Broker, Port, Options) ->
    Interface = {"127.0.0.1", socks_broker:port(Broker, Port)},
    socks_broker:rpc(Broker, rabbit_socks, start_listener, [Interface, socketio_callback, Options]).

end_per_suite(Config) ->
    socks_broker:stop(?config(broker, Config)).

init_per_group(Group, Config) ->
    [{Run, Cases}] = [Row || {Run, _} = Row <- socketio_clients_table:planned(dir()), socketio_clients_table:name(Run) =:= Group],
    {Runtime, Version, Transport} = Run,
    {Program, Args, Url} = program(Runtime, Config),
    {_, Output} = socks_node:run(dir(), Program, Args ++ [Version, Transport, Url | [atom_to_list(Case) || Case <- Cases]], 500_000),
    ct:log("~ts", [Output]),
    Results = socketio_clients_table:results(Output),
    ok = socketio_clients_table:remember(passed, [{Run, [Case || {Case, ok} <- maps:to_list(Results)]}]),
    [{results, Results}, {output, Output} | Config].

end_per_group(_, _) -> ok.

program(node, Config) -> {"node", ["node_client.mjs"], plain(Config)};
program(browser, Config) -> {"node", ["browser_client.mjs"], plain(Config)};
%% Debian's own, beside which a machine may have another.
program(python, Config) -> {"/usr/bin/python3", ["python_client.py"], plain(Config)};
program('node+tls', Config) -> {"env", ["NODE_EXTRA_CA_CERTS=" ++ ?config(authority, Config), "node", "node_client.mjs"], secure(Config)};
program('browser+tls', Config) -> {"node", ["browser_client.mjs"], secure(Config)}.

plain(Config) -> socks_broker:url(?config(broker, Config), socks).

%% By the name that its certificate has.
secure(Config) -> "https://localhost:" ++ integer_to_list(socks_broker:port(?config(broker, Config), tls)).

connect(Config) -> passed(connect, Config).
json(Config) -> passed(json, Config).
text(Config) -> passed(text, Config).
large(Config) -> passed(large, Config).
ack_up(Config) -> passed(ack_up, Config).
ack_down(Config) -> passed(ack_down, Config).
ack_timeout(Config) -> passed(ack_timeout, Config).
binary(Config) -> passed(binary, Config).
query(Config) -> passed(query, Config).
namespace(Config) -> passed(namespace, Config).
auth(Config) -> passed(auth, Config).
refused(Config) -> passed(refused, Config).
thousand_up(Config) -> passed(thousand_up, Config).
thousand_down(Config) -> passed(thousand_down, Config).
room(Config) -> passed(room, Config).
reconnect(Config) -> passed(reconnect, Config).
server_disconnect(Config) -> passed(server_disconnect, Config).
client_disconnect(Config) -> passed(client_disconnect, Config).
namespace_disconnect(Config) -> passed(namespace_disconnect, Config).

passed(Case, Config) ->
    case ?config(results, Config) of
        #{Case := ok} -> ok;
        #{Case := Error} -> ct:fail("~ts", [Error]);
        #{} -> ct:fail("the client did not get so far: ~ts", [?config(output, Config)])
    end.

%% `make clients-table' writes it there.
documented(_) ->
    ?assertEqual(socketio_clients_table:rendered(passed, dir()), socketio_clients_table:documented(passed)).

dir() -> socks_node:dir("socketio").
