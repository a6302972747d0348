%% SPDX-License-Identifier: MPL-2.0
%% @doc Broadcasts. The edge knows who is in which room: a broadcast crosses the link once, whoever is in it.
-module(rabbit_socks_rooms).

-export([broadcast/3, slow/1]).
-export_type([room/0, rooms/0, options/0, slow/0]).

%% One room, or a list of them. A list whose first element is a byte is the name of one. `all': every client that knows events.
-type rooms() :: room() | [room()] | all.
-type room() :: binary() | string().
%% `key': where it is the same as that of an earlier broadcast, members that joined with `conflate' need only the later one.
-type options() :: #{except => [room() | rabbit_socks_callback:writer_arg()], namespace => binary(), key => binary()}.
%% Of a client for which too much waits. `close': its session ends with 1013 at `send_queue_hard'. `drop_oldest': of what
%% does not fit the oldest is dropped; the process is told how many, `{dropped, Count}'. `conflate': the same, and of
%% each key only the newest broadcast waits.
-type slow() :: close | drop_oldest | conflate.

-define(MAX_KEY, 1024). % bytes

%% @doc In a session's callback it keeps its place among what else the callback writes. While no edge runs nobody is in
%% any room.
-spec broadcast(rooms(), rabbit_socks_message:message(), options()) -> ok.
broadcast(_, _, Options) when not is_map(Options) ->
    error(badarg);
broadcast(Rooms, Message, Options) ->
    Audience = maps:fold(fun option/3, #{rooms => rooms(Rooms), except_rooms => [], except => []}, Options),
    Encoded = rabbit_socks_message:limited(rabbit_socks_proto:term({broadcast, Audience, Message})),
    case rabbit_socks_gather:command(Encoded) of
        true -> ok;
        false -> write(Encoded)
    end.

%% @doc Of the options of a join.
-spec slow(#{slow => slow()}) -> slow().
slow(Options) when map_size(Options) =:= 0 -> close;
slow(#{slow := Slow} = Options) when map_size(Options) =:= 1, Slow =:= close orelse Slow =:= drop_oldest orelse Slow =:= conflate -> Slow;
slow(_) -> error(badarg).

write(Encoded) ->
    case rabbit_socks_edge_table:find() of
        {ok, Link, _} -> rabbit_socks_link:write(Link, 1, [Encoded]);
        {error, not_running} -> ok
    end.

rooms(all) -> all;
rooms([]) -> [];
rooms([First | _] = Rooms) when not is_integer(First) -> [rabbit_socks_message:room(Room) || Room <- Rooms];
rooms(Room) -> [rabbit_socks_message:room(Room)].

option(except, Except, Audience) when is_list(Except) -> lists:foldl(fun leave_out/2, Audience, Except);
option(namespace, <<"/", _/binary>> = Namespace, Audience) -> Audience#{namespace => Namespace};
option(key, Key, Audience) when is_binary(Key), byte_size(Key) =< ?MAX_KEY -> Audience#{key => Key};
option(_, _, _) -> error(badarg).

leave_out(Who, #{except_rooms := Rooms, except := Sessions} = Audience) ->
    case rabbit_socks_writer:session(Who) of
        {ok, Session} -> Audience#{except := [Session | Sessions]};
        none -> Audience#{except_rooms := [rabbit_socks_message:room(Who) | Rooms]}
    end.
