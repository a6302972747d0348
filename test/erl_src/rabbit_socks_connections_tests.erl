%% SPDX-License-Identifier: MPL-2.0
%% @doc Sessions that come, say whose they are, and go, with the broker's own events and metrics, and no broker around them.
-module(rabbit_socks_connections_tests).

-include_lib("eunit/include/eunit.hrl").

-define(LIST, 'Elixir.RabbitMQ.CLI.Ctl.Commands.ListSocksConnectionsCommand').
-define(CLOSE, 'Elixir.RabbitMQ.CLI.Ctl.Commands.CloseSocksConnectionCommand').
-define(NAME, <<"127.0.0.1:1 -> 127.0.0.1:2 (1)">>).
-define(WAIT, 10000).

connections_test_() ->
    {foreach, local, fun start/0, fun stop/1, [{atom_to_list(Name), Test} || {Name, Test} <- [
        {nobody, fun nobody/0},
        {somebody, fun somebody/0},
        {somebody_else, fun somebody_else/0},
        {unregistered, fun unregistered/0},
        {refreshed, fun refreshed/0},
        {counted, fun counted/0},
        {counted_many, fun counted_many/0},
        {cleared, fun cleared/0},
        {listed, fun listed/0},
        {closed, fun closed/0}]]}.

start() ->
    ok = rabbit_socks_connections:create(),
    ok = rabbit_core_metrics:init(),
    {ok, Events} = rabbit_event:start_link(),
    ok = gen_event:add_handler(rabbit_event, event_watch, self()),
    {ok, Groups} = pg_local:start_link(),
    {Events, Groups}.

stop({Events, Groups}) ->
    [begin true = unlink(Pid), ok = gen:stop(Pid) end || Pid <- [Events, Groups]],
    _ = rabbit_core_metrics:terminate(),
    true = ets:delete(rabbit_socks_connections),
    edge_world:flush().

%% A session that says nothing of a user is ours alone.
nobody() ->
    Pid = session(fun() -> ok end),
    ?assertEqual([[{pid, Pid}, {user, ''}]], rabbit_socks_connections:list([pid, user])),
    ended(Pid),
    ?assertEqual([], rabbit_socks_connections:list([pid])),
    ?assertEqual([], events()).

somebody() ->
    Pid = session(fun() -> identify(<<"ada">>, registered), identify(<<"ada">>, registered) end),
    [{connection_created, Known, none}] = events(),
    ?assertEqual(<<"ada">>, proplists:get_value(user, Known)),
    ?assertEqual([{Pid, proplists:delete(user_who_performed_action, Known)}], ets:tab2list(connection_created)),
    ?assertEqual(<<"ada">>, proplists:get_value(user_who_performed_action, Known)),
    ?assertEqual([Pid], members()),
    ?assertEqual([[{user, <<"ada">>}, {vhost, <<"/">>}]], rabbit_socks_connections:list([user, vhost])),
    ended(Pid),
    [{connection_closed, Closed, none}] = events(),
    ?assertEqual([{Key, proplists:get_value(Key, Known)} || Key <- [pid, name, node, user, vhost, type]], Closed),
    ?assertEqual([], ets:tab2list(connection_created)),
    ?assertEqual([], members()).

somebody_else() ->
    Pid = session(fun() -> identify(<<"ada">>, registered), identify(<<"bob">>, registered) end),
    ?assertEqual([{connection_created, <<"ada">>}, {connection_closed, <<"ada">>}, {connection_created, <<"bob">>}],
                 [{Type, proplists:get_value(user, Infos)} || {Type, Infos, none} <- events()]),
    ?assertMatch([{Pid, _}], ets:tab2list(connection_created)),
    ?assertEqual([Pid], members()),
    ended(Pid).

%% It has a connection of its own that the broker knows.
unregistered() ->
    Pid = session(fun() -> identify(<<"ada">>, unregistered) end),
    ?assertEqual([[{user, <<"ada">>}]], rabbit_socks_connections:list([user])),
    ended(Pid),
    ?assertEqual([], events()),
    ?assertEqual([], members()).

refreshed() ->
    Ref = make_ref(),
    Pid = session(fun() -> rabbit_socks_connections:refresh(Ref), identify(<<"ada">>, registered), rabbit_socks_connections:refresh(Ref) end),
    ?assertMatch([{connection_created, Known, none}, {connection_created, Known, Ref}], events()),
    ended(Pid).

