%% SPDX-License-Identifier: MPL-2.0
%% @doc Why a callback module failed, in words short enough for one line of the log and without anything a client sent.
-module(rabbit_socks_blame).

-export([reason/1, stack/1]).

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
