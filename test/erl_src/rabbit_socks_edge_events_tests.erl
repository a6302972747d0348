%% SPDX-License-Identifier: MPL-2.0
%% @doc What the edge says reaches whom it names. This module is a callback module.
-module(rabbit_socks_edge_events_tests).

-include_lib("eunit/include/eunit.hrl").

-export([init/3, open/3, handle_frame/2, terminate/1]).

-import(edge_world, [up/0, told/1, event/1, kill_edge/1, eventually/1, logged/1]).

-define(WAIT, 20000).

events_test_() ->
    [{atom_to_list(Name), {timeout, 60, fun() -> edge_world:run(good, Test) end}} || {Name, Test} <- [
        {requests, fun requests/1},
        {requester_ends, fun requester_ends/1},
        {adopted, fun adopted/1},
        {sessions, fun sessions/1},
        {killed_session, fun killed_session/1},
        {edge_killed, fun edge_killed/1},
        {unknown_events, fun unknown_events/1}]].

requests(_) ->
    _ = up(),
    {ok, A} = rabbit_socks_edge:open_ref(),
    {ok, B} = rabbit_socks_edge:open_ref(),
    ok = fake_edge:say([{response_start, A, 200, []}, {bytes, A, <<"x">>}, {response, B, 404, [], <<>>}, {switch, A, [h]}]),
    {response_start, 200, []} = event(A),
    {bytes, <<"x">>} = event(A),
    {switch, [h]} = event(A),
    {response, 404, [], <<>>} = event(B),
    %% After its last event a Ref is nobody's.
    ok = fake_edge:say([{bytes, B, <<"late">>}, {finish, A}, {bytes, A, <<"late">>}]),
    finish = event(A),
    ok = fake_edge:say([{self(), done}]),
    receive done -> ok after ?WAIT -> error(timeout) end,
    receive {rabbit_socks_edge, _, Event} -> error(Event) after 0 -> ok end,
    %% One that is open when the edge dies ends with it.
    {ok, C} = rabbit_socks_edge:open_ref(),
    kill_edge("KILL"),
    finish = event(C).

requester_ends(_) ->
    OsPid = up(),
    Test = self(),
    spawn(fun() -> Test ! {ref, rabbit_socks_edge:open_ref()} end),
    receive {ref, {ok, Ref}} -> {gone, Ref} = told(OsPid) end,
    %% One that was answered is not.
    spawn(fun() ->
        {ok, Answered} = rabbit_socks_edge:open_ref(),
        ok = fake_edge:say([{response, Answered, 200, [], <<>>}]),
        {response, 200, [], <<>>} = event(Answered),
        ok = rabbit_socks_edge:command(answered)
    end),
    answered = told(OsPid),
    ok = rabbit_socks_edge:command(last),
    last = told(OsPid).

adopted(_) ->
    OsPid = up(),
    {ok, Listening} = gen_tcp:listen(0, []),
    {ok, Fd} = inet:getfd(Listening),
    {_, Monitor} = spawn_monitor(fun() ->
        {ok, Ref} = rabbit_socks_edge:open_ref(),
        ok = rabbit_socks_edge:adopt(Ref, <<"rest">>, Fd),
        exit({ref, Ref})
    end),
    receive {'DOWN', Monitor, process, _, {ref, Ref}} -> {adopt, Ref, <<"rest">>} = told(OsPid) end,
    %% The connection is the edge's: it is not told that anybody is gone.
    _ = sys:get_state(rabbit_socks_edge),
    ok = rabbit_socks_edge:command(last),
    last = told(OsPid).

-spec init([binary()], map(), pid()) -> {ok, pid()} | {error, term()}.
init([<<"never">>], _, Test) ->
    Test ! {init, self()},
    receive never -> {error, never} end;
init(_, _, Test) ->
    {ok, Test}.
