%% SPDX-License-Identifier: MPL-2.0
%% @doc Deliveries that wait for a client to read. Most are few: the channel sends no more before they are handled. Those
%% that nothing limits are counted here, by their bytes.
-module(rabbit_socks_stomp_waiting).

-export([new/0, in/3, out/1, is_empty/1]).
-export_type([waiting/0]).

%% Bytes of what has no other limit.
-define(MAX, 16_777_216).

-record(waiting, {queue = queue:new() :: queue:queue({term(), non_neg_integer()}), bytes = 0 :: non_neg_integer()}).

-opaque waiting() :: #waiting{}.

-spec new() -> waiting().
new() ->
    #waiting{}.

%% @doc The limit is that of rabbit_socks_stomp_broker:delivery/1.
-spec in(term(), flow | {unbounded, non_neg_integer()}, waiting()) -> {ok, waiting()} | full.
in(Message, flow, Waiting) ->
    in(Message, {unbounded, 0}, Waiting);
in(_, {unbounded, Size}, #waiting{bytes = Bytes}) when Bytes + Size > ?MAX ->
    full;
in(Message, {unbounded, Size}, #waiting{queue = Queue, bytes = Bytes}) ->
    {ok, #waiting{queue = queue:in({Message, Size}, Queue), bytes = Bytes + Size}}.

-spec out(waiting()) -> {term(), waiting()} | empty.
out(#waiting{queue = Queue, bytes = Bytes}) ->
    case queue:out(Queue) of
        {{value, {Message, Size}}, Rest} -> {Message, #waiting{queue = Rest, bytes = Bytes - Size}};
        {empty, _} -> empty
    end.

-spec is_empty(waiting()) -> boolean().
is_empty(#waiting{queue = Queue}) ->
    queue:is_empty(Queue).
