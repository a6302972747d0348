%% SPDX-License-Identifier: MPL-2.0
%% @doc A client of the bridge in a history.
-module(history_bridge).
-behaviour(history_client).

-export([open/2, publish/4, consume/2, next/1, ack/2, settling/1]).

-define(GUEST, #{username => <<"guest">>, password => <<"guest">>}).
-define(PING, 1_000).

-spec open(inet:port_number(), bridge_client:kind()) -> bridge_client:client().
open(Port, {4, Transport}) ->
    bridge_client:open(Port, Transport, ?GUEST);
open(Port, Kind) ->
    C = bridge_client:open(Port, Kind),
    #{<<"ok">> := true} = bridge_client:ask(C, "login", [?GUEST]),
    alive(C),
    C.

%% Before Socket.IO 3 it is the client that pings. By polling, on a connection of its own: the other may have a request under way.
alive({3, #{transport := Transport, target := Target} = Engine}) ->
    _ = spawn_link(fun() ->
        ping(case Transport of websocket -> Engine; polling -> Engine#{up := socks_client:connect(Target)} end)
    end),
    ok;
alive(_) -> ok.

ping(Engine) ->
    timer:sleep(?PING),
    try socks_engine:send_packets(Engine, [<<"2">>]) of
        ok -> ping(Engine)
    catch
        error:Lost -> exit({lost, Lost})
    end.

-spec publish(bridge_client:client(), binary(), [{history_checker:message(), binary(), confirm | tell}], fun()) -> ok.
publish(C, Key, Messages, Report) ->
    Asked = [{Message, send(C, How, [<<"amq.topic">>, Key, history_client:body(Message), #{messageId => Id, persistent => true}])}
             || {Message, Id, How} <- Messages],
    lists:foreach(fun({Message, Id}) -> Report(Message, outcome(bridge_client:answer_to(C, Id))) end, [A || {_, Id} = A <- Asked, Id =/= ok]).

send(C, confirm, Args) -> bridge_client:start(C, "publish", Args);
send(C, tell, Args) -> bridge_client:tell(C, "publish", Args).

%% What docs/BRIDGE.md says of errors: after these two it may have been published.
outcome(#{<<"ok">> := true}) -> confirmed;
outcome(#{<<"error">> := Code}) when Code =:= <<"timeout">>; Code =:= <<"unknown">> -> {unknown, Code};
outcome(#{<<"error">> := Code}) -> {failed, Code}.

-spec consume(bridge_client:client(), history_client:source()) -> ok | {error, binary()}.
consume(C, {queue, Queue, How}) -> answer(bridge_client:ask(C, "consume", [Queue, #{prefetch => 20, noAck => How =:= no_ack}]));
consume(C, {live, Key}) -> answer(bridge_client:ask(C, "subscribe", [<<"amq.topic">>, Key])).

answer(#{<<"ok">> := true}) -> ok;
answer(#{<<"error">> := Code}) -> {error, Code}.

-spec next(bridge_client:client()) -> history_client:news().
next(C) ->
    case bridge_client:next(C) of
        {event, Id, <<"delivery">>, [_, Body, #{<<"redelivered">> := Redelivered} = Meta]} -> {message, Body, message_id(Meta), Redelivered, Id};
        {event, _, <<"message">>, [_, Body, Meta]} -> {message, Body, message_id(Meta), false, none};
        {event, _, <<"cancelled">>, _} -> cancelled;
        {ack, Id, _} -> {settled, Id};
        _ -> other
    end.

message_id(#{<<"properties">> := Properties}) -> maps:get(<<"messageId">>, Properties, none).

-spec ack(bridge_client:client(), binary()) -> ok.
ack(C, Id) -> bridge_client:settle(C, Id, []).

%% Any command will do: it is answered after what came before it.
-spec settling(bridge_client:client()) -> binary().
settling(C) -> bridge_client:start(C, "unsubscribe", [<<"nothing">>]).
