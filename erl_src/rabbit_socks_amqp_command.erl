%% SPDX-License-Identifier: MPL-2.0
%% @doc What clients ask of the bridge: events with their arguments, checked, as commands. Pure. docs/BRIDGE.md has the words.
-module(rabbit_socks_amqp_command).

-export([parse/2, credentials/1]).
-export_type([command/0, message/0, kind/0]).

-type message() :: #{exchange := binary(), key := binary(), payload := binary(), content_type := binary(), kind := kind(),
                     options := #{binary() => rabbit_socks_callback:value()}}.

%% A request is answered with its reply, or with `timeout' after so many ms.
-type kind() :: publish | mandatory | {request, Timeout :: pos_integer()}.

-type command() :: {login | refresh, rabbit_socks_access:credentials(), VHost :: binary() | default}
                 | {publish, message()}
                 | {subscribe, Exchange :: binary(), Keys :: [binary()], rabbit_socks_rooms:slow()}
                 | {unsubscribe, Id :: binary()}
                 | {consume, Queue :: binary(), #{prefetch := pos_integer(), no_ack := boolean()}}
                 | {stream, Queue :: binary(), rabbit_socks_amqp_stream_command:options()}
                 | {cancel, Consumer :: binary()}
                 | {queue, rabbit_socks_amqp_client:queue_command()}.

-define(MAX_SHORT, 255).
-define(MAX_KEYS, 100).
-define(MAX_PREFETCH, 1000).
-define(REQUEST_TIMEOUT, 10000).
-define(MAX_TIMEOUT, 3600000).
-define(MAX_CREDENTIAL, 65536).

%% @doc The text is for the client.
-spec parse(Name :: binary(), Args :: [rabbit_socks_callback:value()]) -> {ok, command()} | {error, Text :: binary()}.
parse(<<"login">>, [Auth]) ->
    login(login, credentials(Auth));
parse(<<"refresh">>, [Auth]) ->
    login(refresh, credentials(Auth));
parse(<<"publish">>, [Exchange, Key, Body]) ->
    parse(<<"publish">>, [Exchange, Key, Body, #{}]);
parse(<<"publish">>, [Exchange, Key, Body, Options]) ->
    message(name(Exchange), name(Key), rabbit_socks_amqp_body:encode(Body), Options, fun publish/1);
parse(<<"request">>, [Exchange, Key, Body]) ->
    parse(<<"request">>, [Exchange, Key, Body, #{}]);
parse(<<"request">>, [Exchange, Key, Body, Options]) ->
    message(name(Exchange), name(Key), rabbit_socks_amqp_body:encode(Body), Options, fun request/1);
parse(<<"subscribe">>, [Exchange, Keys]) ->
    parse(<<"subscribe">>, [Exchange, Keys, #{}]);
parse(<<"subscribe">>, [Exchange, Keys, Options]) ->
    subscribe(name(Exchange), keys(Keys), slow(Options));
parse(<<"unsubscribe">>, [Id]) when is_binary(Id), byte_size(Id) =< ?MAX_SHORT ->
    {ok, {unsubscribe, Id}};
parse(<<"consume">>, [Queue]) ->
    parse(<<"consume">>, [Queue, #{}]);
parse(<<"consume">>, [Queue, Options]) when is_map(Options) ->
    consume(name(Queue), maps:merge(#{<<"prefetch">> => 10, <<"noAck">> => false}, Options));
parse(<<"stream">>, Args) ->
    case rabbit_socks_amqp_stream_command:parse(Args) of
        {ok, Queue, Options} -> {ok, {stream, Queue, Options}};
        {error, Text} -> {error, Text}
    end;
parse(<<"cancel">>, [Consumer]) when is_binary(Consumer), byte_size(Consumer) =< ?MAX_SHORT ->
    {ok, {cancel, Consumer}};
parse(<<"login">>, _) -> login(login, none);
parse(<<"refresh">>, _) -> login(refresh, none);
parse(<<"publish">>, _) -> {error, <<"publish takes exchange, routing key, body, and options">>};
parse(<<"request">>, _) -> {error, <<"request takes exchange, routing key, body, and options">>};
parse(<<"subscribe">>, _) -> {error, <<"subscribe takes exchange, routing keys, and options">>};
parse(<<"unsubscribe">>, _) -> {error, <<"unsubscribe takes a subscription">>};
parse(<<"consume">>, _) -> {error, <<"consume takes a queue, and options">>};
parse(<<"cancel">>, _) -> {error, <<"cancel takes a consumer">>};
parse(Name, Args) ->
    case rabbit_socks_amqp_queue_command:parse(Name, Args) of
        {ok, Command} -> {ok, {queue, Command}};
        {error, Text} -> {error, Text};
        unknown -> unknown(Name)
    end.

unknown(Name) -> {error, <<"there is no command '", (rabbit_socks_amqp_text:shown(Name))/binary, "'">>}.

login(Name, {ok, Credentials, VHost}) -> {ok, {Name, Credentials, VHost}};
login(login, none) -> {error, <<"login takes {username, password} or {token}, and vhost">>};
login(refresh, none) -> {error, <<"refresh takes {username, password} or {token}">>};
login(_, {error, Text}) -> {error, Text}.

message({ok, Exchange}, {ok, Key}, {ok, Payload, ContentType}, Options, Kind) when is_map(Options) ->
    case Kind(Options) of
        {ok, What, Rest} ->
            {ok, {publish, #{exchange => Exchange, key => Key, payload => Payload, content_type => ContentType, kind => What, options => Rest}}};
        {error, Text} -> {error, Text}
    end;
message(error, _, _, _, _) -> {error, <<"an exchange is a string of at most 255 bytes">>};
message(_, error, _, _, _) -> {error, <<"a routing key is a string of at most 255 bytes">>};
message(_, _, error, _, _) -> {error, <<"a body is a string, bytes, or a value of JSON that has no bytes in it">>};
message(_, _, _, _, _) -> {error, <<"options are an object">>}.

publish(Options) ->
    case maps:take(<<"mandatory">>, Options) of
        {true, Rest} -> {ok, mandatory, Rest};
        {false, Rest} -> {ok, publish, Rest};
        error -> {ok, publish, Options};
        _ -> {error, <<"mandatory must be true or false">>}
    end.

%% Where the reply goes, and what it belongs to, is for us to say.
request(#{<<"replyTo">> := _}) -> {error, <<"a request has no replyTo of its own">>};
request(#{<<"correlationId">> := _}) -> {error, <<"a request has no correlationId of its own">>};
request(Options) ->
    case maps:take(<<"timeout">>, maps:merge(#{<<"timeout">> => ?REQUEST_TIMEOUT}, Options)) of
        {Timeout, Rest} when is_integer(Timeout), Timeout > 0, Timeout =< ?MAX_TIMEOUT -> {ok, {request, Timeout}, Rest};
        _ -> {error, <<"timeout must be a number of milliseconds, at most 3600000">>}
    end.

%% What is published to the default exchange goes to one queue, and cannot be listened to.
subscribe({ok, <<>>}, _, _) -> {error, <<"the default exchange cannot be subscribed to">>};
subscribe({ok, Exchange}, {ok, Keys}, {ok, Slow}) -> {ok, {subscribe, Exchange, Keys, Slow}};
subscribe(error, _, _) -> {error, <<"an exchange is a string of at most 255 bytes">>};
subscribe(_, error, _) -> {error, <<"routing keys are a string, or 1 to 100 strings, of at most 255 bytes">>};
subscribe(_, _, error) -> {error, <<"the option of subscribe is slow: close, drop_oldest or conflate">>}.

slow(Options) when Options =:= #{} -> {ok, close};
slow(#{<<"slow">> := <<"close">>} = Options) when map_size(Options) =:= 1 -> {ok, close};
slow(#{<<"slow">> := <<"drop_oldest">>} = Options) when map_size(Options) =:= 1 -> {ok, drop_oldest};
slow(#{<<"slow">> := <<"conflate">>} = Options) when map_size(Options) =:= 1 -> {ok, conflate};
slow(_) -> error.

%% The default queue of a channel is nobody's here.
consume({ok, Queue}, #{<<"prefetch">> := Prefetch, <<"noAck">> := NoAck} = Options)
  when Queue =/= <<>>, is_integer(Prefetch), Prefetch > 0, Prefetch =< ?MAX_PREFETCH, is_boolean(NoAck), map_size(Options) =:= 2 ->
    {ok, {consume, Queue, #{prefetch => Prefetch, no_ack => NoAck}}};
consume({ok, Queue}, _) when Queue =/= <<>> ->
    {error, <<"options of consume are prefetch, 1 to 1000, and noAck, true or false">>};
consume(_, _) ->
    {error, <<"a queue is a string of 1 to 255 bytes">>}.

name(Text) when is_binary(Text), byte_size(Text) =< ?MAX_SHORT -> {ok, Text};
name(_) -> error.

%% The same set of keys is the same subscription, in whatever order.
keys(Key) when is_binary(Key) -> keys([Key]);
keys([_ | _] = Keys) when length(Keys) =< ?MAX_KEYS ->
    case lists:all(fun(Key) -> name(Key) =/= error end, Keys) of
        true -> {ok, lists:usort(Keys)};
        false -> error
    end;
keys(_) -> error.

%% @doc Of `auth' in the handshake, or of a login. `none': there are none in it.
-spec credentials(term()) -> {ok, rabbit_socks_access:credentials(), VHost :: binary() | default} | none | {error, Text :: binary()}.
credentials(Auth) when is_map(Auth) ->
    case {Auth, maps:get(<<"vhost">>, Auth, default)} of
        {#{<<"token">> := Token, <<"username">> := _}, _} when Token =/= null -> {error, <<"either a token or a user name, not both">>};
        {#{<<"token">> := Token}, VHost} when is_binary(Token), Token =/= <<>>, byte_size(Token) =< ?MAX_CREDENTIAL ->
            with_vhost({token, Token}, VHost);
        {#{<<"username">> := User, <<"password">> := Password}, VHost}
          when is_binary(User), User =/= <<>>, byte_size(User) =< ?MAX_SHORT, is_binary(Password), byte_size(Password) =< ?MAX_CREDENTIAL ->
            with_vhost({password, User, Password}, VHost);
        {#{<<"token">> := _}, _} -> {error, <<"a token is a string">>};
        {#{<<"username">> := _}, _} -> {error, <<"a user name is a string of at most 255 bytes, and comes with a password">>};
        _ -> none
    end;
credentials(_) ->
    none.

with_vhost(Credentials, default) -> {ok, Credentials, default};
with_vhost(Credentials, VHost) when is_binary(VHost), byte_size(VHost) =< ?MAX_SHORT -> {ok, Credentials, VHost};
with_vhost(_, _) -> {error, <<"a virtual host is a string of at most 255 bytes">>}.
