%% SPDX-License-Identifier: MPL-2.0
%% @doc Checks that test/vectors/attacks.md has every row of the catalogue once, and that each proof it names is there: a file of
%% the project, and in it the words after the colon.
-module(attacks_table).

-include_lib("stdlib/include/assert.hrl").

-export([check/0]).

%% The catalogue's rows: HTTP heads, parsing, handshake, frames, permessage-deflate, hixie, Engine.IO, STOMP, TLS, resources, pages, link.
ids() ->
    [lists:flatten(io_lib:format("~c~2..0b", [Class, N]))
     || {Class, Last} <- [{$H, 18}, {$P, 17}, {$S, 12}, {$F, 24}, {$D, 11}, {$X, 11}, {$E, 36}, {$B, 22}, {$T, 10}, {$R, 12}, {$W, 7}, {$K, 12}], N <- lists:seq(1, Last)].

-spec check() -> ok.
check() ->
    {ok, Text} = file:read_file(path("test/vectors/attacks.md")),
    Rows = [[string:trim(Cell) || Cell <- string:split(string:trim(Line, both, "|"), "|", all)]
            || "| " ++ _ = Line <- string:split(unicode:characters_to_list(Text), "\n", all), re:run(Line, "^\\| [A-Z]\\d\\d ") =/= nomatch],
    ?assertEqual(ids(), [Id || [Id, _, _] <- Rows]),
    ?assertEqual([], [{Id, Why} || [Id, Answer, Proof] <- Rows, {error, Why} <- [answer(Answer) | proofs(Proof)]]).

answer("") -> {error, no_answer};
answer(_) -> ok.

%% A row that does not apply says why.
proofs("does not apply: " ++ Why) when Why =/= "" -> [ok];
proofs(Cell) ->
    case re:run(Cell, "`([^`]+)`", [global, unicode, {capture, [1], list}]) of
        {match, Names} -> [proof(Name) || [Name] <- Names];
        nomatch -> [{error, no_proof}]
    end.

proof(Name) ->
    {File, Words} = case string:split(Name, ":") of
        [F, W] -> {F, W};
        [F] -> {F, ""}
    end,
    case file:read_file(path(File)) of
        {ok, Text} when Words =/= "" ->
            case string:find(Text, Words) of
                nomatch -> {error, {not_in_file, Name}};
                _ -> ok
            end;
        {ok, _} -> ok;
        {error, Reason} -> {error, {Reason, Name}}
    end.

path(File) -> filename:join(attacks_world:root(), File).