%% Of those that the broker knows it hears what is new, once.
counted() ->
    Known = session(fun() -> identify(<<"ada">>, registered) end),
    Unknown = session(fun() -> identify(<<"ada">>, unregistered) end),
    Stats = fun() -> {ets:tab2list(connection_coarse_metrics), [{Pid, maps:from_list(Infos)} || {Pid, Infos} <- ets:tab2list(connection_metrics)]} end,
    ok = rabbit_socks_connections:tell(),
    ?assertEqual({[], []}, Stats()),
    [receive_and_send(Pid, 3, 500, 20) || Pid <- [Known, Unknown]],
    ok = rabbit_socks_connections:tell(),
    ?assertEqual({[{Known, 500, 20, 0, 0}], [{Known, #{state => running, recv_cnt => 3, send_cnt => 1}}]}, Stats()),
    true = ets:delete_all_objects(connection_coarse_metrics),
    true = ets:delete_all_objects(connection_metrics),
    ok = rabbit_socks_connections:tell(),
    ?assertEqual({[], []}, Stats()),
    receive_and_send(Known, 1, 5, 6),
    ok = rabbit_socks_connections:tell(),
    ?assertMatch({[{Known, 505, 26, 0, 0}], [{Known, #{recv_cnt := 4, send_cnt := 2}}]}, Stats()),
    [ok = rabbit_socks_connections:broadcasts(Pid, 10, 1000) || Pid <- [Known, Unknown, self()]],
    ok = rabbit_socks_connections:tell(),
    ?assertMatch({[{Known, 505, 1026, 0, 0}], [{Known, #{recv_cnt := 4, send_cnt := 12}}]}, Stats()),
    lists:foreach(fun ended/1, [Known, Unknown]).

%% More than are looked at at once.
counted_many() ->
    Pids = [session(fun() -> identify(<<"ada">>, registered) end) || _ <- lists:seq(1, 1500)],
    [receive_and_send(Pid, 1, 1, 1) || Pid <- Pids],
    ok = rabbit_socks_connections:tell(),
    ?assertEqual(lists:sort(Pids), lists:sort([Pid || {Pid, 1, 1, 0, 0} <- ets:tab2list(connection_coarse_metrics)])),
    lists:foreach(fun ended/1, Pids).

receive_and_send(Pid, Messages, Received, Sent) ->
    Pid ! {count, fun(Traffic) ->
        ok = rabbit_socks_traffic:received(Messages, Received, Traffic),
        ok = rabbit_socks_traffic:sent(1, Sent, Traffic)
    end},
    receive {Pid, counted} -> ok after ?WAIT -> error(timeout) end.

%% The edge's owner was gone when they ended.
cleared() ->
    Pids = [session(fun() -> identify(<<"ada">>, registered) end), session(fun() -> ok end)],
    _ = events(),
    [kill(Pid) || Pid <- Pids],
    ok = rabbit_socks_connections:clear(),
    ?assertMatch([{connection_closed, _, none}], events()),
    ?assertEqual([], rabbit_socks_connections:list([pid])).

%% As the command line tool runs it, of which nothing is needed for that.
listed() ->
    Pid = session(fun() -> ok end),
    {Columns, Options} = ?LIST:merge_defaults([], #{node => node(), timeout => 30000}),
    ok = ?LIST:validate(Columns, Options),
    {stream, [Row]} = ?LIST:output(?LIST:run(Columns, Options), Options),
    ?assertEqual([{name, ?NAME}, {user, ''}, {vhost, ''}, {protocol, <<"WebSocket RFC 6455">>},
                  {transport, websocket}, {port, 2}], Row),
    {stream, [All]} = ?LIST:output(?LIST:run([], Options#{verbose => true}), Options),
    ?assertEqual(rabbit_socks_connection:columns(), [Column || {Column, _} <- All]),
    ?assertMatch({validation_failure, {bad_argument, <<"there is no column colour">>}}, ?LIST:validate([<<"pid">>, <<"colour">>], Options)),
    ?assertEqual({error, {badrpc, nodedown}}, ?LIST:output(?LIST:run([<<"pid">>], #{node => 'no@where', verbose => false}), Options)),
    ended(Pid).

closed() ->
    Pid = session(fun() -> ok end),
    Close = fun(Name) -> ?CLOSE:output(?CLOSE:run([Name, <<"why">>], #{node => node()}), #{}) end,
    ?assertEqual({error, 65, [<<"there is no session of that name">>]}, Close(<<"nobody">>)),
    ?assertEqual(ok, Close(?NAME)),
    receive {Pid, {shutdown, <<"why">>}} -> ok after ?WAIT -> error(timeout) end,
    ?assertEqual(ok, ?CLOSE:validate([<<"a">>, <<"b">>], #{})),
    ?assertEqual([{validation_failure, not_enough_args}, {validation_failure, not_enough_args}, {validation_failure, too_many_args}],
                 [?CLOSE:validate(Arguments, #{}) || Arguments <- [[], [<<"a">>], [<<"a">>, <<"b">>, <<"c">>]]]),
    ?assertEqual({error, {badrpc, nodedown}}, ?CLOSE:output(?CLOSE:run([?NAME, <<"why">>], #{node => 'no@where'}), #{})),
    ended(Pid).

%% A process that is a session's, after it has done what the test says.
session(Does) ->
    Test = self(),
    Pid = spawn(fun() ->
        Traffic = rabbit_socks_traffic:new(),
        ok = rabbit_socks_connections:opened(1, ?MODULE, #{peer => {<<"127.0.0.1">>, 1}, local => {<<"127.0.0.1">>, 2}, secure => false,
                                                           transport => websocket, protocol => rfc6455, generation => none, namespace => none}, Traffic),
        Does(),
        Test ! {self(), done},
        stay(Test, Traffic)
    end),
    receive {Pid, done} -> Pid after ?WAIT -> error(timeout) end.

stay(Test, Traffic) ->
    receive
        {shutdown, _} = Shutdown -> Test ! {self(), Shutdown};
        {count, Count} ->
            ok = Count(Traffic),
            Test ! {self(), counted},
            stay(Test, Traffic)
    end.

identify(User, Registered) -> ok = rabbit_socks_connections:identify({User, <<"/">>, Registered}).

ended(Pid) ->
    kill(Pid),
    ok = rabbit_socks_connections:ended(Pid).

kill(Pid) ->
    Monitor = monitor(process, Pid),
    exit(Pid, kill),
    receive {'DOWN', Monitor, process, Pid, _} -> ok after ?WAIT -> error(alive) end.

%% All that the broker's handlers have been told since.
events() ->
    ok = gen_event:sync_notify(rabbit_event, settled),
    heard().

heard() ->
    receive {event, Type, Infos, Ref} -> [{Type, Infos, Ref} | heard()] after 0 -> [] end.

members() ->
    _ = sys:get_state(pg_local),
    rabbit_networking:local_non_amqp_connections().
