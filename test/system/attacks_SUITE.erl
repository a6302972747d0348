%% SPDX-License-Identifier: MPL-2.0
%% @doc Published attacks on a real broker, row by row of test/vectors/attacks.md. Each ends with the standing check of
%% attacks_world: the same edge, its descriptors and memory back where they were, another connection undisturbed.
-module(attacks_SUITE).

-include_lib("common_test/include/ct.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, init_per_testcase/2, end_per_testcase/2]).
-export([table/1, http/1, hixie/1, frames/1, timing/1, requests/1, conversations/1, deflate/1, engine/1, load/1, link/1, no_memory/1]).

suite() -> [{timetrap, {minutes, 5}}].

all() -> [table, http, hixie, frames, timing, requests, conversations, deflate, engine, load, link, no_memory].

init_per_suite(Config) -> [{broker, attacks_world:start()} | Config].

end_per_suite(Config) -> socks_broker:stop(?config(broker, Config)).

%% A baseline and a witness for each case: what one of them did to the edge is its own failure only.
init_per_testcase(table, Config) -> Config;
init_per_testcase(_, Config) -> [{world, attacks_world:open(?config(broker, Config))} | Config].

end_per_testcase(table, _) -> ok;
end_per_testcase(_, Config) -> attacks_world:close(?config(world, Config)).

%% Every row of the catalogue has its answer and its proof.
table(_) -> attacks_table:check().

%% Rows of data.
http(Config) -> rows(fun attacks_client:row/2, attack_cases:http() ++ attack_cases:hixie(), Config).
hixie(Config) -> rows(fun attacks_client:hixie_frames/2, attack_cases:hixie_frames(), Config).
frames(Config) -> rows(fun attacks_client:frames/2, attack_cases:frames(), Config).

rows(Play, Rows, Config) ->
    World = ?config(world, Config),
    Port = attacks_world:port(World, plain),
    each([{element(1, Row), fun(_) -> Play(Port, Row) end} || Row <- Rows], Config),
    attacks_world:quiet(World).

%% What needs time, order, or more than one connection.
timing(Config) -> play(attacks_http, [byte_by_byte, slow_head, slow_body, noise], Config).
requests(Config) ->
    play(attacks_http, [pipelining, reset_after_refusal, first_frame, reflection, subprotocols, origins, cors, pages], Config).
conversations(Config) ->
    play(attacks_frames, [byte_by_byte, interleaved, cut_frames, close_not_answered, half_close, reasons, empty_messages,
                          hixie_key, hixie_split_close, hixie_empty_texts, hixie_off], Config).
deflate(Config) ->
    play(attacks_deflate, [bomb, ten_megabytes, flushed_parts, fragments, refused, members, offers, off, takeover, silent], Config).
engine(Config) ->
    play(attacks_engine, [large_posts, repetitions, octets, attachments, names, abandoned, cut_polls, probes, liars, json, acknowledgements],
         Config).
load(Config) ->
    play(attacks_load, [descriptors, slow_readers, pings_only, silence, resets, churn, one_address, backlog], Config).
link(Config) -> play(attacks_link, [own_descriptors, too_large, stale_commands, slow_node, slow_edge], Config).

%% The edge is another one after this.
no_memory(Config) -> attacks_load:no_memory(?config(world, Config)).

play(Module, Functions, Config) -> each([{Function, fun Module:Function/1} || Function <- Functions], Config).

%% All of them are tried, whatever one of them does.
each(Attacks, Config) ->
    World = ?config(world, Config),
    Failed = lists:append([attack(Id, Attack, World) || {Id, Attack} <- Attacks]),
    ct:log("~b attacks, ~b failed", [length(Attacks), length(Failed)]),
    [] =:= Failed orelse ct:fail("failed: ~p", [Failed]).

attack(Id, Attack, World) ->
    Start = erlang:monotonic_time(millisecond),
    try
        ok = Attack(World),
        attacks_world:check(World, Id),
        ct:log("~0tp: ~b ms, memory ~b KiB above the baseline",
               [Id, erlang:monotonic_time(millisecond) - Start, attacks_world:grown(World) div 1024]),
        []
    catch
        Class:Reason:Stack -> [{Id, {Class, Reason, Stack}}]
    end.
