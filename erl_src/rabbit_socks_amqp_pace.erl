%% SPDX-License-Identifier: MPL-2.0
%% @doc How fast a client is sent what it need not acknowledge. The edge says when the client's connection is behind, but that word
%% comes through the mailbox: so after a burst the next messages wait for as long as the word takes.
-module(rabbit_socks_amqp_pace).

-export([new/0, is_free/1, sent/2, congested/1, drained/1, go_on/2]).
-export_type([pace/0]).

-define(BURST, 131_072). % bytes
-define(PAUSE, 20). % ms

-record(pace, {
    state = free :: free | congested | {pausing, Timer :: reference()},
    burst = 0 :: non_neg_integer() % bytes since the last pause
}).

-opaque pace() :: #pace{}.

-spec new() -> pace().
new() -> #pace{}.

%% @doc May the client be sent more?
-spec is_free(pace()) -> boolean().
is_free(#pace{state = State}) -> State =:= free.

%% @doc So many bytes have been sent. After a burst a timer of the caller's runs, whose message has `go_on' in it.
-spec sent(non_neg_integer(), pace()) -> pace().
sent(Size, #pace{state = free, burst = Burst}) when Burst + Size > ?BURST ->
    #pace{state = {pausing, erlang:start_timer(?PAUSE, self(), {rabbit_socks_amqp, go_on})}};
sent(Size, #pace{burst = Burst} = Pace) ->
    Pace#pace{burst = Burst + Size}.

%% @doc The client's connection is behind, or lost.
-spec congested(pace()) -> pace().
congested(Pace) -> Pace#pace{state = congested}.

-spec drained(pace()) -> pace().
drained(Pace) -> Pace#pace{state = free}.

%% @doc That timer has run out. `same': the pause is not this one's, or word of the edge's has come meanwhile.
-spec go_on(Timer :: reference(), pace()) -> {free, pace()} | same.
go_on(Timer, #pace{state = {pausing, Timer}} = Pace) -> {free, Pace#pace{state = free}};
go_on(_, _) -> same.
