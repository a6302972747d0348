%% SPDX-License-Identifier: MPL-2.0
%% @doc A session that is closed from the broker's side, in each of the broker's ways to say so, and one that says whose it is.
-module(rabbit_socks_session_operator_tests).

-include_lib("eunit/include/eunit.hrl").

-import(session_world, [opened/2, calls/0, ended/1]).

-define(ID, 77).
-define(TEXT, <<"enough, grüße"/utf8>>).

operator_test_() ->
    [{atom_to_list(Name), fun() -> session_world:run(Test) end} || {Name, Test} <- [
        {ways, fun ways/1},
        {answered, fun answered/1},
        {of_socketio, fun of_socketio/1},
        {what_was_written_before, fun what_was_written_before/1},
        {strange_reasons, fun strange_reasons/1},
        {identified, fun identified/1},
        {refreshed, fun refreshed/1}]].

%% 1008 with the reason, and the module's terminate/1.
ways(Link) ->
    [begin
        Pid = opened(Link, fun(_, _, _) -> ok end),
        Say(Pid),
        ?assertEqual({close, ?ID, 1008, ?TEXT}, link_port:packet(Link)),
        ?assertEqual(normal, ended(Pid)),
        ?assertMatch([{called, init, _}, {called, open, _}, {called, terminate, []}], calls())
     end || Say <- [fun(Pid) -> gen_server:call(Pid, {shutdown, unicode:characters_to_list(?TEXT)}) end,
                    fun(Pid) -> Pid ! {shutdown, ?TEXT} end,
                    fun(Pid) -> gen_server:cast(Pid, {shutdown, binary_to_list(?TEXT)}) end,
                    fun(Pid) -> gen_server:cast(Pid, {close_connection, ?TEXT}) end]],
    ?assertEqual([], edge_world:errors()).

%% An HTTP worker of the management plugin waits for it.
answered(Link) ->
    Pid = opened(Link, fun(_, _, _) -> ok end),
    ?assertEqual(ok, gen_server:call(Pid, {shutdown, "x"})),
    {close, ?ID, 1008, <<"x">>} = link_port:packet(Link),
    ?assertEqual(normal, ended(Pid)).

%% Told in its own words, so that it does not come again.
of_socketio(Link) ->
    {ok, Pid} = rabbit_socks_session:start_link(Link, {?ID, session_callback, {self(), fun(_, _, _) -> ok end},
                                                       (session_world:info())#{generation => 'socket.io-4', auth => []}, {64, 262144}}),
    {accept, ?ID, Pid, []} = link_port:packet(Link),
    Pid ! {shutdown, ?TEXT},
    ?assertEqual({disconnect, ?ID, true}, link_port:packet(Link)),
    ?assertEqual(normal, ended(Pid)).

what_was_written_before(Link) ->
    Pid = opened(Link, session_world:echo()),
    Pid ! {'$socks', messages, [{utf8, <<"last">>}]},
    Pid ! {shutdown, ?TEXT},
    ?assertEqual([{send, ?ID, [{utf8, <<"last">>}]}, {close, ?ID, 1008, ?TEXT}], link_port:commands(2, Link)),
    ?assertEqual(normal, ended(Pid)).

%% A client is told text, or nothing.
strange_reasons(Link) ->
    [begin
        Pid = opened(Link, fun(_, _, _) -> ok end),
        Pid ! {shutdown, Reason},
        ?assertEqual({close, ?ID, 1008, Text}, link_port:packet(Link)),
        ?assertEqual(normal, ended(Pid))
     end || {Reason, Text} <- [{maintenance, <<"maintenance">>}, {[16#1f600], <<"😀"/utf8>>}, {{a, tuple}, <<>>}, {[a | b], <<>>}, {"two\nlines", <<"two?lines">>}]].

identified(Link) ->
    Pid = opened(Link, fun
        (handle_info, [{identify, Who}], _) -> try_identify(Who);
        (_, _, _) -> ok
    end),
    [_, Arg] = lists:last([Arguments || {called, open, Arguments} <- calls()]),
    Pid ! {identify, {Arg, #{user => <<"ada">>, vhost => <<"/">>, register => false}}},
    ?assertEqual(none, session_world:settled(Pid, Link)),
    ?assertEqual([[{pid, Pid}, {user, <<"ada">>}, {vhost, <<"/">>}]], rabbit_socks_connections:list([pid, user, vhost])),
    [begin
        Pid ! {identify, {Arg, Who}},
        ?assertEqual(none, session_world:settled(Pid, Link)),
        ?assertEqual([[{user, <<"ada">>}]], rabbit_socks_connections:list([user]))
     end || Who <- [#{user => <<"bob">>}, #{user => "bob", vhost => <<"/">>}, #{user => <<"bob">>, vhost => <<"/">>, register => 1},
                    #{user => <<"bob">>, vhost => <<"/">>, other => 1}]],
    %% It is the session that says so.
    ?assertError(badarg, rabbit_socks_writer:identify(#{user => <<"bob">>, vhost => <<"/">>, register => false}, Arg)).

try_identify({Arg, Who}) ->
    try rabbit_socks_writer:identify(Who, Arg) catch error:badarg -> ok end.

%% There is nothing to say again, and the module hears nothing of it.
refreshed(Link) ->
    Pid = opened(Link, fun(_, _, _) -> ok end),
    gen_server:cast(Pid, {force_event_refresh, make_ref()}),
    ?assertEqual(none, session_world:settled(Pid, Link)),
    ?assertNot(lists:keymember(handle_info, 2, calls())).
