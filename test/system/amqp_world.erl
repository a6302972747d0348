%% SPDX-License-Identifier: MPL-2.0
%% @doc What the suites of the bridge start from: a broker with users of several rights, and listeners.
-module(amqp_world).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([start/1, start/2, stop/1, clean/1, listening/2, port/1, probe/3, workers/2, guest/1, user/2, wrong/3]).

-spec start([term()]) -> [term()].
start(Config) -> start(#{}, Config).

%% @doc With options of the broker's own.
-spec start(socks_broker:options(), [term()]) -> [term()].
start(Options, Config) ->
    Broker = socks_broker:start(Options),
    ok = socks_broker:load(Broker, amqp_probe),
    ok = socks_broker:rpc(Broker, application, set_env, [rabbit_socks, permission_refresh, 200]),
    [{0, _} = socks_broker:ctl(Broker, Command) || Command <- [
        ["add_user", "reader", "secret"], ["set_permissions", "reader", "^socks-subscription-", "^socks-subscription-", "^(amq\\.topic|socks-subscription-.*)$"],
        ["set_topic_permissions", "reader", "amq.topic", "^$", "^news\\."],
        ["add_user", "writer", "secret"], ["set_permissions", "writer", "^$", "^(amq\\.topic|amq\\.default)$", "^$"],
        ["set_topic_permissions", "writer", "amq.topic", "^news\\.", "^$"],
        ["add_user", "stranger", "secret"]]],
    [{broker, Broker} | Config].

-spec stop([term()]) -> ok.
stop(Config) -> socks_broker:stop(?config(broker, Config)).

%% @doc A listener of the bridge for one case.
-spec listening([term()], [term()]) -> [term()].
listening(Options, Config) -> [{port, socketio_world:listen(Config, rabbit_socks_amqp, Options)} | Config].

%% @doc Nothing stays of what a session had.
-spec clean([term()]) -> ok.
clean(Config) ->
    socketio_world:clean(Config),
    listeners_world:eventually(fun() -> [Q || <<"socks-", _/binary>> = Q <- probe(Config, queues, [])] =:= [] end),
    lists:foreach(fun(Queue) -> ok = probe(Config, delete, [Queue]) end, probe(Config, queues, [])).

-spec probe([term()], atom(), [term()]) -> term().
probe(Config, Function, Args) -> socks_broker:rpc(?config(broker, Config), amqp_probe, Function, Args).

%% @doc What sessions share, by the first elements of its key.
-spec workers([term()], [term()]) -> [pid()].
workers(Config, Beginning) ->
    [Pid || {Key, Pid} <- listeners_world:rpc(Config, ets, tab2list, [rabbit_socks_amqp_workers]), lists:prefix(Beginning, tuple_to_list(Key))].

-spec port([term()]) -> inet:port_number().
port(Config) -> ?config(port, Config).

-spec guest([term()]) -> bridge_client:client().
guest(Config) -> bridge_client:open(port(Config), websocket, #{username => <<"guest">>, password => <<"guest">>}).

-spec user([term()], binary()) -> bridge_client:client().
user(Config, Name) -> bridge_client:open(port(Config), websocket, #{username => Name, password => <<"secret">>}).

%% @doc What was wrong: the code alone.
-spec wrong(bridge_client:client(), iodata(), [term()]) -> binary().
wrong(Client, Name, Args) ->
    #{<<"ok">> := false, <<"error">> := Code, <<"message">> := Text} = bridge_client:ask(Client, Name, Args),
    ?assertNotEqual(<<>>, Text),
    Code.
