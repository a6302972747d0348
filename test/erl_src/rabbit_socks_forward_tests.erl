%% SPDX-License-Identifier: MPL-2.0
%% @doc Forwarded requests, without another node: what becomes of those that nobody can answer, and how this node serves those of others.
%% test/system/forward_SUITE.erl has two nodes.
-module(rabbit_socks_forward_tests).

-include_lib("eunit/include/eunit.hrl").

-import(edge_world, [up/0, told/1, kill_edge/1, eventually/1, logged/1]).

-define(WAIT, 20000).
-define(NAME, <<"nnnnnnnnnnnnnnnnnnnnnnnnnnnother_-2">>).

tag_test() ->
    {ok, Tag} = rabbit_socks_forward:tag(),
    ?assertMatch({match, _}, re:run(Tag, "^[A-Za-z0-9_-]{8}$")),
    ok = application:set_env(rabbit_socks, forward, false),
    try ?assertEqual(none, rabbit_socks_forward:tag())
    after application:unset_env(rabbit_socks, forward)
    end,
    ?assertEqual({ok, Tag}, rabbit_socks_forward:tag()).

edge_test_() ->
    [{atom_to_list(Name), {timeout, 60, fun() -> edge_world:run(good, Test) end}} || {Name, Test} <- [
        {greeting, fun greeting/1},
        {nobody_has_it, fun nobody_has_it/1},
        {client_gone, fun client_gone/1},
        {process_dies, fun process_dies/1},
        {edge_dies, fun edge_dies/1},
        {serves, fun serves/1},
        {serves_pieces, fun serves_pieces/1},
        {cannot_serve, fun cannot_serve/1},
        {asker_gone, fun asker_gone/1},
        {endless, fun endless/1}]].

%% The edge is told the tag when it is greeted, or none.
greeting(_) ->
    {ok, Tag} = rabbit_socks_forward:tag(),
    #{tag := Tag} = hello(),
    ok = application:set_env(rabbit_socks, forward, false),
    try
        kill_edge("KILL"),
        ?assertEqual(error, maps:find(tag, hello()))
    after application:unset_env(rabbit_socks, forward)
    end.

hello() ->
    receive {rabbit_socks_edge, up} -> ok after ?WAIT -> error(timeout) end,
    {ok, OsPid} = rabbit_socks_edge:os_pid(),
    {hello, _, Hello} = told(OsPid),
    Hello.

