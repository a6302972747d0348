%% SPDX-License-Identifier: MPL-2.0
%% @doc What a message of the exchange says: an event, and whom it is for. docs/EMIT.md is the description. Pure.
%%
%% An audience has one spelling only, since the broker's topic permissions judge what is written and not what it means.
-module(rabbit_socks_emit_message).

-export([read/1, audience/1]).
-export_type([event/0, audience/0]).

-type audience() :: #{namespace := binary(), rooms := [binary()] | all}.
-type event() :: #{audience := audience(), name := binary(), args := [rabbit_socks_callback:value()], except := [binary()]}.

%% More than most clients may be behind with. As terms it may be twice as large, which a broadcast may be.
-define(MAX_BODY, 16#400000).
-define(MAX_NAME, 1024). % of an event or a room
-define(MAX_EXCEPT, 100).
%% Less than the edge takes. The list of arguments is a level, too.
-define(MAX_DEPTH, 60).

%% @doc The error is for the log.
-spec read(rabbit_socks_amqp_client:envelope()) -> {ok, event()} | {error, Text :: binary()}.
read(#{key := Key, properties := Properties, payload := Payload}) ->
    Headers = rabbit_socks_amqp_properties:headers(Properties),
    try
        {ok, #{audience => audience(Key), name => name(Headers), except => except(Headers),
               args => args(Payload, rabbit_socks_amqp_properties:content_type(Properties))}}
    catch
        throw:{?MODULE, Text} -> {error, Text}
    end.

%% @doc NAMESPACE, or NAMESPACE.ROOM. Throws what is wrong with another key.
-spec audience(Key :: binary()) -> audience().
audience(Key) ->
    case binary:split(Key, <<".">>) of
        [Namespace] -> #{namespace => namespace(Namespace), rooms => all};
        [Namespace, Room] -> #{namespace => namespace(Namespace), rooms => [room(Room)]}
    end.

namespace(<<"/", _/binary>> = Namespace) -> unescape(Namespace, <<>>);
namespace(_) -> wrong(<<"the routing key must begin with a namespace, and that with '/'">>).

unescape(<<"%2E", Rest/binary>>, Acc) -> unescape(Rest, <<Acc/binary, ".">>);
unescape(<<"%25", Rest/binary>>, Acc) -> unescape(Rest, <<Acc/binary, "%">>);
unescape(<<"%", _/binary>>, _) -> wrong(<<"in the routing key's namespace '%' must be written '%25' and '.' '%2E'">>);
unescape(<<Byte, Rest/binary>>, Acc) -> unescape(Rest, <<Acc/binary, Byte>>);
unescape(<<>>, Acc) -> Acc.

room(<<>>) -> wrong(<<"the routing key ends with '.': for the whole namespace leave it away">>);
room(Room) ->
    case rabbit_socks_amqp_subscription:is_room(Room) of
        true -> wrong(<<"the room is the bridge's own">>);
        false -> Room
    end.

%% Without a header it is what send_frame sends: a bare WebSocket gets the body alone.
name(Headers) ->
    case lists:keyfind(<<"event">>, 1, Headers) of
        false -> <<"message">>;
        {_, Type, Name} when (Type =:= longstr orelse Type =:= binary), Name =/= <<>>, byte_size(Name) =< ?MAX_NAME ->
            case rabbit_socks_amqp_body:text_or_bytes(Name) of
                Name -> Name;
                {binary, _} -> wrong_name()
            end;
        _ -> wrong_name()
    end.

-spec wrong_name() -> no_return().
wrong_name() -> wrong(<<"the header 'event' must be text of 1 to 1024 bytes">>).

except(Headers) ->
    case lists:keyfind(<<"except">>, 1, Headers) of
        false -> [];
        {_, array, Rooms} when length(Rooms) =< ?MAX_EXCEPT -> [excepted(Type, Room) || {Type, Room} <- Rooms];
        {_, Type, Room} -> [excepted(Type, Room)]
    end.

excepted(Type, Room) when (Type =:= longstr orelse Type =:= binary), Room =/= <<>>, byte_size(Room) =< ?MAX_NAME -> Room;
excepted(_, _) -> wrong(<<"the header 'except' must be a room of 1 to 1024 bytes, or at most 100 of them">>).

%% An array of JSON is the arguments; anything else is the one argument.
args(Payload, _) when byte_size(Payload) > ?MAX_BODY ->
    wrong(<<"the body is larger than 4 MiB">>);
args(Payload, ContentType) ->
    case rabbit_socks_amqp_body:strict(Payload, ContentType) of
        {ok, Args} when is_list(Args) -> shallow(Args);
        {ok, Value} -> shallow([Value]);
        error -> wrong(<<"the body is not the JSON that its content type says it is">>)
    end.

shallow(Args) ->
    case fits(Args, ?MAX_DEPTH) of
        true -> Args;
        false -> wrong(<<"the body's JSON is nested more than 60 levels deep">>)
    end.

fits(Values, Depth) when is_list(Values) -> Depth > 0 andalso lists:all(fun(Value) -> fits(Value, Depth - 1) end, Values);
fits(Values, Depth) when is_map(Values) -> fits(maps:values(Values), Depth);
fits(_, _) -> true.

-spec wrong(binary()) -> no_return().
wrong(Text) -> throw({?MODULE, Text}).
