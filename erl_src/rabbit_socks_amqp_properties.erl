%% SPDX-License-Identifier: MPL-2.0
%% @doc The properties of a message: an object of the client's, and P_basic of AMQP 0-9-1. Pure.
-module(rabbit_socks_amqp_properties).

%% The broker's records have no types.
-compile(nowarn_untyped_record).

-include_lib("rabbit_common/include/rabbit_framing.hrl").

-export([encode/3, decode/1, content_type/1, headers/1, request/2, correlation/1, reply_to/1, take_offset/1]).
-export_type([properties/0]).

-type properties() :: #'P_basic'{}.

-define(MAX_SHORT, 255).
-define(MAX_TIMESTAMP, 16#7fffffffffffffff).

%% @doc Options are the client's: those that are no properties have been taken out. ContentType stands if they name none. User
%% is who has logged in: a userId can be no other.
-spec encode(#{binary() => rabbit_socks_callback:value()}, ContentType :: binary(), User :: binary()) ->
    {ok, properties()} | {error, Text :: binary()}.
encode(Options, ContentType, User) ->
    try
        {ok, maps:fold(fun set/3, #'P_basic'{content_type = ContentType, user_id = user_id(Options, User)}, maps:remove(<<"userId">>, Options))}
    catch
        throw:{?MODULE, Name, What} -> {error, <<Name/binary, " must be ", What/binary>>};
        throw:{?MODULE, Name} -> {error, <<"there is no option '", (rabbit_socks_amqp_text:shown(Name))/binary, "'">>}
    end.

user_id(#{<<"userId">> := User}, User) -> User;
user_id(#{<<"userId">> := _}, _) -> wrong(<<"userId">>, <<"the name of the user who has logged in">>);
user_id(_, _) -> undefined.

set(<<"contentType">> = N, V, P) -> P#'P_basic'{content_type = short(N, V)};
set(<<"contentEncoding">> = N, V, P) -> P#'P_basic'{content_encoding = short(N, V)};
set(<<"correlationId">> = N, V, P) -> P#'P_basic'{correlation_id = short(N, V)};
%% The channel closes for it, or takes the reply for an answer to a request.
set(<<"replyTo">> = N, <<"amq.rabbitmq.reply-to">>, _) -> wrong(N, <<"a queue of somebody's; to be replied to, request">>);
set(<<"replyTo">> = N, V, P) -> P#'P_basic'{reply_to = short(N, V)};
set(<<"messageId">> = N, V, P) -> P#'P_basic'{message_id = short(N, V)};
set(<<"type">> = N, V, P) -> P#'P_basic'{type = short(N, V)};
set(<<"appId">> = N, V, P) -> P#'P_basic'{app_id = short(N, V)};
set(<<"persistent">>, true, P) -> P#'P_basic'{delivery_mode = 2};
set(<<"persistent">>, false, P) -> P#'P_basic'{delivery_mode = 1};
set(<<"persistent">> = N, _, _) -> wrong(N, <<"true or false">>);
set(<<"priority">>, V, P) when is_integer(V), V >= 0, V =< 255 -> P#'P_basic'{priority = V};
set(<<"priority">> = N, _, _) -> wrong(N, <<"an integer from 0 to 255">>);
set(<<"expiration">>, V, P) when is_integer(V), V >= 0, V =< 16#ffffffff -> P#'P_basic'{expiration = integer_to_binary(V)};
set(<<"expiration">> = N, _, _) -> wrong(N, <<"a number of milliseconds below 2^32">>);
set(<<"timestamp">>, V, P) when is_integer(V), V >= 0, V =< ?MAX_TIMESTAMP -> P#'P_basic'{timestamp = V};
set(<<"timestamp">> = N, _, _) -> wrong(N, <<"a number of seconds">>);
set(<<"headers">> = N, V, P) -> P#'P_basic'{headers = headers(N, V)};
set(N, _, _) -> throw({?MODULE, N}).

short(_, Value) when is_binary(Value), byte_size(Value) =< ?MAX_SHORT -> Value;
short(Name, _) -> wrong(Name, <<"a string of at most 255 bytes">>).

%% With CC and BCC a message goes to routing keys that nobody has asked the user's permission for.
headers(Name, #{<<"CC">> := _}) -> wrong(Name, <<"without CC">>);
headers(Name, #{<<"BCC">> := _}) -> wrong(Name, <<"without BCC">>);
headers(Name, Value) ->
    case rabbit_socks_amqp_table:to_table(Value) of
        {ok, Table} -> Table;
        error -> wrong(Name, <<"an object whose names have at most 255 bytes">>)
    end.

-spec wrong(binary(), binary()) -> no_return().
wrong(Name, What) -> throw({?MODULE, Name, What}).

%% @doc A message that asks for a reply, which will name this id.
-spec request(properties(), Id :: binary()) -> properties().
request(Properties, Id) -> Properties#'P_basic'{reply_to = <<"amq.rabbitmq.reply-to">>, correlation_id = Id}.

-spec correlation(properties()) -> binary() | undefined.
correlation(#'P_basic'{correlation_id = Id}) -> Id.

%% @doc Where the reply to such a message goes, and the id that it must name; `none' if it asks for none.
-spec reply_to(properties()) -> {Key :: binary(), CorrelationId :: binary() | undefined} | none.
reply_to(#'P_basic'{reply_to = Key, correlation_id = Id}) when is_binary(Key), Key =/= <<>> -> {Key, Id};
reply_to(_) -> none.

%% @doc Of a stream's entry: its offset, and the properties without the header by which the broker tells it.
-spec take_offset(properties()) -> {Offset :: non_neg_integer(), properties()}.
take_offset(#'P_basic'{headers = Headers} = Properties) ->
    {value, {_, _, Offset}, Rest} = lists:keytake(<<"x-stream-offset">>, 1, Headers),
    {Offset, Properties#'P_basic'{headers = case Rest of [] -> undefined; _ -> Rest end}}.

-spec content_type(properties()) -> binary() | undefined.
content_type(#'P_basic'{content_type = ContentType}) -> ContentType.

-spec headers(properties()) -> [{Name :: binary(), Type :: atom(), Value :: term()}].
headers(#'P_basic'{headers = undefined}) -> [];
headers(#'P_basic'{headers = Headers}) -> Headers.

%% @doc Those that the message has, by the names that clients use.
-spec decode(properties()) -> #{binary() => rabbit_socks_callback:value()}.
decode(#'P_basic'{} = P) ->
    Texts = [{<<"contentType">>, P#'P_basic'.content_type}, {<<"contentEncoding">>, P#'P_basic'.content_encoding},
             {<<"correlationId">>, P#'P_basic'.correlation_id}, {<<"replyTo">>, P#'P_basic'.reply_to},
             {<<"messageId">>, P#'P_basic'.message_id}, {<<"type">>, P#'P_basic'.type}, {<<"appId">>, P#'P_basic'.app_id},
             {<<"userId">>, P#'P_basic'.user_id}, {<<"expiration">>, P#'P_basic'.expiration}],
    Others = [{<<"priority">>, P#'P_basic'.priority}, {<<"timestamp">>, P#'P_basic'.timestamp},
              {<<"persistent">>, persistent(P#'P_basic'.delivery_mode)}, {<<"headers">>, shown(P#'P_basic'.headers)}],
    maps:from_list([{Name, rabbit_socks_amqp_body:text_or_bytes(Value)} || {Name, Value} <- Texts, is_binary(Value)] ++
                   [{Name, Value} || {Name, Value} <- Others, Value =/= undefined]).

persistent(2) -> true;
persistent(1) -> false;
persistent(_) -> undefined.

shown(undefined) -> undefined;
shown(Table) -> rabbit_socks_amqp_table:from_table(Table).
