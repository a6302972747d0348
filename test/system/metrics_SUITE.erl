%% SPDX-License-Identifier: MPL-2.0
%% @doc What Prometheus scrapes from a real broker's own page, whichever of the two plugins is enabled first.
-module(metrics_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1]).
-export([sessions/1, requests/1, edge_killed/1, enabled_later/1, disabled/1]).

-import(listeners_world, [port/2, rpc/4, eventually/1]).

suite() -> [{timetrap, {minutes, 3}}].

all() -> [sessions, requests, edge_killed, enabled_later, disabled].

init_per_suite(Config) ->
    Broker = socks_broker:start(#{
        ports => [socks, prometheus],
        plugins => [rabbit_socks, rabbitmq_prometheus],
        config => fun(#{socks := Socks, prometheus := Prometheus}) ->
            [{rabbit_socks, [{listeners, [{{"127.0.0.1", Socks}, rabbit_socks_echo, [{max_connections, 10}, {max_pending, 10}]}]}]},
             {rabbitmq_prometheus, [{tcp_config, [{ip, "127.0.0.1"}, {port, Prometheus}]}]}]
        end}),
    [{broker, Broker} | Config].

end_per_suite(Config) -> socks_broker:stop(?config(broker, Config)).

%% By protocol and transport; and the messages of all.
sessions(Config) ->
    Port = port(Config, socks),
    Ws = listeners_world:opened(Port, "/websocket/"),
    Engine = socks_engine:open(Port, 4, polling, "/socket.io/"),
    ok = socks_engine:send(Engine, [<<"0">>]),
    eventually(fun() -> sessions_of(Config, "open") =:= {1, 1} end),
    Before = numbers(Config, ["messages_received_total", "messages_received_bytes_total", "messages_sent_total", "messages_sent_bytes_total"]),
    [1, 5, 1, Sent] = Before,
    ?assert(Sent >= 5),
    _ = listeners_world:echo(Ws, <<"again">>),
    ?assertEqual([2, 10, 2, 2 * Sent],
                 numbers(Config, ["messages_received_total", "messages_received_bytes_total", "messages_sent_total", "messages_sent_bytes_total"])),
    ok = socks_ws:close(Ws),
    socks_engine:close(Engine),
    eventually(fun() -> sessions_of(Config, "open") =:= {0, 0} end),
    ?assertEqual([1, 1, 1, 1], [Number || What <- ["opened", "closed"], Number <- tuple_to_list(sessions_of(Config, What))]).

%% What the edge alone sees: it tells every two seconds.
requests(Config) ->
    Port = port(Config, socks),
    eventually(fun() -> [0] =:= numbers(Config, ["connections"]) end),
    Clients = [socks_client:connect(Port) || _ <- lists:seq(1, 10)],
    eventually(fun() -> [10] =:= numbers(Config, ["connections"]) end),
    {503, _, _} = listeners_world:get(Port, "/"),
    [socks_client:close(Client) || Client <- Clients],
    eventually(fun() -> [0] =:= numbers(Config, ["connections"]) end),
    {404, _, _} = listeners_world:get(Port, "/nosuch"),
    eventually(fun() -> number(Config, "http_answers_total", [{"status", "404"}]) =:= 1 end),
    ?assert(number(Config, "http_answers_total", [{"status", "101"}]) >= 1),
    ?assertEqual([1], numbers(Config, ["connections_refused_total"])),
    [Accepted, Memory, Cpu, Up] = numbers(Config, ["connections_accepted_total", "edge_resident_memory_bytes", "edge_cpu_seconds_total", "edge_up"]),
    ?assertEqual({true, true, true, 1}, {Accepted >= 12, Memory > 1_000_000, Cpu > 0, Up}),
    ?assert(number(Config, "close_codes_total", [{"code", "1000"}]) >= 1).

%% What the node counts goes on, what the edge does begins anew.
edge_killed(Config) ->
    Broker = ?config(broker, Config),
    _ = listeners_world:opened(port(Config, socks), "/websocket/"),
    eventually(fun() -> sessions_of(Config, "open") =:= {1, 0} end),
    [Received] = numbers(Config, ["messages_received_total"]),
    socks_os:kill(socks_broker:edge(Broker), "KILL"),
    eventually(fun() -> sessions_of(Config, "open") =:= {0, 0} end),
    eventually(fun() -> [1, 1] =:= numbers(Config, ["edge_crashes_total", "edge_up"]) end),
    ?assertEqual([Received], numbers(Config, ["messages_received_total"])),
    eventually(fun() -> [0] =:= numbers(Config, ["connections_accepted_total"]) end).

%% Then their library finds ours.
enabled_later(Config) ->
    Broker = ?config(broker, Config),
    {0, _} = socks_broker:plugins(Broker, ["disable", "rabbitmq_prometheus"]),
    {0, _} = socks_broker:plugins(Broker, ["enable", "rabbitmq_prometheus"]),
    ?assertEqual([1], numbers(Config, ["edge_up"])).

%% The page goes on without ours, and has it again.
disabled(Config) ->
    Broker = ?config(broker, Config),
    {0, _} = socks_broker:plugins(Broker, ["disable", "rabbit_socks"]),
    Page = page(Config),
    ?assertEqual({match, nomatch}, {re:run(Page, "^rabbitmq_identity_info", [multiline, {capture, none}]), re:run(Page, "rabbitmq_socks", [{capture, none}])}),
    {0, _} = socks_broker:plugins(Broker, ["enable", "rabbit_socks"]),
    eventually(fun() -> [1] =:= numbers(Config, ["edge_up"]) end),
    ?assertEqual([0], numbers(Config, ["messages_received_total"])).

%% Those of bare WebSockets and of clients that poll.
sessions_of(Config, What) ->
    Name = case What of "open" -> "sessions"; _ -> ["sessions_", What, "_total"] end,
    {number(Config, Name, [{"protocol", "WebSocket RFC 6455"}, {"transport", "websocket"}]),
     number(Config, Name, [{"protocol", "Socket.IO 4"}, {"transport", "polling"}])}.

numbers(Config, Names) ->
    Page = page(Config),
    [find(Page, Name, []) || Name <- Names].

number(Config, Name, Labels) -> find(page(Config), Name, Labels).

%% One that is not there counts as none.
find(Page, Name, Labels) ->
    Shown = [[$,, Label, "=\"", Value, $"] || {Label, Value} <- Labels],
    Braced = case Shown of [] -> ""; [[_ | First] | Rest] -> ["\\{", First, Rest, "\\}"] end,
    case re:run(Page, ["^rabbitmq_socks_", Name, Braced, " (\\S+)$"], [multiline, {capture, all_but_first, list}]) of
        {match, [Number]} -> try list_to_integer(Number) catch error:badarg -> list_to_float(Number) end;
        nomatch -> 0
    end.

page(Config) ->
    {200, _, Page} = listeners_world:get(port(Config, prometheus), "/metrics"),
    Page.
