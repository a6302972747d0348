%% SPDX-License-Identifier: MPL-2.0
%% @doc What a client does in a history, whatever it speaks: the behaviour of history_bridge and history_stomp, and what messages look
%% like. Every call but wait-free ones fails when the connection is lost: the session of the client is over then.
-module(history_client).

-export([module/1, body/1, message/1]).
-export_type([kind/0, client/0, source/0, news/0]).

-type kind() :: bridge_client:kind() | stomp.
-type client() :: term().

%% A queue, or everything of a routing key of amq.topic for as long as one listens.
-type source() :: {queue, binary(), ack | no_ack} | {live, binary()}.

%% `handle': for the acknowledgement. `settled': the acknowledgements before that call of settling/1 have arrived.
-type news() :: {message, Body :: term(), MessageId :: term(), Redelivered :: boolean(), Handle :: term()} | {settled, term()} | cancelled | other.

%% The client has a session of its own, and is logged in.
-callback open(inet:port_number(), kind()) -> client().

%% Persistent, to amq.topic. One with `confirm' has an outcome, which publish/4 tells when it is there; one with `tell' has none.
-callback publish(client(), Key :: binary(), [{history_checker:message(), MessageId :: binary(), confirm | tell}],
                  fun((history_checker:message(), confirmed | {failed, term()} | {unknown, term()}) -> term())) -> ok.

-callback consume(client(), source()) -> ok | {error, term()}.
-callback next(client()) -> news().
-callback ack(client(), Handle :: term()) -> ok.

%% @doc Asks to be told when the acknowledgements until now have arrived, by `settled' with what this returns.
-callback settling(client()) -> term().

-spec module(kind()) -> module().
module(stomp) -> history_stomp;
module(_) -> history_bridge.

%% @doc Some are large, so that sockets fill.
-spec body(history_checker:message()) -> binary().
body({Producer, Number}) ->
    iolist_to_binary([Producer, $\s, integer_to_binary(Number), $\s, binary:copy(<<"x">>, case Number rem 20 of 0 -> 16_384; _ -> 100 end)]).

%% @doc The message that has this body, and no other.
-spec message(term()) -> history_checker:message() | {damaged, term()}.
message(Body) ->
    try
        [Producer, Number, _] = binary:split(Body, <<" ">>, [global]),
        Message = {Producer, binary_to_integer(Number)},
        {Body, Message} = {body(Message), Message},
        Message
    catch
        error:_ -> {damaged, Body}
    end.
