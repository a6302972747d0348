%% SPDX-License-Identifier: MPL-2.0
%% @doc How fast a client is sent what it need not acknowledge: a burst, then the edge is asked whether the client takes it
%% (rabbit_socks_writer:sync/2), and the next when it has said so. That the client's connection is behind or lost is heard
%% besides.
-module(rabbit_socks_amqp_pace).

-export([new/0, is_free/1, sent/3, congested/1, drained/1, synced/2]).
-export_type([pace/0]).

-define(BURST, 131_072). % bytes

-record(pace, {
    state = free :: free | congested | {asked, pos_integer()},
    burst = 0 :: non_neg_integer() % bytes since the edge was asked
}).

-opaque pace() :: #pace{}.

-spec new() -> pace().
new() -> #pace{}.

%% @doc May the client be sent more?
-spec is_free(pace()) -> boolean().
is_free(#pace{state = State}) -> State =:= free.

%% @doc So many bytes have been sent.
-spec sent(non_neg_integer(), rabbit_socks_amqp_answer:writer(), pace()) -> pace().
sent(Size, {Writer, Arg}, #pace{state = free, burst = Burst}) when Burst + Size > ?BURST ->
    Number = erlang:unique_integer([positive, monotonic]),
    ok = Writer:sync(Number, Arg),
    #pace{state = {asked, Number}};
sent(Size, _, #pace{burst = Burst} = Pace) ->
    Pace#pace{burst = Burst + Size}.

%% @doc The client's connection is behind, or lost.
-spec congested(pace()) -> pace().
congested(Pace) -> Pace#pace{state = congested}.

-spec drained(pace()) -> pace().
drained(Pace) -> Pace#pace{state = free}.

%% @doc The edge's answer. `same': it is to an earlier question, or other word has come meanwhile.
-spec synced(Number :: non_neg_integer(), pace()) -> {free, pace()} | same.
synced(Number, #pace{state = {asked, Asked}} = Pace) when Number >= Asked -> {free, Pace#pace{state = free}};
synced(_, _) -> same.
