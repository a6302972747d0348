%% SPDX-License-Identifier: MPL-2.0
%% @doc The example of a third party's plugin: built by its own Makefile, dropped beside ours, enabled, used, disabled.
-module(example_SUITE).

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, enabled_used_disabled/1, enabled_at_boot/1]).

-include_lib("common_test/include/ct.hrl").

suite() -> [{timetrap, {minutes, 3}}].

all() -> [enabled_used_disabled, enabled_at_boot].

init_per_suite(Config) ->
    Root = os:getenv("RABBIT_SOCKS_ROOT"),
    Out = ?config(priv_dir, Config),
    {0, Output} = socks_node:run(filename:join([Root, "examples", "rabbit_socks_shout"]), "make", ["OUT=" ++ Out]),
    ct:log("~ts", [Output]),
    [Ez] = filelib:wildcard(filename:join(Out, "rabbit_socks_shout-*.ez")),
    Broker = socks_broker:start(#{
        ports => [shout],
        ez => [os:getenv("RABBIT_SOCKS_EZ"), Ez],
        config => fun(#{shout := Port}) -> [{rabbit_socks_shout, [{interface, {"127.0.0.1", Port}}]}] end
    }),
    [{broker, Broker} | Config].

end_per_suite(Config) ->
    socks_broker:stop(?config(broker, Config)).

enabled_used_disabled(Config) ->
    Broker = ?config(broker, Config),
    Port = socks_broker:port(Broker, shout),
    {error, econnrefused} = gen_tcp:connect("127.0.0.1", Port, []),
    enable(Broker),
    shouts(Port),
    {0, _} = socks_broker:plugins(Broker, ["disable", "rabbit_socks_shout"]),
    {error, econnrefused} = gen_tcp:connect("127.0.0.1", Port, []),
    [] = socks_broker:rpc(Broker, rabbit_socks, listeners, []).

enabled_at_boot(Config) ->
    Broker = ?config(broker, Config),
    enable(Broker),
    Restarted = socks_broker:restart(Broker),
    shouts(socks_broker:port(Restarted, shout)).

enable(Broker) ->
    case socks_broker:plugins(Broker, ["enable", "rabbit_socks_shout"]) of
        {0, _} -> ok;
        {_, Output} -> ct:fail("~ts~n~ts", [Output, socks_broker:log(Broker)])
    end.

shouts(Port) ->
    Ws = socks_ws:open(Port, "/websocket", #{protocols => ["shout"]}),
    <<"shout">> = socks_client:header(<<"sec-websocket-protocol">>, socks_ws:headers(Ws)),
    ok = socks_ws:send(Ws, {utf8, <<"hello">>}),
    {utf8, <<"1. HELLO">>} = socks_ws:recv(Ws),
    ok = socks_ws:send(Ws, {utf8, <<"grün"/utf8>>}),
    {utf8, <<"2. GRÜN"/utf8>>} = socks_ws:recv(Ws),
    ok = socks_ws:send(Ws, {binary, <<0>>}),
    {close, _, _} = socks_ws:recv(Ws),
    socks_ws:close(Ws).