%% Whatever the name is: no node has its tag. Nothing is logged.
nobody_has_it(_) ->
    OsPid = up(),
    Names = [?NAME, <<>>, <<"12345678">>, <<"-madeup-">>, <<0, 255, "nnnnnnnnnnnnn">>],
    [begin
         ok = fake_edge:say([{forward, Id, Name, #{}}]),
         ?assertEqual({unanswered, Id}, told(OsPid))
     end || {Id, Name} <- lists:enumerate(Names)],
    %% Each is said once, however soon it is known.
    Many = lists:seq(100, 600),
    ok = fake_edge:say([{forward, Id, ?NAME, #{}} || Id <- Many]),
    ?assertEqual([{unanswered, Id} || Id <- Many], lists:sort([told(OsPid) || _ <- Many])),
    nothing_more(OsPid),
    eventually(fun() -> [] = rabbit_socks_edge_table:refs() end),
    ?assertEqual([], logged([warning, error])).

client_gone(_) ->
    OsPid = up(),
    {Pid, Monitor} = forwarding(7),
    ok = fake_edge:say([{gone, 7}, {gone, 8}]),
    receive {'DOWN', Monitor, process, Pid, shutdown} -> ok after ?WAIT -> error(timeout) end,
    ?assertEqual([], rabbit_socks_edge_table:refs()),
    nothing_more(OsPid).

%% The edge is told once, whatever the process has come to.
process_dies(_) ->
    OsPid = up(),
    ok = fake_edge:say([{forward, 5, ?NAME, not_a_request}]),
    ?assertEqual({unanswered, 5}, told(OsPid)),
    ok = rabbit_socks_edge_table:put_ref({forward, 6}, self()),
    rabbit_socks_edge ! {{ref, {forward, 6}}, make_ref(), process, self(), killed},
    ?assertEqual({unanswered, 6}, told(OsPid)),
    rabbit_socks_edge ! {{ref, {forward, 6}}, make_ref(), process, self(), killed},
    nothing_more(OsPid).

%% There is nobody to be answered; the other node is to hear of it.
edge_dies(_) ->
    _ = up(),
    {Pid, Monitor} = forwarding(7),
    kill_edge("KILL"),
    receive {'DOWN', Monitor, process, Pid, shutdown} -> ok after ?WAIT -> error(timeout) end.

serves(_) ->
    OsPid = up(),
    Answer = {answer, 200, [{<<"x">>, <<"y">>}], <<"body">>},
    ?assertEqual(Answer, served(OsPid, fun(Ref) -> [{response, Ref, 200, [{<<"x">>, <<"y">>}], <<"body">>}] end)),
    eventually(fun() -> [] = rabbit_socks_edge_table:refs() end),
    nothing_more(OsPid).

serves_pieces(_) ->
    OsPid = up(),
    {answer, 200, [], Body} = served(OsPid, fun(Ref) -> [{response_start, Ref, 200, []}, {bytes, Ref, <<"a">>}, {bytes, Ref, <<"b">>}, {finish, Ref}] end),
    ?assertEqual(<<"ab">>, iolist_to_binary(Body)).

cannot_serve(_) ->
    OsPid = up(),
    %% The client is not known there; the edge dies; a node with another link.
    ?assertEqual(unanswered, served(OsPid, fun(Ref) -> [{finish, Ref}] end)),
    ?assertEqual(unanswered, rabbit_socks_forward:serve(rabbit_socks_proto:version() + 1, self(), ?NAME, #{})),
    ?assertEqual(unanswered, served(OsPid, fun(_) -> _ = kill_edge("KILL"), [] end)).

asker_gone(_) ->
    OsPid = up(),
    {From, _} = spawn_monitor(fun() -> receive never -> ok end end),
    ?assertEqual(unanswered, served(OsPid, From, fun(_) -> true = exit(From, kill), [] end)),
    {gone, _} = told(OsPid),
    ?assertEqual([], rabbit_socks_edge_table:refs()).

%% An answer that grows for ever is given up.
endless(_) ->
    OsPid = up(),
    Pieces = fun(Ref) -> [{response_start, Ref, 200, []} | [{bytes, Ref, binary:copy(<<0>>, 4194304)} || _ <- lists:seq(1, 13)]] end,
    ?assertEqual(unanswered, served(OsPid, Pieces)),
    {gone, _} = told(OsPid).

%% What the edge of this node says to a request of another, and what that one gets.
served(OsPid, Says) -> served(OsPid, self(), Says).

served(OsPid, From, Says) ->
    Test = self(),
    _ = spawn(fun() -> Test ! {served, rabbit_socks_forward:serve(rabbit_socks_proto:version(), From, ?NAME, #{body => <<>>})} end),
    {forwarded, Ref, ?NAME, #{body := <<>>}} = told(OsPid),
    lists:foreach(fun(Event) -> ok = fake_edge:say([Event]) end, Says(Ref)),
    receive {served, Answer} -> Answer after ?WAIT -> error(timeout) end.

%% The process of a request that another node has.
forwarding(Id) ->
    {Pid, Monitor} = spawn_monitor(fun() -> receive never -> ok end end),
    ok = rabbit_socks_edge_table:put_ref({forward, Id}, Pid),
    {Pid, Monitor}.

nothing_more(OsPid) ->
    ok = rabbit_socks_edge:command(last),
    last = told(OsPid).
