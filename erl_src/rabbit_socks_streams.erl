%% SPDX-License-Identifier: MPL-2.0
%% @doc The only module that knows the broker's streams: is a queue one, which, and how far does it reach?
-module(rabbit_socks_streams).

-export([look/2]).
-export_type([id/0]).

%% Eight hexadecimal digits: a stream that is declared anew under an old name has others.
-type id() :: binary().

%% @doc `next' is the offset that its next entry will have.
-spec look(VHost :: binary(), Queue :: binary()) ->
    {ok, #{id := id(), next := non_neg_integer()}} | {error, not_found | no_stream | unavailable}.
look(VHost, Queue) ->
    Name = rabbit_misc:r(VHost, queue, Queue),
    case rabbit_amqqueue:lookup(Name) of
        {ok, Record} ->
            case status(VHost, Queue) of
                {ok, Next} -> {ok, #{id => id(Record), next => Next}};
                Error -> Error
            end;
        {error, not_found} ->
            %% A stream that has no leader yet since the broker began is among the durable queues only.
            case rabbit_amqqueue:not_found_or_absent_dirty(Name) of
                not_found -> {error, not_found};
                {absent, _, _} -> {error, unavailable}
            end
    end.

status(VHost, Queue) ->
    try rabbit_stream_queue:status(VHost, Queue) of
        {error, not_found} -> {error, not_found};
        {error, _} -> {error, no_stream};
        Members -> next([maps:from_list(Member) || Member <- Members])
    catch
        %% While it has no leader, the broker finds nothing where it looks for its counters.
        _:_ -> {error, unavailable}
    end.

next(Members) ->
    case [Last || #{role := writer, offset := Last} <- Members, is_integer(Last)] of
        [Last | _] -> {ok, Last + 1};
        [] -> {error, unavailable}
    end.

%% The broker's own name of a stream has the time of its declaration in it.
id(Record) ->
    #{name := Name} = amqqueue:get_type_state(Record),
    <<Id:8/binary, _/binary>> = string:lowercase(binary:encode_hex(crypto:hash(sha256, Name))),
    Id.