-spec open(module(), term(), pid()) -> {ok, pid()}.
open(_, _, Test) ->
    Test ! {opened, self()},
    {ok, Test}.
-spec handle_frame(term(), pid()) -> {ok, pid()}.
handle_frame(Frame, Test) ->
    Test ! {frame, Frame},
    {ok, Test}.
-spec terminate(pid()) -> ok.
terminate(Test) ->
    Test ! {terminated, self()},
    ok.

sessions(_) ->
    OsPid = up(),
    {Pid, 21} = session(OsPid, 21, [<<"a">>]),
    ok = fake_edge:say([{Pid, {'$socks', messages, [{utf8, <<"hi">>}]}}]),
    receive {frame, {utf8, <<"hi">>}} -> ok after ?WAIT -> error(timeout) end,
    %% Of one that is gone, too.
    ok = fake_edge:say([{broadcasts, Pid, 2, 20}, {broadcasts, self(), 3, 30}, {broadcasts, Pid, 1, 7}]),
    eventually(fun() -> [[{pid, Pid}, {send_cnt, 3}, {send_oct, 27}]] = rabbit_socks_connections:list([pid, send_cnt, send_oct]) end),
    %% A route that is not known, a listener that is not known.
    ok = fake_edge:say([{open, 22, 5, 1, #{path => [], certificate => none}}, {open, 23, 6, 0, #{path => [], certificate => none}}]),
    {refuse, 22, 404, _, []} = told(OsPid),
    {refuse, 23, 404, _, []} = told(OsPid),
    ok = fake_edge:say([{Pid, {'$socks', closed, 1000, <<>>}}]),
    receive {terminated, Pid} -> ok after ?WAIT -> error(timeout) end,
    {close, 21, 1000, <<>>} = told(OsPid),
    eventually(fun() -> [] = supervisor:which_children(rabbit_socks_session_sup) end),
    ok = rabbit_socks_edge:command(last),
    last = told(OsPid).

killed_session(_) ->
    OsPid = up(),
    {Pid, 31} = session(OsPid, 31, []),
    exit(Pid, kill),
    {refuse, 31, 500, _, []} = told(OsPid),
    {close, 31, 1011, _} = told(OsPid),
    %% Also while it is not open yet.
    ok = fake_edge:say([{open, 32, 5, 0, #{path => [<<"never">>], certificate => none}}]),
    receive {init, Opening} -> exit(Opening, kill) after ?WAIT -> error(timeout) end,
    {refuse, 32, 500, _, []} = told(OsPid),
    {close, 32, 1011, _} = told(OsPid).

unknown_events(_) ->
    OsPid = up(),
    ok = fake_edge:say([{weather, <<"client">>, 1}, {log, warning, <<16#ff, "\nforged ", 0, (binary:copy(<<"x">>, 1000))/binary>>}, {listening, 1}]),
    ok = rabbit_socks_edge:command(last),
    last = told(OsPid),
    [Unknown, Logged] = logged([warning]),
    ?assertEqual("rabbit_socks: unknown event of the edge: {weather,{binary,6},1}", Unknown),
    ?assertEqual({"rabbit_socks edge: " ++ [16#ff] ++ "?forged ?" ++ lists:duplicate(246, $x)}, {Logged}).

%% Its sessions end in order.
edge_killed(_) ->
    OsPid = up(),
    {Pid, 41} = session(OsPid, 41, []),
    kill_edge("KILL"),
    receive {terminated, Pid} -> ok after ?WAIT -> error(timeout) end.

session(OsPid, Session, Path) ->
    ok = rabbit_socks_routes:put(5, [{?MODULE, self()}]),
    ok = rabbit_socks_routes:put_window(5, #{}),
    ok = fake_edge:say([{open, Session, 5, 0, #{path => Path, certificate => none}}]),
    {accept, Session, Pid, []} = told(OsPid),
    receive {opened, Pid} -> {Pid, Session} after ?WAIT -> error(timeout) end.
