%% SPDX-License-Identifier: MPL-2.0
%% @doc The options of a listener: one table of names and ranges, and the checks that need no socket. The names of the
%% limits are the members of `c_src/session/config.h' and the structs in it; `docs/CONFIGURATION.md' describes each.
%% A bad option throws `{invalid, Text}', which `rabbit_socks_config' turns into its one error.
-module(rabbit_socks_options).

-export([check/2, limits/0]).
-export_type([scope/0, checked/0]).

-type scope() :: port | web | route.
-type checked() :: #{atom() => term()}.

%% Half of a packet of the link: a message must fit into one with what goes around it.
-define(MAX_MESSAGE, 16#2000000).
-define(UINT32, 16#FFFFFFFF).
-define(DAY, 86400000).

%% @doc Every limit of the edge with its smallest and largest value. Times are milliseconds.
-spec limits() -> [{atom(), non_neg_integer(), pos_integer()}].
limits() ->
    [{max_request_line, 1, 65535},
     {max_head, 64, 1048576},
     {max_headers, 1, 10000},
     {max_header_name, 1, 65535},
     {max_body, 0, ?MAX_MESSAGE},
     {max_empty_lines, 0, 1000},
     {max_requests, 1, ?UINT32},
     {max_message, 1, ?MAX_MESSAGE},
     {max_fragments, 1, ?UINT32},
     {max_packets, 1, ?UINT32},
     {max_attachments, 0, ?UINT32},
     {max_json_depth, 1, 1024},
     {max_json_keys, 1, ?UINT32},
     {head_timeout, 1, ?DAY},
     {body_timeout, 1, ?DAY},
     {keep_alive_timeout, 1, ?DAY},
     {open_timeout, 1, ?DAY},
     {ping_interval, 1, ?DAY},
     {idle_timeout, 1, ?DAY},
     {close_timeout, 1, ?DAY},
     {send_timeout, 1, ?DAY},
     {heartbeat_interval, 1, ?DAY},
     {heartbeat_timeout, 1, ?DAY},
     {poll_timeout, 1, ?DAY},
     {session_timeout, 1, ?DAY},
     {heartbeat_interval_09, 1000, ?DAY},
     {heartbeat_timeout_09, 1000, ?DAY},
     {session_timeout_09, 1000, ?DAY},
     {engine_ping_interval, 100, ?DAY},
     {engine_ping_timeout, 100, ?DAY},
     {engine_upgrade_timeout, 100, ?DAY},
     {connect_timeout, 100, ?DAY},
     {recovery_window, 100, ?DAY},
     {recovery_bytes, 1024, 67108864},
     {max_namespaces, 1, 10000},
     {max_control_rate, 1, ?UINT32},
     {send_queue_soft, 1, ?UINT32},
     {send_queue_hard, 1, ?UINT32},
     {max_connections, 0, ?UINT32},
     {max_connections_per_address, 0, ?UINT32},
     {max_pending, 0, ?UINT32},
     {max_clients, 0, ?UINT32},
     {max_forwards, 0, ?UINT32},
     {max_forward_bytes, 0, ?UINT32},
     {credit_messages, 1, ?UINT32},
     {credit_bytes, 1, ?UINT32},
     {compression_window_bits, 9, 15},
     {compression_min_size, 0, ?MAX_MESSAGE}].

%% @doc Options of a listener on a port, of one in the web context, or of one route: a list or a map.
%% The result has the options given and nothing else; limits are gathered under `limits'.
-spec check(scope(), term()) -> checked().
check(Scope, Options) when is_map(Options) ->
    check(Scope, maps:to_list(Options));
check(Scope, Options) when is_list(Options), length(Options) >= 0 ->
    queues(lists:foldl(fun(Option, Acc) -> option(Scope, Option, Acc) end, #{}, Options));
check(_, Options) ->
    invalid("its options must be a list, not ~0P", [Options, 20]).

option(Scope, {Name, Value}, Acc) when is_atom(Name) ->
    case {lists:member(Name, names(Scope)), lists:keyfind(Name, 1, limits())} of
        {false, _} -> refuse(Scope, Name);
        {true, false} -> put_new(Name, value(Name, Value), Acc);
        {true, Limit} -> limit(Limit, Value, Acc)
    end;
option(Scope, Name, Acc) when is_atom(Name) ->
    option(Scope, {Name, true}, Acc);
option(_, Other, _) ->
    invalid("its option ~0P is not {Name, Value}", [Other, 20]).

put_new(Name, _, Acc) when is_map_key(Name, Acc) -> invalid("its option ~ts is given twice", [Name]);
put_new(Name, Value, Acc) -> Acc#{Name => Value}.

limit({Name, Min, Max}, Value, Acc) when is_integer(Value), Value >= Min, Value =< Max ->
    Acc#{limits => put_new(Name, Value, maps:get(limits, Acc, #{}))};
limit({Name, Min, Max}, Value, _) ->
    invalid("its option ~ts must be an integer from ~b to ~b, not ~0P", [Name, Min, Max, Value, 20]).

names(route) -> [origins, options];
names(port) -> [backlog | common()];
names(web) -> [port, ip | common()].

common() -> [ssl, ssl_opts, origins, options, pages, hixie, recovery, http_compression, cookie, compression] ++ [Name || {Name, _, _} <- limits()].

value(origins, any) -> any;
value(origins, []) -> invalid("its option origins is empty: no page could connect; leave it out or say any", []);
value(origins, List) when is_list(List) -> [origin(Origin) || Origin <- List];
value(origins, Other) -> invalid("its option origins must be any or a list of strings, not ~0P", [Other, 20]);
value(options, Term) -> Term;
value(hixie, Bool) when is_boolean(Bool) -> Bool;
value(recovery, Bool) when is_boolean(Bool) -> Bool;
value(http_compression, Bool) when is_boolean(Bool) -> Bool;
value(cookie, false) -> none;
value(cookie, true) -> <<"io">>;
value(cookie, Name) -> cookie(Name);
%% On the link options are integers: these are the values of `Compression' in `c_src/websocket/compression.h'.
value(compression, off) -> 0;
value(compression, shared) -> 1;
value(compression, dedicated) -> 2;
value(compression, Other) -> invalid("its option compression must be off, shared or dedicated, not ~0P", [Other, 20]);
value(pages, none) -> none;
value(pages, Directory) -> directory(Directory);
value(backlog, N) when is_integer(N), N >= 1, N =< 65535 -> N;
value(backlog, Other) -> invalid("its option backlog must be an integer from 1 to 65535, not ~0P", [Other, 20]);
value(port, N) when is_integer(N), N >= 1, N =< 65535 -> N;
value(port, Other) -> invalid("its option port must be an integer from 1 to 65535, not ~0P", [Other, 20]);
value(ip, Address) -> ip(Address);
value(ssl, Bool) when is_boolean(Bool) -> Bool;
value(ssl_opts, List) when is_list(List) -> List;
%% The value is not shown: it may hold a password.
value(ssl_opts, _) -> invalid("its option ssl_opts must be a list of TLS options", []);
value(Name, Other) -> invalid("its option ~ts must be true or false, not ~0P", [Name, Other, 20]).

%% An entry of the allow-list as `http/origin.h' takes it: scheme://host[:port], or "null".
origin(Text0) ->
    Text = text(origins, Text0),
    case Text =:= <<"null">> orelse uri_string:parse(Text) of
        true -> Text;
        #{scheme := Scheme, host := Host, path := <<>>} = Uri when Scheme =/= <<>>, Host =/= <<>> ->
            case maps:without([scheme, host, port, path], Uri) of
                Rest when map_size(Rest) =:= 0 -> Text;
                _ -> bad_origin(Text)
            end;
        _ -> bad_origin(Text)
    end.

-spec bad_origin(binary()) -> no_return().
bad_origin(Text) ->
    invalid("its option origins has ~0tp: an origin is scheme://host or scheme://host:port, without a path", [Text]).

directory(Name0) ->
    Name = filename:absname(text(pages, Name0)),
    case filelib:is_dir(Name) of
        true -> Name;
        false -> invalid("its option pages names ~0tp, which is not a directory", [Name])
    end.

%% A name as RFC 6265 4.1.1 has it: a token.
cookie(Value) ->
    Name = text(cookie, Value),
    case re:run(Name, "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$", [dollar_endonly]) of
        {match, _} -> Name;
        nomatch -> invalid("its option cookie must be a boolean or a name of 1 to 64 letters, digits and -._~~, not ~0P", [Value, 20])
    end.

ip(Address) when is_tuple(Address) ->
    case inet:is_ip_address(Address) of
        true -> Address;
        false -> invalid("its option ip must be an address, not ~0P", [Address, 20])
    end;
ip(Address) ->
    case inet:parse_strict_address(binary_to_list(text(ip, Address))) of
        {ok, Ip} -> Ip;
        {error, _} -> invalid("its option ip must be an address, not ~0P", [Address, 20])
    end.

text(Name, Value) ->
    try unicode:characters_to_binary(Value) of
        Text when is_binary(Text), Text =/= <<>> -> Text;
        _ -> invalid("its option ~ts must be a string, not ~0P", [Name, Value, 20])
    catch
        error:badarg -> invalid("its option ~ts must be a string, not ~0P", [Name, Value, 20])
    end.

queues(#{limits := #{send_queue_soft := Soft, send_queue_hard := Hard}}) when Soft > Hard ->
    invalid("its option send_queue_soft (~b) is above send_queue_hard (~b)", [Soft, Hard]);
queues(Checked) ->
    Checked.

%% An option that exists, but not here, is told where it belongs.
-spec refuse(scope(), atom()) -> no_return().
refuse(port, Name) when Name =:= port; Name =:= ip ->
    invalid("its option ~ts belongs to rabbit_web_dispatch: write the interface as Port or {IpAddress, Port}", [Name]);
refuse(web, backlog) ->
    invalid("its option backlog is for listeners on a port of their own: the broker opens this one", []);
refuse(_, protocol) ->
    invalid("its option protocol is of the form {Interface, [{protocol, Module} | Options]} only", []);
refuse(Scope, Name) ->
    case {Scope, lists:member(Name, names(port) ++ names(web))} of
        {route, true} -> invalid("option ~ts is of the listener: it cannot differ between its routes", [Name]);
        _ -> invalid("its option ~ts is unknown~ts", [Name, near(Name, names(Scope))])
    end.

near(Name, Names) ->
    Text = atom_to_list(Name),
    [{Best, _} | _] = Ranked = lists:sort([{distance(Text, atom_to_list(Known)), Known} || Known <- Names]),
    case [atom_to_list(Known) || {D, Known} <- Ranked, D * 2 =< length(Text), D =< Best + 1] of
        [] -> ["; it takes ", lists:join(", ", [atom_to_list(Known) || Known <- lists:sort(Names)])];
        Near -> ["; near to it are ", lists:join(", ", Near)]
    end.

%% Levenshtein distance by rows.
distance(A, B) ->
    First = lists:seq(0, length(B)),
    lists:last(lists:foldl(fun(Char, Row) -> row(Char, B, Row) end, First, A)).

row(Char, B, [Corner | Above]) ->
    row(Char, B, Corner, Above, [Corner + 1]).

row(_, [], _, [], Acc) ->
    lists:reverse(Acc);
row(Char, [C | B], Corner, [Up | Above], [Left | _] = Acc) ->
    Change = case C of Char -> Corner; _ -> Corner + 1 end,
    row(Char, B, Up, Above, [lists:min([Change, Up + 1, Left + 1]) | Acc]).

-spec invalid(string(), [term()]) -> no_return().
invalid(Format, Args) ->
    throw({invalid, lists:flatten(io_lib:format(Format, Args))}).
