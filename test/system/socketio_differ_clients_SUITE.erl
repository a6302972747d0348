%% SPDX-License-Identifier: MPL-2.0
%% @doc The same scripted conversations (test/clients/socketio/conversations) with npm's own server of each generation and with
%% rabbit_socks: every difference in packets, statuses and closes is one that its script explains, and docs/CLIENTS.md lists.
-module(socketio_differ_clients_SUITE).

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1]).
-export([socketio09/1, engineio3/1, engineio4/1, documented/1]).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

suite() -> [{timetrap, {minutes, 5}}].

all() -> [socketio09, engineio3, engineio4, documented].

init_per_suite(Config) ->
    ok = socks_node:npm(dir()),
    Broker = socks_broker:start(#{ports => [socks]}),
    ok = socks_broker:load(Broker, socketio_callback),
    Port = socks_broker:port(Broker, socks),
    ok = socks_broker:rpc(Broker, rabbit_socks, start_listener, [{"127.0.0.1", Port}, socketio_callback, []]),
    ok = socketio_clients_table:forget(differences),
    [{broker, Broker} | Config].

end_per_suite(Config) ->
    socks_broker:stop(?config(broker, Config)).

socketio09(Config) -> differ("socketio09.txt", Config).
engineio3(Config) -> differ("engineio3.txt", Config).
engineio4(Config) -> differ("engineio4.txt", Config).

differ(File, Config) ->
    Url = socks_broker:url(?config(broker, Config), socks),
    {Status, Output} = socks_node:run(dir(), "node", ["differ.mjs", filename:join("conversations", File), Url], 250_000),
    ct:log("~ts", [Output]),
    Told = [rabbit_json:decode(Line) || <<"{", _/binary>> = Line <- binary:split(Output, <<"\n">>, [global])],
    ok = socketio_clients_table:remember(differences, [Line || #{<<"why">> := _} = Line <- Told]),
    ?assertEqual([], [Talk || #{<<"ok">> := false, <<"talk">> := Talk} <- Told]),
    ?assertEqual(0, Status).

%% `make clients-table' writes it there.
documented(_) ->
    ?assertEqual(socketio_clients_table:rendered(differences, dir()), socketio_clients_table:documented(differences)).

dir() -> socks_node:dir("socketio").
