%% SPDX-License-Identifier: MPL-2.0
%% @doc What an operator wrote about one listener, to a checked map that the rest of the program can trust. This module
%% opens nothing and asks no other process: it knows the forms of an entry, what a callback module must export and how
%% a listener is described to the edge (`docs/PORT_PROTOCOL.md', "Config of a listener").
-module(rabbit_socks_config).

-export([check/1, interface/1, describe/1]).
-export_type([interface/0, listener/0]).

-define(WEB_PORT, 15690).
-define(WEB_PREFIX, <<"socks">>).

%% `any' is every address of the machine; a string is a host name that is still to be looked up.
-type interface() :: {port, any | inet:ip_address() | string(), inet:port_number()} | {web, Prefix :: binary()}.

-type listener() ::
    #{name := term(),                    % the interface as it was written
      interface := interface(),
      routes := [{module(), term()}],    % by route index: the callback module and its options for init/3
      config := map(),                   % what the edge is told
      backlog := pos_integer(),
      tls := none | edge | default | fun(() -> [term()]), % edge: on a port, see config. In the web context `default' is
                                         % the broker's own ssl_options, a fun says other ones
      port := inet:port_number(),        % web context only, as is the next
      ip := any | inet:ip_address()}.

%% @doc Checks an entry: `{Interface, Module, Options}', `{Interface, [{protocol, Module} | Options]}' or
%% `{Interface, [{PathPrefix, Module, Options}, ...], Options}'. The text of an error does not name the entry.
-spec check(term()) -> {ok, listener()} | {error, string()}.
check(Entry) ->
    try
        {ok, listener(Entry)}
    catch
        throw:{invalid, Text} -> {error, Text}
    end.

%% @doc The interface alone, for what has been started already.
-spec interface(term()) -> {ok, interface()} | {error, string()}.
interface(Interface) ->
    try
        {ok, parse(Interface)}
    catch
        throw:{invalid, Text} -> {error, Text}
    end.

%% @doc An entry for a log line: cut, and without what may be secret.
-spec describe(term()) -> string().
describe({Interface, Module, _}) when is_atom(Module) -> format("{~0tP, ~0tp, ...}", [Interface, 12, Module]);
describe({Interface, Routes}) when is_list(Routes) -> format("{~0tP, ~0tP}", [Interface, 12, hide(Routes), 30]);
describe({Interface, Routes, _}) -> format("{~0tP, ~0tP, ...}", [Interface, 12, hide(Routes), 30]);
describe(Entry) -> format("~0tP", [Entry, 20]).

%% Only the shape of a route or an option is of interest: its name and, of a route, its module.
hide([First | Rest]) -> [hide(First) | hide(Rest)];
hide({protocol, Module}) -> {protocol, Module};
hide({Name, _}) -> {Name, '...'};
hide({Prefix, Module, _}) -> {Prefix, Module, '...'};
hide(Other) -> Other.

listener({Name, Module, Options}) when is_atom(Module) ->
    listener(Name, [{"", Module, []}], Options);
listener({Name, Options}) when is_list(Options) ->
    case lists:partition(fun(Option) -> is_tuple(Option) andalso element(1, Option) =:= protocol end, Options) of
        {[{protocol, Module}], Rest} -> listener(Name, [{"", Module, []}], Rest);
        {[], _} -> invalid("it names no callback module: add {protocol, Module}", []);
        _ -> invalid("it names more than one protocol: write {Interface, [{PathPrefix, Module, Options}, ...], Options}", [])
    end;
listener({Name, [_ | _] = Routes, Options}) ->
    listener(Name, Routes, Options);
listener({_, [], _}) ->
    invalid("it has no routes: give at least one {PathPrefix, Module, Options}", []);
listener({_, Module, _}) ->
    invalid("~0P is neither a callback module nor a list of {PathPrefix, Module, Options}", [Module, 20]);
listener(_) ->
    invalid("it is not {Interface, Module, Options}, {Interface, [{protocol, Module} | Options]} or "
            "{Interface, [{PathPrefix, Module, Options}, ...], Options}", []).

listener(Name, Routes0, Options0) ->
    Interface = parse(Name),
    Options = rabbit_socks_options:check(element(1, Interface), Options0),
    {Routes, Configs} = lists:unzip([route(Route, Options) || Route <- Routes0]),
    distinct([Prefix || #{prefix := Prefix} <- Configs]),
    {Tls, Told} = tls(element(1, Interface), tls(Options)),
    #{name => Name,
      interface => Interface,
      routes => Routes,
      config => maps:merge(config(Configs, Options), Told),
      backlog => maps:get(backlog, Options, 1024),
      port => maps:get(port, Options, ?WEB_PORT),
      ip => maps:get(ip, Options, any),
      tls => Tls}.

config(Routes, Options) ->
    Limits = maps:merge(maps:get(limits, Options, #{}), maps:with([hixie, recovery, http_compression, cookie, compression], Options)),
    Limits#{routes => Routes, pages => maps:get(pages, Options, own_pages())}.

own_pages() ->
    Directory = case code:priv_dir(rabbit_socks) of
        {error, bad_name} -> "priv/www";
        Priv -> filename:join(Priv, "www")
    end,
    case filelib:is_dir(Directory) of
        true -> unicode:characters_to_binary(filename:absname(Directory));
        false -> none
    end.

tls(#{ssl_opts := _} = Options) when not is_map_key(ssl, Options) ->
    invalid("its option ssl_opts needs {ssl, true}", []);
tls(#{ssl := true} = Options) -> maps:get(ssl_opts, Options, default);
tls(_) -> none.

%% TLS is ended by the edge on a port, by the broker in the web context.
tls(_, none) -> {none, #{}};
tls(port, Options) -> {edge, #{tls => rabbit_socks_tls:check(Options)}};
tls(web, default) -> {default, #{}};
tls(web, Options) -> {fun() -> Options end, #{}}.

%% Routes. What a route does not say, the listener says for it.

route({Prefix, Module, Options0}, Listener) when is_atom(Module) ->
    Options = maps:merge(maps:with([origins, options], Listener), rabbit_socks_options:check(route, Options0)),
    exports(Module),
    {{Module, maps:get(options, Options, [])},
     #{prefix => prefix(Prefix),
       subprotocols => subprotocols(Module),
       events => erlang:function_exported(Module, handle_event, 4),
       frames => erlang:function_exported(Module, handle_frame, 2),
       resumes => erlang:function_exported(Module, resume, 2),
       origins => maps:get(origins, Options, any)}};
route(Other, _) ->
    invalid("its route ~0P is not {PathPrefix, Module, Options}", [Other, 20]).

prefix(Prefix) ->
    try unicode:characters_to_binary(Prefix) of
        Text when is_binary(Text) -> binary:split(Text, <<"/">>, [global, trim_all]);
        _ -> invalid("its path prefix ~0P is not a string", [Prefix, 20])
    catch
        error:badarg -> invalid("its path prefix ~0P is not a string", [Prefix, 20])
    end.

distinct(Prefixes) ->
    case Prefixes -- lists:usort(Prefixes) of
        [] -> ok;
        [Twice | _] -> invalid("two of its routes have the path prefix \"/~ts\"", [lists:join("/", Twice)])
    end.

exports(Module) ->
    case code:ensure_loaded(Module) of
        {module, Module} -> ok;
        {error, Reason} ->
            invalid("its callback module ~ts cannot be loaded (~0tp): is its plugin enabled and its name right?",
                    [Module, Reason])
    end,
    Init = [{init, 2} || not erlang:function_exported(Module, init, 3)],
    Messages = [{handle_frame, 2} || not erlang:function_exported(Module, handle_event, 4)],
    Needed = [{subprotocol_name, 0}, {open, 3}] ++ Messages ++ [{terminate, 1}] ++ Init,
    case [[atom_to_list(F), $/, integer_to_list(A)] || {F, A} <- Needed, not erlang:function_exported(Module, F, A)] of
        [] -> ok;
        Missing -> invalid("its callback module ~ts does not export ~ts", [Module, lists:join(", ", Missing)])
    end.

%% One name as the contract of 2011 has it, or several in order of preference. No name: none is negotiated.
subprotocols(Module) ->
    Names = try Module:subprotocol_name() of
        [First | _] = List when not is_integer(First) -> List;
        Empty when Empty =:= []; Empty =:= <<>> -> [];
        One -> [One]
    catch
        Class:Reason ->
            invalid("its callback module ~ts failed in subprotocol_name/0: ~0tP", [Module, {Class, Reason}, 20])
    end,
    [subprotocol(Module, Name) || Name <- Names].

subprotocol(Module, Name) ->
    try iolist_to_binary(Name) of
        Text ->
            case re:run(Text, "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", [dollar_endonly]) of
                {match, _} -> Text;
                nomatch -> bad_subprotocol(Module, Name)
            end
    catch
        error:badarg -> bad_subprotocol(Module, Name)
    end.

-spec bad_subprotocol(module(), term()) -> no_return().
bad_subprotocol(Module, Name) ->
    invalid("its callback module ~ts has the subprotocol name ~0tP, which is not a token of RFC 7230", [Module, Name, 20]).

%% Interfaces.

parse(Web) when Web =:= rabbit_mochiweb; Web =:= rabbit_web_dispatch -> {web, ?WEB_PREFIX};
parse({Web, Prefix}) when Web =:= rabbit_mochiweb; Web =:= rabbit_web_dispatch -> {web, web_prefix(Prefix)};
parse(Port) when is_integer(Port) -> {port, any, port(Port)};
parse({Address, Port}) when is_integer(Port) -> {port, address(Address), port(Port)};
parse(Other) ->
    invalid("~0P is no interface: give rabbit_web_dispatch, {rabbit_web_dispatch, Prefix}, a port number or "
            "{IpAddress, Port}", [Other, 20]).

port(Port) when Port >= 0, Port =< 65535 -> Port;
port(Port) -> invalid("~b is no port number (0 to 65535)", [Port]).

address(Address) when is_tuple(Address) ->
    case inet:is_ip_address(Address) of
        true -> Address;
        false -> bad_address(Address)
    end;
address(Binary) when is_binary(Binary) ->
    address(binary_to_list(Binary));
address([Char | _] = Text) when is_integer(Char) ->
    case inet:parse_strict_address(Text) of
        {ok, Address} -> Address;
        {error, _} ->
            %% What has the letters of a host name is looked up later; "1.2.3" or "1.2.3.400" is a slip, not a name.
            case re:run(Text, "^(?=.*[A-Za-z])[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9_.])?$", [dollar_endonly]) of
                {match, _} -> Text;
                nomatch -> bad_address(Text)
            end
    end;
address(Other) ->
    bad_address(Other).

-spec bad_address(term()) -> no_return().
bad_address(Address) ->
    invalid("~0tP is neither an IPv4 or IPv6 address nor a host name", [Address, 20]).

web_prefix(Prefix) ->
    Text = iolist_to_binary(lists:join(<<"/">>, prefix(Prefix))),
    case re:run(Text, "^[A-Za-z0-9._~/-]+$", [dollar_endonly]) of
        {match, _} -> Text;
        nomatch -> invalid("~0tP cannot be the prefix of a web context: use letters, digits and -._~~", [Prefix, 20])
    end.

format(Format, Args) -> lists:flatten(io_lib:format(Format, Args)).

-spec invalid(string(), [term()]) -> no_return().
invalid(Format, Args) -> throw({invalid, format(Format, Args)}).
