%% SPDX-License-Identifier: MPL-2.0
%% @doc Heart-beats of a STOMP connection, both ways, as a function of time: nobody is written to here and no timer is
%% started. The owner calls sent/2 and received/2 when bytes go and come, and tick/2 after the time that is asked for.
%%
%% The server's promise, "something at least every Send ms", is kept by looking twice in that time. The client gets the
%% margin that the broker gives it elsewhere: it is taken for gone after twice the time it promised.
-module(rabbit_socks_stomp_heartbeat).

-export([new/3, sent/2, received/2, pause/1, resume/2, tick/2]).
-export_type([heartbeat/0]).

-type ms() :: integer().

-record(heartbeat, {
    send :: infinity | ms(),              % the longest silence of ours
    receive_within :: infinity | ms(),    % the longest silence of the client
    sent :: ms(),
    received :: ms() | paused
}).

-opaque heartbeat() :: #heartbeat{}.

%% @doc Send and Receive as they were agreed, in ms; 0 is never.
-spec new(non_neg_integer(), non_neg_integer(), ms()) -> heartbeat().
new(Send, Receive, Now) ->
    #heartbeat{send = half(Send), receive_within = twice(Receive), sent = Now, received = Now}.

half(0) -> infinity;
half(Ms) -> max(1, Ms div 2).

twice(0) -> infinity;
twice(Ms) -> 2 * Ms.

-spec sent(heartbeat(), ms()) -> heartbeat().
sent(Heartbeat, Now) -> Heartbeat#heartbeat{sent = Now}.

-spec received(heartbeat(), ms()) -> heartbeat().
received(#heartbeat{received = paused} = Heartbeat, _) -> Heartbeat;
received(Heartbeat, Now) -> Heartbeat#heartbeat{received = Now}.

%% @doc The client is not being read: its silence is ours.
-spec pause(heartbeat()) -> heartbeat().
pause(Heartbeat) -> Heartbeat#heartbeat{received = paused}.

%% @doc It is read again: its time begins anew.
-spec resume(heartbeat(), ms()) -> heartbeat().
resume(#heartbeat{received = paused} = Heartbeat, Now) -> Heartbeat#heartbeat{received = Now};
resume(Heartbeat, _) -> Heartbeat.

%% @doc What is due: `beat' is to be sent (and told to sent/2), `dead' means that the client is gone. Then when to call
%% again, if ever.
-spec tick(heartbeat(), ms()) -> {[beat | dead], infinity | ms()}.
tick(#heartbeat{send = Send, receive_within = Within, sent = Sent, received = Received}, Now) ->
    {Beat, ToSend} = due(beat, Sent, Send, Now),
    {Dead, ToReceive} = due(dead, Received, Within, Now),
    {Beat ++ Dead, min(ToSend, ToReceive)}.    % infinity, an atom, is above every number

due(_, _, infinity, _) -> {[], infinity};
due(_, paused, Within, _) -> {[], Within};
due(What, Since, Within, Now) when Now - Since >= Within -> {[What], Within};
due(_, Since, Within, Now) -> {[], Since + Within - Now}.
