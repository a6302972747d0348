%% SPDX-License-Identifier: MPL-2.0
%% @doc test/vectors/link.golden says what its source says, on every release that this runs on.
-module(link_golden_tests).

-include_lib("eunit/include/eunit.hrl").

-define(GOLDEN, "test/vectors/link.golden").

%% Every line decodes to the term of its example, and every example has its lines in order.
terms_test_() ->
    Examples = link_golden:examples(),
    [
        {lists:concat([Direction, " ", Name]), ?_assertEqual(term(Direction, Name, Examples), binary_to_term(Bytes))}
     || {Direction, Name, Bytes} <- link_golden:read(?GOLDEN)
    ].

order_test() ->
    ?assertEqual(
        [{Direction, Name} || {Direction, Name, _} <- link_golden:lines()],
        [{Direction, Name} || {Direction, Name, _} <- link_golden:read(?GOLDEN)]
    ).

term(Direction, Name, Examples) ->
    [Term] = [T || {D, N, T} <- Examples, D =:= Direction, N =:= Name],
    Term.
