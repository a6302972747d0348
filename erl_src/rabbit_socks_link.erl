%% SPDX-License-Identifier: MPL-2.0
%% @doc Writing commands to the edge. Any process may write to the port; what differs is who waits when the pipe is full.
-module(rabbit_socks_link).

-export([write/2, packet/2, tell/2]).

%% @doc A full pipe suspends the caller until the edge has read.
-spec write(port(), term()) -> ok | {error, not_running}.
write(Port, Command) ->
    packet(Port, rabbit_socks_proto:encode(Command)).

%% @doc The same for a packet that is encoded already.
-spec packet(port(), iodata()) -> ok | {error, not_running}.
packet(Port, Packet) ->
    try port_command(Port, Packet) of
        true -> ok
    catch
        error:badarg -> {error, not_running}
    end.

%% @doc Never waits: when the pipe is full another process does in place of the caller. So the order of what is told is kept
%% only while there is room, and what is told must not depend on it.
-spec tell(none | port(), term()) -> ok.
tell(none, _) ->
    ok;
tell(Port, Command) ->
    Packet = rabbit_socks_proto:encode(Command),
    _ = try port_command(Port, Packet, [nosuspend]) of
        true -> ok;
        false -> spawn(fun() -> packet(Port, Packet) end)
    catch
        error:badarg -> ok
    end,
    ok.
