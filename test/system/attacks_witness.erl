%% SPDX-License-Identifier: MPL-2.0
%% @doc A client that stays connected while others attack. It belongs to a process of its own, since each test case runs in one
%% that ends.
-module(attacks_witness).

-export([start/1, stop/1, echo/1]).

-define(WAIT, 10000).

-spec start(inet:port_number()) -> pid().
start(Port) ->
    Self = self(),
    Witness = spawn(fun() ->
        Ws = socks_ws:open(Port, "/websocket/witness"),
        Self ! {self(), open},
        loop(Ws, 1)
    end),
    receive {Witness, open} -> Witness after ?WAIT -> error(no_witness) end.

-spec stop(pid()) -> ok.
stop(Witness) ->
    Witness ! stop,
    ok.

%% @doc One echo: that of now, not one that should have come before.
-spec echo(pid()) -> ok.
echo(Witness) ->
    Monitor = monitor(process, Witness),
    Witness ! {self(), Monitor},
    receive
        {Monitor, echoed} -> demonitor(Monitor, [flush]), ok;
        {'DOWN', Monitor, process, _, Reason} -> error({witness, Reason})
    after 2 * ?WAIT -> error({witness, silent})
    end.

loop(Ws, N) ->
    receive
        {From, Ref} ->
            Text = integer_to_binary(N),
            ok = socks_ws:send(Ws, {utf8, Text}),
            {utf8, Text} = heard(Ws),
            From ! {Ref, echoed},
            loop(Ws, N + 1);
        stop ->
            socks_ws:close(Ws)
    end.

heard(Ws) ->
    case socks_ws:recv(Ws, ?WAIT) of
        {ping, Data} ->
            ok = socks_ws:send(Ws, {pong, Data}),
            heard(Ws);
        Message -> Message
    end.
