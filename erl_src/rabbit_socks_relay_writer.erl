%% SPDX-License-Identifier: MPL-2.0
%% @doc A process that writes to a client who may be slow, for one that must go on listening. The edge empties the link
%% whatever a client does, so what waits for the client has to be counted here: above the limit it is `full', and its
%% owner gives the client up (limit L9).
-module(rabbit_socks_relay_writer).

-export([start/2, write/2, unlimited/1, written/2, finish/1]).
-export_type([writer/0]).

-record(writer, {
    pid :: pid(),
    limit :: pos_integer() | infinity,
    queued = 0 :: non_neg_integer()
}).

-opaque writer() :: #writer{}.

%% @doc Linked to the caller, who gets `{rabbit_socks_relay_writer, written, Bytes}' after each write and hands it to written/2.
%% Write may block. An error of it ends the writer, and with it a caller that does not trap exits.
-spec start(fun((binary()) -> ok | {error, term()}), pos_integer()) -> writer().
start(Write, Limit) ->
    Owner = self(),
    #writer{pid = spawn_link(fun() -> loop(Owner, Write) end), limit = Limit}.

-spec write(writer(), binary()) -> {ok, writer()} | full.
write(#writer{limit = Limit, queued = Queued}, Data) when is_integer(Limit), Queued > 0, Queued + byte_size(Data) > Limit ->
    full;
write(#writer{pid = Pid, queued = Queued} = Writer, Data) ->
    Pid ! {write, Data},
    {ok, Writer#writer{queued = Queued + byte_size(Data)}}.

%% @doc For what is known to end.
-spec unlimited(writer()) -> writer().
unlimited(Writer) -> Writer#writer{limit = infinity}.

-spec written(writer(), non_neg_integer()) -> writer().
written(#writer{queued = Queued} = Writer, Bytes) ->
    Writer#writer{queued = Queued - Bytes}.

%% @doc Returns when everything has been written, or the writer has failed.
-spec finish(writer()) -> ok.
finish(#writer{pid = Pid}) ->
    Monitor = erlang:monitor(process, Pid),
    Pid ! finish,
    receive {'DOWN', Monitor, process, _, _} -> ok end.

loop(Owner, Write) ->
    receive
        {write, Data} ->
            case Write(Data) of
                ok -> Owner ! {?MODULE, written, byte_size(Data)}, loop(Owner, Write);
                {error, _} -> exit({shutdown, peer_gone})
            end;
        finish -> ok
    end.
