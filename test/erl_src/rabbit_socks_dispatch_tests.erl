%% SPDX-License-Identifier: MPL-2.0
%% @doc The web context in the broker's own web server: registering, refusing, maintenance, a crash.
-module(rabbit_socks_dispatch_tests).

-include_lib("eunit/include/eunit.hrl").

-import(broker_stub, [called/1]).
-import(web_world, [start/1, free_port/0, requested/0, get/2, until/2]).

-define(IP, {127, 0, 0, 1}).

all_test_() ->
    broker_stub:tests([{registers, fun registers/0},
                       {refuses, fun refuses/0},
                       {maintenance, fun maintenance/0},
                       {killed, fun killed/0}]).

registers() ->
    {Port, _} = start([]),
    [#{port := Port, interface := rabbit_web_dispatch, protocol := 'http/socks', state := running, address := any}] =
        rabbit_socks_listener_sup:listeners(),
    ?assertMatch([{"socks", _, _}], rabbit_web_dispatch_registry:list_all()),
    ok = rabbit_socks_listener_sup:start_listener({rabbit_web_dispatch, "more"}, broker_stub, [{port, Port}]),
    ?assertMatch([{"more", _, _}, {"socks", _, _}], lists:sort(rabbit_web_dispatch_registry:list_all())),
    {error, Twice} = rabbit_socks_listener_sup:start_listener({rabbit_mochiweb, "/more/"}, broker_stub, [{port, Port}]),
    ?assertNotEqual(nomatch, string:find(Twice, "started already")),
    ok = rabbit_socks_listener_sup:stop_listener({rabbit_mochiweb, "more"}),
    ?assertMatch([{"socks", _, _}], rabbit_web_dispatch_registry:list_all()),
    ok = rabbit_socks_listener_sup:stop_listener(rabbit_mochiweb),
    %% The web server closes its socket in its own time: refused, or reset while it does.
    edge_world:eventually(fun() -> {error, _} = gen_tcp:connect(?IP, Port, []) end),
    ?assertEqual({error, not_found}, rabbit_socks_listener_sup:stop_listener(rabbit_web_dispatch)).

refuses() ->
    {Port, _} = start([{ip, "127.0.0.1"}]),
    {ok, Thief} = gen_tcp:listen(0, [{ip, ?IP}]),
    {ok, Taken} = inet:port(Thief),
    Management = free_port(),
    {ok, _} = rabbit_web_dispatch:register_context_handler(management, [{port, Management}], "", [], "Management"),
    [begin
         {error, Text} = rabbit_socks_listener_sup:start_listener({rabbit_web_dispatch, "other"}, broker_stub, Options),
         ?assertNotEqual({Words, nomatch, Text}, {Words, string:find(Text, Words), Text})
     end || {Options, Words} <- [
         {[{port, Taken}, {ip, ?IP}], "the port is in use"},
         {[{port, Port}], "with other listener options"},
         {[{port, Management}], "a web context for every path"},
         {[{port, free_port()}, {ip, "192.0.2.1"}], "this machine has no such address"},
         {[{port, free_port()}, {ssl, true}], "no certificate"},
         {[{port, free_port()}, {ssl, true}, {ssl_opts, [{certfile, "/no/such"}]}], "\"/no/such\" that cannot be read"}]],
    %% The broker's registry has survived all that.
    ?assertMatch([_, _], rabbit_web_dispatch_registry:list_all()),
    rabbit_web_dispatch:unregister_context(management),
    gen_tcp:close(Thief).

maintenance() ->
    {Port, Id} = start([]),
    gen_event:notify(rabbit_event, {event, maintenance_connections_closed, #{}, none, 1}),
    ?assertMatch([Id, 1001, _, 0], called(remove)),
    [Next, _] = called(configure),
    ?assertNotEqual(Id, Next),
    [#{state := suspended}] = rabbit_socks_listener_sup:listeners(),
    gen_event:sync_notify(rabbit_event, {event, maintenance_revived, #{}, none, 1}),
    Client = get(Port, "/socks/"),
    {To, Next, _} = requested(),
    edge_stub:event(To, {response, 200, [], <<"fine">>}),
    _ = until(Client, <<"fine">>),
    [#{state := running}] = rabbit_socks_listener_sup:listeners(),
    gen_tcp:close(Client).

killed() ->
    {Port, Id} = start([]),
    [{Key, Pid, _, _}] = supervisor:which_children(rabbit_socks_listener_sup),
    exit(Pid, kill),
    [Id, _] = called(configure),
    [{Key, _, _, _}] = supervisor:which_children(rabbit_socks_listener_sup),
    ?assertMatch([{"socks", _, _}], rabbit_web_dispatch_registry:list_all()),
    Client = get(Port, "/socks/"),
    {To, Id, _} = requested(),
    edge_stub:event(To, {response, 200, [], <<"fine">>}),
    _ = until(Client, <<"fine">>),
    gen_tcp:close(Client).
