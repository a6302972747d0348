%% SPDX-License-Identifier: MPL-2.0
%% @doc The demo pages in headless Chromium against a real broker, as a person would use them. Pictures: BUILD/screenshots.
-module(pages_SUITE).

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1]).
-export([index/1, client/1, echo/1, websocket/1, xhr_polling/1, jsonp_polling/1, stomp/1, chat/1]).
-export([console/1, console_consume/1, console_stream/1, console_refusals/1, console_blocked/1, console_token/1, readme/1]).

-include_lib("common_test/include/ct.hrl").

suite() -> [{timetrap, {minutes, 4}}].

all() -> [index, client, echo, websocket, xhr_polling, jsonp_polling, stomp, chat, console, console_consume, console_stream, console_refusals,
          console_blocked, console_token, readme].

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
        ports => [socks, bridge],
        plugins => [rabbit_socks, rabbitmq_stomp, rabbit_socks_chat, rabbitmq_auth_backend_oauth2],
        ez => [os:getenv("RABBIT_SOCKS_EZ"), Chat],
        config => fun(#{socks := Port, bridge := Bridge}) ->
            Routes = [{"echo", rabbit_socks_echo, []}, {"amqp", rabbit_socks_amqp, []}, {"chat", rabbit_socks_chat, []},
                      {"stomp", rabbit_socks_stomp, []}],
            [{rabbitmq_stomp, [{tcp_listeners, []}]},
             {rabbit_socks_chat, [{interface, none}]},
             {rabbit_socks, [{listeners, [{{"127.0.0.1", Port}, Routes, []}, {{"127.0.0.1", Bridge}, rabbit_socks_amqp, []}]}]}
             | amqp_tokens:config()]
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
console(Config) -> page(console, Config).
console_consume(Config) -> page(consume, Config).
console_stream(Config) -> page(stream, Config).
console_refusals(Config) -> page(refusals, Config).

%% A memory alarm that lasts until the page asks for its end, by a queue.
console_blocked(Config) ->
    Broker = ?config(broker, Config),
    {0, _} = socks_broker:ctl(Broker, ["set_vm_memory_high_watermark", "0.000001"]),
    ok = socks_os:wait_until(fun() -> socks_broker:rpc(Broker, rabbit_alarm, get_alarms, []) =/= [] end, 10_000),
    _ = spawn_link(fun() ->
        Queue = rabbit_misc:r(<<"/">>, queue, <<"all-clear">>),
        ok = socks_os:wait_until(fun() -> socks_broker:rpc(Broker, rabbit_amqqueue, exists, [Queue]) end, 60_000),
        {0, _} = socks_broker:ctl(Broker, ["set_vm_memory_high_watermark", "0.4"])
    end),
    page(blocked, Config).

%% The first token ends within the notice that the bridge gives (60 s).
console_token(Config) ->
    page(token, socks, [amqp_tokens:token(Claims) || Claims <- [#{exp => amqp_tokens:in(55)}, #{}, #{sub => <<"grace">>}]], Config).

%% The listener that README.md asks for.
readme(Config) -> page(readme, bridge, [], Config).

page(Name, Config) -> page(Name, socks, [], Config).

page(Name, Listener, More, Config) ->
    Url = socks_broker:url(?config(broker, Config), Listener),
    {Status, Output} = socks_node:run(
        ?config(dir, Config), "node", ["pages.mjs", atom_to_list(Name), Url, ?config(shots, Config) | More], 120_000
    ),
    ct:log("~ts", [Output]),
    case Status of
        0 -> ok;
        _ -> ct:fail("~ts", [Output])
    end.
