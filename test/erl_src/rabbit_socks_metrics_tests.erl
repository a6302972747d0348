%% SPDX-License-Identifier: MPL-2.0
%% @doc What is counted, and how Prometheus's library is given it.
-module(rabbit_socks_metrics_tests).

-include_lib("eunit/include/eunit.hrl").
-include_lib("prometheus/include/prometheus_model.hrl").

-define(M, rabbit_socks_metrics).
-define(WS, {<<"WebSocket RFC 6455">>, websocket}).
-define(POLLING, {<<"Socket.IO 4">>, polling}).

%% Nothing is there, and nobody who counts is in trouble.
without_the_plugin_test() ->
    count(),
    ?assertEqual(false, ?M:is_running()),
    ?assertEqual({[], 0}, {?M:sessions(), ?M:crashes()}),
    ?assertEqual([], collected()).

counted_test_() ->
    running([
        {"from nothing", fun() ->
            ?assertEqual({true, [], 0}, {?M:is_running(), ?M:sessions(), ?M:crashes()}),
            ?assertEqual(#{received => 0, received_bytes => 0, sent => 0, sent_bytes => 0}, ?M:traffic())
        end},
        {"all there is", fun() ->
            count(),
            ?assertEqual([{?POLLING, 1, 0}, {?WS, 2, 1}], lists:sort(?M:sessions())),
            ?assertEqual({#{received => 2, received_bytes => 30, sent => 3, sent_bytes => 0}, 1}, {?M:traffic(), ?M:crashes()})
        end},
        {"by many at the same time", fun() ->
            Count = fun() -> [begin ok = ?M:opened(?WS), ok = ?M:sent(1, 3) end || _ <- lists:seq(1, 100)] end,
            Counting = [spawn_monitor(Count) || _ <- lists:seq(1, 10)],
            [receive {'DOWN', Monitor, process, Pid, Reason} -> ?assertEqual(normal, Reason) end || {Pid, Monitor} <- Counting],
            ?assertEqual([{?WS, 1000, 0}], ?M:sessions()),
            ?assertMatch(#{sent := 1000, sent_bytes := 3000}, ?M:traffic())
        end}
    ]).

%% One family a name, of the names and types that docs/OPERATING.md has; what the edge tells only while it runs.
collected_test_() ->
    running([fun() ->
        count(),
        Node = collected(),
        ?assertEqual([{"rabbitmq_socks_edge_crashes_total", 'COUNTER', [{[], 1}]},
                      {"rabbitmq_socks_edge_up", 'GAUGE', [{[], 0}]},
                      {"rabbitmq_socks_messages_received_bytes_total", 'COUNTER', [{[], 30}]},
                      {"rabbitmq_socks_messages_received_total", 'COUNTER', [{[], 2}]},
                      {"rabbitmq_socks_messages_sent_bytes_total", 'COUNTER', [{[], 0}]},
                      {"rabbitmq_socks_messages_sent_total", 'COUNTER', [{[], 3}]},
                      {"rabbitmq_socks_sessions", 'GAUGE', [{labels(?POLLING), 1}, {labels(?WS), 1}]},
                      {"rabbitmq_socks_sessions_closed_total", 'COUNTER', [{labels(?POLLING), 0}, {labels(?WS), 1}]},
                      {"rabbitmq_socks_sessions_opened_total", 'COUNTER', [{labels(?POLLING), 1}, {labels(?WS), 2}]}], Node),
        %% One that is up tells a little later.
        ok = rabbit_socks_edge_table:up(17, link, channel),
        ?assertEqual([{"rabbitmq_socks_edge_up", 'GAUGE', [{[], 1}]}], collected() -- Node),
        ok = rabbit_socks_edge_table:counted(#{connections => 1, clients => 2, memory => 3, cpu => 4_500_000, accepted => 5, refused => 6,
                                               answers => [{101, 7}, {404, 8}], ended => [{1000, 9}]}),
        ?assertEqual([{"rabbitmq_socks_clients", 'GAUGE', [{[], 2}]},
                      {"rabbitmq_socks_close_codes_total", 'COUNTER', [{[{"code", "1000"}], 9}]},
                      {"rabbitmq_socks_connections", 'GAUGE', [{[], 1}]},
                      {"rabbitmq_socks_connections_accepted_total", 'COUNTER', [{[], 5}]},
                      {"rabbitmq_socks_connections_refused_total", 'COUNTER', [{[], 6}]},
                      {"rabbitmq_socks_edge_cpu_seconds_total", 'COUNTER', [{[], 4.5}]},
                      {"rabbitmq_socks_edge_resident_memory_bytes", 'GAUGE', [{[], 3}]},
                      {"rabbitmq_socks_edge_up", 'GAUGE', [{[], 1}]},
                      {"rabbitmq_socks_http_answers_total", 'COUNTER', [{[{"status", "101"}], 7}, {[{"status", "404"}], 8}]}], collected() -- Node),
        ok = rabbit_socks_edge_table:down(),
        ?assertEqual(Node, collected())
    end]).

%% Every metric, with its type and labels, is in the documentation.
documented_test() ->
    ok = create(),
    ok = rabbit_socks_edge_table:counted(#{connections => 0, clients => 0, memory => 0, cpu => 0, accepted => 0, refused => 0, answers => [{200, 1}], ended => [{1000, 1}]}),
    count(),
    {ok, Docs} = file:read_file("docs/OPERATING.md"),
    Lines = [iolist_to_binary(["| `", Name, "` | ", string:lowercase(atom_to_list(Type)), " | ", lists:join(", ", [["`", Label, "`"] || {Label, _} <- Labels])])
             || {Name, Type, [{Labels, _} | _]} <- collected()],
    ?assertEqual([], [Line || Line <- Lines, binary:match(Docs, Line) =:= nomatch]),
    ok = delete(ok).

running(Tests) -> {foreach, fun create/0, fun delete/1, Tests}.

create() ->
    ok = rabbit_socks_edge_table:create(),
    ?M:create().

delete(ok) ->
    true = ets:delete(?M),
    true = ets:delete(rabbit_socks_edge_table),
    ?M:delete().

count() ->
    [ok = ?M:opened(Kind) || Kind <- [?WS, ?POLLING, ?WS]],
    ok = ?M:closed(?WS),
    ok = ?M:received(2, 30),
    ok = ?M:sent(3, 0),
    ok = ?M:crashed().

collected() ->
    Test = self(),
    ok = rabbit_socks_prometheus_collector:collect_mf(default, fun(Family) -> Test ! Family end),
    lists:sort(families()).

families() ->
    receive
        #'MetricFamily'{name = Name, type = Type, metric = Metrics} ->
            [{binary_to_list(iolist_to_binary(Name)), Type, lists:sort([shown(Metric) || Metric <- Metrics])} | families()]
    after 0 -> []
    end.

shown(#'Metric'{label = Labels, gauge = Gauge, counter = Counter}) ->
    {[{text(Name), text(Value)} || #'LabelPair'{name = Name, value = Value} <- Labels],
     case Gauge of #'Gauge'{value = Value} -> Value; undefined -> Counter#'Counter'.value end}.

text(Atom) when is_atom(Atom) -> atom_to_list(Atom);
text(Text) -> binary_to_list(iolist_to_binary(Text)).

labels({Protocol, Transport}) -> [{"protocol", binary_to_list(Protocol)}, {"transport", atom_to_list(Transport)}].
