%% SPDX-License-Identifier: MPL-2.0
%% @doc TLS that the edge ends, against a real broker with the real archive: who is let in, what is agreed on, and what comes
%% through.
-module(tls_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1]).
-export([echo/1, socketio/1, shown/1, versions/1, ciphers/1, alpn/1, client_certificates/1, optional_certificate/1, chains/1,
         names/1, hosts/1, resumption/1, der/1, locked_key/1, brokers_options/1, web_context/1, refused_options/1]).

-import(listeners_world, [rpc/4, start/4, stop/2, log_lines/2, echo/2, echoes/2, eventually/1]).
-import(tls_world, [directory/1, server/2, trusting/2, listen/2, listen/3, listen/4, unlisten/2, target/1, connect/2, try_connect/2,
                    certificate/2, ws/1, ws/2, who/1, hash/2, server_name/1, s_client/4]).

-define(ECHO, "/websocket/x").
-define(VERSIONS, ['tlsv1.2', 'tlsv1.3']).

suite() -> [{timetrap, {minutes, 3}}].

all() -> [echo, socketio, shown, versions, ciphers, alpn, client_certificates, optional_certificate, chains, names, hosts, resumption,
          der, locked_key, brokers_options, web_context, refused_options].

init_per_suite(Config) -> tls_world:start(Config).
end_per_suite(Config) -> tls_world:stop(Config).

echo(Config) ->
    Port = listen(Config, []),
    [begin
         Ws = ws(Port, [{versions, [Version]}]),
         echo(Ws, <<"hello">>),
         echo(Ws, binary:copy(<<"0123456789">>, 100000)),
         ?assertEqual({true, none, none}, who(Ws)),
         ok = socks_ws:send(Ws, {close, 1000, <<"bye">>}),
         ?assertMatch({close, 1000, _}, socks_ws:recv(Ws)),
         ?assertEqual(closed, socks_ws:recv(Ws))
     end || Version <- ?VERSIONS],
    {200, _, _} = listeners_world:get(target(Port), "/"),
    unlisten(Config, Port).

socketio(Config) ->
    Port = listen(Config, []),
    [begin
         C = socks_socketio06:open(target(Port), Transport, "/socket.io/x"),
         ok = socks_socketio06:send(C, [<<"one">>, <<"two">>, <<"grüße"/utf8>>]),
         ?assertEqual([<<"one">>, <<"two">>, <<"grüße"/utf8>>], socks_socketio06:recv(C, 3)),
         ok = socks_socketio06:close(C)
     end || Transport <- [websocket, 'xhr-polling', 'jsonp-polling', 'xhr-multipart', htmlfile]],
    unlisten(Config, Port).

