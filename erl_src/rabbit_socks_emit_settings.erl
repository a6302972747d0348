%% SPDX-License-Identifier: MPL-2.0
%% @doc The key `emit' of the configuration, checked. docs/EMIT.md has the table.
-module(rabbit_socks_emit_settings).

-export([check/1, from_conf/1]).
-export_type([settings/0]).

-type settings() :: #{vhost := binary(), exchange := binary()}.

-define(MAX_NAME, 255).

%% @doc The error is for the log.
-spec check(term()) -> off | {ok, settings()} | {error, string()}.
check(false) ->
    off;
check(true) ->
    check([]);
check(Options) when is_list(Options) ->
    set(Options, #{vhost => application:get_env(rabbit, default_vhost, <<"/">>), exchange => <<"socks">>}, []);
check(Other) ->
    {error, text("the key 'emit' must be true, false or a list of options, not ~ts", [rabbit_socks_blame:reason(Other)])}.

set([], Settings, _) ->
    {ok, Settings};
set([{Name, Value} | Rest], Settings, Seen) when Name =:= vhost; Name =:= exchange ->
    case {lists:member(Name, Seen), name(Value)} of
        {true, _} -> {error, text("emit: '~ts' is given twice", [Name])};
        {false, {ok, Text}} -> set(Rest, Settings#{Name := Text}, [Name | Seen]);
        {false, error} -> {error, text("emit: '~ts' must be a name of 1 to ~b bytes", [Name, ?MAX_NAME])}
    end;
set(_, _, _) ->
    {error, "emit: the options are 'vhost' and 'exchange'"}.

text(Format, Arguments) -> lists:flatten(io_lib:format(Format, Arguments)).

%% A binary, or a string as configuration files have it.
name(Value) when is_binary(Value), Value =/= <<>>, byte_size(Value) =< ?MAX_NAME -> {ok, Value};
name([_ | _] = Value) ->
    try unicode:characters_to_binary(Value) of
        Text when is_binary(Text) -> name(Text);
        _ -> error
    catch
        error:badarg -> error
    end;
name(_) -> error.

%% @doc What rabbitmq.conf says, in the classic form: the keys socks.emit and socks.emit.OPTION.
-spec from_conf([{[string()], term()}]) -> {ok, boolean() | [{exchange | vhost, string()}]} | none | {error, string()}.
from_conf(Conf) ->
    Options = [{Name, Value} || {Name, Key} <- [{exchange, "exchange"}, {vhost, "vhost"}], {["socks", "emit", K], Value} <- Conf, K =:= Key],
    case {lists:keyfind(["socks", "emit"], 1, Conf), Options} of
        {false, []} -> none;
        {{_, Emit}, []} -> {ok, Emit};
        {{_, true}, _} -> checked(Options);
        {_, _} -> {error, "socks.emit.exchange and socks.emit.vhost want socks.emit = true"}
    end.

checked(Options) ->
    case check(Options) of
        {ok, _} -> {ok, Options};
        {error, Text} -> {error, Text}
    end.
