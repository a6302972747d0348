%% SPDX-License-Identifier: MPL-2.0
%% @doc permessage-deflate with implementations that somebody else wrote: npm's ws with its options in their combinations, and
%% headless Chromium; on ports of our own, and through the broker's web context.
-module(deflate_clients_SUITE).

-export([all/0, suite/0, groups/0, init_per_suite/1, end_per_suite/1]).
-export([node_off/1, node_shared/1, node_dedicated/1, node_small/1, node_web/1, node_not_offered/1]).
-export([chromium_off/1, chromium_shared/1, chromium_dedicated/1, chromium_small/1, chromium_web/1]).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-define(D, "permessage-deflate").
-define(NONE, "; server_no_context_takeover; client_no_context_takeover").
-define(OFF, "").

suite() -> [{timetrap, {minutes, 4}}].

all() -> [{group, node}, {group, chromium}].

groups() ->
    [{node, [], [node_off, node_shared, node_dedicated, node_small, node_web, node_not_offered]},
     {chromium, [], [chromium_off, chromium_shared, chromium_dedicated, chromium_small, chromium_web]}].

init_per_suite(Config) ->
    [ok = socks_node:npm(socks_node:dir(Dir)) || Dir <- ["drafts", "pages"]],
    Shared = [{compression, shared}, {compression_min_size, 0}],
    Dedicated = [{compression, dedicated}, {compression_min_size, 0}],
    Broker = socks_broker:start(#{
        ports => [off, shared, dedicated, small, web],
        config => fun(Ports) ->
            [{rabbit_socks, [{listeners, [
                {rabbit_web_dispatch, rabbit_socks_echo, [{port, maps:get(web, Ports)} | Shared]} |
                [{{"127.0.0.1", maps:get(Name, Ports)}, rabbit_socks_echo, Options}
                 || {Name, Options} <- [{off, []}, {shared, Shared}, {dedicated, Dedicated},
                                        {small, [{compression_window_bits, 9} | Dedicated]}]]]}]}]
        end
    }),
    [{broker, Broker} | Config].

end_per_suite(Config) -> socks_broker:stop(?config(broker, Config)).

%% ws always offers client_max_window_bits; its options add the rest.

node_off(Config) -> node(off, [{"{}", ?OFF}], Config).

node_shared(Config) ->
    node(shared, [{"{}", ?D ?NONE},
                  {"{\"serverNoContextTakeover\":true,\"clientNoContextTakeover\":true}", ?D ?NONE},
                  {"{\"serverMaxWindowBits\":10}", ?D ?NONE "; server_max_window_bits=10"},
                  {"{\"clientMaxWindowBits\":9,\"serverMaxWindowBits\":9}", ?D ?NONE "; server_max_window_bits=9; client_max_window_bits=9"}],
         Config).

node_dedicated(Config) ->
    node(dedicated, [{"{}", ?D},
                     {"{\"serverNoContextTakeover\":true}", ?D "; server_no_context_takeover"},
                     {"{\"clientNoContextTakeover\":true}", ?D "; client_no_context_takeover"},
                     {"{\"serverNoContextTakeover\":true,\"clientNoContextTakeover\":true}", ?D ?NONE},
                     {"{\"serverMaxWindowBits\":9}", ?D "; server_max_window_bits=9"},
                     {"{\"clientMaxWindowBits\":8}", ?D "; client_max_window_bits=8"},
                     {"{\"clientMaxWindowBits\":15}", ?D "; client_max_window_bits=15"},
                     {"{\"clientMaxWindowBits\":11,\"serverMaxWindowBits\":13,\"clientNoContextTakeover\":true}",
                      ?D "; client_no_context_takeover; server_max_window_bits=13; client_max_window_bits=11"},
                     %% Declined: the conversation goes on as it is.
                     {"{\"serverMaxWindowBits\":8}", ?OFF}],
         Config).

node_small(Config) ->
    node(small, [{"{}", ?D "; server_max_window_bits=9; client_max_window_bits=9"}], Config).

node_web(Config) -> node(web, [{"{}", ?D ?NONE}], Config).

%% The client that was asked not to offer it has none.
node_not_offered(Config) ->
    {Status, Output} = socks_node:run(socks_node:dir("drafts"), "node", ["echo.mjs", ws(shared, Config), "13"], 60_000),
    ?assertEqual({0, <<"ok\n">>}, {Status, Output}).

node(Listener, Cases, Config) ->
    [begin
         {Status, Output} = socks_node:run(socks_node:dir("drafts"), "node", ["deflate.mjs", ws(Listener, Config), Options, Answer], 60_000),
         ?assertEqual({Options, 0, <<"ok\n">>}, {Options, Status, Output})
     end || {Options, Answer} <- Cases],
    ok.

chromium_off(Config) -> chromium(off, ?OFF, Config).
chromium_shared(Config) -> chromium(shared, ?D ?NONE, Config).
chromium_dedicated(Config) -> chromium(dedicated, ?D, Config).
chromium_small(Config) -> chromium(small, ?D "; server_max_window_bits=9; client_max_window_bits=9", Config).
chromium_web(Config) -> chromium(web, ?D ?NONE, Config).

%% The page is one of the listener without compression.
chromium(Listener, Answer, Config) ->
    Page = socks_broker:url(?config(broker, Config), off),
    {Status, Output} = socks_node:run(socks_node:dir("pages"), "node", ["deflate.mjs", Page, ws(Listener, Config), Answer], 120_000),
    ?assertEqual({0, <<"ok\n">>}, {Status, Output}).

ws(Listener, Config) ->
    Prefix = case Listener of web -> "/socks"; _ -> "" end,
    lists:flatten(io_lib:format("ws://127.0.0.1:~b~ts/websocket/echo", [socks_broker:port(?config(broker, Config), Listener), Prefix])).
