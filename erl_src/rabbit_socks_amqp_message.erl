%% SPDX-License-Identifier: MPL-2.0
%% @doc Whole messages: what a client publishes, and what it is shown of a delivery. Pure.
-module(rabbit_socks_amqp_message).

-export([envelope/3, arguments/1]).

%% @doc What a command says, for the broker; which closes the channel, that others share, for a payload of more than Largest.
-spec envelope(rabbit_socks_amqp_command:message(), User :: binary(), Largest :: non_neg_integer()) ->
    {ok, rabbit_socks_amqp_client:envelope()} | {error, Text :: binary()}.
envelope(#{payload := Payload}, _, Largest) when byte_size(Payload) > Largest ->
    {error, <<"the broker takes messages of at most ", (integer_to_binary(Largest))/binary, " bytes">>};
envelope(#{exchange := Exchange, key := Key, payload := Payload, content_type := ContentType, options := Options}, User, _) ->
    case rabbit_socks_amqp_properties:encode(Options, ContentType, User) of
        {ok, Properties} -> {ok, #{exchange => Exchange, key => Key, properties => Properties, payload => Payload}};
        {error, Text} -> {error, Text}
    end.

%% @doc The body, and what there is to know of it.
-spec arguments(rabbit_socks_amqp_client:envelope()) -> [rabbit_socks_callback:value()].
arguments(#{exchange := Exchange, key := Key, properties := Properties, payload := Payload}) ->
    Body = rabbit_socks_amqp_body:decode(Payload, rabbit_socks_amqp_properties:content_type(Properties)),
    [Body, #{<<"exchange">> => text(Exchange), <<"routingKey">> => text(Key), <<"properties">> => rabbit_socks_amqp_properties:decode(Properties)}].

text(Bytes) -> rabbit_socks_amqp_body:text_or_bytes(Bytes).
