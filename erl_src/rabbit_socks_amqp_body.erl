%% SPDX-License-Identifier: MPL-2.0
%% @doc Bodies: a string, any value of JSON, or bytes, for the client; a payload and its content type, for the broker. Pure.
-module(rabbit_socks_amqp_body).

-export([encode/1, decode/2, strict/2, text_or_bytes/1, number/1]).

-define(JSON, <<"application/json">>).

%% @doc The payload, and the content type of a message that names none itself.
-spec encode(rabbit_socks_callback:value()) -> {ok, Payload :: binary(), ContentType :: binary()} | error.
encode(Text) when is_binary(Text) -> {ok, Text, <<"text/plain">>};
encode({binary, Bytes}) -> {ok, Bytes, <<"application/octet-stream">>};
encode(Value) ->
    %% The library takes a list of pairs for an object, so bytes within are found before.
    case has_bytes(Value) of
        true -> error;
        false -> {ok, iolist_to_binary(rabbit_json:encode(Value)), ?JSON}
    end.

has_bytes({binary, _}) -> true;
has_bytes(List) when is_list(List) -> lists:any(fun has_bytes/1, List);
has_bytes(Map) when is_map(Map) -> lists:any(fun has_bytes/1, maps:values(Map));
has_bytes(_) -> false.

%% @doc JSON that says so and is; text; bytes.
-spec decode(Payload :: binary(), ContentType :: binary() | undefined) -> rabbit_socks_callback:value().
decode(Payload, ContentType) ->
    case strict(Payload, ContentType) of
        {ok, Value} -> Value;
        error -> text_or_bytes(Payload)
    end.

%% @doc The same, but what says that it is JSON must be.
-spec strict(Payload :: binary(), ContentType :: binary() | undefined) -> {ok, rabbit_socks_callback:value()} | error.
strict(Payload, ContentType) ->
    case is_json(ContentType) of
        true -> json(Payload);
        false when ContentType =:= <<"application/octet-stream">> -> {ok, {binary, Payload}};
        false -> {ok, text_or_bytes(Payload)}
    end.

is_json(undefined) ->
    false;
is_json(ContentType) ->
    [Type | _] = binary:split(ContentType, <<";">>),
    case string:lowercase(string:trim(Type)) of
        ?JSON -> true;
        Other -> string:slice(Other, max(0, string:length(Other) - 5)) =:= <<"+json">>
    end.

json(Payload) ->
    case rabbit_json:try_decode(Payload) of
        {ok, Value} -> {ok, plain(Value)};
        {error, _} -> error
    end.

%% Numbers that a client's JSON cannot have are made into such that it can.
plain(Value) when is_number(Value) -> number(Value);
plain(List) when is_list(List) -> [plain(Value) || Value <- List];
plain(Map) when is_map(Map) -> maps:map(fun(_, Value) -> plain(Value) end, Map);
plain(Value) -> Value.

-spec text_or_bytes(binary()) -> binary() | {binary, binary()}.
text_or_bytes(Bytes) ->
    case unicode:characters_to_binary(Bytes) of
        Bytes -> Bytes;
        _ -> {binary, Bytes}
    end.

%% @doc An integer beyond 64 bits becomes a float, and one beyond those null.
-spec number(number()) -> number() | null.
number(Value) when is_integer(Value), Value >= -16#8000000000000000, Value =< 16#7fffffffffffffff -> Value;
number(Value) when is_float(Value) -> Value;
number(Value) -> try float(Value) catch error:badarg -> null end.
