%% SPDX-License-Identifier: MPL-2.0
%% @doc The way to the edge: what waits goes together, in order, within limits; who waits for whom.
-module(rabbit_socks_link_tests).

-include_lib("eunit/include/eunit.hrl").

%% The pipe is the test: a packet is out when it says so.
held(Test) ->
    Self = self(),
    Out = fun(Packet) ->
        Self ! {out, self(), iolist_to_binary(Packet)},
        receive {answer, Answer} -> Answer after 10000 -> error(no_answer) end
    end,
    Link = rabbit_socks_link:start(Out),
    try Test(Link) after rabbit_socks_link:stop(Link) end.

taken() ->
    receive {out, Carrier, Packet} -> {Carrier, binary_to_term(Packet)} after 10000 -> error(nothing_written) end.

answer({Carrier, Commands}, Answer) ->
    Carrier ! {answer, Answer},
    Commands.

nothing() ->
    receive {out, _, Packet} -> error({written, binary_to_term(Packet)}) after 50 -> ok end.

gathers_while_it_writes_test() ->
    held(fun(Link) ->
        ok = rabbit_socks_link:write(Link, {a, 1}),
        First = taken(),
        ok = rabbit_socks_link:write(Link, {a, 2}),
        ok = rabbit_socks_link:tell(Link, {a, 3}),
        ok = rabbit_socks_link:write(Link, 2, [rabbit_socks_proto:term({a, 4}), rabbit_socks_proto:term({a, 5})]),
        ok = nothing(),
        ?assertEqual({a, 1}, answer(First, true)),
        ?assertEqual([{a, 2}, {a, 3}, {a, 4}, {a, 5}], answer(taken(), true)),
        ok = nothing()
    end).

%% What one process writes keeps its order among that of others.
order_test() ->
    Self = self(),
    Link = rabbit_socks_link:start(fun(Packet) -> Self ! {packet, iolist_to_binary(Packet)}, true end),
    [spawn_link(fun() -> [ok = rabbit_socks_link:write(Link, {P, N}) || N <- lists:seq(1, 500)] end) || P <- lists:seq(1, 4)],
    Commands = collect(2000),
    [?assertEqual(lists:seq(1, 500), [N || {Q, N} <- Commands, Q =:= P]) || P <- lists:seq(1, 4)],
    rabbit_socks_link:stop(Link).

collect(0) -> [];
collect(Count) ->
    receive
        {packet, Packet} ->
            Commands = case binary_to_term(Packet) of List when is_list(List) -> List; One -> [One] end,
            Commands ++ collect(Count - length(Commands))
    after 10000 -> error({missing, Count})
    end.

%% A packet is cut when it is large, not before one command of any size.
large_test() ->
    Large = binary:copy(<<"x">>, 200000),
    held(fun(Link) ->
        ok = rabbit_socks_link:tell(Link, first),
        First = taken(),
        [ok = rabbit_socks_link:tell(Link, {N, Large}) || N <- [1, 2, 3]],
        ?assertEqual(first, answer(First, true)),
        ?assertMatch([{1, _}, {2, _}], answer(taken(), true)),
        ?assertMatch({3, _}, answer(taken(), true))
    end).

%% Above the limit a writer waits until what it wrote is out; one who tells never does.
waits_test() ->
    held(fun(Link) ->
        {First, Writer} = waiting(Link),
        ok = rabbit_socks_link:tell(Link, {3, large()}),
        {1, _} = answer(First, true),
        Second = taken(),
        receive {Writer, written} -> error(too_early) after 50 -> ok end,
        {2, _} = answer(Second, true),
        {3, _} = answer(taken(), true),
        receive {Writer, written} -> ok after 10000 -> error(never) end,
        %% All of it was counted off again.
        ok = rabbit_socks_link:write(Link, {4, large()}),
        {4, _} = answer(taken(), true)
    end).

%% An edge that is gone holds nobody.
gone_test() ->
    held(fun(Link) ->
        {First, Writer} = waiting(Link),
        _ = answer(First, false),
        receive {Writer, written} -> ok after 10000 -> error(never) end,
        ok = rabbit_socks_link:write(Link, {3, large()}),
        ok = rabbit_socks_link:write(Link, {4, large()}),
        ok = nothing()
    end),
    ok = rabbit_socks_link:tell(none, x).

%% One command on its way, and a process that waits with the next: two pass the limit.
waiting(Link) ->
    Self = self(),
    ok = rabbit_socks_link:write(Link, {1, large()}),
    First = taken(),
    Writer = spawn_link(fun() -> ok = rabbit_socks_link:write(Link, {2, large()}), Self ! {self(), written} end),
    receive {Writer, written} -> error(too_early) after 50 -> ok end,
    {First, Writer}.

large() -> binary:copy(<<"x">>, 3000000).

closed_port_test() ->
    Port = open_port({spawn, "cat"}, [{packet, 4}, binary]),
    Link = rabbit_socks_link:start(fun(Packet) -> port_command(Port, Packet) end),
    ok = rabbit_socks_link:write(Link, x),
    receive {Port, {data, Packet}} -> ?assertEqual(x, binary_to_term(Packet)) after 10000 -> error(nothing_written) end,
    true = port_close(Port),
    process_flag(trap_exit, true),
    ok = rabbit_socks_link:write(Link, x),
    receive {'EXIT', _, Reason} when not is_port(Reason) -> ?assertEqual(normal, Reason) after 10000 -> error(alive) end,
    process_flag(trap_exit, false),
    ok = rabbit_socks_link:write(Link, x).

%% A second of silence, and its heap is given back; then it goes on.
sleeps_test() ->
    Self = self(),
    Link = rabbit_socks_link:start(fun(Packet) -> Self ! {packet, self(), iolist_to_binary(Packet)}, true end),
    ok = rabbit_socks_link:write(Link, a),
    Carrier = receive {packet, Pid, _} -> Pid end,
    ok = edge_world:eventually(fun() -> {current_function, {erlang, hibernate, 3}} = process_info(Carrier, current_function), ok end),
    ok = rabbit_socks_link:write(Link, b),
    receive {packet, Carrier, Packet} -> ?assertEqual(b, binary_to_term(Packet)) end,
    rabbit_socks_link:stop(Link).
