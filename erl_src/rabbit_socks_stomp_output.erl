%% SPDX-License-Identifier: MPL-2.0
%% @doc What goes to one STOMP client: as text or binary, how much at once, with its heart-beats, and the close.
%%
%% The edge gives a client up when too much waits for it. So after a burst the edge is asked whether the client takes it, and
%% the caller is to wait for the answer, `{synced, Number}'.
-module(rabbit_socks_stomp_output).

-export([new/1, open/3, identify/2, follow/2, send/2, close/3, ask/1]).
-export([heartbeats/3, received/1, pause/1, resume/1, tick/1]).
-export_type([output/0]).

%% Bytes.
-define(BURST, 131_072).
%% A packet of the link holds no larger message (bytes).
-define(MAX_MESSAGE, 33_554_432).

-record(output, {
    ws_frame :: auto | text | binary,
    writer :: module() | undefined,
    argument :: term(),
    kind = utf8 :: utf8 | binary,          % of the client's last message
    burst = 0 :: non_neg_integer(), % bytes since the edge was asked
    heartbeat = rabbit_socks_stomp_heartbeat:new(0, 0, 0) :: rabbit_socks_stomp_heartbeat:heartbeat()
}).

-opaque output() :: #output{}.

-spec new(auto | text | binary) -> output().
new(WsFrame) ->
    #output{ws_frame = WsFrame}.

-spec open(module(), term(), output()) -> output().
open(Writer, Argument, Output) ->
    Output#output{writer = Writer, argument = Argument}.

%% @doc Says whose session it is; the broker has the AMQP connection in its list.
-spec identify({User :: binary(), VHost :: binary()} | none, output()) -> ok.
identify({User, VHost}, #output{writer = Writer, argument = Argument}) ->
    Writer:identify(#{user => User, vhost => VHost, register => false}, Argument);
identify(none, _) ->
    ok.

%% @doc The client's own kind of message is the one it gets, if nothing else is configured.
-spec follow(utf8 | binary, output()) -> output().
follow(Kind, Output) ->
    Output#output{kind = Kind}.

%% @doc Each of them is one message.
-spec send([iodata()], output()) -> {ok | too_large, output()}.
send([Frame | Frames], #output{writer = Writer, argument = Argument, burst = Burst, heartbeat = Heartbeat} = Output) ->
    case iolist_to_binary(Frame) of
        Data when byte_size(Data) > ?MAX_MESSAGE -> {too_large, Output};
        Data ->
            _ = Writer:send_frame({kind(Data, Output), Data}, Argument),
            send(Frames, Output#output{burst = Burst + byte_size(Data),
                                       heartbeat = rabbit_socks_stomp_heartbeat:sent(Heartbeat, now_ms())})
    end;
send([], Output) ->
    {ok, Output}.

%% Text must be UTF-8; STOMP's bodies need not.
kind(Data, #output{ws_frame = WsFrame, kind = Client}) ->
    Wanted = case WsFrame of
        auto -> Client;
        text -> utf8;
        binary -> binary
    end,
    case Wanted =:= utf8 andalso unicode:characters_to_binary(Data) =:= Data of
        true -> utf8;
        false -> binary
    end.

-spec close(1000..4999, iodata(), output()) -> ok.
close(Code, Reason, #output{writer = Writer, argument = Argument}) ->
    _ = Writer:close(Code, iolist_to_binary(Reason), Argument),
    ok.

%% @doc Has a burst gone out since the edge was asked? Then it is asked, and the answer is to have this number.
-spec ask(output()) -> {asked, pos_integer(), output()} | no.
ask(#output{burst = Burst, writer = Writer, argument = Argument} = Output) when Burst > ?BURST ->
    Number = erlang:unique_integer([positive, monotonic]),
    ok = Writer:sync(Number, Argument),
    {asked, Number, Output#output{burst = 0}};
ask(_) ->
    no.

%% Heart-beats: rabbit_socks_stomp_heartbeat says what they are. The clock is read here.

-spec heartbeats(non_neg_integer(), non_neg_integer(), output()) -> output().
heartbeats(Send, Receive, Output) ->
    Output#output{heartbeat = rabbit_socks_stomp_heartbeat:new(Send, Receive, now_ms())}.

-spec received(output()) -> output().
received(#output{heartbeat = Heartbeat} = Output) ->
    Output#output{heartbeat = rabbit_socks_stomp_heartbeat:received(Heartbeat, now_ms())}.

-spec pause(output()) -> output().
pause(#output{heartbeat = Heartbeat} = Output) ->
    Output#output{heartbeat = rabbit_socks_stomp_heartbeat:pause(Heartbeat)}.

-spec resume(output()) -> output().
resume(#output{heartbeat = Heartbeat} = Output) ->
    Output#output{heartbeat = rabbit_socks_stomp_heartbeat:resume(Heartbeat, now_ms())}.

%% @doc Sends the heart-beat that is due. Then when to call again, if ever.
-spec tick(output()) -> {dead | infinity | pos_integer(), output()}.
tick(#output{heartbeat = Heartbeat} = Output) ->
    {Due, Next} = rabbit_socks_stomp_heartbeat:tick(Heartbeat, now_ms()),
    case lists:member(dead, Due) of
        true -> {dead, Output};
        false ->
            {ok, Output1} = send(["\n" || beat <- Due], Output),
            {Next, Output1}
    end.

now_ms() ->
    erlang:monotonic_time(millisecond).
