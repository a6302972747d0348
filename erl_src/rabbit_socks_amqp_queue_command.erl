%% SPDX-License-Identifier: MPL-2.0
%% @doc Commands about queues, checked. Pure. What is allowed is for the broker to say.
-module(rabbit_socks_amqp_queue_command).

-export([parse/2]).

-define(MAX_SHORT, 255).

%% @doc `unknown': no such command. The text is for the client.
-spec parse(Name :: binary(), Args :: [rabbit_socks_callback:value()]) ->
    {ok, rabbit_socks_amqp_client:queue_command()} | {error, Text :: binary()} | unknown.
parse(<<"declare">>, [Queue]) -> declare(Queue, #{});
parse(<<"declare">>, [Queue, Options]) -> declare(Queue, Options);
parse(<<"bind">>, [Queue, Exchange, Key]) -> bind(bind, Queue, Exchange, Key, #{});
parse(<<"bind">>, [Queue, Exchange, Key, Arguments]) -> bind(bind, Queue, Exchange, Key, Arguments);
parse(<<"unbind">>, [Queue, Exchange, Key]) -> bind(unbind, Queue, Exchange, Key, #{});
parse(<<"unbind">>, [Queue, Exchange, Key, Arguments]) -> bind(unbind, Queue, Exchange, Key, Arguments);
parse(<<"purge">>, [Queue]) ->
    case is_queue(Queue) of
        true -> {ok, {purge, Queue}};
        false -> queue_text()
    end;
parse(<<"delete">>, [Queue]) -> delete(Queue, #{});
parse(<<"delete">>, [Queue, Options]) -> delete(Queue, Options);
parse(<<"declare">>, _) -> {error, <<"declare takes a queue or null, and options">>};
parse(<<"bind">>, _) -> {error, <<"bind takes queue, exchange, routing key, and arguments">>};
parse(<<"unbind">>, _) -> {error, <<"unbind takes queue, exchange, routing key, and arguments">>};
parse(<<"purge">>, _) -> {error, <<"purge takes a queue">>};
parse(<<"delete">>, _) -> {error, <<"delete takes a queue, and options">>};
parse(_, _) -> unknown.

%% Without a name the broker gives it one. No queue is exclusive: the AMQP connection is not this client's alone.
declare(null, Options) -> declared(<<>>, Options);
declare(Queue, Options) ->
    case {is_queue(Queue), rabbit_socks_reply_address:is_reserved(Queue)} of
        {true, false} -> declared(Queue, Options);
        {true, true} -> {error, <<"this queue's name is the broker's own">>};
        {false, _} -> queue_text()
    end.

declared(Queue, Options) ->
    case options(Options, #{<<"durable">> => true, <<"autoDelete">> => false, <<"arguments">> => #{}}) of
        {ok, #{<<"durable">> := Durable, <<"autoDelete">> := AutoDelete, <<"arguments">> := Arguments}}
          when is_boolean(Durable), is_boolean(AutoDelete) ->
            case is_map(Arguments) andalso rabbit_socks_reply_address:is_reserved(maps:get(<<"x-dead-letter-routing-key">>, Arguments, none)) of
                true -> {error, <<"dead letters are no replies">>};
                false -> with_table(Arguments, fun(Table) -> {declare, Queue, #{durable => Durable, auto_delete => AutoDelete, arguments => Table}} end)
            end;
        _ -> {error, <<"options of declare are durable and autoDelete, true or false, and arguments, an object">>}
    end.

bind(Verb, Queue, Exchange, Key, Arguments) ->
    case is_queue(Queue) andalso is_short(Exchange) andalso is_short(Key) of
        true -> with_table(Arguments, fun(Table) -> {Verb, Queue, Exchange, Key, Table} end);
        false -> {error, <<"a queue is a string of 1 to 255 bytes, exchange and routing key are strings of at most 255">>}
    end.

delete(Queue, Options) ->
    case {is_queue(Queue), options(Options, #{<<"ifUnused">> => false, <<"ifEmpty">> => false})} of
        {true, {ok, #{<<"ifUnused">> := IfUnused, <<"ifEmpty">> := IfEmpty}}} when is_boolean(IfUnused), is_boolean(IfEmpty) ->
            {ok, {delete, Queue, #{if_unused => IfUnused, if_empty => IfEmpty}}};
        {true, _} -> {error, <<"options of delete are ifUnused and ifEmpty, true or false">>};
        {false, _} -> queue_text()
    end.

%% None but those that have a default.
options(Given, Defaults) when is_map(Given) ->
    Options = maps:merge(Defaults, Given),
    case map_size(Options) =:= map_size(Defaults) of
        true -> {ok, Options};
        false -> error
    end;
options(_, _) ->
    error.

with_table(Arguments, Command) ->
    case rabbit_socks_amqp_table:to_table(Arguments) of
        {ok, Table} -> {ok, Command(Table)};
        error -> {error, <<"arguments are an object whose names have at most 255 bytes">>}
    end.

is_queue(Queue) -> is_short(Queue) andalso Queue =/= <<>>.

is_short(Text) -> is_binary(Text) andalso byte_size(Text) =< ?MAX_SHORT.

queue_text() -> {error, <<"a queue is a string of 1 to 255 bytes">>}.
