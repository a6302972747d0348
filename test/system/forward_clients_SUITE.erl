%% SPDX-License-Identifier: MPL-2.0
%% @doc The published clients of Socket.IO, unmodified, at a cluster of two nodes behind a balancer that knows nothing of sessions:
%% each request goes to the next node in turn. They go through the scenario of socketio_clients_SUITE, but for what a callback module
%% of one node cannot say of the other: its rooms, and who is alive there.
%%
%% With the transports of their defaults (polling, then an upgrade) they end on a WebSocket or go on polling, as the turn has it.
-module(forward_clients_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1]).
-export([polling/1, defaults/1, older/1, browser_defaults/1, browser_jsonp/1, python/1]).

-define(OF_ONE_NODE, [room, reconnect]).

suite() -> [{timetrap, {minutes, 10}}].

all() -> [polling, defaults, older, browser_defaults, browser_jsonp, python].

init_per_suite(Config) ->
    ok = socks_node:npm(dir()),
    First = socks_broker:start(),
    Second = try socks_broker:start(#{joins => First})
    catch Class:Reason:Stack ->
        ok = socks_broker:stop(First),
        erlang:raise(Class, Reason, Stack)
    end,
    Ports = [begin
        ok = socks_broker:load(Broker, socketio_callback),
        socketio_world:listen([{broker, Broker}], socketio_callback, [])
    end || Broker <- [First, Second]],
    %% It is linked to who starts it: a process that stays.
    Suite = self(),
    Keeper = spawn(fun() ->
        Balancer = socks_balancer:start(Ports),
        Suite ! {self(), socks_balancer:port(Balancer)},
        receive stop -> ok = socks_balancer:stop(Balancer) end
    end),
    receive {Keeper, Port} -> [{first, First}, {second, Second}, {keeper, Keeper}, {port, Port} | Config] end.

end_per_suite(Config) ->
    ?config(keeper, Config) ! stop,
    [ok = socks_broker:stop(?config(Name, Config)) || Name <- [second, first]].

polling(Config) -> [passes(node, Version, "polling", [], Config) || Version <- ["4.8.4", "2.5.0"]].

%% Which transport they end on is for the turn to decide.
defaults(Config) -> [passes(node, Version, "upgrade", [connect], Config) || Version <- ["4.8.4", "2.5.0"]].

older(Config) -> [passes(node, Version, "polling", [], Config) || Version <- ["3.1.3", "1.7.4", "0.9.17"]].

browser_defaults(Config) -> passes(browser, "4.8.4", "upgrade", [connect], Config).

browser_jsonp(Config) -> [passes(browser, Version, "jsonp", [], Config) || Version <- ["2.5.0", "0.9.17"]].

python(Config) -> passes(python, "5.7.2", "polling", [], Config).

passes(Runtime, Version, Transport, Without, Config) ->
    [Planned] = [Cases || {Run, Cases} <- socketio_clients_table:planned(dir()), Run =:= {Runtime, Version, Transport}],
    Cases = Planned -- (?OF_ONE_NODE ++ Without),
    {Program, Args} = program(Runtime),
    Url = "http://127.0.0.1:" ++ integer_to_list(?config(port, Config)),
    {_, Output} = socks_node:run(dir(), Program, Args ++ [Version, Transport, Url | [atom_to_list(Case) || Case <- Cases]], 300_000),
    ct:log("~ts", [Output]),
    ?assertEqual(maps:from_keys(Cases, ok), socketio_clients_table:results(Output)).

program(node) -> {"node", ["node_client.mjs"]};
program(browser) -> {"node", ["browser_client.mjs"]};
%% Debian's own, beside which a machine may have another.
program(python) -> {"/usr/bin/python3", ["python_client.py"]}.

dir() -> socks_node:dir("socketio").
