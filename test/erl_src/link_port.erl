%% SPDX-License-Identifier: MPL-2.0
%% @doc A port that gives every packet back: what a session writes to the link, as the terms that the edge would read.
-module(link_port).

-export([open/0, close/1, packet/1, none/1]).

-define(WAIT, 10000).

-spec open() -> port().
open() ->
    open_port({spawn, "cat 2>/dev/null"}, [{packet, 4}, binary]).

-spec close(port()) -> true.
close(Port) ->
    port_close(Port).

%% @doc The next packet: a command or a list of commands.
-spec packet(port()) -> term().
packet(Port) ->
    receive {Port, {data, Packet}} -> binary_to_term(Packet) after ?WAIT -> error(no_packet) end.

%% @doc Nothing was written since: a mark is the next that comes back.
-spec none(port()) -> ok.
none(Port) ->
    Mark = make_ref(),
    true = port_command(Port, term_to_binary(Mark)),
    Mark = packet(Port),
    ok.
