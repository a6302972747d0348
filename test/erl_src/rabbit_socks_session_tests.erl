%% SPDX-License-Identifier: MPL-2.0
%% @doc A session with a link that shows what it writes, and a callback module that does what each test says. This
%% module is one too, as they were in 2011.
-module(rabbit_socks_session_tests).

-include_lib("eunit/include/eunit.hrl").

-export([init/2, open/3, handle_frame/2, terminate/1]).

-import(session_world, [start/2, start/4, opened/2, settled/2, echo/0, called/1, calls/0, ended/1]).

-define(ID, 77).

session_test_() ->
    [{atom_to_list(Name), fun() -> session_world:run(Test) end} || {Name, Test} <- [
        {whole_life, fun whole_life/1},
        {refused, fun refused/1},
        {old_module, fun old_module/1},
        {old_module_and_binary, fun old_module_and_binary/1},
        {batches, fun batches/1},
        {credit, fun credit/1},
        {credit_of_a_small_window, fun credit_of_a_small_window/1},
        {held, fun held/1},
        {closed_by_the_module, fun closed_by_the_module/1},
        {other_messages, fun other_messages/1},
        {congestion, fun congestion/1},
        {sleeps, fun sleeps/1}]].

whole_life(Link) ->
    Pid = start(Link, fun(handle_frame, [{utf8, Text}], Send) -> Send({utf8, <<"re: ", Text/binary>>}); (_, _, _) -> ok end),
    ?assertEqual([[<<"a">>, <<"ü"/utf8>>], session_world:shown()], called(init)),
    ?assertEqual({accept, ?ID, Pid, []}, link_port:packet(Link)),
    ?assertMatch([rabbit_socks_writer, _], called(open)),
    Pid ! {'$socks', messages, [{utf8, <<"hi">>}]},
    ?assertEqual({send, ?ID, [{utf8, <<"re: hi">>}]}, link_port:packet(Link)),
    Pid ! {'$socks', closed, 1000, <<>>},
    ?assertEqual(normal, ended(Pid)),
    %% Which it confirms.
    ?assertEqual({close, ?ID, 1000, <<>>}, link_port:packet(Link)),
    ?assertEqual([{called, handle_frame, [{utf8, <<"hi">>}]}, {called, terminate, []}], calls()).

refused(Link) ->
    Pid = start(Link, fun(init, _, _) -> {error, {no, <<"secret">>}} end),
    ?assertEqual({refuse, ?ID, 403, <<"refused">>, []}, link_port:packet(Link)),
    ?assertEqual(normal, ended(Pid)),
    %% What never began has no end.
    ?assertMatch([{called, init, _}], calls()),
    Crash = start(Link, fun(init, _, _) -> error(oops) end),
    ?assertEqual({refuse, ?ID, 500, <<"internal error">>, []}, link_port:packet(Link)),
    ?assertEqual(normal, ended(Crash)),
    ?assertMatch([{called, init, _}], calls()),
    ?assertMatch(["rabbit_socks: session_callback:init/3 crashed: error oops at " ++ _], edge_world:errors()).

%% The contract of 2011.
init(Path, []) -> {ok, {path, Path}}.
open(WriterModule, WriterArg, {path, Path}) -> {ok, {WriterModule, WriterArg, Path}}.
handle_frame({utf8, <<"path">>}, {WriterModule, WriterArg, Path} = State) ->
    WriterModule:send_frame({utf8, lists:map(fun(Part) -> unicode:characters_to_binary([$/ | Part]) end, Path)}, WriterArg),
    {ok, State};
handle_frame({utf8, <<"bare">>}, {WriterModule, WriterArg, _} = State) ->
    WriterModule:send_frame(["b", <<"are">>], WriterArg),
    {ok, State};
handle_frame({utf8, <<"close">>}, {WriterModule, WriterArg, _} = State) ->
    WriterModule:close_transport(WriterArg),
    {ok, State};
