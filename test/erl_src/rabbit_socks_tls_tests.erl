%% SPDX-License-Identifier: MPL-2.0
%% @doc TLS options of a listener on a port, as they are written and as the edge is told them.
-module(rabbit_socks_tls_tests).

-include_lib("eunit/include/eunit.hrl").

-define(FILE_HERE, ?FILE). % any file that can be read

told(Options) -> (rabbit_socks_tls:check(Options))().

with(Options) -> told([{certfile, ?FILE_HERE} | Options]).

refused(Options, Words) ->
    try rabbit_socks_tls:check(Options) of
        _ -> error({accepted, Options})
    catch
        throw:{invalid, Text} ->
            [?assertNotEqual({Word, nomatch, Text}, {Word, string:find(Text, Word), Text}) || Word <- Words],
            ?assertEqual(nomatch, string:find(Text, "sesame"))
    end.

file() -> unicode:characters_to_binary(filename:absname(?FILE_HERE)).

files_are_absolute_binaries_test() ->
    ?assertEqual(#{certfile => file(), honor_cipher_order => false, sni_hosts => []}, with([])),
    ?assertMatch(#{keyfile := <<"/", _/binary>>, cacertfile := <<"/", _/binary>>, password := <<"sesame">>},
                 with([{keyfile, list_to_binary(?FILE_HERE)}, {cacertfile, ?FILE_HERE}, {password, "sesame"}])).

all_of_it_test() ->
    ?assertMatch(#{verify := verify_peer, fail_if_no_peer_cert := true, depth := 5, versions := ['tlsv1.3', 'tlsv1.2'],
                   ciphers := [<<"TLS_AES_128_GCM_SHA256">>, <<"ECDHE-RSA-AES128-GCM-SHA256">>],
                   honor_cipher_order := true, reuse_sessions := false},
                 with([{cacertfile, ?FILE_HERE}, {verify, verify_peer}, {fail_if_no_peer_cert, true}, {depth, 5},
                       {versions, ['tlsv1.3', 'tlsv1.2']},
                       {ciphers, ["TLS_AES_128_GCM_SHA256", <<"ECDHE-RSA-AES128-GCM-SHA256">>]},
                       {honor_cipher_order, true}, {honor_ecc_order, true}, {reuse_sessions, false},
                       {secure_renegotiate, true}, {client_renegotiation, false}])).

%% What the edge does not know would end it.
only_what_the_link_has_test() ->
    Told = with([{honor_cipher_order, true}, {honor_ecc_order, true}, {secure_renegotiate, true}, {client_renegotiation, false}]),
    ?assertEqual([certfile, honor_cipher_order, sni_hosts], lists:sort(maps:keys(Told))).

