%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_credentials_tests).

-include_lib("eunit/include/eunit.hrl").

info(Headers) -> info(Headers, none).

info(Headers, Certificate) ->
    #{path => [], query => <<>>, headers => [{<<"host">>, <<"h">>} | Headers], peer => {<<"192.0.2.7">>, 1}, local => {<<"::1">>, 2},
      secure => true, peer_certificate => none, peer_certificate_name => Certificate, transport => websocket,
      protocol => rfc6455, generation => none, namespace => none, auth => none, subprotocol => none}.

basic(Field) -> from([{<<"authorization">>, Field}]).

encoded(UserPass) -> basic(["Basic ", base64:encode(iolist_to_binary(UserPass))]).

cookie(Field) -> from([{<<"cookie">>, Field}]).

from(Headers) ->
    Info = info([{Name, iolist_to_binary(Value)} || {Name, Value} <- Headers]),
    rabbit_socks_credentials:from_info(Info, [{cookie, "token"}]).

basic_test_() ->
    [?_assertEqual({password, User, Password}, encoded([User, $:, Password])) || {User, Password} <- [
        {<<"Aladdin">>, <<"open sesame">>}, {<<"grüße"/utf8>>, <<"✓"/utf8>>}, {<<>>, <<"token.of.oauth">>}, {<<"u">>, <<>>},
        {<<"u">>, <<"with:colons:">>}, {<<>>, <<>>}, {binary:copy(<<"u">>, 255), binary:copy(<<"p">>, 10_000)}]].

scheme_test_() ->
    [?_assertEqual({password, <<"a">>, <<"b">>}, basic(Field)) || Field <- ["basic YTpi", "BASIC YTpi", "Basic   YTpi ", "bAsIc YTpi"]] ++
    [?_assertEqual(none, basic(Field)) || Field <- ["", " ", "Bearer abc", "Digest username=\"a\"", "Basically YTpi", <<255, " YTpi">>]].

%% Each of these is an error in words of ours.
malformed_basic_test_() ->
    [?_assertMatch({Field, {error, <<_, _/binary>>}}, {Field, basic(Field)}) || Field <- [
        "Basic", "Basic ", "Basic YTp", "Basic YTpi=", "Basic YTpi====", "Basic YT pi", "Basic !!!!", "Basic YTp_", "Basic YTpi\n",
        "Basic =", "Basic YWI=", "Basic YTpi YTpi", ["Basic ", binary:copy(<<"YTpi">>, 5_000)],
        ["Basic ", base64:encode(<<"a:", 255>>)], ["Basic ", base64:encode(<<"gr", 252, "n:p">>)],
        ["Basic ", base64:encode(<<"a", 0, ":b">>)], ["Basic ", base64:encode(<<"a:b\r\n">>)], ["Basic ", base64:encode(<<"a\e[2J:b">>)],
        ["Basic ", base64:encode(<<"a", 127, ":b">>)], ["Basic ", base64:encode(<<"a", 133/utf8, ":b">>)],
        ["Basic ", base64:encode(<<237, 160, 128, ":b">>)],
        ["Basic ", base64:encode(<<(binary:copy(<<"u">>, 256))/binary, ":p">>)]
    ]].

two_fields_test() ->
    Field = {<<"authorization">>, <<"Basic YTpi">>},
    ?assertMatch({error, _}, from([Field, Field])).

cookie_test_() ->
    [?_assertEqual({Field, Result}, {Field, cookie(Field)}) || {Field, Result} <- [
        {"token=abc", {token, <<"abc">>}}, {"a=1; token=abc; b=2", {token, <<"abc">>}}, {"a=1;token=abc", {token, <<"abc">>}},
        {" token = abc ", {token, <<"abc">>}}, {"token=\"abc\"", {token, <<"abc">>}}, {"token=a=b==", {token, <<"a=b==">>}},
        {"token=a%20b%2Fc%2bd+e", {token, <<"a b/c+d+e">>}}, {"token=gr%C3%BCn", {token, <<"grün"/utf8>>}},
        {"token=\"", {token, <<"\"">>}}, {"token=abc; token=abc", {token, <<"abc">>}}, {"token=%25zz", {token, <<"%zz">>}},
        {"token=", none}, {"token=\"\"", none}, {"token", none}, {"", none}, {";;;", none}, {"Token=abc", none}, {"xtoken=abc", none},
        {"a=token=abc", none}, {"=token", none}, {"other=%zz", none}]].

