%% SPDX-License-Identifier: MPL-2.0
%% @doc Writing commands to the edge. Anyone may; one process carries them to the pipe, so that what many sessions say at
%% the same time leaves in one packet and one system call. (Each of them writing for itself costs a call and a fight for the
%% port's lock every time: see docs/ARCHITECTURE.md.)
%%
%% The commands of one process arrive in the order in which it wrote them. While the edge does not read, the pipe suspends
%% the carrier, and who has something to say is suspended when 4 MiB wait.
-module(rabbit_socks_link).

-export([start/1, stop/1, write/2, write/3, tell/2]).
-export([carry/3]).
-export_type([link/0]).

-record(link, {
    carrier :: pid(),
    waiting :: atomics:atomics_ref() % bytes that are written and not yet carried
}).

-opaque link() :: #link{}.

-define(MAX_WAITING, 4194304).
%% One packet holds what is there, until it is as large as this. With one more command it stays below the link's limit:
%% see rabbit_socks_writer.
-define(MAX_GATHERED, 262144).
-define(HIBERNATE_AFTER, 1000). % ms

%% @doc Out takes a packet, as port_command/2 does, and may wait; false or an exception: the pipe is gone, which ends the
%% carrier. It is linked to the caller.
-spec start(fun((iodata()) -> boolean())) -> link().
start(Out) ->
    Waiting = atomics:new(1, []),
    Carrier = proc_lib:spawn_opt(?MODULE, carry, [Out, Waiting, awake], [link, {message_queue_data, off_heap}]),
    #link{carrier = Carrier, waiting = Waiting}.

%% @doc What still waits is dropped.
-spec stop(link()) -> ok.
stop(#link{carrier = Carrier}) ->
    _ = unlink(Carrier),
    _ = exit(Carrier, kill),
    ok.

%% @doc Suspends the caller while too much waits. What is written to an edge that is gone is dropped.
-spec write(link(), term()) -> ok.
write(Link, Command) ->
    write(Link, 1, [rabbit_socks_proto:term(Command)]).

%% @doc The same for commands that are encoded already.
-spec write(link(), pos_integer(), [rabbit_socks_proto:encoded(), ...]) -> ok.
write(Link, Count, Commands) ->
    case send(Link, Count, Commands) of
        Waiting when Waiting > ?MAX_WAITING -> wait(Link);
        _ -> ok
    end.

%% @doc Never waits: for who says little and has other things to do. While there is no edge there is nobody to tell.
-spec tell(none | link(), term()) -> ok.
tell(none, _) ->
    ok;
tell(Link, Command) ->
    _ = send(Link, 1, [rabbit_socks_proto:term(Command)]),
    ok.

send(#link{carrier = Carrier, waiting = Waiting}, Count, Commands) ->
    Size = iolist_size(Commands),
    Sum = atomics:add_get(Waiting, 1, Size),
    Carrier ! {write, Count, Size, Commands},
    Sum.

wait(#link{carrier = Carrier}) ->
    Alias = erlang:monitor(process, Carrier, [{alias, reply_demonitor}]),
    Carrier ! {wait, Alias},
    receive
        {Alias, carried} -> ok;
        {'DOWN', Alias, process, _, _} -> ok
    end.

%% @private
-spec carry(fun((iodata()) -> boolean()), atomics:atomics_ref(), awake | asleep) -> ok.
carry(Out, Waiting, State) ->
    receive
        {write, Count, Size, Commands} -> gather(Count, Size, [Commands], Out, Waiting);
        {wait, Alias} -> Alias ! {Alias, carried}, carry(Out, Waiting, awake)
    after timeout(State) ->
        proc_lib:hibernate(?MODULE, carry, [Out, Waiting, asleep])
    end.

timeout(awake) -> ?HIBERNATE_AFTER;
timeout(asleep) -> infinity.

%% The newest first.
gather(Count, Size, Gathered, Out, Waiting) when Size >= ?MAX_GATHERED ->
    out(Count, Size, Gathered, Out, Waiting);
gather(Count, Size, Gathered, Out, Waiting) ->
    receive
        {write, More, Bytes, Commands} -> gather(Count + More, Size + Bytes, [Commands | Gathered], Out, Waiting)
    after 0 ->
        out(Count, Size, Gathered, Out, Waiting)
    end.

out(Count, Size, Gathered, Out, Waiting) ->
    try Out(rabbit_socks_proto:packet(Count, lists:reverse(Gathered))) of
        true ->
            ok = atomics:sub(Waiting, 1, Size),
            carry(Out, Waiting, awake);
        false ->
            ok
    catch
        error:badarg -> ok % of a port that is closed
    end.
