%% SPDX-License-Identifier: MPL-2.0
%% @doc Values of clients as headers and arguments of AMQP 0-9-1, and back. Pure.
-module(rabbit_socks_amqp_table).

-export([to_table/1, from_table/1]).

-define(MAX_SHORT, 255).
-define(MAX_FIELDS, 1000). % of one table or array
-define(MAX_DEPTH, 16).

%% @doc Numbers without a fraction that 64 bits hold are long, others double; a name has at most 255 bytes.
-spec to_table(#{binary() => rabbit_socks_callback:value()}) -> {ok, [{binary(), atom(), term()}]} | error.
to_table(Map) when is_map(Map) ->
    try
        {ok, table(Map, 0)}
    catch
        throw:?MODULE -> error
    end;
to_table(_) ->
    error.

table(Map, Depth) when map_size(Map) =< ?MAX_FIELDS, Depth < ?MAX_DEPTH ->
    [begin
         {Type, Typed} = field(Value, Depth + 1),
         {name(Name), Type, Typed}
     end || {Name, Value} <- lists:sort(maps:to_list(Map))];
table(_, _) ->
    throw(?MODULE).

name(Name) when is_binary(Name), byte_size(Name) =< ?MAX_SHORT -> Name;
name(_) -> throw(?MODULE).

field(null, _) -> {void, undefined};
field(Value, _) when is_boolean(Value) -> {bool, Value};
field(Value, _) when is_binary(Value) -> {longstr, Value};
field(Value, _) when is_integer(Value), Value >= -16#8000000000000000, Value =< 16#7fffffffffffffff -> {long, Value};
field(Value, _) when is_integer(Value); is_float(Value) -> {double, double(Value)};
field({binary, Bytes}, _) -> {binary, Bytes};
field(Value, Depth) when is_map(Value) -> {table, table(Value, Depth)};
field(Value, Depth) when is_list(Value), length(Value) =< ?MAX_FIELDS, Depth < ?MAX_DEPTH ->
    {array, [field(Element, Depth + 1) || Element <- Value]};
field(_, _) -> throw(?MODULE).

double(Value) when is_float(Value) -> Value;
double(Value) -> try float(Value) catch error:badarg -> throw(?MODULE) end.

%% @doc The types of AMQP that JSON does not have become what is nearest. Of several fields of one name the last stands.
-spec from_table([tuple()] | undefined) -> #{binary() => rabbit_socks_callback:value()}.
from_table(undefined) ->
    #{};
from_table(Table) ->
    maps:from_list([{text(Name), value(Type, Value)} || {Name, Type, Value} <- Table]).

value(void, _) -> null;
value(bool, Value) -> Value;
value(table, Value) -> from_table(Value);
value(array, Values) -> [value(Type, Value) || {Type, Value} <- Values];
value(decimal, {Before, After}) -> After / math:pow(10, Before);
value(binary, Bytes) -> {binary, Bytes};
value(longstr, Bytes) -> rabbit_socks_amqp_body:text_or_bytes(Bytes);
value(_, Value) when is_binary(Value) -> rabbit_socks_amqp_body:text_or_bytes(Value);
value(_, Value) when is_number(Value) -> rabbit_socks_amqp_body:number(Value);
value(_, _) -> null.

%% A name must be text: bytes that are not are shown as such.
text(Name) ->
    case rabbit_socks_amqp_body:text_or_bytes(Name) of
        {binary, Bytes} -> base64:encode(Bytes);
        Text -> Text
    end.
