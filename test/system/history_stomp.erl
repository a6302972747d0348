%% SPDX-License-Identifier: MPL-2.0
%% @doc A client of rabbit_socks_stomp in a history.
-module(history_stomp).
-behaviour(history_client).

-export([open/2, publish/4, consume/2, next/1, ack/2, settling/1]).

-define(WAIT, 30_000).

-spec open(inet:port_number(), stomp) -> socks_ws:ws().
open(Port, stomp) -> socks_stomp:login({Port, "/websocket/stomp"}).

-spec publish(socks_ws:ws(), binary(), [{history_checker:message(), binary(), confirm | tell}], fun()) -> ok.
publish(Ws, Key, Messages, Report) ->
    Sent = [begin
                Receipt = integer_to_binary(Number),
                ok = socks_stomp:send(Ws, socks_stomp:f("SEND", [{"destination", ["/exchange/amq.topic/", Key]}, {"persistent", "true"}, {"amqp-message-id", Id},
                                                                 {"content-type", "text/plain"} | [{"receipt", Receipt} || How =:= confirm]],
                                                        history_client:body(Message))),
                {Receipt, Message, How}
            end || {{_, Number} = Message, Id, How} <- Messages],
    confirmed(Ws, maps:from_list([{Receipt, Message} || {Receipt, Message, confirm} <- Sent]), Report).

confirmed(_, Waiting, _) when map_size(Waiting) =:= 0 ->
    ok;
confirmed(Ws, Waiting, Report) ->
    {<<"RECEIPT">>, #{<<"receipt-id">> := Receipt}, _, _} = socks_stomp:recv(Ws, ?WAIT),
    {Message, Rest} = maps:take(Receipt, Waiting),
    _ = Report(Message, confirmed),
    confirmed(Ws, Rest, Report).

%% What is wrong with it comes later, and ends the session.
-spec consume(socks_ws:ws(), history_client:source()) -> ok.
consume(Ws, {queue, Queue, How}) ->
    Ack = case How of ack -> "client-individual"; no_ack -> "auto" end,
    subscribe(Ws, ["/amq/queue/", Queue], [{"ack", Ack}, {"prefetch-count", "20"}]);
consume(Ws, {live, Key}) ->
    subscribe(Ws, ["/exchange/amq.topic/", Key], [{"ack", "auto"}]).

subscribe(Ws, Destination, Headers) ->
    socks_stomp:send(Ws, socks_stomp:f("SUBSCRIBE", [{"id", "1"}, {"destination", Destination} | Headers])).

-spec next(socks_ws:ws()) -> history_client:news().
next(Ws) ->
    case socks_stomp:recv(Ws, ?WAIT) of
        {<<"MESSAGE">>, Headers, Body, _} ->
            {message, Body, maps:get(<<"amqp-message-id">>, Headers, none), maps:get(<<"redelivered">>, Headers, <<"false">>) =:= <<"true">>,
             maps:get(<<"ack">>, Headers, none)};
        {<<"RECEIPT">>, #{<<"receipt-id">> := Receipt}, _, _} -> {settled, Receipt}
    end.

-spec ack(socks_ws:ws(), binary()) -> ok.
ack(Ws, Id) -> socks_stomp:send(Ws, socks_stomp:f("ACK", [{"id", Id}])).

%% Any frame will do: its receipt comes after what came before it.
-spec settling(socks_ws:ws()) -> binary().
settling(Ws) ->
    Receipt = integer_to_binary(erlang:unique_integer([positive])),
    ok = socks_stomp:send(Ws, socks_stomp:f("BEGIN", [{"transaction", Receipt}, {"receipt", Receipt}])),
    ok = socks_stomp:send(Ws, socks_stomp:f("ABORT", [{"transaction", Receipt}])),
    Receipt.
