%% SPDX-License-Identifier: MPL-2.0
%% @doc Events, acknowledgements and rooms of a session, with a link that shows what it writes.
-module(rabbit_socks_session_event_tests).

-include_lib("eunit/include/eunit.hrl").

-import(session_world, [settled/2, called/1, calls/0, ended/1]).

-define(ID, 77).
-define(W, rabbit_socks_writer).

event_test_() ->
    [{atom_to_list(Name), fun() -> session_world:run(Test) end} || {Name, Test} <- [
        {events, fun events/1},
        {frames_without_handle_frame, fun frames_without_handle_frame/1},
        {replies, fun replies/1},
        {emits, fun emits/1},
        {acknowledged, fun acknowledged/1},
        {unknown_acks, fun unknown_acks/1},
        {timed_out, fun timed_out/1},
        {too_many, fun too_many/1},
        {disconnected, fun disconnected/1},
        {acks_of_another_process, fun acks_of_another_process/1},
        {ack_callback_ends_it, fun ack_callback_ends_it/1},
        {order, fun order/1},
        {crash_drops_it_all, fun crash_drops_it_all/1},
        {credit_by_size, fun credit_by_size/1},
        {hold_stays, fun hold_stays/1},
        {away_and_back, fun away_and_back/1},
        {disconnects, fun disconnects/1},
        {refused_with_data, fun refused_with_data/1}]].

start(Link, Does) -> session_world:start(Link, event_callback, {self(), Does}, {64, 262144}).

opened(Link, Does) ->
    Pid = start(Link, Does),
    {accept, ?ID, Pid, []} = link_port:packet(Link),
    Pid.

say(Pid, Messages) -> Pid ! {'$socks', messages, Messages}.

%% Does this for each event.
on_event(Fun) ->
    fun(handle_event, [Name, Args, Ack], {?W, Arg}) -> Fun(Name, Args, Ack, Arg); (_, _, _) -> ok end.

sent(Link) ->
    {send, ?ID, Messages} = link_port:packet(Link),
    Messages.

events(Link) ->
    Pid = opened(Link, on_event(fun(Name, Args, none, Arg) -> ?W:emit(["re:", Name], Args, Arg) end)),
    Value = #{<<"a">> => [1, 2.5, null, true], <<"b">> => {binary, <<0, 255>>}},
    say(Pid, [{event, <<"one">>, [Value], none, 40}, {event, <<"two">>, [], none, 5}]),
    ?assertEqual([{event, <<"re:one">>, [Value], none}, {event, <<"re:two">>, [], none}], sent(Link)),
    Pid ! {'$socks', closed, 1000, <<>>},
    ?assertEqual(normal, ended(Pid)).

frames_without_handle_frame(Link) ->
    Pid = opened(Link, on_event(fun(<<"message">>, [Arg], none, W) -> ?W:emit(message, [Arg], W) end)),
    say(Pid, [{utf8, <<"text">>}, {binary, <<255>>}]),
    ?assertEqual([{event, <<"message">>, [<<"text">>], none}, {event, <<"message">>, [{binary, <<255>>}], none}], sent(Link)).

