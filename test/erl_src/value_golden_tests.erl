%% SPDX-License-Identifier: MPL-2.0
%% @doc test/vectors/value.golden says what its source says, on every release that this runs on.
-module(value_golden_tests).

-include_lib("eunit/include/eunit.hrl").

-define(GOLDEN, "test/vectors/value.golden").

%% Every line decodes to the term of its example, safely: no value makes an atom.
terms_test_() ->
    Examples = value_golden:examples(),
    [
        {lists:concat([Direction, " ", Name]), ?_assertEqual(example(Direction, Name, Examples), {binary_to_term(Bytes, [safe]), Attachments, Json})}
     || {Direction, Name, Bytes, Attachments, Json} <- value_golden:read(?GOLDEN)
    ].

%% Every example has its lines, in order.
order_test() ->
    Names = fun(Lines) -> [{Direction, Name} || {Direction, Name, _, _, _} <- Lines] end,
    ?assertEqual(Names(value_golden:lines()), Names(value_golden:read(?GOLDEN))).

%% What the edge writes for a value is what this release would write, so neither side needs to know of two forms.
edge_bytes_test_() ->
    [
        {Name, ?_assertEqual(Bytes, term_to_binary(binary_to_term(Bytes), [{minor_version, 2}]))}
     || {edge, Name, Bytes, _, _} <- value_golden:read(?GOLDEN)
    ].

example(Direction, Name, Examples) ->
    [Example] = [{Term, Attachments, Json} || {D, N, Term, Attachments, Json} <- Examples, D =:= Direction, N =:= Name],
    Example.
