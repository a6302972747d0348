%% SPDX-License-Identifier: MPL-2.0
%% @doc A client of mixed_callback as the libraries are made: it polls, posts and tries a WebSocket at the same time. Three
%% processes: a poller, a sender, and the caller, who goes through the steps and reads the WebSocket once it has one.
-module(socketio_fire_client).

-export([run/5]).

-type step() :: upgrade | before_probe | unread_answer | after_probe | before_finish | close_frame | no_probe | wait_silent | wait_probed.

-define(INTERVAL, 10). % ms between two messages
-define(WAIT, 30_000).

%% @doc So many messages either way; each step after so many ms. All that was heard, in order.
-spec run(socks_client:target(), iodata(), 3 | 4, [{step(), pos_integer()}], pos_integer()) -> [binary()].
run(Target, Path, Version, Steps, Count) ->
    C = socks_engine:open(Target, Version, polling, Path, #{query => "&b64=1"}),
    ok = socks_engine:send(C, [<<"flow ", (integer_to_binary(Count))/binary>>]),
    Self = self(),
    Poller = spawn_link(fun() -> put({socks_engine, socks_engine:sid(C)}, []), poll(Self, C, []) end),
    Sender = spawn_link(fun() -> flow(Self, C, 1, Count, erlang:monotonic_time(millisecond)) end),
    steps(Steps, {C, Poller, Sender}, Count).

steps([], {_, Poller, Sender}, Count) ->
    ok = await(Sender, sent),
    Poller ! {Count + 1, self()},
    await(Poller, heard);
steps([{Step, After} | Steps], {C, Poller, Sender} = Client, Count) ->
    timer:sleep(After),
    case step(Step, Client) of
        again ->
            steps(Steps, Client, Count);
        {upgraded, W} ->
            Poller ! {get, self()},
            Heard = await(Poller, heard),
            Sender ! {resume, W},
            More = socks_engine:recv(W, Count + 1 - length(Heard)),
            ok = await(Sender, sent),
            ok = socks_engine:close(W),
            _ = C,
            Heard ++ More
    end.

step(no_probe, {C, _, _}) ->
    lost(socks_engine:probe(C));
step(before_probe, {C, _, _}) ->
    Ws = socks_engine:probe(C),
    ok = socks_ws:send_frame(Ws, #{opcode => 1, payload => <<"2pro">>, fin => false}),
    lost(Ws);
step(unread_answer, {C, _, _}) ->
    Ws = socks_engine:probe(C),
    ok = socks_ws:send(Ws, {utf8, <<"2probe">>}),
    lost(Ws);
step(after_probe, {C, _, _}) ->
    Ws = socks_engine:probe(C),
    ok = socks_engine:probed(Ws),
    lost(Ws);
step(before_finish, {C, _, _} = Client) ->
    Ws = socks_engine:probe(C),
    ok = socks_engine:probed(Ws),
    ok = pause(Client),
    lost(Ws),
    resume(Client);
step(close_frame, {C, _, _}) ->
    Ws = socks_engine:probe(C),
    ok = socks_engine:probed(Ws),
    {close, _, _} = socks_ws:close(Ws, 1000, <<>>),
    again;
step(wait_silent, {C, _, _}) ->
    closed_by_server(socks_engine:probe(C));
step(wait_probed, {C, _, _}) ->
    Ws = socks_engine:probe(C),
    ok = socks_engine:probed(Ws),
    closed_by_server(Ws);
step(upgrade, {C, _, _} = Client) ->
    Ws = socks_engine:probe(C),
    ok = socks_engine:probed(Ws),
    ok = pause(Client),
    {upgraded, socks_engine:finish(C, Ws)}.

lost(Ws) ->
    ok = socks_client:reset(socks_ws:connection(Ws)),
    again.

closed_by_server(Ws) ->
    {close, _, _} = socks_ws:recv(Ws, ?WAIT),
    ok = socks_ws:close(Ws),
    again.

%% The poll and the post that are under way end first.
pause({_, Poller, Sender}) ->
    Poller ! {pause, self()},
    Sender ! {pause, self()},
    ok = await(Poller, paused),
    await(Sender, paused).

resume({C, Poller, Sender}) ->
    Poller ! resume,
    Sender ! {resume, C},
    again.

await(Pid, What) ->
    receive
        {Pid, What} -> ok;
        {Pid, What, Result} -> Result
    after ?WAIT -> error({no, What})
    end.

poll(Client, C, Heard) ->
    receive
        {pause, Client} ->
            Client ! {self(), paused},
            receive
                resume -> poll(Client, C, Heard);
                {get, Client} -> Client ! {self(), heard, Heard}
            end;
        {Count, Client} when length(Heard) >= Count ->
            ok = socks_engine:close(C),
            Client ! {self(), heard, Heard}
    after 0 ->
        ok = socks_engine:poll(C),
        {200, _, Packets} = socks_engine:poll_answer(C),
        poll(Client, C, Heard ++ [Text || <<"4", Text/binary>> <- Packets])
    end.

%% What is due, all of it at once if the last post took long; at last the question how it came.
flow(Client, C, Next, Count, Started) when Next > Count ->
    ok = socks_engine:send(C, [<<"counted">>]),
    Client ! {self(), sent},
    rest(Client, C, Next, Count, Started);
flow(Client, C, Next, Count, Started) ->
    receive
        {pause, Client} -> paused(Client, Next, Count, Started)
    after ?INTERVAL ->
        Last = min(Count, (erlang:monotonic_time(millisecond) - Started) div ?INTERVAL),
        _ = Last >= Next andalso (ok = socks_engine:send(C, [<<"up ", (integer_to_binary(N))/binary>> || N <- lists:seq(Next, Last)])),
        flow(Client, C, max(Next, Last + 1), Count, Started)
    end.

%% All is sent; the client may still want to pause.
rest(Client, _, Next, Count, Started) ->
    receive {pause, Client} -> Client ! {self(), paused} end,
    receive {resume, C} -> rest(Client, C, Next, Count, Started) end.

paused(Client, Next, Count, Started) ->
    Client ! {self(), paused},
    receive {resume, C} -> flow(Client, C, Next, Count, Started) end.
