%% SPDX-License-Identifier: MPL-2.0
%% @doc Packets of Engine.IO 3 and 4 as a client writes and reads them: in the bodies of polling, and as WebSocket messages.
%%
%% A packet is its text with the type in front, `<<"4hello">>', or `{binary, Bytes}', which is always a message.
-module(socks_engine_payload).

-export([body/2, packets/3, frame/2, packet/2]).
-export_type([version/0, packet/0]).

-type version() :: 3 | 4.
-type packet() :: binary() | {binary, binary()}.

-define(SEPARATOR, <<16#1e>>).
-define(BINARY, <<"application/octet-stream">>).

%% @doc What is posted, as text.
-spec body(version(), [packet()]) -> iodata().
body(4, Packets) ->
    lists:join(?SEPARATOR, [text(4, Packet) || Packet <- Packets]);
body(3, Packets) ->
    [[integer_to_binary(units(Text)), $:, Text] || Packet <- Packets, Text <- [text(3, Packet)]].

text(4, {binary, Bytes}) -> <<"b", (base64:encode(Bytes))/binary>>;
text(3, {binary, Bytes}) -> <<"b4", (base64:encode(Bytes))/binary>>;
text(_, Text) -> Text.

units(Text) -> byte_size(unicode:characters_to_binary(Text, utf8, utf16)) div 2.

%% @doc The packets in the answer to a poll, by its content type.
-spec packets(version(), ContentType :: binary(), binary()) -> [packet()].
packets(4, _, Body) -> [from_text(4, Text) || Text <- binary:split(Body, ?SEPARATOR, [global])];
packets(3, ?BINARY, Body) -> from_bytes(Body);
packets(3, _, Body) -> from_counted(Body).

from_text(4, <<"b", Coded/binary>>) -> {binary, base64:decode(Coded)};
from_text(3, <<"b4", Coded/binary>>) -> {binary, base64:decode(Coded)};
from_text(_, Text) -> Text.

from_counted(<<>>) ->
    [];
from_counted(Body) ->
    [Count, Rest] = binary:split(Body, <<":">>),
    Size = size_of(binary_to_integer(Count), Rest, 0),
    <<Text:Size/binary, More/binary>> = Rest,
    [from_text(3, Text) | from_counted(More)].

%% Bytes of so many UTF-16 units.
size_of(0, _, Size) -> Size;
size_of(Units, <<Character/utf8, Rest/binary>>, Size) ->
    size_of(Units - case Character > 16#FFFF of true -> 2; false -> 1 end, Rest, Size + byte_size(<<Character/utf8>>)).

from_bytes(<<>>) ->
    [];
from_bytes(<<Kind, Rest/binary>>) ->
    [Digits, More] = binary:split(Rest, <<255>>),
    Size = lists:foldl(fun(Digit, Sum) when Digit < 10 -> 10 * Sum + Digit end, 0, binary_to_list(Digits)),
    <<Data:Size/binary, Left/binary>> = More,
    [case {Kind, Data} of {0, _} -> Data; {1, <<4, Bytes/binary>>} -> {binary, Bytes} end | from_bytes(Left)].

%% @doc A packet as a WebSocket message, and back: bytes come as text to a client that has said b64=1.
-spec frame(version(), packet()) -> {utf8 | binary, binary()}.
frame(3, {binary, Bytes}) -> {binary, <<4, Bytes/binary>>};
frame(_, {binary, _} = Bytes) -> Bytes;
frame(_, Text) -> {utf8, Text}.

-spec packet(version(), {utf8 | binary, binary()}) -> packet().
packet(3, {binary, <<4, Bytes/binary>>}) -> {binary, Bytes};
packet(4, {binary, Bytes}) -> {binary, Bytes};
packet(Version, {utf8, Text}) -> from_text(Version, Text).
