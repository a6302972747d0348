%% SPDX-License-Identifier: MPL-2.0
%% @doc What suites of emitted events share: who emits, and what the plugin says of it.
-module(emit_world).

-include_lib("common_test/include/ct.hrl").

-export([start/1, stop/1, set/2, running/1, status/1, consumer/1, logged/2, emitted/2, emit/2, emit_to/3, target/1, event/3, probe/3]).

%% @doc A broker that emits what its exchange `socks' gets.
-spec start([term()]) -> [term()].
start(Config) ->
    Broker = socks_broker:start(#{
        ports => [management],
        plugins => [rabbit_socks, rabbitmq_management],
        config => fun(#{management := Port}) ->
            [{rabbit_socks, [{emit, true}]}, {rabbitmq_management, [{tcp_config, [{ip, "127.0.0.1"}, {port, Port}]}]}]
        end
    }),
    [ok = socks_broker:load(Broker, Module) || Module <- [mixed_callback, socketio_callback, emit_probe]],
    [{broker, Broker} | Config].

-spec stop([term()]) -> ok.
stop(Config) -> socketio_world:stop(Config).

%% @doc As if the broker had been started with this.
-spec set([term()], term()) -> ok.
set(Config, Emit) ->
    ok = listeners_world:rpc(Config, supervisor, terminate_child, [rabbit_socks_sup, rabbit_socks_emit]),
    ok = listeners_world:rpc(Config, application, set_env, [rabbit_socks, emit, Emit]),
    {ok, _} = listeners_world:rpc(Config, supervisor, restart_child, [rabbit_socks_sup, rabbit_socks_emit]),
    ok.

-spec running([term()]) -> ok.
running(Config) ->
    listeners_world:eventually(fun() -> case status(Config) of #{state := running} -> true; _ -> false end end).

-spec status([term()]) -> rabbit_socks_emit:status().
status(Config) -> listeners_world:rpc(Config, rabbit_socks_emit, status, []).

%% @doc The process that consumes, without which there is none.
-spec consumer([term()]) -> pid().
consumer(Config) ->
    Emit = listeners_world:rpc(Config, erlang, whereis, [rabbit_socks_emit]),
    {links, Links} = listeners_world:rpc(Config, erlang, process_info, [Emit, links]),
    [Consumer] = Links -- [listeners_world:rpc(Config, erlang, whereis, [rabbit_socks_sup])],
    Consumer.

%% @doc Lines of the log that hold a text, with all that was logged before.
-spec logged([term()], iodata()) -> [binary()].
logged(Config, Text) ->
    Mark = io_lib:format("the log until ~b", [erlang:unique_integer([positive])]),
    ok = listeners_world:rpc(Config, logger, error, [lists:flatten(Mark)]),
    listeners_world:eventually(fun() -> listeners_world:log_lines(Config, Mark) =/= [] end),
    listeners_world:log_lines(Config, Text).

%% @doc What came to be of messages since an earlier status: how many were emitted and how many refused.
-spec emitted([term()], map()) -> {non_neg_integer(), non_neg_integer()}.
emitted(Config, #{emitted := E0, refused := R0}) ->
    #{emitted := E, refused := R} = status(Config),
    {E - E0, R - R0}.

-spec emit([term()], [emit_probe:message()]) -> ok.
emit(Config, Messages) -> ok = emit_to(Config, <<"socks">>, Messages).

-spec emit_to([term()], binary(), [emit_probe:message()]) -> ok | {refused, pos_integer()}.
emit_to(Config, Exchange, Messages) -> probe(Config, publish, [target(Config), Exchange, Messages]).

-spec target([term()]) -> emit_probe:target().
target(Config) -> #{port => listeners_world:port(Config, amqp), user => <<"guest">>, password => <<"guest">>, vhost => <<"/">>}.

%% @doc An event with arguments as JSON.
-spec event(binary(), binary(), iodata()) -> emit_probe:message().
event(Key, Name, Json) -> {Key, [{<<"event">>, longstr, Name}], <<"application/json">>, iolist_to_binary(Json)}.

-spec probe([term()], atom(), [term()]) -> term().
probe(Config, Function, Args) -> socks_broker:rpc(?config(broker, Config), emit_probe, Function, Args).
