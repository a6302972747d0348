%% SPDX-License-Identifier: MPL-2.0
%% @doc The only module that knows the broker's streams: is a queue one, and how far does it reach?
-module(rabbit_socks_streams).

-export([end_of/2]).

%% @doc The offset that the stream's next entry will have.
-spec end_of(VHost :: binary(), Queue :: binary()) -> {ok, non_neg_integer()} | {error, not_found | no_stream | unavailable}.
end_of(VHost, Queue) ->
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
