%% SPDX-License-Identifier: MPL-2.0
%% @doc Where a client is: what a module says of it, and what it hears of one that comes back.
-module(rabbit_socks_session_resume_tests).

-include_lib("eunit/include/eunit.hrl").

-import(session_world, [calls/0, called/1, ended/1]).

-define(ID, 77).
-define(W, rabbit_socks_writer).

resume_test_() ->
    [{atom_to_list(Name), fun() -> session_world:run(Test) end} || {Name, Test} <- [
        {told_before_open, fun told_before_open/1},
        {nothing_to_tell, fun nothing_to_tell/1},
        {modules_without_it, fun modules_without_it/1},
        {crash, fun crash/1},
        {positions, fun positions/1},
        {bad, fun bad/1}]].

start(Link, Module, Auth, Does) ->
    Pid = session(Link, Module, Auth, Does),
    {accept, ?ID, Pid, []} = link_port:packet(Link),
    Pid.

session(Link, Module, Auth, Does) ->
    Info = (session_world:info())#{auth => Auth},
    {ok, Pid} = rabbit_socks_session:start_link(Link, {?ID, Module, {self(), Does}, Info, {64, 262144}}),
    Pid.

back() -> [#{<<"pid">> => <<"p">>, <<"offset">> => <<"5.a:1">>}].

told_before_open(Link) ->
    _ = start(Link, event_callback, back(), fun(_, _, _) -> ok end),
    _ = called(init),
    ?assertEqual([<<"a:1">>], called(resume)),
    _ = called(open).

nothing_to_tell(Link) ->
    _ = start(Link, event_callback, [#{<<"offset">> => <<"5">>}], fun(_, _, _) -> ok end),
    _ = called(open),
    ?assertEqual([init], [Name || {called, Name, _} <- calls()]).

modules_without_it(Link) ->
    _ = start(Link, session_callback, back(), fun(_, _, _) -> ok end),
    _ = called(open).

%% As any callback: the client is told, and what init has begun is ended.
crash(Link) ->
    Pid = session(Link, event_callback, back(), fun(resume, _, _) -> error(bad); (_, _, _) -> ok end),
    ?assertEqual([{accept, ?ID, Pid, []}, {close, ?ID, 1011, <<"internal error">>}], link_port:commands(2, Link)),
    ?assertEqual(normal, ended(Pid)),
    _ = called(terminate),
    ?assertEqual([init, resume], [Name || {called, Name, _} <- calls()]).

%% At its place among the messages.
positions(Link) ->
    Pid = start(Link, event_callback, [], fun(handle_event, [Name, _, _], {?W, Arg}) ->
        ok = ?W:emit(Name, [1], Arg),
        ok = ?W:position(["a:", <<"7">>], Arg),
        ok = ?W:emit(Name, [2], Arg),
        ?W:position("", Arg);
       (_, _, _) -> ok end),
    Pid ! {'$socks', messages, [{event, <<"e">>, [], none, 5}]},
    ?assertEqual([{send, ?ID, [{event, <<"e">>, [1], none}]}, {position, ?ID, <<"a:7">>}, {send, ?ID, [{event, <<"e">>, [2], none}]},
                  {position, ?ID, <<>>}], link_port:commands(4, Link)).

bad(Link) ->
    Writer = ?W:new(?ID, Link, false, rabbit_socks_traffic:new()),
    ok = ?W:position(binary:copy(<<"p">>, 4096), Writer),
    ?assertMatch({position, ?ID, <<"p", _/binary>>}, link_port:packet(Link)),
    [?assertError(badarg, ?W:position(Text, Writer)) || Text <- [<<255>>, binary:copy(<<"p">>, 4097), atom]].
