%% SPDX-License-Identifier: MPL-2.0
%% @doc Connection state recovery as clients of Socket.IO 4.6 and later use it: a session that has lost its client waits for it.
-module(socketio_recovery).

-include_lib("stdlib/include/assert.hrl").

-export([recovered/1, through_losses/1, not_recovered/1, expired/1, waiting_at_the_end/1]).

-import(socketio_world, [listen/2, unlisten/2, witness/1]).
-import(socks_engine, [send/2, recv/2]).

-define(ON, {recovery, true}).

%% @doc Lost and found again, over whatever transport, more than once: nothing is missed, nothing comes twice, the rooms stay.
-spec recovered([term()]) -> ok.
recovered(Config) ->
    Port = listen(Config, [?ON]),
    Witness = witness(Port),
    [begin
         {C, Names} = member(Port, Transport, Name),
         ok = mixed_member:say(Witness, "tell lobby before"),
         Offset = event(C, "before"),
         lose(C, Name, Witness),
         ok = mixed_member:say(Witness, "tell lobby one"),
         ok = mixed_member:say(Witness, "tell lobby two"),
         ok = mixed_member:settle(Witness),
         {Back, Names} = come_back(Port, Again, Names, Offset, Name),
         [{frame, <<Name:1/binary, " back">>}] = mixed_member:hear(Witness, 1),
         _ = event(Back, "one"),
         Second = event(Back, "two"),
         %% What it has seen already does not come again.
         lose(Back, Name, Witness),
         {Third, Names} = come_back(Port, Transport, Names, Second, Name),
         [{frame, <<Name:1/binary, " back">>}] = mixed_member:hear(Witness, 1),
         ok = mixed_member:say(Witness, "tell lobby after"),
         _ = event(Third, "after"),
         say(Third, "echo last"),
         _ = event(Third, "last"),
         ok = send(Third, [<<"1">>]),
         [{frame, <<Name:1/binary, " ended">>}] = mixed_member:hear(Witness, 1),
         ok = socks_engine:close(Third)
     end || {Name, Transport, Again} <- [{<<"a">>, websocket, websocket}, {<<"b">>, websocket, polling}, {<<"c">>, polling, websocket},
                                         {<<"d">>, polling, polling}]],
    ok = mixed_member:close(Witness),
    unlisten(Config, Port).

%% @doc The module goes on sending whether or not somebody is there: each message comes once, in order.
-spec through_losses([term()]) -> ok.
through_losses(Config) ->
    Port = listen(Config, [?ON]),
    Witness = witness(Port),
    {C, Names} = member(Port, websocket, <<"a">>),
    say(C, "flow 100"),
    {Last, Seen} = lists:foldl(fun(Transport, {Now, Before}) ->
        {Offset, Number} = flow(Now, Before, Before + 10),
        lose(Now, <<"a">>, Witness),
        {Back, Names} = come_back(Port, Transport, Names, Offset, <<"a">>),
        [{frame, <<"a back">>}] = mixed_member:hear(Witness, 1),
        {case Transport of polling -> socks_engine:upgrade(Back); websocket -> Back end, Number}
    end, {C, 0}, [websocket, polling, websocket, polling]),
    {_, 100} = flow(Last, Seen, 100),
    ok = send(Last, [<<"1">>]),
    ok = socks_engine:close(Last),
    ok = mixed_member:close(Witness),
    unlisten(Config, Port).

%% Reads up to that number.
flow(C, Seen, Enough) ->
    Number = Seen + 1,
    Offset = event(C, ["down ", integer_to_binary(Number)]),
    case Number < Enough of
        true -> flow(C, Number, Enough);
        false -> {Offset, Number}
    end.

%% @doc A deliberate end, an offset that nobody knows, too much that was missed, somebody else's turn: a new session.
-spec not_recovered([term()]) -> ok.
not_recovered(Config) ->
    Port = listen(Config, [?ON, {recovery_bytes, 1024}]),
    Other = listen(Config, [?ON]),
    Witness = witness(Port),
    %% It has left, or was told to.
    [begin
         {C, Names} = member(Port, websocket, Name),
         say(C, "echo x"),
         Offset = event(C, "x"),
         ok = Leave(C),
         [{frame, <<Name:1/binary, " ended">>}] = mixed_member:hear(Witness, 1),
         another(Port, Names, Offset, Witness, []),
         ok = socks_engine:close(C)
     end || {Name, Leave} <- [{<<"a">>, fun(C) -> send(C, [<<"1">>]) end}, {<<"b">>, fun(C) -> say(C, "bye") end}]],
    %% It is away, and what it says does not fit.
    {C, Names} = member(Port, websocket, <<"c">>),
    say(C, "echo x"),
    Offset = event(C, "x"),
    lose(C, <<"c">>, Witness),
    another(Other, Names, Offset, Witness, []),
    another(Port, {<<"nobody">>, element(2, Names)}, Offset, Witness, []),
    another(Port, Names, <<"0">>, Witness, [<<"c ended">>]),
    another(Port, Names, Offset, Witness, []),
    %% It has missed more than is kept.
    {D, NamesD} = member(Port, websocket, <<"d">>),
    say(D, "echo x"),
    OffsetD = event(D, "x"),
    lose(D, <<"d">>, Witness),
    [ok = mixed_member:say(Witness, ["tell lobby ", binary:copy(<<"x">>, 500)]) || _ <- lists:seq(1, 10)],
    ok = mixed_member:settle(Witness),
    another(Port, NamesD, OffsetD, Witness, [<<"d ended">>]),
    ok = mixed_member:close(Witness),
    [unlisten(Config, P) || P <- [Port, Other]],
    ok.

