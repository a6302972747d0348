%% SPDX-License-Identifier: MPL-2.0
%% @doc The vocabulary of docs/PORT_PROTOCOL.md in Erlang's external term format, as iodata that copies no payload.
%%
%% What a session sends is the hot path: its messages are encoded together, which costs a third of encoding each, and large
%% binaries are handed to the kernel as they are. The tests hold it to what term_to_binary/1 makes of the same command.
-module(rabbit_socks_proto).

-export([version/0, max_packet/0]).
-export([packet/2, term/1, size/1, send/2, session/1]).
-export_type([encoded/0]).

-define(VERSION, 131).
-define(MAX_PACKET, 16#4000000).
%% Tags of the external term format (erts, "External Term Format").
-define(SMALL_TUPLE, 104).
-define(LIST, 108).
-define(NIL, 106).
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
    <<?SMALL_TUPLE, 3, ?ATOM(4), "send", Id/binary>>.

%% @doc `{send, Session, Messages}'; Beginning is what session/1 made.
-spec send(binary(), [rabbit_socks_message:message(), ...]) -> encoded().
send(Beginning, Messages) -> [Beginning | term(Messages)].

%% @doc At least what a message adds to a packet. (Of the older form of atoms, which takes more.)
-spec size(rabbit_socks_message:message()) -> pos_integer().
size({_, Data}) -> byte_size(Data) + 16;
size(Message) -> erlang:external_size(Message).
