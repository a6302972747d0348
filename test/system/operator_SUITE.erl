%% SPDX-License-Identifier: MPL-2.0
%% @doc What an operator sees of sessions and can do to them: the management plugin's API, rabbitmqctl, limits, the deletion of
%% users and vhosts; and that nothing of a session stays, however it ended.
-module(operator_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, init_per_testcase/2, end_per_testcase/2]).
-export([listed/1, unidentified/1, closed_by_name/1, closed_by_user_name/1, closed_by_command/1, closed_with_all/1, user_deleted/1, vhost_deleted/1,
         drained/1, drained_slowly/1, left/1, crashed/1, killed/1, edge_killed/1, became_another/1, refreshed/1, many/1, traffic/1, broadcasts/1]).

-import(listeners_world, [port/2, rpc/4, eventually/1]).

-define(VHOST, <<"operator/vhost">>).
-define(QUERY, "user=ada&vhost=operator%2Fvhost").
-define(REASON, "enough for today").
-define(WAIT, 30000).

suite() -> [{timetrap, {minutes, 3}}].

all() -> [listed, unidentified, closed_by_name, closed_by_user_name, closed_by_command, closed_with_all, user_deleted, vhost_deleted, drained, drained_slowly, left, crashed,
          killed, edge_killed, became_another, refreshed, many, traffic, broadcasts].

init_per_suite(Config) ->
    Broker = socks_broker:start(#{
        ports => [socks, management],
        plugins => [rabbit_socks, rabbitmq_management],
        config => fun(#{management := Management}) ->
            [{rabbit, [{collect_statistics_interval, 1000}]},
             {rabbitmq_management, [{listener, [{port, Management}]}]}]
        end}),
    ok = socks_broker:load(Broker, operator_callback),
    Started = [{broker, Broker} | Config],
    ok = rpc(Started, rabbit_socks, start_listener, [{"127.0.0.1", port(Started, socks)}, operator_callback, []]),
    Started.

end_per_suite(Config) -> socks_broker:stop(?config(broker, Config)).

init_per_testcase(_, Config) ->
    _ = rpc(Config, rabbit_auth_backend_internal, exists, [<<"ada">>]) orelse
        rpc(Config, rabbit_auth_backend_internal, add_user, [<<"ada">>, <<"secret">>, <<"test">>]),
    _ = rpc(Config, rabbit_vhost, exists, [?VHOST]) orelse rpc(Config, rabbit_vhost, add, [?VHOST, <<"test">>]),
    _ = rpc(Config, persistent_term, erase, [{operator_callback, <<"ada">>}]),
    Config.

%% Whatever a case did: nothing is left in any of the lists.
end_per_testcase(_, Config) ->
    ok = nothing_left(Config).

%% By the management plugin, and by our own command; of the broker's, list_connections is of AMQP alone.
listed(Config) ->
    Clients = clients(Config),
    [WebSocket, Polling] = shown(Config, 2),
    Common = #{<<"user">> => <<"ada">>, <<"vhost">> => ?VHOST, <<"type">> => <<"socks">>, <<"peer_host">> => <<"127.0.0.1">>,
               <<"host">> => <<"127.0.0.1">>, <<"port">> => port(Config, socks), <<"ssl">> => false, <<"state">> => <<"running">>,
               <<"node">> => atom_to_binary(rpc(Config, erlang, node, []))},
    ?assertEqual(Common#{<<"protocol">> => <<"WebSocket RFC 6455">>, <<"transport">> => <<"websocket">>},
                 maps:with([<<"protocol">>, <<"transport">> | maps:keys(Common)], WebSocket)),
    ?assertEqual(Common#{<<"protocol">> => <<"Socket.IO 4">>, <<"transport">> => <<"polling">>},
                 maps:with([<<"protocol">>, <<"transport">> | maps:keys(Common)], Polling)),
    ?assertEqual(#{<<"transport">> => <<"polling">>, <<"module">> => <<"operator_callback">>},
                 maps:get(<<"client_properties">>, Polling)),
    %% One of them, with its page's own request.
    {200, _, One} = api(Config, "GET", ["/api/connections/", quoted(Polling)], []),
    ?assertEqual(maps:get(<<"name">>, Polling), maps:get(<<"name">>, decode(Config, One))),
    %% The user's connections, and what is counted for the limits.
    {200, _, OfAda} = api(Config, "GET", "/api/connections/username/ada", []),
    ?assertEqual(2, length(decode(Config, OfAda))),
    ?assertEqual([2, 2], counted(Config)),
    Names = [maps:get(<<"name">>, Connection) || Connection <- [WebSocket, Polling]],
    ?assertEqual(lists:sort([<<Name/binary, "\tada\toperator/vhost\t", Transport/binary>>
                             || {Name, Transport} <- lists:zip(Names, [<<"websocket">>, <<"polling">>])]),
                 list(Config, ["name", "user", "vhost", "transport"])),
    {0, Readers} = socks_broker:ctl(?config(broker, Config), ["-q", "list_connections", "name"]),
    ?assertEqual(nomatch, binary:match(Readers, hd(Names))),
    leave(Clients).

