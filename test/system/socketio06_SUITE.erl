%% SPDX-License-Identifier: MPL-2.0
%% @doc The wire of Socket.IO 0.6 on a real broker, over every transport it had, those included that no living browser has.
-module(socketio06_SUITE).

-export([all/0, suite/0, groups/0, init_per_suite/1, end_per_suite/1, init_per_group/2, end_per_group/2]).
-export([echo/1, many/1, several_clients/1, heartbeat/1, silent/1, expires/1, memory/1, oldest_websockets/1, errors/1, overlap/1, preflight/1]).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-import(socks_socketio06, [open/3, open/4, sid/1, send/2, post/2, recv/2, close/1]).

-define(BASE, "/socket.io/echo").
-define(TRANSPORTS, [websocket, 'xhr-polling', 'jsonp-polling', 'xhr-multipart', htmlfile]).
-define(PORT, socks_broker:port(?config(broker, Config), socks)).
-define(HASTY, socks_broker:port(?config(broker, Config), hasty)).

suite() -> [{timetrap, {minutes, 2}}].

all() ->
    [{group, Transport} || Transport <- ?TRANSPORTS] ++ [expires, memory, oldest_websockets, errors, overlap, preflight].

groups() ->
    [{Transport, [], [echo, many, several_clients] ++ [Case || not is_polling(Transport), Case <- [heartbeat, silent]]} || Transport <- ?TRANSPORTS].

is_polling(Transport) -> lists:member(Transport, ['xhr-polling', 'jsonp-polling']).

%% The hasty listener has its times in tenths of a second.
init_per_suite(Config) ->
    Broker = socks_broker:start(#{
        ports => [socks, hasty],
        config => fun(#{socks := Port, hasty := Hasty}) ->
            [{rabbit_socks, [{listeners, [
                {{"127.0.0.1", Port}, rabbit_socks_echo, []},
                {{"127.0.0.1", Hasty}, rabbit_socks_echo, [{heartbeat_interval, 300}, {heartbeat_timeout, 500}, {poll_timeout, 500}, {session_timeout, 1000}]}
            ]}]}]
        end
    }),
    [{broker, Broker} | Config].

end_per_suite(Config) ->
    socks_broker:stop(?config(broker, Config)).

init_per_group(Transport, Config) -> [{transport, Transport} | Config].
end_per_group(_, _) -> ok.

echo(Config) ->
    C = open(?PORT, ?config(transport, Config), ?BASE),
    %% 128 bits at least.
    ?assert(byte_size(sid(C)) >= 22),
    Texts = [<<"hello">>, <<>>, <<"ünï€😀\x{10FFFF}~m~\n"/utf8>>, <<"~m~3~m~abc">>, <<"</script>\x{2028}\x{2029}\"\\"/utf8>>, <<0, 1, 127>>, <<"+ & %25 =">>,
             binary:copy(<<"é"/utf8>>, 30000), <<"~j~{\"a\":[1,\"ü\",null,true,-1.5e3]}"/utf8>>],
    [begin ok = send(C, [Text]), ?assertEqual([Text], recv(C, 1)) end || Text <- Texts],
    ok = send(C, Texts),
    ?assertEqual(Texts, recv(C, length(Texts))),
    close(C).

%% In payloads of one, of some, of a thousand.
many(Config) ->
    C = open(?PORT, ?config(transport, Config), ?BASE),
    Messages = [<<"message ", (integer_to_binary(N))/binary, " 😀"/utf8>> || N <- lists:seq(1, 10000)],
    ok = in_pieces(Messages, [1, 1, 1, 7, 50, 200, 1000], fun(Piece) -> send(C, Piece) end),
    ?assertEqual(Messages, recv(C, 10000)),
    close(C).

in_pieces([], _, _) -> ok;
in_pieces(Messages, [Size | Sizes], Send) ->
    {Piece, More} = lists:split(min(Size, length(Messages)), Messages),
    ok = Send(Piece),
    in_pieces(More, Sizes ++ [Size], Send).

%% Nobody hears another.
several_clients(Config) ->
    Clients = [{N, open(?PORT, ?config(transport, Config), ?BASE)} || N <- lists:seq(1, 50)],
    ?assertEqual(50, length(lists:usort([sid(C) || {_, C} <- Clients]))),
    [ok = send(C, [integer_to_binary(N), <<"of many">>]) || {N, C} <- Clients],
    [?assertEqual([integer_to_binary(N), <<"of many">>], recv(C, 2)) || {N, C} <- Clients],
    [close(C) || {_, C} <- Clients].

heartbeat(Config) ->
    C = open(?HASTY, ?config(transport, Config), ?BASE),
    [begin
        Heartbeat = <<"~h~", (integer_to_binary(N))/binary>>,
        ?assertEqual(Heartbeat, socks_socketio06:heartbeat(C)),
        ok = send(C, [Heartbeat])
     end || N <- [1, 2, 3]],
    ok = send(C, [<<"alive">>]),
    ?assertEqual([<<"alive">>], recv(C, 1)),
    close(C).

%% One that does not answer is gone.
silent(Config) ->
    Broker = ?config(broker, Config),
    settled(Broker),
    C = open(?HASTY, ?config(transport, Config), ?BASE),
    ?assertEqual(1, sessions(Broker)),
    _ = socks_socketio06:heartbeat(C),
    settled(Broker),
    close(C).

