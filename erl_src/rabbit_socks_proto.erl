%% SPDX-License-Identifier: MPL-2.0
%% @doc The vocabulary of docs/PORT_PROTOCOL.md in Erlang's external term format, as iodata that copies no payload.
%%
%% A list of frames is the hot path: its term is put together around the binaries, which port_command hands to the
%% kernel as they are. The tests hold it to what term_to_binary/1 makes of the same command.
-module(rabbit_socks_proto).

-export([version/0, max_packet/0]).
-export([packet/2, term/1, message/1, send/2, session/1]).
-export_type([encoded/0]).

-define(VERSION, 131).
-define(MAX_PACKET, 16#4000000).
%% Tags of the external term format (erts, "External Term Format").
-define(SMALL_TUPLE, 104).
-define(LIST, 108).
-define(NIL, 106).
-define(BINARY, 109).
-define(ATOM(Size), 119, Size). % SMALL_ATOM_UTF8_EXT

%% A term without the version byte that a packet starts with.
-type encoded() :: iodata().

-spec version() -> 1.
version() -> 1.

-spec max_packet() -> pos_integer().
max_packet() -> ?MAX_PACKET.

%% @doc One packet of so many commands, however their list is nested. The caller keeps it below max_packet/0.
-spec packet(pos_integer(), iodata()) -> iodata().
packet(1, Command) -> [?VERSION | Command];
packet(Count, Commands) -> [<<?VERSION, ?LIST, Count:32>>, Commands, ?NIL].

-spec term(term()) -> encoded().
term(Term) ->
    %% Atoms as OTP 26 and later write them, on every release.
    [<<?VERSION, Encoded/binary>> | Rest] = term_to_iovec(Term, [{minor_version, 2}]),
    [Encoded | Rest].

%% @doc The beginning of every `{send, Session, Messages}' of a session.
-spec session(non_neg_integer()) -> binary().
session(Session) ->
    <<?VERSION, Id/binary>> = term_to_binary(Session),
    <<?SMALL_TUPLE, 3, ?ATOM(4), "send", Id/binary, ?LIST>>.

%% @doc `{send, Session, Messages}'; Beginning is what session/1 made, the messages what message/1 made.
-spec send(binary(), [encoded(), ...]) -> encoded().
send(Beginning, Messages) -> [Beginning, <<(length(Messages)):32>>, Messages, ?NIL].

%% @doc A message, and at least what it adds to a packet.
-spec message(rabbit_socks_message:message()) -> {pos_integer(), encoded()}.
message({utf8, Data}) ->
    {byte_size(Data) + 16, [<<?SMALL_TUPLE, 2, ?ATOM(4), "utf8", ?BINARY, (byte_size(Data)):32>>, Data]};
message({binary, Data}) ->
    {byte_size(Data) + 16, [<<?SMALL_TUPLE, 2, ?ATOM(6), "binary", ?BINARY, (byte_size(Data)):32>>, Data]};
message(Message) ->
    Encoded = term(Message),
    {iolist_size(Encoded), Encoded}.
