%% SPDX-License-Identifier: MPL-2.0
%% @doc Where a client of Socket.IO was in what its callback module sent it, by its own word: its library keeps the offset of the
%% last event, and says it when it connects again. Pure.
-module(rabbit_socks_position).

-export([of_client/1, check/1]).

-define(MAX_SIZE, 4096).
-define(MAX_DIGITS, 20).

%% @doc Of the link's `auth', a list of none or one: its `offset' is a number of the edge's, or none, a point, and the position. An
%% offset of another form is another server's.
-spec of_client(map()) -> binary() | none.
of_client(#{auth := [#{<<"offset">> := Offset}]}) when is_binary(Offset) ->
    case binary:split(Offset, <<".">>) of
        [Number, Position] when byte_size(Number) =< ?MAX_DIGITS, Position =/= <<>>, byte_size(Position) =< ?MAX_SIZE ->
            case lists:all(fun(Digit) -> Digit >= $0 andalso Digit =< $9 end, binary_to_list(Number)) of
                true -> Position;
                false -> none
            end;
        _ -> none
    end;
of_client(_) ->
    none.

%% @doc What a module may say: UTF-8 of at most 4096 bytes, since each event carries it.
-spec check(iodata()) -> binary().
check(Text) ->
    Position = rabbit_socks_message:text(Text),
    true = byte_size(Position) =< ?MAX_SIZE orelse error(badarg),
    Position.
