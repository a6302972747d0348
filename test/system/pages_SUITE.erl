%% SPDX-License-Identifier: MPL-2.0
%% @doc The demo pages in headless Chromium against a real broker, as a person would use them. Pictures: BUILD/screenshots.
-module(pages_SUITE).

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1]).
-export([index/1, client/1, echo/1, websocket/1, xhr_polling/1, jsonp_polling/1, stomp/1, chat/1]).

-include_lib("common_test/include/ct.hrl").

suite() -> [{timetrap, {minutes, 4}}].

all() -> [index, client, echo, websocket, xhr_polling, jsonp_polling, stomp, chat].

init_per_suite(Config) ->
    Dir = socks_node:dir("pages"),
    ok = socks_node:npm(Dir),
    Shots = filename:join(os:getenv("RABBIT_SOCKS_BUILD", ?config(priv_dir, Config)), "screenshots"),
    ok = filelib:ensure_path(Shots),
    Example = filename:join([os:getenv("RABBIT_SOCKS_ROOT"), "examples", "rabbit_socks_chat"]),
    Out = ?config(priv_dir, Config),
    {0, Output} = socks_node:run(Example, "make", ["OUT=" ++ Out, "EBIN=" ++ filename:dirname(code:which(rabbit_socks))]),
    ct:log("~ts", [Output]),
    [Chat] = filelib:wildcard(filename:join(Out, "rabbit_socks_chat-*.ez")),
    Broker = socks_broker:start(#{
        ports => [socks],
        plugins => [rabbit_socks, rabbitmq_stomp, rabbit_socks_chat],
        ez => [os:getenv("RABBIT_SOCKS_EZ"), Chat],
        config => fun(#{socks := Port}) ->
            Routes = [{"echo", rabbit_socks_echo, []}, {"chat", rabbit_socks_chat, []}, {"stomp", rabbit_socks_stomp, []}],
            [{rabbitmq_stomp, [{tcp_listeners, []}]},
             {rabbit_socks_chat, [{interface, none}]},
             {rabbit_socks, [{listeners, [{{"127.0.0.1", Port}, Routes, []}]}]}]
        end
    }),
    [{broker, Broker}, {dir, Dir}, {shots, Shots} | Config].

end_per_suite(Config) ->
    socks_broker:stop(?config(broker, Config)).

index(Config) -> page(index, Config).
client(Config) -> page(client, Config).
echo(Config) -> page(echo, Config).
websocket(Config) -> page(websocket, Config).
xhr_polling(Config) -> page(xhr_polling, Config).
jsonp_polling(Config) -> page(jsonp_polling, Config).
stomp(Config) -> page(stomp, Config).
chat(Config) -> page(chat, Config).

page(Name, Config) ->
    Url = socks_broker:url(?config(broker, Config), socks),
    {Status, Output} = socks_node:run(
        ?config(dir, Config), "node", ["pages.mjs", atom_to_list(Name), Url, ?config(shots, Config)], 120_000
    ),
    ct:log("~ts", [Output]),
    case Status of
        0 -> ok;
        _ -> ct:fail("~ts", [Output])
    end.