replies(Link) ->
    Test = self(),
    Pid = opened(Link, on_event(fun
        (<<"now">>, Args, Ack, Arg) ->
            ?W:reply(Ack, Args, Arg),
            ?W:reply(Ack, [again], Arg);
        (<<"later">>, _, Ack, Arg) ->
            Test ! {later, Ack, Arg},
            ok
    end)),
    say(Pid, [{event, <<"now">>, [7], 0, 5}, {event, <<"now">>, [8], none, 5}, {event, <<"now">>, [9], 16#1fffffffffffff, 5}]),
    ?assertEqual([{ack, 0, [7]}, {ack, 16#1fffffffffffff, [9]}], sent(Link)),
    say(Pid, [{event, <<"later">>, [], 3, 5}]),
    {Ack, Arg} = receive {later, A, W} -> {A, W} end,
    %% What cannot be sent has not been used up.
    ?assertError(badarg, ?W:reply(Ack, [a | b], Arg)),
    ?assertError(badarg, ?W:reply(Ack, <<"a">>, Arg)),
    ?assertError(badarg, ?W:reply(Ack, [], ?W:new(?ID + 1, Link, true, rabbit_socks_traffic:new()))),
    ok = ?W:reply(Ack, [], Arg),
    ok = ?W:reply(Ack, [twice], Arg),
    ?assertEqual([{ack, 3, []}], sent(Link)),
    ?assertEqual(none, settled(Pid, Link)).

emits(Link) ->
    _ = start(Link, fun
        (open, [?W, Arg], _) ->
            ok = ?W:emit(atom, [a, #{b => undefined}], Arg),
            ok = ?W:emit(<<"grüße"/utf8>>, [], Arg),
            ok = ?W:emit(["i", [$o]], [[1, 2]], #{}, Arg);
        (_, _, _) -> ok
    end),
    ?assertMatch([{accept, ?ID, _, []},
                  {send, ?ID, [{event, <<"atom">>, [a, #{b := undefined}], none}, {event, <<"grüße"/utf8>>, [], none}, {event, <<"io">>, [[1, 2]], none}]}],
                 link_port:commands(2, Link)),
    [_, Arg] = called(open),
    [?assertError(badarg, ?W:emit(Name, Args, Arg)) || {Name, Args} <- [
        {<<255>>, []}, {7, []}, {{a}, []}, {e, [a | b]}, {e, #{}}, {e, {binary, <<"large">>}}, {e, [{binary, <<0:(16#2000000 * 8)>>}]}]],
    [?assertError(badarg, ?W:emit(e, [], Options, Arg)) || Options <- [
        #{timeout => 5}, #{ack => a, timeout => 0}, #{ack => a, timeout => infinity}, #{ack => a, timeout => 1 bsl 32},
        #{ack => a, other => 1}, #{ack => a, timeout => 1, other => 1}, [{ack, a}]]],
    [?assertError(badarg, ?W:emit(Name, Args, #{ack => a}, Arg)) || {Name, Args} <- [{<<255>>, []}, {e, [a | b]}]],
    %% A module that could not be told.
    ?assertError(badarg, ?W:emit(e, [], #{ack => a}, ?W:new(?ID, Link, false, rabbit_socks_traffic:new()))),
    ok = link_port:none(Link).

%% Emits an event named after its argument and answers what comes of it with another.
asks(Options) ->
    fun
        (handle_event, [<<"ask">>, [Tag], none], {?W, Arg}) -> ?W:emit(question, [], Options#{ack => Tag}, Arg);
        (handle_ack, [Tag, Result], {?W, Arg}) -> ?W:emit(told, [Tag, element(2, Result)], Arg);
        (_, _, _) -> ok
    end.

acknowledged(Link) ->
    Pid = opened(Link, asks(#{})),
    say(Pid, [{event, <<"ask">>, [<<"a">>], none, 9}, {event, <<"ask">>, [<<"b">>], none, 9}]),
    %% Never 0: to Socket.IO 0.9 that is none.
    ?assertEqual([{event, <<"question">>, [], 1}, {event, <<"question">>, [], 2}], sent(Link)),
    say(Pid, [{ack, 2, [7], 3}, {ack, 1, [], 3}]),
    ?assertEqual([{event, <<"told">>, [<<"b">>, [7]], none}, {event, <<"told">>, [<<"a">>, []], none}], sent(Link)),
    ?assertEqual([[<<"b">>, {ok, [7]}], [<<"a">>, {ok, []}]], [Arguments || {called, handle_ack, Arguments} <- calls()]).

%% A client may answer what it was never asked, or twice.
unknown_acks(Link) ->
    Pid = opened(Link, asks(#{})),
    say(Pid, [{event, <<"ask">>, [<<"a">>], none, 9}]),
    [{event, <<"question">>, [], 1}] = sent(Link),
    say(Pid, [{ack, 0, [], 3}, {ack, 2, [], 3}, {ack, 16#1fffffffffffff, [], 3}]),
    ?assertEqual(none, settled(Pid, Link)),
    say(Pid, [{ack, 1, [first], 3}, {ack, 1, [second], 3}]),
    ?assertEqual([{event, <<"told">>, [<<"a">>, [first]], none}], sent(Link)),
    ?assertEqual([], edge_world:errors()).

timed_out(Link) ->
    Pid = opened(Link, asks(#{timeout => 1})),
    say(Pid, [{event, <<"ask">>, [<<"a">>], none, 9}]),
    ?assertEqual([[{event, <<"question">>, [], 1}], [{event, <<"told">>, [<<"a">>, timeout], none}]], [sent(Link), sent(Link)]),
    %% Too late, and a timer that comes too late.
    say(Pid, [{ack, 1, [], 3}]),
    Pid ! {timeout, make_ref(), {rabbit_socks_ack, 1}},
    ?assertEqual(none, settled(Pid, Link)),
    ?assertEqual([[<<"a">>, {error, timeout}]], [Arguments || {called, handle_ack, Arguments} <- calls()]).

%% E35: a client that acknowledges nothing makes the node hold so many and no more.
too_many(Link) ->
    Pid = opened(Link, fun
        (handle_event, [<<"many">>, [N], none], {?W, Arg}) ->
            [ok = ?W:emit(e, [], #{ack => Tag, timeout => 60000}, Arg) || Tag <- lists:seq(1, N)], ok;
        (_, _, _) -> ok
    end),
    say(Pid, [{event, <<"many">>, [1002], none, 9}]),
    Messages = sent(Link),
    ?assertEqual(lists:seq(1, 1000), [Id || {event, <<"e">>, [], Id} <- Messages]),
    none = settled(Pid, Link),
    ?assertEqual([[1001, {error, too_many}], [1002, {error, too_many}]], [Arguments || {called, handle_ack, Arguments} <- calls()]),
    %% One that is answered makes room for one.
    say(Pid, [{ack, 500, [], 3}, {event, <<"many">>, [2], none, 9}]),
    ?assertEqual([{event, <<"e">>, [], 1001}], sent(Link)),
    none = settled(Pid, Link),
    ?assertEqual([[500, {ok, []}], [2, {error, too_many}]], [Arguments || {called, handle_ack, Arguments} <- calls()]).

%% Each is told once, in order, before terminate/1; what is emitted from then on goes nowhere.
disconnected(Link) ->
    Pid = opened(Link, fun
        (handle_event, _, {?W, Arg}) -> [ok = ?W:emit(e, [], #{ack => Tag}, Arg) || Tag <- [a, b, c]], ok;
        (handle_ack, [Tag, {error, _}], {?W, Arg}) -> ?W:emit(e, [], #{ack => {again, Tag}}, Arg);
        (_, _, _) -> ok
    end),
    say(Pid, [{event, <<"go">>, [], none, 1}]),
    [_, _, _] = sent(Link),
    say(Pid, [{ack, 2, [], 1}]),
    Pid ! {'$socks', closed, 1006, <<>>},
    ?assertEqual(normal, ended(Pid)),
    ?assertEqual([{called, handle_ack, [b, {ok, []}]}, {called, handle_ack, [a, {error, disconnected}]},
                  {called, handle_ack, [c, {error, disconnected}]}, {called, terminate, []}],
                 [Call || {called, Name, _} = Call <- calls(), lists:member(Name, [handle_ack, terminate])]).

acks_of_another_process(Link) ->
    Pid = opened(Link, fun(_, _, _) -> ok end),
    [_, Arg] = called(open),
    ok = ?W:emit(e, [1], #{ack => {mine, self()}, timeout => 60000}, Arg),
    ?assertEqual([{event, <<"e">>, [1], 1}], sent(Link)),
    say(Pid, [{ack, 1, [2], 1}]),
    ?assertEqual([{mine, self()}, {ok, [2]}], called(handle_ack)),
    %% It is the caller who hears of what cannot be sent.
    ?assertError(badarg, ?W:emit(e, [{binary, <<0:(16#2000000 * 8)>>}], #{ack => a}, Arg)),
    ?assertEqual(none, settled(Pid, Link)).

ack_callback_ends_it(Link) ->
    [begin
        Pid = opened(Link, fun
            (handle_event, _, {?W, Arg}) -> ok = ?W:emit(e, [], #{ack => tag}, Arg), ?W:emit(e, [], #{ack => other}, Arg);
            (handle_ack, [tag, _], _) -> Ends();
            (_, _, _) -> ok
        end),
        say(Pid, [{event, <<"go">>, [], none, 1}]),
        _ = sent(Link),
        say(Pid, [{ack, 1, [<<"payload">>], 1}, {event, <<"not handled">>, [], none, 1}]),
        ?assertEqual({close, ?ID, Code, Text}, link_port:packet(Link)),
        ?assertEqual(normal, ended(Pid)),
        ?assertMatch([{called, handle_ack, [tag, _]}, {called, handle_ack, [other, {error, disconnected}]}, {called, terminate, []}],
                     [Call || {called, Name, _} = Call <- calls(), lists:member(Name, [handle_ack, terminate])])
     end || {Ends, Code, Text} <- [{fun() -> {error, enough} end, 1008, <<>>}, {fun() -> error({<<"payload">>, oops}) end, 1011, <<"internal error">>},
                                   {fun() -> wrong end, 1011, <<"internal error">>}]],
    [Crashed, Wrong] = edge_world:errors(),
    ?assertMatch("rabbit_socks: event_callback:handle_ack/3 crashed: error {{binary,7},oops} at " ++ _, Crashed),
    ?assertEqual("rabbit_socks: event_callback:handle_ack/3 returned what it must not: wrong", Wrong).

%% Messages, rooms and broadcasts leave in the order in which they were written, as one packet.
order(Link) ->
    Pid = opened(Link, on_event(fun(_, _, Ack, Arg) ->
        ok = ?W:emit(first, [], Arg),
        ok = ?W:send_frame("frame", Arg),
        ok = ?W:join(<<"room">>, Arg),
        ok = rabbit_socks:broadcast("room", news, [1], #{except => [Arg, <<"quiet">>]}),
        ok = ?W:reply(Ack, [], Arg),
        ok = ?W:leave("room", Arg),
        ok = rabbit_socks:broadcast_frame(["a", <<"b">>], {binary, [0, <<1>>]}),
        ok = ?W:emit(last, [], Arg)
    end)),
    say(Pid, [{event, <<"go">>, [], 5, 1}]),
    ?assertEqual([{send, ?ID, [{event, <<"first">>, [], none}, {utf8, <<"frame">>}]},
                  {join, ?ID, <<"room">>, close},
                  {broadcast, #{rooms => [<<"room">>], except_rooms => [<<"quiet">>], except => [?ID]}, {event, <<"news">>, [1], none}},
                  {send, ?ID, [{ack, 5, []}]},
                  {leave, ?ID, <<"room">>},
                  {broadcast, #{rooms => [<<"a">>, <<"b">>], except_rooms => [], except => []}, {binary, <<0, 1>>}},
                  {send, ?ID, [{event, <<"last">>, [], none}]}], link_port:packet(Link)).

crash_drops_it_all(Link) ->
    Pid = opened(Link, on_event(fun(_, _, _, Arg) ->
        ok = ?W:join("room", Arg),
        ok = rabbit_socks:broadcast("room", news, []),
        ok = ?W:emit(e, [], #{ack => tag}, Arg),
        error({<<"payload">>, oops})
    end)),
    say(Pid, [{event, <<"go">>, [<<"payload">>], 5, 1}]),
    ?assertEqual({close, ?ID, 1011, <<"internal error">>}, link_port:packet(Link)),
    ?assertEqual(normal, ended(Pid)),
    %% It was outstanding all the same.
    ?assertEqual([tag, {error, disconnected}], called(handle_ack)),
    [Line] = edge_world:errors(),
    ?assertMatch("rabbit_socks: event_callback:handle_event/4 crashed: error {{binary,7},oops} at " ++ _, Line).

credit_by_size(Link) ->
    Pid = opened(Link, fun(_, _, _) -> ok end),
    say(Pid, [{event, <<"e">>, [], none, 100000}, {ack, 9, [], 31071}]),
    ?assertEqual(none, settled(Pid, Link)),
    say(Pid, [{utf8, <<"x">>}]),
    ?assertEqual({credit, ?ID, 3, 131072}, link_port:packet(Link)).

%% What is not a callback's verdict changes none.
hold_stays(Link) ->
    Pid = opened(Link, fun
        (handle_event, [<<"hold">>, _, _], _) -> hold;
        (handle_event, [<<"go">>, _, _], _) -> ok;
        (_, _, _) -> ok
    end),
    [_, Arg] = called(open),
    say(Pid, [{event, <<"hold">>, [], none, 200000}]),
    ?assertEqual(none, settled(Pid, Link)),
    say(Pid, [{ack, 5, [], 1}]),
    Pid ! {timeout, make_ref(), {rabbit_socks_ack, 5}},
    ?assertEqual(none, settled(Pid, Link)),
    ok = ?W:emit(e, [], #{ack => a}, Arg),
    ?assertEqual({send, ?ID, [{event, <<"e">>, [], 1}]}, settled(Pid, Link)),
    say(Pid, [{event, <<"go">>, [], none, 1}]),
    ?assertEqual({credit, ?ID, 3, 200002}, link_port:packet(Link)).

away_and_back(Link) ->
    Pid = opened(Link, fun(handle_info, [Event], {?W, Arg}) -> ?W:emit(Event, [], Arg); (_, _, _) -> ok end),
    Pid ! {'$socks', away},
    ?assertEqual([{event, <<"away">>, [], none}], sent(Link)),
    Pid ! {'$socks', back},
    ?assertEqual([{event, <<"back">>, [], none}], sent(Link)).

disconnects(Link) ->
    [begin
        Pid = opened(Link, on_event(fun(_, _, _, Arg) ->
            ok = Disconnect(Arg),
            ok = ?W:close(4000, "late", Arg),
            ?W:emit(bye, [], Arg)
        end)),
        say(Pid, [{event, <<"go">>, [], none, 1}]),
        ?assertEqual([{send, ?ID, [{event, <<"bye">>, [], none}]}, {disconnect, ?ID, Whole}], link_port:packet(Link)),
        ?assertEqual(normal, ended(Pid))
     end || {Disconnect, Whole} <- [{fun ?W:disconnect/1, false}, {fun(Arg) -> ?W:disconnect(Arg, false) end, false},
                                    {fun(Arg) -> ?W:disconnect(Arg, true) end, true}]],
    Arg = ?W:new(?ID, Link, true, rabbit_socks_traffic:new()),
    ?assertError(badarg, ?W:disconnect(Arg, perhaps)),
    {_, Monitor} = spawn_monitor(fun() -> ok = ?W:disconnect(Arg, true) end),
    receive {'DOWN', Monitor, process, _, normal} -> ok end,
    ?assertEqual({disconnect, ?ID, true}, link_port:packet(Link)).

refused_with_data(Link) ->
    Pid = start(Link, fun(init, _, _) -> {error, {<<"not you">>, #{code => 7}}} end),
    ?assertEqual({refuse, ?ID, 403, <<"not you">>, [#{code => 7}]}, link_port:packet(Link)),
    ?assertEqual(normal, ended(Pid)).
