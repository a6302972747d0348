%% SPDX-License-Identifier: MPL-2.0
%% @doc How a session ends when it does not end well: only itself, with one line in the log that shows nothing of the client's.
-module(rabbit_socks_session_failure_tests).

-include_lib("eunit/include/eunit.hrl").

-import(session_world, [start/2, opened/2, echo/0, calls/0, ended/1]).

-define(ID, 77).

failure_test_() ->
    [{atom_to_list(Name), fun() -> session_world:run(Test) end} || {Name, Test} <- [
        {errors, fun errors/1},
        {crashes, fun crashes/1},
        {crash_sends_nothing_else, fun crash_sends_nothing_else/1},
        {bad_returns, fun bad_returns/1},
        {crash_in_terminate, fun crash_in_terminate/1},
        {ended_by_supervisor, fun ended_by_supervisor/1},
        {edge_gone, fun edge_gone/1},
        {hides_what_it_holds, fun hides_what_it_holds/1}]].

%% {error, Reason} ends the session by the module's will: what it wrote before is sent.
errors(Link) ->
    [begin
        Pid = start(Link, fun
            (Called, _, Send) when Called =:= Function -> Send({utf8, <<"bye">>}), {error, {bad, <<"secret">>}};
            (_, _, _) -> ok
        end),
        Pid ! Message,
        ?assertEqual([{accept, ?ID, Pid, []}, {send, ?ID, [{utf8, <<"bye">>}]}, {close, ?ID, 1008, <<>>}], link_port:commands(3, Link)),
        ?assertEqual(normal, ended(Pid)),
        ?assertEqual(1, length([1 || {called, terminate, []} <- calls()]))
     end || {Function, Message} <- [{open, none}, {handle_frame, {'$socks', messages, [{utf8, <<"x">>}]}}, {handle_info, x}]],
    ?assertEqual([], edge_world:errors()).

%% One line, no payload, 1011, terminate/1 once, and nobody else is touched.
crashes(Link) ->
    Other = opened(Link, echo()),
    [begin
        Pid = start(Link, fun
            (Called, _, _) when Called =:= Function -> crash(Class, {<<"payload">>, reason});
            (_, _, _) -> ok
        end),
        Pid ! Message,
        ?assertEqual([{accept, ?ID, Pid, []}, {close, ?ID, 1011, <<"internal error">>}], link_port:commands(2, Link)),
        ?assertEqual(normal, ended(Pid)),
        ?assertEqual(1, length([1 || {called, terminate, []} <- calls()])),
        [Line] = edge_world:errors(),
        Text = lists:flatten(io_lib:format("rabbit_socks: session_callback:~s/~b crashed: ~s {{binary,7},reason} at ", [Function, Arity, Class])),
        ?assertEqual({Text, Line}, {string:slice(Line, 0, length(Text)), Line}),
        edge_world:forget_log()
     end || {Function, Arity, Message} <- [{open, 3, none}, {handle_frame, 2, {'$socks', messages, [{utf8, <<"payload">>}]}}, {handle_info, 2, x}],
            Class <- [error, exit, throw]],
    Other ! {'$socks', messages, [{utf8, <<"still">>}]},
    ?assertEqual({send, ?ID, [{utf8, <<"still">>}]}, link_port:packet(Link)).

crash(error, Reason) -> error(Reason);
crash(exit, Reason) -> exit(Reason);
crash(throw, Reason) -> throw(Reason).

%% Half of an answer is none; the rest of the batch is left alone.
crash_sends_nothing_else(Link) ->
    Pid = opened(Link, fun
        (handle_frame, [{utf8, <<"crash">>}], Send) -> Send({utf8, <<"half">>}), error(oops);
        (handle_frame, [Frame], Send) -> Send(Frame);
        (_, _, _) -> ok
    end),
    Pid ! {'$socks', messages, [{utf8, <<"crash">>}, {utf8, <<"not handled">>}]},
    ?assertEqual({close, ?ID, 1011, <<"internal error">>}, link_port:packet(Link)),
    normal = ended(Pid),
    ok = link_port:none(Link),
    ?assertEqual([[{utf8, <<"crash">>}]], [Arguments || {called, handle_frame, Arguments} <- calls()]).

bad_returns(Link) ->
    Pid = opened(Link, fun(handle_frame, _, _) -> {reply, <<"payload">>, {a, 1}}; (_, _, _) -> ok end),
    Pid ! {'$socks', messages, [{utf8, <<>>}]},
    ?assertEqual({close, ?ID, 1011, <<"internal error">>}, link_port:packet(Link)),
    ?assertEqual(["rabbit_socks: session_callback:handle_frame/2 returned what it must not: {reply,{binary,7},{a,1}}"], edge_world:errors()),
    _ = start(Link, fun(init, _, _) -> perhaps end),
    ?assertEqual({refuse, ?ID, 500, <<"internal error">>, []}, link_port:packet(Link)).

crash_in_terminate(Link) ->
    Pid = opened(Link, fun(terminate, _, _) -> error(oops); (_, _, _) -> ok end),
    Pid ! {'$socks', closed, 1006, <<>>},
    ?assertEqual(normal, ended(Pid)),
    ?assertMatch(["rabbit_socks: session_callback:terminate/1 crashed: error oops at " ++ _], edge_world:errors()).

ended_by_supervisor(Link) ->
    Pid = opened(Link, echo()),
    exit(Pid, shutdown),
    ?assertEqual(shutdown, ended(Pid)),
    ?assertEqual(1, length([1 || {called, terminate, []} <- calls()])),
    ok = link_port:none(Link).

edge_gone(Link) ->
    Pid = opened(Link, echo()),
    link_port:close(Link),
    Pid ! {'$socks', messages, [{utf8, <<"x">>}]},
    Pid ! {'$socks', closed, 1006, <<>>},
    ?assertEqual(normal, ended(Pid)),
    ?assertEqual([], edge_world:errors()).

%% Neither the module's state nor a message of the client is in a crash report or in sys:get_status/1.
hides_what_it_holds(Link) ->
    Pid = start(Link, fun(_, _, _) -> ok end),
    {accept, ?ID, Pid, []} = link_port:packet(Link),
    Status = lists:flatten(io_lib:format("~p", [sys:get_status(Pid)])),
    ?assertNotEqual(nomatch, string:find(Status, "{session_callback,77}")),
    ?assertEqual(nomatch, string:find(Status, "#Fun")),
    ?assertEqual(#{state => {m, 1}, message => hidden, log => [], reason => r},
                 rabbit_socks_session:format_status(#{state => {session, 1, m, secret, w, t, l, 0, 0, false, acks}, message => payload, log => [payload], reason => r})).
