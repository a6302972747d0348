%% SPDX-License-Identifier: MPL-2.0
%% @doc Options of the bridge: what a listener's or route's `options' say, checked. docs/BRIDGE.md has the table.
-module(rabbit_socks_amqp_options).

-export([check/1]).
-export_type([options/0]).

-type options() :: #{vhost := binary(), default_user := binary() | none, login_timeout := pos_integer(), publish_timeout := pos_integer(),
                     max_subscriptions := pos_integer(), max_publishes := pos_integer(), max_consumers := pos_integer(),
                     max_streams := pos_integer(), ack_timeout := pos_integer(), expires_notice := pos_integer(), basic := boolean(), certificate := boolean(),
                     cookie := binary() | none}.

%% @doc The error is for the log: options are the operator's.
-spec check(term()) -> {ok, options()} | {error, string()}.
check(Options) when is_list(Options) ->
    check(Options, defaults());
check(_) ->
    {error, "the options of rabbit_socks_amqp are a list"}.

defaults() ->
    #{vhost => application:get_env(rabbit, default_vhost, <<"/">>), default_user => none, login_timeout => 10000,
      publish_timeout => 30000, max_subscriptions => 100, max_publishes => 64, max_consumers => 10, max_streams => 10, ack_timeout => 1800000,
      expires_notice => 60000, basic => false, certificate => false, cookie => none}.

check([], Checked) ->
    {ok, Checked};
check([{Name, Value} | Options], Checked) when is_map_key(Name, Checked) ->
    case value(Name, Value) of
        {ok, Good} -> check(Options, Checked#{Name := Good});
        error -> {error, lists:flatten(io_lib:format("rabbit_socks_amqp: ~tp is no value for ~tp", [Value, Name]))}
    end;
check([{Name, _} | _], _) ->
    {error, lists:flatten(io_lib:format("rabbit_socks_amqp: there is no option ~tp", [Name]))};
check([Option | _], _) ->
    {error, lists:flatten(io_lib:format("rabbit_socks_amqp: an option is {Name, Value}, not ~tp", [Option]))}.

value(Name, Value) when Name =:= vhost; Name =:= default_user -> name(Value);
value(cookie, Value) -> name(Value);
value(Name, Value) when Name =:= basic; Name =:= certificate ->
    case is_boolean(Value) of
        true -> {ok, Value};
        false -> error
    end;
value(_, Value) when is_integer(Value), Value > 0, Value =< 16#ffffffff -> {ok, Value};
value(_, _) -> error.

name(Value) when is_binary(Value), Value =/= <<>>, byte_size(Value) =< 255 -> {ok, Value};
name([_ | _] = Value) ->
    try unicode:characters_to_binary(Value) of
        Binary when is_binary(Binary) -> name(Binary);
        _ -> error
    catch
        error:badarg -> error
    end;
name(_) -> error.
