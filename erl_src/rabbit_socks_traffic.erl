%% SPDX-License-Identifier: MPL-2.0
%% @doc What a session has received and sent since it began: messages, and their bytes as the link has them, without the framing
%% and the compression of the connection. The session counts, whoever lists it reads; nobody waits for the other.
-module(rabbit_socks_traffic).

-export([new/0, received/3, sent/2, totals/1, news/1]).
-export_type([traffic/0, totals/0]).

-opaque traffic() :: counters:counters_ref().
-type totals() :: #{recv_cnt | recv_oct | send_cnt | send_oct := non_neg_integer()}.

-define(RECV_CNT, 1).
-define(RECV_OCT, 2).
-define(SEND_CNT, 3).
-define(SEND_OCT, 4).
-define(TOLD, 5). % messages both ways, when there was news for the last time

-spec new() -> traffic().
new() -> counters:new(5, []).

-spec received(non_neg_integer(), Bytes :: non_neg_integer(), traffic()) -> ok.
received(Messages, Bytes, Traffic) ->
    ok = counters:add(Traffic, ?RECV_CNT, Messages),
    counters:add(Traffic, ?RECV_OCT, Bytes).

%% @doc One message.
-spec sent(Bytes :: non_neg_integer(), traffic()) -> ok.
sent(Bytes, Traffic) ->
    ok = counters:add(Traffic, ?SEND_CNT, 1),
    counters:add(Traffic, ?SEND_OCT, Bytes).

-spec totals(traffic()) -> totals().
totals(Traffic) ->
    #{recv_cnt => counters:get(Traffic, ?RECV_CNT), recv_oct => counters:get(Traffic, ?RECV_OCT),
      send_cnt => counters:get(Traffic, ?SEND_CNT), send_oct => counters:get(Traffic, ?SEND_OCT)}.

%% @doc The totals, if there were messages since the last call: for one caller.
-spec news(traffic()) -> {ok, totals()} | none.
news(Traffic) ->
    Messages = counters:get(Traffic, ?RECV_CNT) + counters:get(Traffic, ?SEND_CNT),
    case counters:get(Traffic, ?TOLD) of
        Messages -> none;
        _ ->
            ok = counters:put(Traffic, ?TOLD, Messages),
            {ok, totals(Traffic)}
    end.
