%% SPDX-License-Identifier: MPL-2.0
%% @doc A link whose other end is the test: what a session writes, as the terms that the edge would read.
-module(link_port).

-export([open/0, close/1, packet/1, commands/2, none/1]).

-define(WAIT, 10000).

-spec open() -> rabbit_socks_link:link().
open() ->
    Self = self(),
    rabbit_socks_link:start(fun(Packet) -> Self ! {?MODULE, iolist_to_binary(Packet)}, true end).

-spec close(rabbit_socks_link:link()) -> ok.
close(Link) ->
    rabbit_socks_link:stop(Link).

%% @doc The next packet: a command or a list of commands.
-spec packet(rabbit_socks_link:link()) -> term().
packet(_) ->
    receive {?MODULE, Packet} -> binary_to_term(Packet) after ?WAIT -> error(no_packet) end.

%% @doc So many commands, in however many packets.
-spec commands(non_neg_integer(), rabbit_socks_link:link()) -> [term()].
commands(0, _) -> [];
commands(Count, Link) ->
    case packet(Link) of
        Commands when is_list(Commands) -> Commands ++ commands(Count - length(Commands), Link);
        Command -> [Command | commands(Count - 1, Link)]
    end.

%% @doc Nothing was written since: a mark is the next that comes.
-spec none(rabbit_socks_link:link()) -> ok.
none(Link) ->
    Mark = make_ref(),
    ok = rabbit_socks_link:write(Link, Mark),
    Mark = packet(Link),
    ok.