handle_frame({utf8, <<"error">>}, _) ->
    {error, enough}.
terminate({_, _, _}) -> persistent_term:put(?MODULE, terminated), ok.

old_module(Link) ->
    Pid = start(Link, ?MODULE, [], {64, 262144}),
    {accept, ?ID, Pid, []} = link_port:packet(Link),
    Pid ! {'$socks', messages, [{utf8, <<"path">>}, {utf8, <<"bare">>}]},
    ?assertEqual({send, ?ID, [{utf8, <<"/a/ü"/utf8>>}, {utf8, <<"bare">>}]}, link_port:packet(Link)),
    %% It knows nothing of other messages.
    [Pid ! Message || Message <- [anything, {'$socks', congested}, {'$socks', drained}, {'$gen_cast', x}]],
    Pid ! {'$socks', messages, [{utf8, <<"close">>}]},
    ?assertEqual({close, ?ID, 1000, <<>>}, link_port:packet(Link)),
    ?assertEqual(normal, ended(Pid)),
    ?assertEqual(terminated, persistent_term:get(?MODULE)),
    persistent_term:erase(?MODULE),
    ?assertEqual([], edge_world:errors()).

old_module_and_binary(Link) ->
    Pid = start(Link, ?MODULE, [], {64, 262144}),
    {accept, ?ID, Pid, []} = link_port:packet(Link),
    Pid ! {'$socks', messages, [{utf8, <<"bare">>}, {binary, <<0>>}, {utf8, <<"bare">>}]},
    ?assertEqual([{send, ?ID, [{utf8, <<"bare">>}]}, {close, ?ID, 1003, <<"text only">>}], link_port:packet(Link)),
    ?assertEqual(normal, ended(Pid)),
    ?assertEqual(terminated, persistent_term:get(?MODULE)),
    persistent_term:erase(?MODULE),
    ?assertEqual([], edge_world:errors()),
    %% Text that it does not expect is a crash as any other.
    Crash = start(Link, ?MODULE, [], {64, 262144}),
    {accept, ?ID, Crash, []} = link_port:packet(Link),
    Crash ! {'$socks', messages, [{utf8, <<"payload">>}]},
    ?assertEqual({close, ?ID, 1011, <<"internal error">>}, link_port:packet(Link)),
    [Line] = edge_world:errors(),
    ?assertEqual(nomatch, string:find(Line, "payload")),
    ?assertMatch("rabbit_socks: rabbit_socks_session_tests:handle_frame/2 crashed: error function_clause at "
                 "rabbit_socks_session_tests:handle_frame/2" ++ _, Line).

%% One packet a batch, in order.
batches(Link) ->
    Pid = opened(Link, echo()),
    Messages = [{utf8, integer_to_binary(N)} || N <- lists:seq(1, 20)],
    Pid ! {'$socks', messages, Messages},
    ?assertEqual({send, ?ID, Messages}, link_port:packet(Link)).

credit(Link) ->
    Pid = opened(Link, fun(_, _, _) -> ok end),
    Send = fun(Messages) -> Pid ! {'$socks', messages, Messages}, settled(Pid, Link) end,
    ?assertEqual(none, Send(lists:duplicate(31, {utf8, <<"abc">>}))),
    ?assertEqual({credit, ?ID, 32, 95}, Send([{binary, <<"xy">>}])),
    ?assertEqual(none, Send([{binary, <<0:(131071 * 8)>>}])),
    ?assertEqual({credit, ?ID, 2, 131072}, Send([{utf8, <<"x">>}])),
    ?assertEqual({credit, ?ID, 1, 500000}, Send([{binary, <<0:(500000 * 8)>>}])).

