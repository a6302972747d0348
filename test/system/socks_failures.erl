%% SPDX-License-Identifier: MPL-2.0
%% @doc A hook of Common Test that names what failed: one line for each case, and for each init_per_… with the cases that it cost.
%% When the run is over it sends them to the process of the name that the hook is given, as `{failures, Ends, Lines}': `Ends' failed in an
%% end_per_…, which Common Test does not count.
-module(socks_failures).

-export([init/2, on_tc_fail/4, on_tc_skip/4, terminate/1]).

-define(LENGTH, 400). % of a reason, in characters

-record(state, {
    to :: atom(),
    failed = [] :: [{suite_and_case(), Reason :: term()}], % the last one first
    missing = #{} :: #{suite_and_case() => pos_integer()} % cases that an init_per_… cost
}).

-type suite_and_case() :: {module(), atom()}.

-spec init(term(), Registered :: atom()) -> {ok, #state{}}.
init(_, To) -> {ok, #state{to = To}}.

-spec on_tc_fail(module(), atom() | {atom(), term()}, term(), #state{}) -> #state{}.
on_tc_fail(Suite, Case, Reason, #state{failed = Failed} = State) -> State#state{failed = [{{Suite, name(Case)}, Reason} | Failed]}.

%% Only what Common Test skips by itself has failed, and then it was an init_per_…: that one says why.
-spec on_tc_skip(module(), atom() | {atom(), term()}, term(), #state{}) -> #state{}.
on_tc_skip(_, {end_per_group, _}, _, State) -> State;
on_tc_skip(_, end_per_suite, _, State) -> State;
on_tc_skip(Suite, Case, {tc_auto_skip, {failed, {Suite, Init, Reason}}}, State) when Init =:= init_per_suite; Init =:= init_per_group ->
    missed({Suite, Init}, name(Case), Reason, State);
on_tc_skip(Suite, Case, {tc_auto_skip, Reason}, State) -> on_tc_fail(Suite, Case, Reason, State);
on_tc_skip(_, _, _, State) -> State.

missed(Init, Case, Reason, #state{failed = Failed, missing = Missing} = State) ->
    case lists:keymember(Init, 1, Failed) of
        true -> State#state{missing = maps:update_with(Init, fun(N) -> N + 1 end, 1, Missing)};
        false -> State#state{failed = [{setelement(2, Init, Case), Reason} | Failed]}
    end.

-spec terminate(#state{}) -> ok.
terminate(#state{to = To, failed = Failed, missing = Missing}) ->
    Ends = length([End || {{_, End}, _} <- Failed, End =:= end_per_suite orelse End =:= end_per_group]),
    To ! {failures, Ends, [line(Where, Reason, maps:get(Where, Missing, 0)) || {Where, Reason} <- lists:reverse(Failed)]},
    ok.

name({Case, _Group}) -> Case;
name(Case) -> Case.

line({Suite, Case}, Reason, Missing) ->
    Cost = case Missing of 0 -> ""; _ -> io_lib:format(" (~b cases did not run)", [Missing]) end,
    unicode:characters_to_binary(io_lib:format("~s:~s: ~ts~s", [Suite, Case, reason(Reason), Cost])).

%% Of a stack, what is nearest.
reason({'EXIT', Reason}) -> reason(Reason);
reason({Why, [{Module, _, _, Where} | _]}) when is_atom(Module), is_list(Where) ->
    [why(Why), case lists:keyfind(line, 1, Where) of {line, Line} -> io_lib:format(", ~s:~b", [Module, Line]); false -> "" end];
reason(Reason) -> why(Reason).

why({test_case_failed, Text}) -> text("~0tp", Text);
why({Assert, [{module, _}, {line, _} | Properties]} = Why) ->
    case {lists:keyfind(expected, 1, Properties), lists:keyfind(value, 1, Properties)} of
        {{_, Expected}, {_, Value}} -> ["expected ", text("~0tp", Expected), ", got ", text("~0tp", Value)];
        _ -> text("~0tp", case lists:keyfind(expression, 1, Properties) of {_, Text} -> {Assert, Text}; false -> Why end)
    end;
why(Why) -> text("~0tp", Why).

text(Format, Term) -> io_lib:format(Format, [Term], [{chars_limit, ?LENGTH}]).