%% @doc The window is over: the module hears of the end, and the client gets a new session.
-spec expired([term()]) -> ok.
expired(Config) ->
    Port = listen(Config, [?ON, {recovery_window, 100}]),
    Witness = witness(Port),
    {C, Names} = member(Port, websocket, <<"a">>),
    say(C, "echo x"),
    Offset = event(C, "x"),
    lose(C, <<"a">>, Witness),
    [{frame, <<"a ended">>}] = mixed_member:hear(Witness, 1),
    another(Port, Names, Offset, Witness, []),
    ok = mixed_member:close(Witness),
    unlisten(Config, Port).

%% @doc Sessions that wait end with their listener: nothing is left of them.
-spec waiting_at_the_end([term()]) -> ok.
waiting_at_the_end(Config) ->
    Port = listen(Config, [?ON]),
    Watched = listen(Config, []),
    Witness = witness(Watched),
    {C, _} = member(Port, websocket, <<"a">>),
    lose(C, <<"a">>, Witness),
    unlisten(Config, Port),
    [{frame, <<"a ended">>}] = mixed_member:hear(Witness, 1),
    ok = mixed_member:close(Witness),
    unlisten(Config, Watched).

%% In the room "lobby".
member(Port, Transport, Name) ->
    C = socks_engine:open(Port, 4, Transport, "/socket.io/", #{query => ["&name=", Name]}),
    ok = send(C, [<<"0">>]),
    [Answer] = recv(C, 1),
    say(C, "join lobby"),
    say(C, "echo joined"),
    _ = event(C, "joined"),
    {C, names(Answer)}.

%% The public one and the secret one.
names(<<"0", Answer/binary>>) ->
    {match, [Sid, Pid]} = re:run(Answer, "^{\"sid\":\"([^\"]+)\",\"pid\":\"([^\"]+)\"}$", [{capture, all_but_first, binary}]),
    {Pid, Sid}.

say(C, Text) -> send(C, [iolist_to_binary(["2[\"message\",\"", Text, "\"]"])]).

%% The offset of the next event, which says this.
event(C, Text) ->
    [Packet] = recv(C, 1),
    {match, [Said, Offset]} = re:run(Packet, "^2\\[\"message\",\"([^\"]*)\",\"([^\"]+)\"\\]$", [{capture, all_but_first, binary}]),
    ?assertEqual(iolist_to_binary(Text), Said),
    Offset.

lose(#{transport := Transport} = C, Name, Witness) ->
    Transport =:= polling andalso (ok = socks_engine:poll(C)),
    ok = socks_engine:reset(C),
    ?assertEqual([{frame, <<Name/binary, " away">>}], mixed_member:hear(Witness, 1)).

come_back(Port, Transport, {Pid, _}, Offset, Name) ->
    C = socks_engine:open(Port, 4, Transport, "/socket.io/", #{query => ["&name=", Name, "&again"]}),
    ok = send(C, [iolist_to_binary(["0{\"pid\":\"", Pid, "\",\"offset\":\"", Offset, "\",\"own\":1}"])]),
    [Answer] = recv(C, 1),
    {C, names(Answer)}.

%% A session like any other. The witness hears this, and its end.
another(Port, {Pid, Sid} = Names, Offset, Witness, Heard) ->
    {C, {NewPid, NewSid}} = come_back(Port, websocket, Names, Offset, <<"z">>),
    ?assertNotEqual(Pid, NewPid),
    ?assertNotEqual(Sid, NewSid),
    say(C, "echo new"),
    _ = event(C, "new"),
    ok = send(C, [<<"1">>]),
    ?assertEqual([{frame, Text} || Text <- Heard ++ [<<"z ended">>]], mixed_member:hear(Witness, length(Heard) + 1)),
    ok = socks_engine:close(C).
