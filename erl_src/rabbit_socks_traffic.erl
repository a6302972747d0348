%% SPDX-License-Identifier: MPL-2.0
%% @doc What a session has received and sent since it began: messages, and their bytes as the link has them, without the framing
%% and the compression of the connection; of broadcasts, as the edge tells them. Who sends counts, whoever lists it reads; nobody
%% waits for the other.
-module(rabbit_socks_traffic).

-export([new/0, received/3, sent/3, totals/1, news/1]).
-export_type([traffic/0, totals/0]).

%% Atomics and not counters, which are those in a tuple: it is memory of every session, in its process and in its row.
-opaque traffic() :: atomics:atomics_ref().
-type totals() :: #{recv_cnt | recv_oct | send_cnt | send_oct := non_neg_integer()}.

-define(RECV_CNT, 1).
-define(RECV_OCT, 2).
-define(SEND_CNT, 3).
-define(SEND_OCT, 4).
-define(TOLD, 5). % messages both ways, when there was news for the last time

-spec new() -> traffic().
new() -> atomics:new(5, []).

-spec received(non_neg_integer(), Bytes :: non_neg_integer(), traffic()) -> ok.
received(Messages, Bytes, Traffic) ->
    ok = rabbit_socks_metrics:received(Messages, Bytes),
    ok = atomics:add(Traffic, ?RECV_CNT, Messages),
    atomics:add(Traffic, ?RECV_OCT, Bytes).

-spec sent(non_neg_integer(), Bytes :: non_neg_integer(), traffic()) -> ok.
sent(Messages, Bytes, Traffic) ->
    ok = rabbit_socks_metrics:sent(Messages, Bytes),
    ok = atomics:add(Traffic, ?SEND_CNT, Messages),
    atomics:add(Traffic, ?SEND_OCT, Bytes).

-spec totals(traffic()) -> totals().
totals(Traffic) ->
    #{recv_cnt => atomics:get(Traffic, ?RECV_CNT), recv_oct => atomics:get(Traffic, ?RECV_OCT),
      send_cnt => atomics:get(Traffic, ?SEND_CNT), send_oct => atomics:get(Traffic, ?SEND_OCT)}.

%% @doc The totals, if there were messages since the last call: for one caller.
-spec news(traffic()) -> {ok, totals()} | none.
news(Traffic) ->
    Messages = atomics:get(Traffic, ?RECV_CNT) + atomics:get(Traffic, ?SEND_CNT),
    case atomics:get(Traffic, ?TOLD) of
        Messages -> none;
        _ ->
            ok = atomics:put(Traffic, ?TOLD, Messages),
            {ok, totals(Traffic)}
    end.
