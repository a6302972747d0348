%% SPDX-License-Identifier: MPL-2.0
%% @doc What may be sent to a client or a room, checked. Whatever fails here fails with badarg in the process that
%% called. The terms within arguments are not looked at: the edge takes those that JSON has a place for, and tells of others.
-module(rabbit_socks_message).

-export([frame/1, event/3, ack/2, sized/1, limited/1, room/1, text/1]).
-export_type([message/0]).

%% docs/PORT_PROTOCOL.md, "Messages".
-type message() :: {utf8, binary()} | {binary, binary()} |
                   {event, Name :: binary(), Args :: list(), none | pos_integer()} |
                   {ack, Id :: non_neg_integer(), Args :: list()}.

%% Half of a packet: room for one that is added to what was gathered.
-define(MAX_SIZE, 16#2000000).
-define(MAX_ROOM, 1024).

%% @doc Text must be UTF-8; bare iodata is text, as in 2011.
-spec frame(rabbit_socks_callback:frame() | {utf8 | binary, iodata()} | iodata()) -> message().
frame({utf8, Data}) -> {utf8, text(Data)};
frame({binary, Data}) -> {binary, iolist_to_binary(Data)};
frame(Data) -> {utf8, text(Data)}.

-spec event(atom() | iodata(), list(), none | pos_integer()) -> message().
event(Name, Args, Id) when is_atom(Name) -> {event, atom_to_binary(Name, utf8), args(Args), Id};
event(Name, Args, Id) -> {event, text(Name), args(Args), Id}.

-spec ack(non_neg_integer(), list()) -> message().
ack(Id, Args) -> {ack, Id, args(Args)}.

%% An improper list has no length.
args(Args) when length(Args) >= 0 -> Args;
args(_) -> error(badarg).

%% @doc With its size, which is 32 MiB at most.
-spec sized(message()) -> {pos_integer(), message()}.
sized(Message) ->
    Size = rabbit_socks_proto:size(Message),
    true = Size =< ?MAX_SIZE orelse error(badarg),
    {Size, Message}.

%% @doc The same limit for an encoded command that holds one.
-spec limited(rabbit_socks_proto:encoded()) -> rabbit_socks_proto:encoded().
limited(Encoded) ->
    true = iolist_size(Encoded) =< ?MAX_SIZE orelse error(badarg),
    Encoded.

%% @doc A room's name: 1 to 1024 bytes, whatever they are. Not any iodata: where several rooms may be named, a list of parts
%% would be a list of rooms.
-spec room(rabbit_socks_rooms:room()) -> binary().
room(Room) when is_binary(Room), Room =/= <<>>, byte_size(Room) =< ?MAX_ROOM -> Room;
room([First | _] = Name) when is_integer(First) -> room(list_to_binary(Name));
room(_) -> error(badarg).

-spec text(iodata()) -> binary().
text(Data) ->
    Text = iolist_to_binary(Data),
    true = is_text(Text) orelse error(badarg),
    Text.

%% Eight bytes of ASCII at a time: most text is.
is_text(<<A, B, C, D, E, F, G, H, Rest/binary>>) when A bor B bor C bor D bor E bor F bor G bor H < 128 -> is_text(Rest);
is_text(<<_/utf8, Rest/binary>>) -> is_text(Rest);
is_text(Rest) -> Rest =:= <<>>.
