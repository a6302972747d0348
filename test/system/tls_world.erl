%% SPDX-License-Identifier: MPL-2.0
%% @doc What the suites of TLS share: a broker, certificates, listeners on free ports, clients of Erlang's ssl and of openssl.
-module(tls_world).

-include_lib("common_test/include/ct.hrl").

-export([start/1, stop/1, directory/1, pem/2, server/2, trusting/2, listen/2, listen/3, listen/4, unlisten/2, target/1]).
-export([connect/2, try_connect/2, certificate/2, ws/2, ws/1, who/1, hash/2, server_name/1, truncate/1, s_client/4]).

-define(PATH, "/websocket/x").
-define(TIMEOUT, 15000).

-spec start([term()]) -> [term()].
start(Config) ->
    {ok, _} = application:ensure_all_started(ssl),
    Directory = tls_certs:directory(filename:join(?config(priv_dir, Config), "certificates")),
    Broker = socks_broker:start(#{
        %% As an operator has it: the broker's own options, which a listener may take over.
        config => [{rabbit, [{ssl_options, server(Directory, "server") ++ trusting(Directory, "ca")}]}]}),
    ok = socks_broker:load(Broker, tls_callback),
    [{broker, Broker}, {directory, Directory} | Config].

-spec stop([term()]) -> ok.
stop(Config) -> socks_broker:stop(?config(broker, Config)).

-spec directory([term()]) -> file:filename().
directory(Config) -> ?config(directory, Config).

pem(Config, Name) -> tls_certs:pem(directory(Config), Name).

%% @doc A server's certificate and key, as TLS options.
-spec server(file:filename(), string()) -> [term()].
server(Directory, Name) -> [{certfile, tls_certs:pem(Directory, Name)}, {keyfile, tls_certs:key(Directory, Name)}].

%% @doc Options of a server that wants a client's certificate.
-spec trusting(file:filename(), string()) -> [term()].
trusting(Directory, Authority) ->
    [{cacertfile, tls_certs:pem(Directory, Authority)}, {verify, verify_peer}, {fail_if_no_peer_cert, true}].

%% @doc A listener with the certificate "server" and these TLS options, on a free port.
-spec listen([term()], [term()]) -> inet:port_number().
listen(Config, Tls) -> listen(Config, Tls, []).

-spec listen([term()], [term()], [term()]) -> inet:port_number().
listen(Config, Tls, Options) -> listen(Config, server(directory(Config), "server"), Tls, Options).

listen(Config, Own, Tls, Options) ->
    Port = socks_broker:free_port(),
    ok = listeners_world:start(Config, {"127.0.0.1", Port}, tls_callback, [{ssl, true}, {ssl_opts, Own ++ Tls} | Options]),
    Port.

-spec unlisten([term()], inet:port_number()) -> ok.
unlisten(Config, Port) -> ok = listeners_world:stop(Config, {"127.0.0.1", Port}).

target(Port) -> {tls, {{127, 0, 0, 1}, Port}}.

%% @doc A client's certificate, as TLS options.
-spec certificate([term()], string()) -> [term()].
certificate(Config, Name) -> server(directory(Config), Name).

-spec connect(inet:port_number(), [term()]) -> socks_client:connection().
connect(Port, Options) -> socks_client:connect(target(Port), Options).

%% @doc A client that may be refused: with TLS 1.3 it learns so when it first reads.
-spec try_connect(inet:port_number(), [term()]) -> ok | refused.
try_connect(Port, Options) ->
    case ssl:connect({127, 0, 0, 1}, Port, [binary, {active, false}, {verify, verify_none}, {log_level, none} | Options], ?TIMEOUT) of
        {ok, Socket} ->
            _ = ssl:send(Socket, "GET /none HTTP/1.1\r\nHost: a\r\n\r\n"),
            Answer = ssl:recv(Socket, 12, ?TIMEOUT),
            _ = ssl:close(Socket),
            case Answer of
                {ok, <<"HTTP/1.1 404">>} -> ok;
                {error, _} -> refused
            end;
        {error, _} -> refused
    end.

%% @doc A session of tls_callback.
-spec ws(inet:port_number(), [term()]) -> socks_ws:ws().
ws(Port, Options) -> ws(connect(Port, Options)).

-spec ws(socks_client:connection()) -> socks_ws:ws().
ws(Connection) -> socks_ws:open(none, ?PATH, #{connection => Connection}).

%% @doc What init/3 was told of the client.
-spec who(socks_ws:ws()) -> {Secure :: boolean(), Hash :: binary() | none, Name :: binary() | none}.
who(Ws) ->
    ok = socks_ws:send(Ws, {utf8, <<"who">>}),
    {utf8, Text} = socks_ws:recv(Ws),
    {ok, Tokens, _} = erl_scan:string(unicode:characters_to_list(Text) ++ "."),
    {ok, Who} = erl_parse:parse_term(Tokens),
    Who.

-spec hash([term()], string()) -> binary().
hash(Config, Name) -> binary:encode_hex(crypto:hash(sha256, tls_certs:der(directory(Config), Name))).

%% @doc The common name in the server's certificate.
-spec server_name(socks_client:connection()) -> string().
server_name(Connection) ->
    {ok, Der} = ssl:peercert(socks_client:socket(Connection)),
    unicode:characters_to_list(lists:last(string:split(rabbit_cert_name(Der), "CN=", all))).

rabbit_cert_name(Der) ->
    {_, {_, _, _, _, _, _, {rdnSequence, Names}, _, _, _, _}, _, _} = public_key:pkix_decode_cert(Der, otp),
    lists:append(["CN=" ++ text(Value) || [{_, {2, 5, 4, 3}, Value}] <- Names]).

text({_, Text}) -> unicode:characters_to_list(Text);
text(Text) -> Text.

%% @doc A connection, and what ends its TCP below TLS: FIN without close_notify.
-spec truncate(inet:port_number()) -> {socks_client:connection(), fun(() -> ok)}.
truncate(Port) ->
    {ok, Tcp} = gen_tcp:connect({127, 0, 0, 1}, Port, [binary, {active, false}]),
    {ok, Tls} = ssl:connect(Tcp, [{verify, verify_none}], ?TIMEOUT),
    {{socks_client, ssl, Tls}, fun() -> ok = gen_tcp:close(Tcp) end}.

%% @doc What the openssl program says when it connects, given some input first.
-spec s_client([term()], inet:port_number(), iodata(), iodata()) -> string().
s_client(Config, Port, Options, Input) ->
    os:cmd(["cd '", directory(Config), "' && (", Input, ") | timeout 10 openssl s_client -connect 127.0.0.1:", integer_to_list(Port), " ",
            Options, " 2>&1"]).
