%% SPDX-License-Identifier: MPL-2.0
%% @doc What goes into one line of the log: why a callback module failed, without anything a client sent, and text of others,
%% cut and made printable.
-module(rabbit_socks_blame).

-export([reason/1, stack/1, text/1, words/1]).

-define(MAX, 256).

%% @doc Atoms, numbers and their tuples are shown, everything that can carry a payload by its kind only.
-spec reason(term()) -> iodata().
reason(Reason) ->
    string:slice(io_lib:format("~0tp", [outline(Reason, 4)]), 0, ?MAX).

outline(_, 0) -> '...';
outline(Term, _) when is_atom(Term); is_integer(Term); is_float(Term); is_pid(Term); is_reference(Term); is_port(Term) -> Term;
outline(Term, Depth) when is_tuple(Term), tuple_size(Term) =< 8 ->
    list_to_tuple([outline(Element, Depth - 1) || Element <- tuple_to_list(Term)]);
outline(Term, _) when is_binary(Term) -> {binary, byte_size(Term)};
outline([], _) -> [];
outline(Term, _) when is_list(Term) -> list;
outline(Term, _) when is_map(Term) -> {map, map_size(Term)};
outline(Term, _) when is_tuple(Term) -> {tuple, tuple_size(Term)};
outline(_, _) -> other.

%% @doc At most 256 characters of a text that may hold what a client sent: on one line, whatever is in it.
-spec text(binary()) -> string().
text(Text) ->
    Cut = binary:part(Text, 0, min(byte_size(Text), ?MAX)),
    Characters = case unicode:characters_to_list(Cut) of
        List when is_list(List) -> List;
        {incomplete, List, _} -> List;
        {error, _, _} -> binary_to_list(Cut)
    end,
    [printable(Character) || Character <- Characters].

printable(Character) when Character < 32; Character >= 127, Character < 160; Character =:= 16#2028; Character =:= 16#2029 -> $?;
printable(Character) -> Character.

%% @doc The same as UTF-8 of what an operator or the broker says: text in any of Erlang's forms, or nothing.
-spec words(term()) -> binary().
words(Reason) when is_atom(Reason) ->
    words(atom_to_binary(Reason));
words(Reason) ->
    try iolist_to_binary(Reason) of
        Text -> unicode:characters_to_binary(text(Text))
    catch
        error:badarg -> characters(Reason)
    end.

characters(Reason) ->
    try unicode:characters_to_binary(Reason) of
        Text when is_binary(Text) -> unicode:characters_to_binary(text(Text));
        _ -> <<>>
    catch
        error:badarg -> <<>>
    end.

%% @doc The top three calls: module, function, arity, line.
-spec stack([tuple()]) -> iodata().
stack(Stack) ->
    lists:join(" < ", [entry(Entry) || Entry <- lists:sublist(Stack, 3)]).

entry({Module, Function, Arguments, Where}) when is_list(Arguments) ->
    entry({Module, Function, length(Arguments), Where});
entry({Module, Function, Arity, Where}) ->
    io_lib:format("~ts:~ts/~b~ts", [Module, Function, Arity, line(proplists:get_value(line, Where))]);
entry(_) ->
    "?".

line(undefined) -> "";
line(Line) -> [$:, integer_to_list(Line)].
