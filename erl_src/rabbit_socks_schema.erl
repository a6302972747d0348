%% SPDX-License-Identifier: MPL-2.0
%% @doc The keys `socks.listeners.NAME....' of rabbitmq.conf to the classic entries of `listeners', which they stand for one to
%% one. Called by `priv/schema/rabbit_socks.schema' while the broker reads its configuration: nothing of the plugin runs yet.
%%
%% What an entry may say is checked here already, by the modules that check the classic form, so that a mistake keeps the broker
%% from starting, as any other in rabbitmq.conf does. Only the callback modules are looked at later: their plugins need not be
%% in the code path yet.
-module(rabbit_socks_schema).

-export([listeners/1]).

%% What cuttlefish has made of the file: the words of a key, and an integer, an atom, or a string.
-type setting() :: {[string()], term()}.

%% Keys that are no options: where an entry listens, and whom it calls.
-define(PLACE, ["context", "ip", "port", "path", "module"]).
-define(LISTS, ["origins", "versions", "ciphers"]).
%% Strings that are meant as such; any other is a size.
-define(TEXTS, ["pages", "cookie", "vhost", "default_user", "login_cookie", "certfile", "keyfile", "cacertfile", "password"]).

%% @doc The entries, by the names of the listeners.
-spec listeners([setting()]) -> {ok, [tuple()]} | {error, string()}.
listeners(Conf) ->
    Listeners = groups(below(["socks", "listeners"], Conf)),
    try
        {ok, [listener("socks.listeners." ++ Name, Settings) || {Name, Settings} <- Listeners]}
    catch
        throw:{invalid, Text} -> {error, Text}
    end.

listener(Key, Settings) ->
    {Interface, Place} = interface(Key, Settings),
    Entry = case {leaf("module", Settings), groups(below(["routes"], Settings))} of
        {none, []} -> invalid("~ts.module is missing: which callback module has the listener?", [Key]);
        {Module, []} -> {Interface, Module, Place ++ options(Key, Settings)};
        {none, Routes} ->
            {Interface, [route(Key ++ ".routes." ++ Name, Name, Route) || {Name, Route} <- Routes], Place ++ options(Key, Settings)};
        {_, _} -> invalid("~ts.module and ~ts.routes exclude each other", [Key, Key])
    end,
    check(Key, Entry),
    Entry.

interface(Key, Settings) ->
    case {leaf("context", Settings), leaf("ip", Settings), leaf("port", Settings)} of
        {none, _, none} -> invalid("~ts.port is missing", [Key]);
        {none, none, Port} -> {Port, []};
        {none, Ip, Port} -> {{Ip, Port}, []};
        {Prefix, Ip, Port} -> {web(Prefix), [{Name, Value} || {Name, Value} <- [{port, Port}, {ip, Ip}], Value =/= none]}
    end.

%% As it is written where nobody chooses one.
web("socks") -> rabbit_web_dispatch;
web(Prefix) -> {rabbit_web_dispatch, Prefix}.

route(Key, Name, Settings) ->
    Path = case leaf("path", Settings) of
        none -> Name;
        "/" -> "";
        Given -> Given
    end,
    case leaf("module", Settings) of
        none -> invalid("~ts.module is missing: which callback module has the route?", [Key]);
        Module -> {Path, Module, options(Key, Settings)}
    end.

%% Of a listener or a route.
options(Key, Settings) ->
    Groups = [{ssl_opts, tls(Key ++ ".ssl_opts", below(["ssl_opts"], Settings))},
              {options, named(Key ++ ".options", below(["options"], Settings)) ++ custom(below(["custom"], Settings))}],
    named(Key, Settings) ++ [Group || {_, Values} = Group <- Groups, Values =/= []].

tls(Key, Settings) ->
    Hosts = [host(Key ++ ".sni_hosts." ++ Name, Host) || {Name, Host} <- groups(below(["sni_hosts"], Settings))],
    named(Key, Settings) ++ [{sni_hosts, Hosts} || Hosts =/= []].

host(Key, Settings) ->
    case lists:keytake(["name"], 1, Settings) of
        {value, {_, Name}, Own} -> {Name, named(Key, Own)};
        false -> invalid("~ts.name is missing: for which host name is it?", [Key])
    end.

custom(Settings) ->
    [{list_to_atom(Name), guess(Value)} || {[Name], Value} <- lists:sort(Settings)].

%% What is called as it is in the classic form, and lists.
named(Key, Settings) ->
    [{list_to_atom(Name), value(Key, Name, Value)} || {[Name], Value} <- lists:sort(Settings), not lists:member(Name, ?PLACE)] ++
        [{list_to_atom(Name), Values} || Name <- ?LISTS, Values <- [list(Name, Settings)], Values =/= []].

%% Of a module that nobody here knows.
guess("true") -> true;
guess("false") -> false;
guess(Text) ->
    try
        list_to_integer(Text)
    catch
        error:badarg -> Text
    end.

value(_, "cookie", Text) when Text =:= "true"; Text =:= "false" -> Text =:= "true";
value(_, "pages", "none") -> none;
value(Key, Name, Text) when is_list(Text) ->
    case lists:member(Name, ?TEXTS) of
        true -> Text;
        false -> size(Key ++ "." ++ Name, Text)
    end;
value(_, _, Value) -> Value.

%% As the broker's own sizes are written.
size(Key, Text) ->
    case re:run(Text, "^([0-9]{1,12})(|k|kb|kib|m|mb|mib|g|gb|gib)$", [caseless, dollar_endonly, {capture, all_but_first, list}]) of
        {match, [Digits, Unit]} -> list_to_integer(Digits) * unit(string:lowercase(Unit));
        nomatch -> invalid("~ts must be a number of bytes, as 65536, 64KB or 1MB, not ~ts", [Key, Text])
    end.

unit("") -> 1;
unit([$k | _]) -> 1024;
unit([$m | _]) -> 1024 * 1024;
unit([$g | _]) -> 1024 * 1024 * 1024.

%% Any callback module stands for those of the entry: whether they are there is seen when the listener starts.
check(Key, {Interface, Module, Options} = Entry) ->
    Stand = case Module of
        [_ | _] -> [{Path, rabbit_socks_echo, Own} || {Path, _, Own} <- Module];
        _ -> rabbit_socks_echo
    end,
    case rabbit_socks_config:check({Interface, Stand, Options}) of
        {ok, _} -> lists:foreach(fun({Given, Own}) -> module(Key, Given, Own) end, modules(Entry));
        {error, Text} -> invalid("~ts: ~ts", [Key, Text])
    end.

modules({_, [_ | _] = Routes, Options}) ->
    Shared = proplists:get_value(options, Options, []),
    [{Module, proplists:get_value(options, Own, Shared)} || {_, Module, Own} <- Routes];
modules({_, Module, Options}) ->
    [{Module, proplists:get_value(options, Options, [])}].

module(Key, rabbit_socks_amqp, Options) -> good(Key, rabbit_socks_amqp_options:check(Options));
module(Key, rabbit_socks_stomp, Options) -> good(Key ++ ": rabbit_socks_stomp", rabbit_socks_stomp_options:check(Options));
module(_, _, _) -> ok.

good(_, {ok, _}) -> ok;
good(Where, {error, Text}) -> invalid("~ts: ~ts", [Where, Text]).

%% Keys.

leaf(Name, Settings) ->
    case lists:keyfind([Name], 1, Settings) of
        {_, Value} -> Value;
        false -> none
    end.

below(Prefix, Settings) ->
    [{lists:nthtail(length(Prefix), Path), Value} || {Path, Value} <- Settings, lists:prefix(Prefix, Path), Path =/= Prefix].

%% By the next word of their keys, in its order.
groups(Settings) ->
    [{Name, below([Name], Settings)} || Name <- lists:usort([hd(Path) || {Path, _} <- Settings])].

%% NAME.1, NAME.2, ... in the order of the numbers; words after them, as they are sorted.
list(Name, Settings) ->
    [Value || {_, Value} <- lists:sort([{guess(Index), Value} || {[Index], Value} <- below([Name], Settings)])].

-spec invalid(string(), [term()]) -> no_return().
invalid(Format, Args) -> throw({invalid, lists:flatten(io_lib:format(Format, Args))}).
