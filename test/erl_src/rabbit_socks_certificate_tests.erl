%% SPDX-License-Identifier: MPL-2.0
%% @doc The name in a client's certificate, as each of the broker's settings has it.
-module(rabbit_socks_certificate_tests).

-include_lib("eunit/include/eunit.hrl").
-include_lib("public_key/include/public_key.hrl").

-define(ENV, [ssl_cert_login_from, ssl_cert_login_san_type, ssl_cert_login_san_index]).

der() ->
    Names = #'Extension'{extnID = ?'id-ce-subjectAltName', critical = false,
                         extnValue = [{dNSName, "one.example"}, {rfc822Name, "a@b.example"}, {dNSName, "two.example"}]},
    #{cert := Der} = public_key:pkix_test_root_cert("client", [{key, {namedCurve, secp256r1}}, {extensions, [Names]}]),
    Der.

name_test_() ->
    {setup,
     fun() -> {der(), [{Key, application:get_env(rabbit, Key)} || Key <- ?ENV]} end,
     fun({_, Before}) ->
         [case Value of
              {ok, V} -> application:set_env(rabbit, Key, V);
              undefined -> application:unset_env(rabbit, Key)
          end || {Key, Value} <- Before]
     end,
     fun({Der, _}) ->
         [?_test(begin
              [application:unset_env(rabbit, Key) || Key <- ?ENV],
              [application:set_env(rabbit, Key, Value) || {Key, Value} <- Settings],
              ?assertEqual(Name, rabbit_socks_certificate:name(Der))
          end) || {Settings, Name} <- [
              {[], subject(Der)},
              {[{ssl_cert_login_from, distinguished_name}], subject(Der)},
              {[{ssl_cert_login_from, common_name}], <<"client">>},
              {[{ssl_cert_login_from, subject_alternative_name}], <<"one.example">>},
              {[{ssl_cert_login_from, subject_alt_name}, {ssl_cert_login_san_index, 1}], <<"two.example">>},
              {[{ssl_cert_login_from, subject_alternative_name}, {ssl_cert_login_san_type, email}], <<"a@b.example">>},
              {[{ssl_cert_login_from, subject_alternative_name}, {ssl_cert_login_san_type, uri}], none},
              {[{ssl_cert_login_from, subject_alternative_name}, {ssl_cert_login_san_index, 2}], none}]]
     end}.

subject(Der) -> iolist_to_binary(rabbit_ssl:peer_cert_subject(Der)).

show_test() ->
    ?assertEqual(#{path => [], peer_certificate => none, peer_certificate_name => none},
                 rabbit_socks_certificate:show(#{path => [], certificate => none})).

what_otp_cannot_read_has_no_name_test() ->
    edge_world:capture_log(),
    try
        ?assertMatch(#{peer_certificate := <<48, 0>>, peer_certificate_name := none},
                     rabbit_socks_certificate:show(#{certificate => <<48, 0>>}))
    after
        edge_world:release_log(),
        edge_world:flush()
    end.