%% A window below the lump of the usual one must not end in silence.
credit_of_a_small_window(Link) ->
    Pid = start(Link, session_callback, {self(), fun(_, _, _) -> ok end}, {1, 10}),
    {accept, ?ID, Pid, []} = link_port:packet(Link),
    Pid ! {'$socks', messages, [{utf8, <<>>}]},
    ?assertEqual({credit, ?ID, 1, 0}, link_port:packet(Link)),
    Larger = start(Link, session_callback, {self(), fun(_, _, _) -> ok end}, {5, 10}),
    {accept, ?ID, Larger, []} = link_port:packet(Link),
    Larger ! {'$socks', messages, [{utf8, <<"1234">>}]},
    ?assertEqual(none, settled(Larger, Link)),
    Larger ! {'$socks', messages, [{utf8, <<"5">>}]},
    ?assertEqual({credit, ?ID, 2, 5}, link_port:packet(Link)).

held(Link) ->
    Pid = opened(Link, fun
        (handle_frame, _, _) -> hold;
        (handle_info, [go_on], _) -> ok;
        (handle_info, [wait], _) -> hold;
        (_, _, _) -> ok
    end),
    Pid ! {'$socks', messages, lists:duplicate(40, {utf8, <<"x">>})},
    ?assertEqual(none, settled(Pid, Link)),
    Pid ! wait,
    ?assertEqual(none, settled(Pid, Link)),
    Pid ! go_on,
    ?assertEqual({credit, ?ID, 40, 40}, link_port:packet(Link)).

closed_by_the_module(Link) ->
    Pid = opened(Link, echo()),
    [_, Arg] = lists:last([Arguments || {called, open, Arguments} <- calls()]),
    %% From another process: the session goes on until the edge says that it is closed.
    ok = rabbit_socks_writer:close(4001, "enough", Arg),
    ?assertEqual({close, ?ID, 4001, <<"enough">>}, link_port:packet(Link)),
    Pid ! {'$socks', messages, [{utf8, <<"late">>}]},
    ?assertEqual({send, ?ID, [{utf8, <<"late">>}]}, link_port:packet(Link)),
    Pid ! {'$socks', closed, 4001, <<>>},
    ?assertEqual(normal, ended(Pid)).

other_messages(Link) ->
    Pid = opened(Link, fun(handle_info, [Message], Send) -> Send({utf8, io_lib:format("~0tp", [element(1, Message)])}); (_, _, _) -> ok end),
    Pid ! {mine, 1},
    ?assertEqual({send, ?ID, [{utf8, <<"mine">>}]}, link_port:packet(Link)),
    gen_server:cast(Pid, x),
    ?assertEqual({send, ?ID, [{utf8, <<"'$gen_cast'">>}]}, link_port:packet(Link)),
    spawn(fun() -> gen_server:call(Pid, x, 1) end),
    ?assertEqual({send, ?ID, [{utf8, <<"'$gen_call'">>}]}, link_port:packet(Link)),
    %% The end of a process that it is linked to is the module's affair.
    {_, Monitor} = spawn_monitor(fun() -> link(Pid), exit(boom) end),
    receive {'DOWN', Monitor, process, _, _} -> ok end,
    ?assertEqual({send, ?ID, [{utf8, <<"'EXIT'">>}]}, link_port:packet(Link)).

congestion(Link) ->
    Pid = opened(Link, fun(_, _, _) -> ok end),
    Pid ! {'$socks', congested},
    Pid ! {'$socks', drained},
    Pid ! {'$socks', dropped, 7},
    Pid ! {'$socks', synced, 8},
    ?assertEqual(none, settled(Pid, Link)),
    ?assertEqual([[congested], [drained], [{dropped, 7}], [{synced, 8}]], [Arguments || {called, handle_info, Arguments} <- calls()]).

%% A session that says nothing costs next to nothing.
sleeps(Link) ->
    Pid = opened(Link, echo()),
    Pid ! {'$socks', messages, [{binary, <<0:800000>>}]},
    {send, ?ID, _} = link_port:packet(Link),
    edge_world:eventually(fun() -> {current_function, {erlang, hibernate, 3}} = process_info(Pid, current_function) end),
    {memory, Memory} = process_info(Pid, memory),
    ?assert(Memory < 4096).
