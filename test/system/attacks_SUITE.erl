%% SPDX-License-Identifier: MPL-2.0
%% @doc Published attacks on a real broker, row by row of test/vectors/attacks.md. Each ends with the standing check of
%% attacks_world: the same edge, its descriptors and memory back where they were, another connection undisturbed.
-module(attacks_SUITE).

-include_lib("common_test/include/ct.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, init_per_testcase/2]).
-export([http/1, hixie/1, frames/1]).

suite() -> [{timetrap, {minutes, 5}}].

all() -> [http, hixie, frames].

init_per_suite(Config) -> [{world, attacks_world:start()} | Config].

end_per_suite(Config) -> attacks_world:stop(?config(world, Config)).

%% A new witness and baseline for each: a case that failed must not fail those after it.
init_per_testcase(_, Config) -> Config.

%% Rows of data.
http(Config) -> rows(fun attacks_client:row/2, attack_cases:http() ++ attack_cases:hixie(), Config).
hixie(Config) -> rows(fun attacks_client:hixie_frames/2, attack_cases:hixie_frames(), Config).
frames(Config) -> rows(fun attacks_client:frames/2, attack_cases:frames(), Config).

rows(Play, Rows, Config) ->
    World = ?config(world, Config),
    Port = attacks_world:port(World, plain),
    Failed = lists:append([row(Play, Port, Row, World) || Row <- Rows]),
    ct:log("~b rows, ~b failed", [length(Rows), length(Failed)]),
    [] =:= Failed orelse ct:fail("failed: ~p", [Failed]).

%% All of them are tried, whatever one of them does.
row(Play, Port, Row, World) ->
    try
        ok = Play(Port, Row),
        attacks_world:check(World, element(1, Row)),
        []
    catch
        error:Reason -> [{element(1, Row), Reason}]
    end.