%% A session that never says whose it is: ours to list, and of no interest to the broker. Its columns, and a wrong one.
unidentified(Config) ->
    Ws = socks_ws:open(port(Config, socks), "/websocket/"),
    eventually(fun() -> length(list(Config, ["name"])) =:= 1 end),
    Port = integer_to_binary(port(Config, socks)),
    ?assertEqual([<<"\t\tWebSocket RFC 6455\twebsocket\t\t\toperator_callback\tfalse\t127.0.0.1\t127.0.0.1\t", Port/binary>>],
                 list(Config, ["user", "vhost", "protocol", "transport", "generation", "namespace", "module", "ssl", "peer_host", "host", "port"])),
    [All] = list(Config, ["--verbose"]),
    ?assertEqual(20, length(binary:split(All, <<"\t">>, [global]))),
    {0, Json} = socks_broker:ctl(?config(broker, Config), ["-q", "list_socks_connections", "--formatter", "json", "transport", "user"]),
    ?assertEqual([#{<<"transport">> => <<"websocket">>, <<"user">> => <<>>}], decode(Config, Json)),
    ?assertEqual([], shown(Config)),
    ?assertEqual([0, 0], counted(Config)),
    {65, Wrong} = socks_broker:ctl(?config(broker, Config), ["list_socks_connections", "colour"]),
    ?assertNotEqual(nomatch, binary:match(Wrong, <<"there is no column colour">>)),
    {0, Help} = socks_broker:ctl(?config(broker, Config), ["help", "list_socks_connections"]),
    ?assertNotEqual(nomatch, binary:match(Help, <<"connected_at">>)),
    socks_ws:close(Ws).

%% What the button in the management UI does.
closed_by_name(Config) ->
    Clients = clients(Config),
    [{204, _, _} = api(Config, "DELETE", ["/api/connections/", quoted(Connection)], [{"X-Reason", ?REASON}]) || Connection <- shown(Config, 2)],
    closed(Config, Clients, <<?REASON>>).

closed_by_user_name(Config) ->
    Clients = clients(Config),
    {204, _, _} = api(Config, "DELETE", "/api/connections/username/ada", [{"X-Reason", ?REASON}]),
    closed(Config, Clients, <<?REASON>>).

closed_by_command(Config) ->
    Clients = clients(Config),
    [{0, _} = socks_broker:ctl(?config(broker, Config), ["close_socks_connection", Name, ?REASON]) || Name <- list(Config, ["name"])],
    closed(Config, Clients, <<?REASON>>),
    {65, Unknown} = socks_broker:ctl(?config(broker, Config), ["close_socks_connection", "nobody", ?REASON]),
    ?assertNotEqual(nomatch, binary:match(Unknown, <<"there is no session of that name">>)).

closed_with_all(Config) ->
    Clients = clients(Config),
    {0, _} = socks_broker:ctl(?config(broker, Config), ["close_all_connections", "--vhost", binary_to_list(?VHOST), ?REASON]),
    closed(Config, Clients, <<?REASON>>).

user_deleted(Config) ->
    Clients = clients(Config),
    {0, _} = socks_broker:ctl(?config(broker, Config), ["delete_user", "ada"]),
    closed(Config, Clients, <<"user 'ada' is deleted">>).

vhost_deleted(Config) ->
    Clients = clients(Config),
    {0, _} = socks_broker:ctl(?config(broker, Config), ["delete_vhost", binary_to_list(?VHOST)]),
    closed(Config, Clients, <<"vhost 'operator/vhost' is">>).

%% As before there were names: they may come again, to another node.
drained(Config) ->
    {Ws, Engine} = clients(Config),
    {0, _} = socks_broker:upgrade(?config(broker, Config), ["drain"]),
    ?assertMatch({close, 1001, _}, socks_ws:recv(Ws, ?WAIT)),
    {0, _} = socks_broker:upgrade(?config(broker, Config), ["revive"]),
    leave({Ws, Engine}).

%% The first of two ends after half of the window. The other is served until it has passed.
drained_slowly(Config) ->
    {Ws, Engine} = clients(Config),
    Left = fun() -> length(rpc(Config, rabbit_socks_connections, list, [[name]])) end,
    ok = rpc(Config, application, set_env, [rabbit_socks, drain_window, 16_000]),
    try
        {0, _} = socks_broker:upgrade(?config(broker, Config), ["drain"]),
        ?assertEqual(2, Left()),
        ?assertMatch({error, _}, gen_tcp:connect({127, 0, 0, 1}, port(Config, socks), [])),
        [eventually(fun() -> Left() =:= Some end) || Some <- [1, 0]],
        ?assertMatch({close, 1001, _}, socks_ws:recv(Ws, ?WAIT))
    after
        ok = rpc(Config, application, unset_env, [rabbit_socks, drain_window]),
        {0, _} = socks_broker:upgrade(?config(broker, Config), ["revive"])
    end,
    leave({Ws, Engine}).

left(Config) ->
    leave(clients(Config)),
    terminated(Config).

crashed(Config) ->
    {Ws, Engine} = clients(Config),
    ok = socks_ws:send(Ws, {utf8, <<"crash">>}),
    ?assertEqual({close, 1011, <<"internal error">>}, socks_ws:recv(Ws, ?WAIT)),
    leave({Ws, Engine}).

%% By a hand that lets them say nothing.
killed(Config) ->
    {Ws, Engine} = clients(Config),
    [true = rpc(Config, erlang, exit, [Pid, kill]) || [{pid, Pid}] <- rpc(Config, rabbit_socks_connections, list, [[pid]])],
    ?assertEqual({close, 1011, <<"internal error">>}, socks_ws:recv(Ws, ?WAIT)),
    nothing_left(Config),
    leave({Ws, Engine}).

edge_killed(Config) ->
    {Ws, Engine} = clients(Config),
    Broker = ?config(broker, Config),
    Edge = socks_broker:edge(Broker),
    socks_os:kill(Edge, "KILL"),
    ok = socks_os:await_gone(Edge, ?WAIT),
    _ = socks_broker:await_edge(Broker),
    nothing_left(Config),
    ok = socks_ws:close(Ws),
    socks_engine:reset(Engine).

%% A session that is another user's from now on is one connection as before.
became_another(Config) ->
    {Ws, Engine} = clients(Config),
    ok = socks_ws:send(Ws, {utf8, <<"become bob">>}),
    eventually(fun() -> [User || #{<<"user">> := User} <- shown(Config)] =:= [<<"bob">>, <<"ada">>] end),
    ?assertEqual([1, 2], counted(Config)),
    leave({Ws, Engine}).

%% The broker asks for everything once more; the session goes on.
refreshed(Config) ->
    {Ws, Engine} = clients(Config),
    _ = rpc(Config, rabbit_networking, force_non_amqp_connection_event_refresh, [make_ref()]),
    ok = socks_ws:send(Ws, {utf8, <<"still here">>}),
    ?assertEqual({utf8, <<"still here">>}, socks_ws:recv(Ws, ?WAIT)),
    ?assertEqual([2, 2], counted(Config)),
    leave({Ws, Engine}).

%% As many as there are, and as few when they have left.
many(Config) ->
    Open = [websocket(Config) || _ <- lists:seq(1, 100)],
    eventually(fun() -> counted(Config) =:= [100, 100] end),
    ?assertEqual(100, length(lists:usort([Name || #{<<"name">> := Name} <- shown(Config, 100)]))),
    ?assertEqual(100, length(lists:usort(list(Config, ["name"])))),
    [ok = socks_ws:close(Ws) || Ws <- Open],
    ok.

%% What went through a session, in our list and, with rates, in the management plugin's; the other one has done nothing.
traffic(Config) ->
    {Ws, Engine} = clients(Config),
    Echo = fun(Text) -> ok = socks_ws:send(Ws, {utf8, Text}), ?assertEqual({utf8, Text}, socks_ws:recv(Ws, ?WAIT)) end,
    [Echo(Text) || Text <- [<<"one">>, <<"two">>, <<"seven">>]],
    [Quiet, Busy] = list(Config, ["transport", "recv_cnt", "recv_oct", "send_cnt", "send_oct"]),
    ?assertEqual(<<"polling\t0\t0\t0\t0">>, Quiet),
    [<<"websocket">>, <<"3">>, <<"11">>, <<"3">>, Sent] = binary:split(Busy, <<"\t">>, [global]),
    ?assert(binary_to_integer(Sent) >= 11),
    Wanted = #{<<"recv_cnt">> => 3, <<"recv_oct">> => 11, <<"send_cnt">> => 3, <<"send_oct">> => binary_to_integer(Sent)},
    eventually(fun() -> maps:with(maps:keys(Wanted), hd(shown(Config, 2))) =:= Wanted end),
    eventually(fun() ->
        Echo(<<"more">>),
        case hd(shown(Config, 2)) of
            #{<<"recv_oct_details">> := #{<<"rate">> := In}, <<"send_oct_details">> := #{<<"rate">> := Out}} -> In > 0 andalso Out > 0;
            _ -> false
        end
    end),
    leave({Ws, Engine}).

%% What goes to a room counts for each that gets it, with the bytes that it has there.
broadcasts(Config) ->
    {Ws, Engine} = clients(Config),
    Say = fun(Text) -> ok = rpc(Config, rabbit_socks, broadcast_frame, [<<"everybody">>, Text]), ?assertEqual(Text, socks_ws:recv(Ws, ?WAIT)) end,
    [Say(Text) || Text <- [{utf8, <<"six by">>}, {utf8, <<"te">>}]],
    Size = integer_to_binary(iolist_size([_, _] = socks_engine:recv(Engine, 2))),
    eventually(fun() -> list(Config, ["transport", "send_cnt", "send_oct"]) =:= [<<"polling\t2\t", Size/binary>>, <<"websocket\t2\t8">>] end),
    leave({Ws, Engine}).

%% A bare WebSocket, and one of Socket.IO that polls; both are ada's.
clients(Config) ->
    Ws = websocket(Config),
    Engine = socks_engine:open(port(Config, socks), 4, polling, "/socket.io/", #{query => "&" ?QUERY}),
    ok = socks_engine:send(Engine, [<<"0">>]),
    [<<"0", _/binary>>] = socks_engine:recv(Engine, 1),
    eventually(fun() -> counted(Config) =:= [2, 2] end),
    {Ws, Engine}.

websocket(Config) -> socks_ws:open(port(Config, socks), "/websocket/?" ?QUERY).

%% In order: with a code that means it, and with the word after which a library of Socket.IO does not come again.
closed(Config, {Ws, Engine}, Reason) ->
    Size = byte_size(Reason),
    {close, 1008, <<Reason:Size/binary, _/binary>>} = socks_ws:recv(Ws, ?WAIT),
    ?assertEqual([<<"41">>, <<"1">>], socks_engine:packets(Engine, 2)),
    terminated(Config),
    nothing_left(Config),
    ok = socks_ws:close(Ws),
    socks_engine:reset(Engine).

leave({Ws, Engine}) ->
    ok = socks_ws:close(Ws),
    socks_engine:close(Engine).

terminated(Config) ->
    eventually(fun() -> rpc(Config, persistent_term, get, [{operator_callback, <<"ada">>}, no]) =:= terminated end).

nothing_left(Config) ->
    eventually(fun() ->
        {[], [], [], []} =:= {rpc(Config, rabbit_socks_connections, list, [[name]]),
                              rpc(Config, rabbit_connection_tracking, list, []),
                              rpc(Config, ets, tab2list, [connection_created]),
                              rpc(Config, rabbit_networking, local_non_amqp_connections, [])}
    end),
    eventually(fun() -> shown(Config) =:= [] end).

%% In the management plugin: those of bare WebSockets first.
shown(Config) ->
    {200, _, Body} = api(Config, "GET", "/api/connections", []),
    lists:sort(fun(#{<<"protocol">> := A}, #{<<"protocol">> := B}) -> A >= B end, decode(Config, Body)).

shown(Config, Count) ->
    eventually(fun() -> length(shown(Config)) =:= Count end),
    shown(Config).

%% Of the user ada, and of the vhost.
counted(Config) ->
    [rpc(Config, rabbit_connection_tracking, count_tracked_items_in, [Of]) || Of <- [{user, <<"ada">>}, {vhost, ?VHOST}]].

list(Config, Columns) ->
    {0, Output} = socks_broker:ctl(?config(broker, Config), ["-q", "--no-table-headers", "list_socks_connections" | Columns]),
    lists:sort(binary:split(Output, <<"\n">>, [global, trim_all])).

api(Config, Method, Path, Fields) ->
    Authorization = {"Authorization", ["Basic ", base64:encode("guest:guest")]},
    listeners_world:request(port(Config, management), Method, Path, [Authorization | Fields], "").

decode(Config, Json) -> rpc(Config, rabbit_json, decode, [Json]).

quoted(#{<<"name">> := Name}) -> uri_string:quote(Name).