ciphers_test_() ->
    Ciphers = fun(Value) -> maps:get(ciphers, with([{ciphers, Value}])) end,
    [?_assertEqual([<<"A-B">>, <<"C_D">>], Ciphers("A-B:C_D")),
     ?_assertEqual([<<"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256">>],
                   Ciphers([#{key_exchange => ecdhe_rsa, cipher => aes_128_gcm, mac => aead, prf => sha256}])),
     ?_test(refused([{certfile, ?FILE_HERE}, {ciphers, "ALL:!aNULL"}], ["ciphers has", "!aNULL"])),
     ?_test(refused([{certfile, ?FILE_HERE}, {ciphers, []}], ["ciphers must be a list of names"])),
     ?_test(refused([{certfile, ?FILE_HERE}, {ciphers, [#{}]}], ["ciphers has a suite"]))].

der_test() ->
    ?assertMatch(#{cert := [<<1>>], key := <<2>>, cacerts := [<<3>>, <<4>>]},
                 told([{cert, <<1>>}, {key, {'ECPrivateKey', <<2>>}}, {cacerts, [<<3>>, <<4>>]}])),
    ?assertMatch(#{cert := [<<1>>, <<5>>], keyfile := _}, told([{cert, [<<1>>, <<5>>]}, {keyfile, ?FILE_HERE}])).

hosts_inherit_test() ->
    #{sni_hosts := [{<<"a.example">>, A}, {<<"b.example">>, B}, {<<"c.example">>, C}]} =
        told([{cert, <<1>>}, {key, {x, <<2>>}}, {password, "sesame"}, {cacerts, [<<3>>]}, {verify, verify_peer}, {depth, 2},
              {sni_hosts, [{"A.Example", []},
                           {<<"b.example">>, [{certfile, ?FILE_HERE}, {verify, verify_none}]},
                           {"c.example", [{cacertfile, ?FILE_HERE}, {fail_if_no_peer_cert, true}]}]}]),
    ?assertEqual(#{cert => [<<1>>], key => <<2>>, password => <<"sesame">>, cacerts => [<<3>>], verify => verify_peer, depth => 2}, A),
    %% Another certificate has another key.
    ?assertEqual(#{certfile => file(), cacerts => [<<3>>], verify => verify_none, depth => 2}, B),
    ?assertEqual(#{cert => [<<1>>], key => <<2>>, password => <<"sesame">>, cacertfile => file(), verify => verify_peer,
                   fail_if_no_peer_cert => true, depth => 2}, C).

refused_test_() ->
    Certificate = {certfile, ?FILE_HERE},
    [?_test(refused(Options, Words)) || {Options, Words} <- [
        {[], ["name no certificate: certfile is missing"]},
        {[{keyfile, ?FILE_HERE}], ["name no certificate"]},
        {secret, ["must be a list"]},
        {[Certificate, sesame], ["must be {Name, Value}"]},
        {[Certificate, Certificate], ["certfile is given twice"]},
        {[{certfile, "/no/such"}], ["certfile names", "/no/such", "no such file"]},
        {[{certfile, 7}], ["certfile must be a string"]},
        {[{certfile, ""}], ["certfile must be a string"]},
        {[Certificate, {keyfile, "/no/such"}], ["keyfile names"]},
        {[Certificate, {cert, <<1>>}, {key, {x, <<>>}}], ["certfile and cert exclude each other"]},
        {[Certificate, {keyfile, ?FILE_HERE}, {key, {x, <<>>}}], ["keyfile and key exclude each other"]},
        {[{cert, <<1>>}], ["cert needs key or keyfile"]},
        {[{cert, [x]}], ["cert must be certificates as DER"]},
        {[{cert, []}], ["cert must be certificates as DER"]},
        {[Certificate, {key, #{engine => sesame}}], ["key must be {Type, Der}"]},
        {[Certificate, {cacerts, [{der, otp}]}], ["cacerts must be certificates as DER"]},
        {[Certificate, {password, [sesame]}], ["password must be a string"]},
        {[Certificate, {password, fun() -> "sesame" end}], ["password needs an Erlang fun", "rabbit_web_dispatch"]},
        {[Certificate, {verify_fun, {fun(_, _, _) -> ok end, []}}], ["verify_fun needs an Erlang fun"]},
        {[Certificate, {verify_fun, {module, function, []}}], ["verify_fun needs an Erlang fun"]},
        {[Certificate, {partial_chain, fun(_) -> ok end}], ["partial_chain needs an Erlang fun"]},
        {[Certificate, {sni_fun, fun(_) -> ok end}], ["sni_fun needs an Erlang fun"]},
        {[Certificate, {crl_check, true}], ["crl_check is not served on a port of its own; it takes cacertfile, cacerts, cert"]},
        {[Certificate, {verify, 2}], ["verify must be verify_peer or verify_none"]},
        {[Certificate, {verify, verify_peer}], ["verify_peer needs cacertfile"]},
        {[Certificate, {fail_if_no_peer_cert, true}], ["fail_if_no_peer_cert needs {verify, verify_peer}"]},
        {[Certificate, {fail_if_no_peer_cert, 1}], ["fail_if_no_peer_cert must be true or false"]},
        {[Certificate, {depth, 6}], ["depth must be an integer from 0 to 5"]},
        {[Certificate, {versions, ['tlsv1.2', 'tlsv1.1']}], ["versions must be a list of 'tlsv1.2' and 'tlsv1.3'"]},
        {[Certificate, {versions, []}], ["versions must be a list"]},
        {[Certificate, {honor_ecc_order, true}], ["honor_ecc_order must be what honor_cipher_order is"]},
        {[Certificate, {client_renegotiation, true}], ["client_renegotiation must be false"]},
        {[Certificate, {secure_renegotiate, false}], ["secure_renegotiate must be true"]},
        {[Certificate, {sni_hosts, x}], ["sni_hosts must be a list"]},
        {[Certificate, {sni_hosts, [x]}], ["sni_hosts must be a list of {HostName, Options}"]},
        {[Certificate, {sni_hosts, [{"a", []}, {"A", []}]}], ["sni_hosts has a twice"]},
        {[Certificate, {sni_hosts, [{"a", [{versions, ['tlsv1.2']}]}]}], ["versions is not served for a host of sni_hosts"]},
        {[Certificate, {sni_hosts, [{"a", [{verify, verify_peer}]}]}], ["verify_peer needs cacertfile"]}]].

the_brokers_own_options_test_() ->
    {setup,
     fun() -> application:get_env(rabbit, ssl_options) end,
     fun({ok, Before}) -> application:set_env(rabbit, ssl_options, Before);
        (undefined) -> application:unset_env(rabbit, ssl_options)
     end,
     [?_test(begin
          ok = application:set_env(rabbit, ssl_options, [{certfile, ?FILE_HERE}, {cacertfile, ?FILE_HERE}, {verify, verify_peer},
                                                         {fail_if_no_peer_cert, true}]),
          ?assertEqual([cacertfile, certfile, honor_cipher_order, sni_hosts], lists:sort(maps:keys(told(default))))
      end),
      ?_test(begin
          ok = application:set_env(rabbit, ssl_options, []),
          refused(default, ["name no certificate"])
      end)]}.

%% Nothing that may be logged shows what is secret.
hidden_test() ->
    {ok, #{config := Config} = Listener} = rabbit_socks_config:check(
        {8443, rabbit_socks_echo, [{ssl, true}, {ssl_opts, [{certfile, ?FILE_HERE}, {password, "sesame"}]}]}),
    ?assertMatch(#{tls := edge}, Listener),
    ?assertEqual(nomatch, string:find(io_lib:format("~p", [Listener]), "sesame")),
    ?assertMatch(#{tls := #{password := <<"sesame">>}}, rabbit_socks_tls:reveal(Config)),
    {ok, Web} = rabbit_socks_config:check(
        {rabbit_web_dispatch, rabbit_socks_echo, [{ssl, true}, {ssl_opts, [{certfile, "c"}, {password, "sesame"}]}]}),
    ?assertEqual(nomatch, string:find(io_lib:format("~p", [Web]), "sesame")),
    ?assertEqual(#{pages => none}, rabbit_socks_tls:reveal(#{pages => none})).
