%% SPDX-License-Identifier: MPL-2.0
%% @doc TLS options of a listener on a port of its own, as Erlang's `ssl' names them, to what the edge is told
%% (docs/PORT_PROTOCOL.md, "TLS of a listener"). The edge ends TLS with OpenSSL: an option that needs an Erlang fun, or that
%% OpenSSL has no like of, is refused by its name.
%%
%% The result may hold a password or a key, so it is a fun until it is sent: state that is shown or logged shows nothing.
%% A bad option throws `{invalid, Text}', which `rabbit_socks_config' turns into its one error.
-module(rabbit_socks_tls).

-export([check/1, reveal/1]).
-export_type([hidden/0]).

-type hidden() :: fun(() -> #{atom() => term()}).

%% What a host of `sni_hosts' may have of its own.
-define(OF_HOST, [certfile, keyfile, password, cert, key, cacertfile, cacerts, verify, fail_if_no_peer_cert, depth]).
-define(OF_LISTENER, [versions, ciphers, honor_cipher_order, honor_ecc_order, reuse_sessions, secure_renegotiate,
                      client_renegotiation, sni_hosts]).
-define(FUNS, [verify_fun, partial_chain, sni_fun, user_lookup_fun, reuse_session, cert_selector]).
-define(VERSIONS, ['tlsv1.3', 'tlsv1.2']).
-define(MAX_DEPTH, 5).

%% @doc `default' is the broker's own `ssl_options'; a client's certificate is asked for only where that was said for this
%% listener.
-spec check(default | [term()]) -> hidden().
check(default) ->
    Options = application:get_env(rabbit, ssl_options, []),
    check([Option || Option <- Options, not lists:member(element(1, Option), [verify, fail_if_no_peer_cert])]);
check(Options) ->
    Checked = #{honor_cipher_order := Order} =
        maps:merge(#{honor_cipher_order => false}, options(Options, ?OF_HOST ++ ?OF_LISTENER)),
    case Checked of
        #{honor_ecc_order := Other} when Other =/= Order ->
            invalid("TLS option honor_ecc_order must be what honor_cipher_order is: OpenSSL has one switch for both", []);
        _ -> ok
    end,
    Identity = identity(maps:with(?OF_HOST, Checked)),
    Hosts = [{Name, identity(inherit(Identity, Own))} || {Name, Own} <- maps:get(sni_hosts, Checked, [])],
    Told = maps:with([versions, ciphers, honor_cipher_order, reuse_sessions], Checked),
    Map = (maps:merge(Identity, Told))#{sni_hosts => Hosts},
    fun() -> Map end.

%% @doc A listener's Config, as it goes to the edge.
-spec reveal(map()) -> map().
reveal(#{tls := Hidden} = Config) -> Config#{tls := Hidden()};
reveal(Config) -> Config.

options(Options, Names) when is_list(Options), length(Options) >= 0 ->
    lists:foldl(fun(Option, Acc) -> option(Option, Names, Acc) end, #{}, Options);
%% Not shown: it may hold a password.
options(_, _) ->
    invalid("TLS options must be a list", []).

option({Name, _}, _, Acc) when is_map_key(Name, Acc) ->
    invalid("TLS option ~ts is given twice", [Name]);
option({Name, Value}, Names, Acc) when is_atom(Name) ->
    Known = lists:member(Name, Names),
    case lists:member(Name, ?FUNS) orelse is_function(Value) of
        true ->
            invalid("TLS option ~ts needs an Erlang fun, which a listener on a port of its own cannot call; the interface "
                    "rabbit_web_dispatch can, since the broker ends its TLS", [Name]);
        false when Known ->
            Acc#{Name => value(Name, Value)};
        false ->
            invalid("TLS option ~ts is not served ~ts; it takes ~ts",
                    [Name, case lists:member(Name, ?OF_LISTENER) of
                               true -> "for a host of sni_hosts";
                               false -> "on a port of its own"
                           end, lists:join(", ", [atom_to_list(N) || N <- lists:sort(Names)])])
    end;
option(_, _, _) ->
    invalid("TLS options must be {Name, Value}", []).

value(Name, File) when Name =:= certfile; Name =:= keyfile; Name =:= cacertfile -> readable(Name, File);
value(password, Password) -> text(password, Password);
value(cert, Der) when is_binary(Der) -> [Der];
value(cert, Ders) -> ders(cert, Ders);
value(cacerts, Ders) -> ders(cacerts, Ders);
value(key, {Type, Der}) when is_atom(Type), is_binary(Der) -> Der;
value(key, _) -> invalid("TLS option key must be {Type, Der}", []);
value(verify, Verify) when Verify =:= verify_peer; Verify =:= verify_none -> Verify;
value(verify, _) -> invalid("TLS option verify must be verify_peer or verify_none", []);
value(depth, N) when is_integer(N), N >= 0, N =< ?MAX_DEPTH -> N;
value(depth, _) -> invalid("TLS option depth must be an integer from 0 to ~b", [?MAX_DEPTH]);
value(versions, [_ | _] = Versions) -> [version(Version) || Version <- Versions];
value(versions, _) -> versions();
value(ciphers, Ciphers) -> ciphers(Ciphers);
value(secure_renegotiate, true) -> true;
value(secure_renegotiate, _) -> invalid("TLS option secure_renegotiate must be true", []);
value(client_renegotiation, false) -> false;
value(client_renegotiation, _) -> invalid("TLS option client_renegotiation must be false: a client cannot ask for it here", []);
value(sni_hosts, Hosts) when is_list(Hosts), length(Hosts) >= 0 -> distinct([host(Host) || Host <- Hosts]);
value(sni_hosts, _) -> invalid("TLS option sni_hosts must be a list of {HostName, Options}", []);
value(_, Bool) when is_boolean(Bool) -> Bool;
value(Name, _) -> invalid("TLS option ~ts must be true or false", [Name]).

%% The program has another working directory.
readable(Name, Value) ->
    File = filename:absname(text(Name, Value)),
    case file:open(File, [read, raw]) of
        {ok, Device} -> ok = file:close(Device), File;
        {error, Reason} ->
            invalid("TLS option ~ts names ~0tp, which cannot be read (~ts)", [Name, File, file:format_error(Reason)])
    end.

text(Name, Value) ->
    try unicode:characters_to_binary(Value) of
        Text when is_binary(Text), Text =/= <<>> -> Text;
        _ -> invalid("TLS option ~ts must be a string", [Name])
    catch
        error:badarg -> invalid("TLS option ~ts must be a string", [Name])
    end.

ders(Name, [_ | _] = Ders) ->
    case lists:all(fun is_binary/1, Ders) of
        true -> Ders;
        false -> invalid("TLS option ~ts must be certificates as DER", [Name])
    end;
ders(Name, _) ->
    invalid("TLS option ~ts must be certificates as DER", [Name]).

version(Version) ->
    case lists:member(Version, ?VERSIONS) of
        true -> Version;
        false -> versions()
    end.

-spec versions() -> no_return().
versions() -> invalid("TLS option versions must be a list of 'tlsv1.2' and 'tlsv1.3': nothing older is served", []).

%% A list of names or of `ssl''s own maps, or names with colons between.
ciphers([Char | _] = Names) when is_integer(Char) -> ciphers(string:split(Names, ":", all));
ciphers([_ | _] = List) -> [cipher(Cipher) || Cipher <- List];
ciphers(_) -> invalid("TLS option ciphers must be a list of names", []).

cipher(#{} = Suite) ->
    try
        list_to_binary(ssl:suite_to_str(Suite))
    catch
        error:_ -> invalid("TLS option ciphers has a suite that ssl does not know", [])
    end;
cipher(Name) ->
    Text = text(ciphers, Name),
    case re:run(Text, "^[A-Za-z0-9_-]+$", [dollar_endonly]) of
        {match, _} -> Text;
        nomatch -> invalid("TLS option ciphers has ~0tp, which is no name of a cipher", [Text])
    end.

host({Name, Options}) -> {string:lowercase(text(sni_hosts, Name)), options(Options, ?OF_HOST)};
host(_) -> invalid("TLS option sni_hosts must be a list of {HostName, Options}", []).

distinct(Hosts) ->
    Names = [Name || {Name, _} <- Hosts],
    case Names -- lists:usort(Names) of
        [] -> Hosts;
        [Twice | _] -> invalid("TLS option sni_hosts has ~ts twice", [Twice])
    end.

%% What a host does not say, the listener says for it; a certificate with its key is one thing.
inherit(Listener, Own) ->
    Replaced = case Own of
        #{certfile := _} -> [cert, key, keyfile, password];
        #{cert := _} -> [certfile, key, keyfile, password];
        _ -> []
    end ++ case Own of
        #{cacertfile := _} -> [cacerts];
        #{cacerts := _} -> [cacertfile];
        _ -> []
    end,
    maps:merge(maps:without(Replaced, Listener), Own).

identity(#{certfile := _, cert := _}) -> invalid("TLS options certfile and cert exclude each other", []);
identity(#{keyfile := _, key := _}) -> invalid("TLS options keyfile and key exclude each other", []);
identity(#{cert := _} = Options) when not is_map_key(key, Options), not is_map_key(keyfile, Options) ->
    invalid("TLS option cert needs key or keyfile", []);
identity(Options) when not is_map_key(certfile, Options), not is_map_key(cert, Options) ->
    invalid("TLS options name no certificate: certfile is missing", []);
identity(#{verify := verify_peer} = Options) when not is_map_key(cacertfile, Options), not is_map_key(cacerts, Options) ->
    invalid("TLS option verify_peer needs cacertfile: whom to trust", []);
identity(#{verify := verify_peer} = Options) -> Options;
identity(#{fail_if_no_peer_cert := true}) -> invalid("TLS option fail_if_no_peer_cert needs {verify, verify_peer}", []);
identity(Options) -> Options.

-spec invalid(string(), [term()]) -> no_return().
invalid(Format, Args) ->
    throw({invalid, lists:flatten(io_lib:format("its " ++ Format, Args))}).
