%% SPDX-License-Identifier: MPL-2.0
%% @doc As much of a broker as listeners need: Ranch, Cowboy, the table of listeners, the event manager, the web server. With
%% the supervisor of our listeners, and edge_stub for the edge. It is itself a callback module.
-module(broker_stub).

-include_lib("eunit/include/eunit.hrl").

-export([tests/1, called/1, rows/0]).
-export([subprotocol_name/0, init/2, open/3, handle_frame/2, terminate/1]).

-spec subprotocol_name() -> string().
subprotocol_name() -> "x".
-spec init(term(), term()) -> {ok, term()}.
init(_, _) -> {ok, none}.
-spec open(module(), term(), term()) -> {ok, term()}.
open(_, _, State) -> {ok, State}.
-spec handle_frame(term(), term()) -> {ok, term()}.
handle_frame(_, State) -> {ok, State}.
-spec terminate(term()) -> ok.
terminate(_) -> ok.

%% @doc Tests for EUnit, each in a broker of its own and in one process with it, which edge_stub sends what the edge is told.
%% Each must leave nothing behind when its listeners are stopped.
-spec tests([{atom(), fun(() -> term())}]) -> term().
tests(Tests) ->
    [{atom_to_list(Name), {timeout, 90, fun() -> run(Test) end}} || {Name, Test} <- Tests].

%% What is left is judged only when nothing failed before.
run(Test) ->
    State = setup(),
    try Test() of
        _ -> ?assertEqual({[], [], #{}, []}, cleanup(State))
    catch
        Class:Reason:Stack ->
            _ = cleanup(State),
            erlang:raise(Class, Reason, Stack)
    end.

setup() ->
    Level = maps:get(level, logger:get_primary_config()),
    ok = logger:set_primary_config(level, none),
    {ok, Cowboy} = application:ensure_all_started(cowboy),
    {ok, Tls} = application:ensure_all_started(ssl),
    ok = open_rows(),
    ok = application:set_env(rabbit, ssl_apps, []),
    ok = application:set_env(rabbit, ssl_options, []),
    {ok, Events} = gen_event:start({local, rabbit_event}),
    {ok, Web} = rabbit_web_dispatch_sup:start_link(),
    ok = edge_stub:install(),
    {ok, Sup} = rabbit_socks_listener_sup:start_link(),
    lists:foreach(fun erlang:unlink/1, [Web, Sup]),
    {Level, Cowboy ++ Tls, Events, Sup, Web}.

cleanup({Level, Started, Events, Sup, Web}) ->
    stop(Sup),
    Left = {rabbit_web_dispatch_registry:list_all(), rows(), listeners(),
            gen_event:which_handlers(rabbit_event)},
    stop(Web),
    edge_stub:uninstall(),
    gen_event:stop(Events),
    ok = close_rows(),
    lists:foreach(fun application:stop/1, lists:reverse(Started)),
    flush(),
    ok = logger:set_primary_config(level, Level),
    Left.

%% RabbitMQ 4 makes its table itself; that of 3 is as rabbit_table defines it.
open_rows() ->
    case lists:member({ensure_listener_table_for_this_node, 0}, rabbit_networking:module_info(exports)) of
        true -> apply(rabbit_networking, ensure_listener_table_for_this_node, []);
        false ->
            ok = mnesia:start(),
            {atomic, ok} = mnesia:create_table(rabbit_listener, [{type, bag}, {record_name, listener},
                                                                 {attributes, [node, protocol, host, ip_address, port, opts]}]),
            ok
    end.

close_rows() ->
    case ets:whereis(rabbit_listener_ets) of
        undefined -> stopped = mnesia:stop();
        Table -> true = ets:delete(Table)
    end,
    ok.

%% @doc What the broker knows of listeners.
-spec rows() -> [tuple()].
rows() -> rabbit_networking:node_listeners(node()).

%% A listener of the web context is stopped in its own time; ranch cannot look at one half way.
listeners() ->
    try ranch:info()
    catch exit:{noproc, _} -> timer:sleep(20), listeners()
    end.

stop(Sup) ->
    Monitor = erlang:monitor(process, Sup),
    exit(Sup, shutdown),
    receive {'DOWN', Monitor, process, _, _} -> ok end.

flush() ->
    receive _ -> flush() after 0 -> ok end.

%% @doc The next call of a function of the edge.
-spec called(atom()) -> [term()].
called(Function) ->
    receive {edge, Function, Args, _} -> Args after 10000 -> error({not_called, Function}) end.