%% A polling session lives as long as it is polled.
expires(Config) ->
    Broker = ?config(broker, Config),
    settled(Broker),
    C = open(?HASTY, 'xhr-polling', ?BASE),
    %% An open poll is answered empty, again and again: longer than a session without one would live.
    [?assertEqual(<<>>, socks_socketio06:payload(C)) || _ <- [1, 2, 3]],
    ok = send(C, [<<"alive">>]),
    ?assertEqual([<<"alive">>], recv(C, 1)),
    settled(Broker),
    ?assertMatch({404, _, _}, post(C, "data=~m~1~m~a")),
    close(C).

%% Sessions that are never polled again leave nothing: no process, no descriptor, no memory that grows with the next ones.
memory(Config) ->
    Broker = ?config(broker, Config),
    Edge = socks_broker:edge(Broker),
    settled(Broker),
    Fds = length(socks_os:fds(Edge)),
    abandoned(1000, Config),
    settled(Broker),
    Rss = socks_os:rss(Edge),
    Memory = vm_memory(Broker),
    [begin abandoned(1000, Config), settled(Broker) end || _ <- [1, 2, 3]],
    ok = socks_os:wait_until(fun() -> length(socks_os:fds(Edge)) =< Fds end, 5000),
    %% 3,000 sessions with 20 KB that wait for a poll are 60 MB. The allocators of a sanitized program keep what is freed.
    case socks_os:sanitized(Edge) of
        true -> ok;
        false -> ?assert(socks_os:rss(Edge) - Rss < 16_000_000)
    end,
    ?assert(vm_memory(Broker) - Memory < 16_000_000),
    ?assertEqual(Edge, socks_broker:edge(Broker)).

abandoned(Count, _) when Count =< 0 ->
    ok;
abandoned(Count, Config) ->
    Body = ["data=", socks_socketio06:encode([binary:copy(<<"x">>, 20_000)])],
    C = socks_client:connect(?HASTY),
    [begin
        {200, _, Payload} = socks_client:get(C, ?BASE "/xhr-polling//" ++ integer_to_list(N)),
        [Sid] = socks_socketio06:decode(Payload),
        {200, _, <<"ok">>} = socks_client:request(C, "POST", [?BASE "/xhr-polling/", Sid, "/send"], [], Body)
     end || N <- lists:seq(1, 250)],
    socks_client:close(C),
    abandoned(Count - 250, Config).

vm_memory(Broker) ->
    _ = [socks_broker:rpc(Broker, erlang, garbage_collect, [P]) || P <- socks_broker:rpc(Broker, erlang, processes, [])],
    socks_broker:rpc(Broker, erlang, memory, [total]).

%% The browsers of its time spoke hixie.
oldest_websockets(Config) ->
    [begin
        C = open(?PORT, websocket, ?BASE, #{draft => Draft}),
        ok = send(C, [<<"old 😀"/utf8>>, <<"~j~[]">>]),
        ?assertEqual([<<"old 😀"/utf8>>, <<"~j~[]">>], recv(C, 2)),
        close(C)
     end || Draft <- ['hixie-75', 'hixie-76', 'hybi-7', 'hybi-8']].

%% A payload that is none ends the session with one answer.
errors(Config) ->
    [begin
        C = open(?PORT, 'xhr-polling', ?BASE),
        ?assertMatch({400, _, _}, post(C, Body)),
        ?assertMatch({404, _, _}, post(C, "data=~m~1~m~a")),
        close(C)
     end || Body <- ["data=hello", "data=~m~5~m~abc", "data=~m~x~m~", "data=~m~9~m~~j~{\"a\":", "data=~m~1~m~%ff", ["data=~m~", lists:duplicate(40, $9), "~m~"]]],
    C = open(?PORT, 'xhr-polling', ?BASE),
    %% Another transport's request for the same session.
    ?assertMatch({404, _, _}, socks_client:get(socks_client:connect(?PORT), [?BASE "/jsonp-polling/", sid(C), "/1/0"])),
    ok = send(C, [<<"still">>]),
    ?assertEqual([<<"still">>], recv(C, 1)),
    close(C).

%% Of two polls the older is answered empty.
overlap(Config) ->
    C = open(?PORT, 'xhr-polling', ?BASE),
    ok = socks_socketio06:poll(C),
    Other = socks_client:connect(?PORT),
    ok = socks_client:send_request(Other, "GET", [?BASE "/xhr-polling/", sid(C), "/2"], [], ""),
    #{down := Down} = C,
    ?assertMatch({200, _, <<>>}, socks_client:response(Down)),
    ok = send(C, [<<"newer">>]),
    ?assertMatch({200, _, <<"~m~5~m~newer">>}, socks_client:response(Other)),
    close(C).

preflight(Config) ->
    C = socks_client:connect(?PORT),
    {Status, Headers, _} = socks_client:request(C, "OPTIONS", ?BASE "/xhr-polling/x/send",
        [{"Origin", "http://a.test"}, {"Access-Control-Request-Method", "POST"}, {"Access-Control-Request-Headers", "content-type"}], ""),
    ?assert(Status =:= 200 orelse Status =:= 204),
    ?assertEqual(<<"http://a.test">>, socks_client:header(<<"access-control-allow-origin">>, Headers)),
    ?assertNotEqual(nomatch, string:find(socks_client:header(<<"access-control-allow-methods">>, Headers), "POST")),
    ?assertNotEqual(nomatch, string:find(string:lowercase(socks_client:header(<<"access-control-allow-headers">>, Headers)), "content-type")),
    socks_client:close(C).

sessions(Broker) ->
    proplists:get_value(active, socks_broker:rpc(Broker, supervisor, count_children, [rabbit_socks_session_sup])).

settled(Broker) ->
    ok = socks_os:wait_until(fun() -> sessions(Broker) =:= 0 end, 20_000).
