%% SPDX-License-Identifier: MPL-2.0
%% What a message of the exchange says, and what makes it none.
-module(rabbit_socks_emit_message_tests).

-include_lib("eunit/include/eunit.hrl").
-include_lib("rabbit_common/include/rabbit_framing.hrl").

read(Key, Headers, ContentType, Payload) ->
    Properties = #'P_basic'{headers = Headers, content_type = ContentType},
    rabbit_socks_emit_message:read(#{exchange => <<"socks">>, key => Key, properties => Properties, payload => Payload}).

audience_test_() ->
    [?_assertMatch({Key, {ok, #{audience := #{namespace := Namespace, rooms := Rooms}}}}, {Key, read(Key, undefined, undefined, <<>>)})
     || {Key, Namespace, Rooms} <- [
        {<<"/">>, <<"/">>, all},
        {<<"/chat">>, <<"/chat">>, all},
        {<<"/chat/a">>, <<"/chat/a">>, all},
        {<<"/.lobby">>, <<"/">>, [<<"lobby">>]},
        {<<"/chat.lobby">>, <<"/chat">>, [<<"lobby">>]},
        {<<"/chat.a.b..c.">>, <<"/chat">>, [<<"a.b..c.">>]},
        {<<"/..">>, <<"/">>, [<<".">>]},
        {<<"/v1%2E2.%2E">>, <<"/v1.2">>, [<<"%2E">>]},
        {<<"/100%25%2E">>, <<"/100%.">>, all},
        {<<"/%252E">>, <<"/%2E">>, all},
        {<<"/grüße.räume"/utf8>>, <<"/grüße"/utf8>>, [<<"räume"/utf8>>]},
        {<<"/.", 255>>, <<"/">>, [<<255>>]},
        {<<"/.socks">>, <<"/">>, [<<"socks">>]}]].

%% What would be a second spelling is none.
no_audience_test_() ->
    [?_assertMatch({Key, {error, <<"the ", _/binary>>}}, {Key, wrong(Key)}) || Key <- [
        <<>>, <<"chat">>, <<"chat.lobby">>, <<".lobby">>, <<"#">>, <<"/.">>, <<"/chat.">>,
        <<"/.socks-subscription-1">>, <<"/chat.socks-subscription-">>]] ++
    [?_assertMatch({Key, {error, <<"in ", _/binary>>}}, {Key, wrong(Key)}) || Key <- [<<"/%">>, <<"/%2e">>, <<"/%2F">>, <<"/a%2">>, <<"/%%25.a">>]].

wrong(Key) -> read(Key, undefined, undefined, <<>>).

name_test_() ->
    Long = binary:copy(<<"n">>, 1024),
    [?_assertMatch({ok, #{name := Name}}, read(<<"/">>, Headers, undefined, <<>>)) || {Headers, Name} <- [
        {undefined, <<"message">>}, {[], <<"message">>}, {[{<<"EVENT">>, longstr, <<"x">>}], <<"message">>},
        {[{<<"a">>, long, 1}, {<<"event">>, longstr, <<"news">>}], <<"news">>},
        {[{<<"event">>, binary, <<"grüße"/utf8>>}], <<"grüße"/utf8>>},
        {[{<<"event">>, longstr, Long}], Long}]] ++
    [?_assertEqual({error, <<"the header 'event' must be text of 1 to 1024 bytes">>}, read(<<"/">>, [Header], undefined, <<>>)) || Header <- [
        {<<"event">>, longstr, <<>>}, {<<"event">>, longstr, <<Long/binary, "n">>}, {<<"event">>, longstr, <<255>>}, {<<"event">>, long, 1},
        {<<"event">>, void, undefined}, {<<"event">>, table, []}, {<<"event">>, array, [{longstr, <<"a">>}]}]].

except_test_() ->
    Room = {longstr, <<"r">>},
    [?_assertMatch({ok, #{except := Except}}, read(<<"/">>, [{<<"except">>, Type, Value}], undefined, <<>>)) || {Type, Value, Except} <- [
        {longstr, <<"r">>, [<<"r">>]}, {binary, <<255>>, [<<255>>]}, {array, [], []}, {array, [Room, {binary, <<"s">>}], [<<"r">>, <<"s">>]},
        {array, lists:duplicate(100, Room), lists:duplicate(100, <<"r">>)}]] ++
    [?_assertMatch({error, <<"the header 'except' ", _/binary>>}, read(<<"/">>, [{<<"except">>, Type, Value}], undefined, <<>>)) || {Type, Value} <- [
        {longstr, <<>>}, {longstr, binary:copy(<<"r">>, 1025)}, {long, 1}, {void, undefined}, {array, [Room, {long, 1}]},
        {array, [{array, [Room]}]}, {array, lists:duplicate(101, Room)}]].

args_test_() ->
    Json = <<"application/json">>,
    [?_assertMatch({ok, #{args := Args}}, read(<<"/">>, undefined, Type, Payload)) || {Payload, Type, Args} <- [
        {<<"hä"/utf8>>, undefined, [<<"hä"/utf8>>]}, {<<>>, undefined, [<<>>]}, {<<255>>, undefined, [{binary, <<255>>}]},
        {<<"[1]">>, <<"text/plain">>, [<<"[1]">>]}, {<<"[1]">>, <<"application/octet-stream">>, [{binary, <<"[1]">>}]},
        {<<"[1,\"two\",{\"three\":[null]}]">>, Json, [1, <<"two">>, #{<<"three">> => [null]}]}, {<<"[]">>, Json, []}, {<<"[[1]]">>, Json, [[1]]},
        {<<"{\"a\":1}">>, <<"application/problem+json; charset=utf-8">>, [#{<<"a">> => 1}]}, {<<"null">>, Json, [null]}, {<<"\"x\"">>, Json, [<<"x">>]}]] ++
    [?_assertEqual({error, <<"the body is not the JSON that its content type says it is">>}, read(<<"/">>, undefined, Json, Payload))
     || Payload <- [<<>>, <<"{">>, <<"news">>]].

%% The list of arguments is a level, whether the body is one or not.
depth_test_() ->
    Nested = fun(Depth, [Open, Close]) -> iolist_to_binary([lists:duplicate(Depth, Open), "1", lists:duplicate(Depth, Close)]) end,
    Read = fun(Depth, Brackets) -> read(<<"/">>, undefined, <<"application/json">>, Nested(Depth, Brackets)) end,
    [?_assertMatch({ok, _}, Read(60, ["[", "]"])), ?_assertMatch({ok, _}, Read(59, ["{\"a\":", "}"])),
     ?_assertMatch({error, <<"the body's JSON is nested", _/binary>>}, Read(61, ["[", "]"])),
     ?_assertMatch({error, <<"the body's JSON is nested", _/binary>>}, Read(60, ["{\"a\":", "}"]))].

size_test() ->
    Size = 4 * 1024 * 1024,
    ?assertMatch({ok, _}, read(<<"/">>, undefined, <<"application/octet-stream">>, binary:copy(<<0>>, Size))),
    ?assertEqual({error, <<"the body is larger than 4 MiB">>}, read(<<"/">>, undefined, <<"application/json">>, binary:copy(<<"[">>, Size + 1))).
