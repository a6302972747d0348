%% SPDX-License-Identifier: MPL-2.0
%% @doc The vocabulary of docs/PORT_PROTOCOL.md in Erlang's external format, as iodata that copies no payload.
%%
%% A list of messages is the hot path: its term is put together around the binaries, which port_command hands to the
%% kernel as they are. That the bytes are those of term_to_binary/1 is what the tests hold it to.
-module(rabbit_socks_proto).

-export([version/0, max_packet/0, encode/1, send/2, send_size/1]).

-define(VERSION, 131).
-define(MAX_PACKET, 16#4000000).
%% Tags of the external term format.
-define(SMALL_TUPLE, 104).
-define(LIST, 108).
-define(NIL, 106).
-define(BINARY, 109).
-define(ATOM(Size), 119, Size).

-spec version() -> 1.
version() -> 1.

-spec max_packet() -> pos_integer().
max_packet() -> ?MAX_PACKET.

-spec encode(term()) -> binary().
encode(Term) -> term_to_binary(Term).

%% @doc `{send, Session, Messages}'. The caller keeps a packet below max_packet/0; see send_size/1.
-spec send(non_neg_integer(), [rabbit_socks_callback:frame(), ...]) -> iodata().
send(Session, Messages) ->
    <<?VERSION, Id/binary>> = term_to_binary(Session),
    [<<?VERSION, ?SMALL_TUPLE, 3, ?ATOM(4), "send", Id/binary, ?LIST, (length(Messages)):32>>, [message(M) || M <- Messages], ?NIL].

message({utf8, Data}) -> [<<?SMALL_TUPLE, 2, ?ATOM(4), "utf8", ?BINARY, (byte_size(Data)):32>>, Data];
message({binary, Data}) -> [<<?SMALL_TUPLE, 2, ?ATOM(6), "binary", ?BINARY, (byte_size(Data)):32>>, Data].

%% @doc At least what one message adds to a packet.
-spec send_size(rabbit_socks_callback:frame()) -> pos_integer().
send_size({_, Data}) -> byte_size(Data) + 16.
