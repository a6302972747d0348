%% SPDX-License-Identifier: MPL-2.0
%% @doc Tokens for suites: JSON Web Tokens that RabbitMQ's OAuth 2 backend accepts, signed with a key of the suite's own.
-module(amqp_tokens).

-export([config/0, token/1, in/1]).

-define(KEY, <<"a key for the tests of tokens, 32 bytes and more">>).

%% @doc What a broker's configuration needs: tokens beside the users of its own.
-spec config() -> [{atom(), [{atom(), term()}]}].
config() ->
    Key = #{<<"kty">> => <<"oct">>, <<"alg">> => <<"HS256">>, <<"k">> => base64(?KEY)},
    [{rabbit, [{auth_backends, [rabbit_auth_backend_internal, rabbit_auth_backend_oauth2]}]},
     {rabbitmq_auth_backend_oauth2, [{resource_server_id, <<"rabbit">>}, {key_config, [{default_key, <<"k">>}, {signing_keys, #{<<"k">> => {map, Key}}}]}]}].

%% @doc Claims over those of Ada, who may do everything for an hour. `exp' may be `none'.
-spec token(map()) -> binary().
token(Claims) ->
    Everything = [<<"rabbit.", Permission/binary, ":*/*/*">> || Permission <- [<<"read">>, <<"write">>, <<"configure">>]],
    All = maps:merge(#{sub => <<"ada">>, aud => [<<"rabbit">>], exp => in(3600), scope => Everything}, Claims),
    Signed = iolist_to_binary([base64("{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"k\"}"), $.,
                               base64(rabbit_json:encode(maps:filter(fun(_, Value) -> Value =/= none end, All)))]),
    iolist_to_binary([Signed, $., base64(crypto:mac(hmac, sha256, ?KEY, Signed))]).

%% @doc So many seconds from now.
-spec in(integer()) -> integer().
in(Seconds) -> erlang:system_time(second) + Seconds.

base64(Data) ->
    << <<(case C of $+ -> $-; $/ -> $_; _ -> C end)>> || <<C>> <= base64:encode(iolist_to_binary(Data)), C =/= $= >>.
