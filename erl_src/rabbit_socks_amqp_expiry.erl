%% SPDX-License-Identifier: MPL-2.0
%% @doc When a client's credentials end: it is told some time before, and goes then.
%%
%% The end is turned into monotonic time when the credentials are accepted: what happens to the clock on the wall later does not
%% matter. It may be years away, or a number that no timer takes: a timer runs for a day at most, and is set again.
-module(rabbit_socks_amqp_expiry).

-export([new/0, start/2, restart/3, passed/2, due/2]).
-export_type([expiry/0]).

-define(DAY, 86_400_000). % ms

-record(expiry, {
    deadline :: integer(), % ms
    notice :: pos_integer(), % ms before that
    told = false :: boolean(),
    timer = none :: none | reference()
}).

-opaque expiry() :: never | #expiry{}.

%% @doc Of a client that has not logged in.
-spec new() -> expiry().
new() -> never.

%% @doc At is in seconds since 1970. Of the timer comes `{timeout, Timer, {rabbit_socks_amqp, expiry}}'.
-spec start(integer() | never, Notice :: pos_integer()) -> expiry().
start(never, _) ->
    never;
start(At, Notice) ->
    armed(erlang:monotonic_time(millisecond), #expiry{deadline = At * 1000 - erlang:time_offset(millisecond), notice = Notice}).

%% @doc Other credentials are what counts now.
-spec restart(integer() | never, Notice :: pos_integer(), expiry()) -> expiry().
restart(At, Notice, Old) ->
    _ = case Old of
        #expiry{timer = Timer} -> erlang:cancel_timer(Timer);
        never -> none
    end,
    start(At, Notice).

%% @doc A timer has come. `expires': in so many seconds, to be told once.
-spec passed(Timer :: reference(), expiry()) -> {expires, Seconds :: non_neg_integer(), expiry()} | expired | {wait, expiry()}.
passed(Timer, #expiry{timer = Timer} = Expiry) ->
    Now = erlang:monotonic_time(millisecond),
    case due(Now, Expiry) of
        {expires, Seconds} -> {expires, Seconds, armed(Now, Expiry#expiry{told = true})};
        expired -> expired;
        wait -> {wait, armed(Now, Expiry)}
    end;
passed(_, Expiry) ->
    {wait, Expiry}. % one of the credentials before

%% @private
-spec due(Now :: integer(), expiry()) -> {expires, Seconds :: non_neg_integer()} | expired | wait.
due(Now, #expiry{deadline = Deadline}) when Now >= Deadline -> expired;
due(Now, #expiry{deadline = Deadline, notice = Notice, told = false}) when Now >= Deadline - Notice -> {expires, (Deadline - Now) div 1000};
due(_, _) -> wait.

armed(Now, #expiry{deadline = Deadline, notice = Notice, told = Told} = Expiry) ->
    Next = case Told of
        true -> Deadline;
        false -> Deadline - Notice
    end,
    Expiry#expiry{timer = erlang:start_timer(min(max(Next - Now, 0), ?DAY), self(), {rabbit_socks_amqp, expiry})}.
