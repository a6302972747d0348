%% SPDX-License-Identifier: MPL-2.0
%% @doc Where a client is in streams, and that as a text that needs nobody's memory to be understood: the virtual host, then of each
%% stream the queue, which of the streams that have had this name, and the offset that is next:
%%
%%     shop/prices:1f0c93ab:1234,orders%3Aeu:77aa01c2:0
%%
%% It is read as what a stranger says. Pure.
-module(rabbit_socks_amqp_places).

-export([new/0, is_empty/1, from_text/2, to_text/2, find/2, put/3, remove/2, fits/3]).
-export_type([places/0, place/0]).

-define(MAX_TEXT, 4096). % what WriterModule:position/2 takes
-define(MAX_SHORT, 255).
-define(MAX_OFFSET, 16#7fffffffffffffff).
-define(ID_SIZE, 8).

-type place() :: {Id :: rabbit_socks_streams:id(), Next :: non_neg_integer()}.
-opaque places() :: #{Queue :: binary() => place()}.

-spec new() -> places().
new() -> #{}.

-spec is_empty(places()) -> boolean().
is_empty(Places) -> map_size(Places) =:= 0.

-spec find(Queue :: binary(), places()) -> {ok, place()} | none.
find(Queue, Places) ->
    case Places of
        #{Queue := Place} -> {ok, Place};
        _ -> none
    end.

-spec put(Queue :: binary(), place(), places()) -> places().
put(Queue, Place, Places) -> Places#{Queue => Place}.

-spec remove(Queue :: binary(), places()) -> places().
remove(Queue, Places) -> maps:remove(Queue, Places).

%% @doc Empty when there are none.
-spec to_text(VHost :: binary(), places()) -> binary().
to_text(_, Places) when map_size(Places) =:= 0 -> <<>>;
to_text(VHost, Places) ->
    Each = [[uri_string:quote(Queue), $:, Id, $:, integer_to_binary(Next)] || {Queue, {Id, Next}} <- maps:to_list(Places)],
    iolist_to_binary([uri_string:quote(VHost), $/ | lists:join($,, Each)]).

%% @doc Is there room for a place in this queue, too, however far it goes?
-spec fits(VHost :: binary(), Queue :: binary(), places()) -> boolean().
fits(VHost, Queue, Places) ->
    Longest = maps:map(fun(_, {Id, _}) -> {Id, ?MAX_OFFSET} end, Places#{Queue => {<<0:(?ID_SIZE * 8)>>, 0}}),
    byte_size(to_text(VHost, Longest)) =< ?MAX_TEXT.

%% @doc None when it is malformed, or of another virtual host.
-spec from_text(Text :: binary(), VHost :: binary()) -> places().
from_text(Text, VHost) when byte_size(Text) =< ?MAX_TEXT ->
    try
        [Host, Rest] = binary:split(Text, <<"/">>),
        VHost = unquoted(Host),
        maps:from_list([place(Place) || Place <- binary:split(Rest, <<",">>, [global])])
    catch
        _:_ -> #{}
    end;
from_text(_, _) ->
    #{}.

place(Text) ->
    [Quoted, <<Id:?ID_SIZE/binary>>, Digits] = binary:split(Text, <<":">>, [global]),
    Queue = unquoted(Quoted),
    true = Queue =/= <<>> andalso byte_size(Queue) =< ?MAX_SHORT,
    true = byte_size(Digits) < 20 andalso lists:all(fun is_digit/1, binary_to_list(Digits)),
    Next = binary_to_integer(Digits),
    true = Next =< ?MAX_OFFSET,
    true = lists:all(fun is_hex/1, binary_to_list(Id)),
    {Queue, {Id, Next}}.

is_digit(C) -> C >= $0 andalso C =< $9.

is_hex(C) -> is_digit(C) orelse (C >= $a andalso C =< $f).

unquoted(Text) ->
    Unquoted = uri_string:unquote(Text),
    true = is_binary(Unquoted),
    Unquoted.