shown(Config) ->
    Port = listen(Config, []),
    {0, Output} = socks_broker:diagnostics(?config(broker, Config), ["listeners"]),
    {match, _} = re:run(Output, ["port: ", integer_to_list(Port), ", protocol: https/socks"]),
    [#{protocol := 'https/socks', state := running}] = [L || #{port := P} = L <- rpc(Config, rabbit_socks, listeners, []), P =:= Port],
    {0, _} = socks_broker:upgrade(?config(broker, Config), ["drain"]),
    listeners_world:refused(Port),
    {0, _} = socks_broker:upgrade(?config(broker, Config), ["revive"]),
    echoes(target(Port), ?ECHO),
    unlisten(Config, Port).

%% Rows T02 and T10.
versions(Config) ->
    Port = listen(Config, []),
    Only12 = listen(Config, [{versions, ['tlsv1.2']}]),
    Only13 = listen(Config, [{versions, ['tlsv1.3']}]),
    ?assertEqual([ok, ok], [try_connect(Port, [{versions, [V]}]) || V <- ?VERSIONS]),
    ?assertEqual([ok, refused], [try_connect(Only12, [{versions, [V]}]) || V <- ?VERSIONS]),
    ?assertEqual([refused, ok], [try_connect(Only13, [{versions, [V]}]) || V <- ?VERSIONS]),
    [begin
         Said = s_client(Config, Port, [Flag, " -cipher 'DEFAULT:@SECLEVEL=0'"], "echo"),
         ?assertNotEqual(nomatch, string:find(Said, "alert protocol version")),
         ?assertNotEqual(nomatch, string:find(Said, "Cipher is (NONE)"))
     end || Flag <- ["-tls1", "-tls1_1"]],
    [unlisten(Config, P) || P <- [Port, Only12, Only13]].

%% Row T10.
ciphers(Config) ->
    Own = listen(Config, [{ciphers, ["ECDHE-ECDSA-AES256-GCM-SHA384", "TLS_AES_128_GCM_SHA256"]}, {honor_cipher_order, true}]),
    Cipher = fun(Port, Version) ->
        C = connect(Port, [{versions, [Version]}]),
        {ok, [{selected_cipher_suite, Suite}]} = ssl:connection_information(socks_client:socket(C), [selected_cipher_suite]),
        ok = socks_client:close(C),
        ssl:suite_to_str(Suite)
    end,
    ?assertEqual("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", Cipher(Own, 'tlsv1.2')),
    ?assertEqual("TLS_AES_128_GCM_SHA256", Cipher(Own, 'tlsv1.3')),
    Default = listen(Config, []),
    Said = s_client(Config, Default, "-tls1_2 -cipher 'ALL:!ECDHE:@SECLEVEL=0'", "echo"),
    ?assertNotEqual(nomatch, string:find(Said, "handshake failure")),
    Plain = s_client(Config, Default, "-tls1_2 -comp", "echo"),
    ?assertNotEqual(nomatch, string:find(Plain, "Compression: NONE")),
    [unlisten(Config, P) || P <- [Own, Default]].

alpn(Config) ->
    Port = listen(Config, []),
    Both = connect(Port, [{alpn_advertised_protocols, [<<"h2">>, <<"http/1.1">>]}]),
    ?assertEqual({ok, <<"http/1.1">>}, ssl:negotiated_protocol(socks_client:socket(Both))),
    echo(ws(Both), <<"x">>),
    ok = socks_client:close(Both),
    ?assertEqual(refused, try_connect(Port, [{alpn_advertised_protocols, [<<"h2">>]}])),
    unlisten(Config, Port).

client_certificates(Config) ->
    Port = listen(Config, trusting(directory(Config), "ca")),
    Cases = [{certificate(Config, "client"), ok}, {[], refused}, {certificate(Config, "stranger"), refused},
             {certificate(Config, "late"), refused}],
    [?assertEqual({Version, Options, Want}, {Version, Options, try_connect(Port, [{versions, [Version]} | Options])})
     || Version <- ?VERSIONS, {Options, Want} <- Cases],
    [begin
         Ws = ws(Port, [{versions, [Version]} | certificate(Config, "client")]),
         ?assertEqual({true, hash(Config, "client"), <<"CN=client,O=Suite">>}, who(Ws)),
         socks_ws:close(Ws)
     end || Version <- ?VERSIONS],
    %% A client of Socket.IO has it too, over whatever transport.
    unlisten(Config, Port).

optional_certificate(Config) ->
    Port = listen(Config, [{fail_if_no_peer_cert, false} | proplists:delete(fail_if_no_peer_cert, trusting(directory(Config), "ca"))]),
    Anonymous = ws(Port, []),
    ?assertEqual({true, none, none}, who(Anonymous)),
    socks_ws:close(Anonymous),
    Known = ws(Port, certificate(Config, "client")),
    ?assertMatch({true, <<_:64/binary>>, <<"CN=client,O=Suite">>}, who(Known)),
    socks_ws:close(Known),
    %% One that is shown must be good.
    ?assertEqual([refused, refused], [try_connect(Port, certificate(Config, Name)) || Name <- ["stranger", "late"]]),
    unlisten(Config, Port).

%% Row T08: a chain is as long as depth says; the server's own is complete.
chains(Config) ->
    Ports = [_, One] = [listen(Config, [{depth, Depth} | trusting(directory(Config), "ca")]) || Depth <- [0, 1]],
    ?assertEqual([refused, ok], [try_connect(Port, certificate(Config, "chain")) || Port <- Ports]),
    ?assertEqual(refused, try_connect(One, certificate(Config, "deep"))),
    Verified = [{verify, verify_peer}, {cacertfile, tls_world:pem(Config, "ca")}, {server_name_indication, "localhost"}],
    %% From the file, or put together from what is trusted.
    FromFile = listen(Config, server(directory(Config), "chain"), [], []),
    PutTogether = listen(Config, server(directory(Config), "deep"), [{cacertfile, tls_world:pem(Config, "bundle")}], []),
    Missing = listen(Config, server(directory(Config), "deep"), [], []),
    ?assertEqual([ok, ok, refused], [try_connect(Port, Verified) || Port <- [FromFile, PutTogether, Missing]]),
    [unlisten(Config, Port) || Port <- [FromFile, PutTogether, Missing | Ports]].

%% The name is the one that the broker's own settings say.
names(Config) ->
    Port = listen(Config, trusting(directory(Config), "ca")),
    Name = fun(Settings) ->
        [ok = rpc(Config, application, set_env, [rabbit, Key, Value]) || {Key, Value} <- Settings],
        Ws = ws(Port, certificate(Config, "client")),
        {true, _, Seen} = who(Ws),
        socks_ws:close(Ws),
        Seen
    end,
    ?assertEqual(<<"client">>, Name([{ssl_cert_login_from, common_name}])),
    ?assertEqual(<<"second.example">>, Name([{ssl_cert_login_from, subject_alternative_name}, {ssl_cert_login_san_type, dns},
                                             {ssl_cert_login_san_index, 1}])),
    ?assertEqual(<<"CN=client,O=Suite">>, Name([{ssl_cert_login_from, distinguished_name}])),
    unlisten(Config, Port).

hosts(Config) ->
    Directory = directory(Config),
    Port = listen(Config, [{sni_hosts, [{"Second.example", server(Directory, "second") ++ trusting(Directory, "ca")}]}]),
    Seen = fun(Options) ->
        C = connect(Port, Options),
        Name = server_name(C),
        ok = socks_client:close(C),
        Name
    end,
    [begin
         V = {versions, [Version]},
         ?assertEqual("server", Seen([V])),
         ?assertEqual("server", Seen([V, {server_name_indication, "other.example"}])),
         ?assertEqual("second", Seen([V, {server_name_indication, "second.example"} | certificate(Config, "client")])),
         ?assertEqual(refused, try_connect(Port, [V, {server_name_indication, "second.example"}])),
         Ws = ws(Port, [V, {server_name_indication, "second.example"} | certificate(Config, "client")]),
         ?assertMatch({true, _, <<"CN=client,O=Suite">>}, who(Ws)),
         socks_ws:close(Ws)
     end || Version <- ?VERSIONS],
    unlisten(Config, Port).

%% Row T03: by tickets, that the clients keep.
resumption(Config) ->
    Port = listen(Config, []),
    Never = listen(Config, [{reuse_sessions, false}]),
    Again = fun(P, Flag) ->
        File = "session" ++ integer_to_list(erlang:unique_integer([positive])),
        First = s_client(Config, P, [Flag, " -sess_out ", File], "printf 'GET / HTTP/1.0\\r\\n\\r\\n'; sleep 1"),
        ?assertNotEqual(nomatch, string:find(First, "New, TLSv1")),
        %% The client writes no file for a session that cannot be resumed.
        case filelib:is_regular(filename:join(directory(Config), File)) of
            true ->
                Second = s_client(Config, P, [Flag, " -sess_in ", File], "printf 'GET / HTTP/1.0\\r\\n\\r\\n'; sleep 1"),
                ?assertNotEqual(nomatch, string:find(Second, "HTTP/1.")),
                case string:find(Second, "Reused, TLSv1") of nomatch -> new; _ -> reused end;
            false ->
                none
        end
    end,
    ?assertEqual([reused, reused], [Again(Port, Flag) || Flag <- ["-tls1_2", "-tls1_3"]]),
    ?assertEqual([none, none], [Again(Never, Flag) || Flag <- ["-tls1_2", "-tls1_3"]]),
    [unlisten(Config, P) || P <- [Port, Never]].

%% Without a file: nothing of it is written to a disk.
der(Config) ->
    Key = [{key, {namedCurve, secp256r1}}, {digest, sha256}],
    Chain = #{root => Key, intermediates => [Key], peer => Key},
    #{server_config := Server, client_config := Client} = public_key:pkix_test_data(#{server_chain => Chain, client_chain => Chain}),
    Port = listen(Config, Server, [{verify, verify_peer}, {fail_if_no_peer_cert, true}], []),
    ?assertEqual(ok, try_connect(Port, [{server_name_indication, disable}, {verify, verify_peer} | Client])),
    ?assertEqual(refused, try_connect(Port, [])),
    unlisten(Config, Port).

locked_key(Config) ->
    Own = server(directory(Config), "locked"),
    Port = listen(Config, Own, [{password, "open+sesame"}], []),
    echoes(target(Port), ?ECHO),
    unlisten(Config, Port),
    %% One line in the log says what is wrong, and none what the password was.
    Wrong = listen(Config, Own, [{password, "wrong+sesame"}], []),
    eventually(fun() -> length(log_lines(Config, "connections are refused until this is mended")) =:= 1 end),
    ?assertEqual(refused, try_connect(Wrong, [])),
    [Line] = log_lines(Config, "connections are refused until this is mended"),
    ?assertNotEqual(nomatch, binary:match(Line, <<"[error]">>)),
    ?assertNotEqual(nomatch, binary:match(Line, <<"keyfile">>)),
    {error, _} = start(Config, {"127.0.0.1", Wrong}, tls_callback, [{ssl, true}, {ssl_opts, [{password, "other+sesame"}]}]),
    ?assertEqual([], log_lines(Config, "sesame")),
    unlisten(Config, Wrong).

%% Without ssl_opts those of the broker are taken, but for what they ask of clients.
brokers_options(Config) ->
    Port = socks_broker:free_port(),
    ok = start(Config, {"127.0.0.1", Port}, tls_callback, [{ssl, true}]),
    C = connect(Port, []),
    ?assertEqual("server", server_name(C)),
    ?assertEqual({true, none, none}, who(ws(C))),
    ok = socks_client:close(C),
    unlisten(Config, Port).

%% Where the broker ends TLS a client's certificate comes through as well.
web_context(Config) ->
    Port = socks_broker:free_port(),
    Interface = {rabbit_web_dispatch, "tls"},
    ok = start(Config, Interface, tls_callback,
               [{port, Port}, {ssl, true}, {ssl_opts, server(directory(Config), "server") ++ trusting(directory(Config), "ca")}]),
    Ws = socks_ws:open(none, "/tls/websocket/x", #{connection => connect(Port, certificate(Config, "client"))}),
    ?assertEqual({true, hash(Config, "client"), <<"CN=client,O=Suite">>}, who(Ws)),
    socks_ws:close(Ws),
    ok = stop(Config, Interface).

refused_options(Config) ->
    Own = server(directory(Config), "server"),
    [begin
         {error, Text} = start(Config, {"127.0.0.1", 0}, tls_callback, [{ssl, true}, {ssl_opts, Own ++ Options}]),
         ?assertMatch({_, true}, {Text, string:find(Text, Words) =/= nomatch})
     end || {Options, Words} <- [
        {[{verify_fun, {fun erlang:max/2, []}}], "verify_fun needs an Erlang fun"},
        {[{crl_check, true}], "crl_check is not served on a port"},
        {[{versions, ['tlsv1.1']}], "nothing older is served"},
        {[{cacertfile, "/no/such"}], "cannot be read"}]].