malformed_cookie_test_() ->
    [?_assertMatch({Field, {error, <<_, _/binary>>}}, {Field, cookie(Field)}) || Field <- [
        "token=%", "token=%2", "token=%zz", "token=%2g", "token=a%00b", "token=a%0d%0aSet-Cookie: x", "token=%1b[2J", "token=%FF",
        "token=%ED%A0%80", <<"token=", 255>>, "token=a\tb", "token=one; token=two", "token=; token=two",
        lists:duplicate(101, "a=1;"), ["a=", binary:copy(<<"x">>, 16_384)]]].

many_cookies_test() ->
    ?assertEqual({token, <<"t">>}, cookie([lists:duplicate(99, "a=1;"), "token=t"])),
    %% HTTP/2 has each in a field of its own, and so may who translates it.
    ?assertEqual({token, <<"t">>}, from([{<<"cookie">>, "a=1"}, {<<"cookie">>, "token=t"}])),
    ?assertMatch({error, _}, from([{<<"cookie">>, "a=1"} || _ <- lists:seq(1, 101)])).

%% Blanks and signs without end are looked at once.
long_test_() ->
    [?_assertMatch({token, <<"x", _/binary>>}, cookie(["token=x", binary:copy(Piece, 16_000 div byte_size(Piece)), "y"]))
     || Piece <- [<<" ">>, <<"\"">>, <<"=">>, <<"%20">>]].

precedence_test_() ->
    Basic = {<<"authorization">>, <<"Basic YTpi">>},
    Cookie = {<<"cookie">>, <<"token=t">>},
    From = fun(Headers, Options) -> rabbit_socks_credentials:from_info(info(Headers, <<"CN=c">>), Options) end,
    [?_assertEqual({password, <<"a">>, <<"b">>}, From([Cookie, Basic], #{cookie => <<"token">>})),
     ?_assertEqual({token, <<"t">>}, From([Cookie], #{cookie => <<"token">>})),
     ?_assertEqual({token, <<"t">>}, From([Cookie, Basic], [{cookie, "token"}, {basic, false}])),
     ?_assertEqual({certificate, <<"CN=c">>}, From([Cookie], [])),
     ?_assertEqual({certificate, <<"CN=c">>}, From([{<<"authorization">>, <<"Bearer x">>}], [{cookie, "token"}])),
     ?_assertEqual(none, From([Cookie, Basic], [{basic, false}, {certificate, false}])),
     %% A mistake does not make somebody else of the client.
     ?_assertMatch({error, _}, From([Cookie, {<<"authorization">>, <<"Basic !">>}], [{cookie, "token"}])),
     ?_assertMatch({error, _}, From([{<<"cookie">>, <<"token=%">>}], [{cookie, "token"}]))].

certificate_test_() ->
    From = fun(Name) -> rabbit_socks_credentials:from_info(info([], Name), []) end,
    [?_assertEqual(none, From(none)),
     ?_assertEqual({certificate, <<"CN=client,O=Suite">>}, From(<<"CN=client,O=Suite">>)),
     ?_assertMatch({error, _}, From(<<"CN=a\n2026 [error] forged">>)),
     ?_assertMatch({error, _}, From(<<"CN=", 255>>))].

%% Nothing that the client sent is in the text.
errors_are_ours_test_() ->
    [?_assertEqual(nomatch, string:find(element(2, Result), "sesame")) || Result <- [
        encoded("a:sesame\n"), encoded("sesame"), basic("Basic sesame"), cookie("token=sesame%"), cookie("token=sesame; token=x")]].
