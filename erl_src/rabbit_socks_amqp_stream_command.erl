%% SPDX-License-Identifier: MPL-2.0
%% @doc The command `stream', checked. Pure.
-module(rabbit_socks_amqp_stream_command).

-export([parse/1]).
-export_type([options/0]).

-type options() :: #{from := rabbit_socks_amqp_client:from(), prefetch := pos_integer()}.

-define(MAX_SHORT, 255).
-define(MAX_PREFETCH, 1000).
-define(MAX_OFFSET, 16#7fffffffffffffff). % what a field of AMQP 0-9-1 holds
-define(MAX_SECONDS, 16#ffffffffff). % the broker makes ms of them

%% @doc The text is for the client.
-spec parse(Args :: [rabbit_socks_callback:value()]) -> {ok, Queue :: binary(), options()} | {error, Text :: binary()}.
parse([Queue]) ->
    parse([Queue, #{}]);
parse([Queue, Options]) when is_binary(Queue), Queue =/= <<>>, byte_size(Queue) =< ?MAX_SHORT, is_map(Options) ->
    case maps:merge(#{<<"offset">> => <<"next">>, <<"prefetch">> => 100}, Options) of
        #{<<"offset">> := Offset, <<"prefetch">> := Prefetch} = Whole
          when map_size(Whole) =:= 2, is_integer(Prefetch), Prefetch > 0, Prefetch =< ?MAX_PREFETCH ->
            from(Queue, Offset, Prefetch);
        _ ->
            {error, <<"options of stream are offset, and prefetch, 1 to 1000">>}
    end;
parse([_, Options]) when is_map(Options) ->
    {error, <<"a queue is a string of 1 to 255 bytes">>};
parse(_) ->
    {error, <<"stream takes a queue, and options">>}.

from(Queue, Offset, Prefetch) ->
    case from(Offset) of
        {ok, From} -> {ok, Queue, #{from => From, prefetch => Prefetch}};
        error -> {error, <<"an offset is 'first', 'last', 'next', a number, or {timestamp: seconds}">>}
    end.

from(<<"first">>) -> {ok, first};
from(<<"last">>) -> {ok, last};
from(<<"next">>) -> {ok, next};
from(Offset) when is_integer(Offset), Offset >= 0, Offset =< ?MAX_OFFSET -> {ok, {offset, Offset}};
from(#{<<"timestamp">> := Seconds} = Object) when map_size(Object) =:= 1, is_integer(Seconds), Seconds >= 0, Seconds =< ?MAX_SECONDS ->
    {ok, {timestamp, Seconds}};
from(_) -> error.
