%% SPDX-License-Identifier: MPL-2.0
%% @doc Receives for a history, and acknowledges, until it is stopped.
-module(history_reader).

-export([start/2, stop/1]).
-export_type([options/0]).

-type options() :: #{port := inet:port_number(), kind := history_client:kind(), name := term(), place := history_checker:place(),
                     source := history_client:source()}.

%% So many acknowledgements are made sure of at once.
-define(SETTLED, 10).
-define(RETRY, 200). % ms

%% @doc Linked to the caller.
-spec start(options(), history_log:log()) -> pid().
start(Options, Log) -> history_worker:start(fun(Worker, Number) -> session(Worker, Options, Log, Number) end, Log).

-spec stop(pid()) -> ok.
stop(Reader) ->
    true = unlink(Reader),
    Monitor = monitor(process, Reader),
    true = exit(Reader, stopped),
    receive {'DOWN', Monitor, process, Reader, _} -> ok end.

session(Worker, #{port := Port, kind := Kind, name := Name, source := Source} = Options, Log, Number) ->
    Module = history_client:module(Kind),
    Client = Module:open(Port, Kind),
    ok = Module:consume(Client, Source),
    ok = history_worker:alive(Worker),
    receive_all(Client, Module, Worker, Options#{log => Log, session => {Name, Number, 1}}, [], #{}).

%% `Acked' has not been made sure of; `Settling' is on its way.
receive_all(Client, Module, Worker, #{place := Place, log := Log, session := {Name, Number, Consumer} = Session, source := Source} = Reader, Acked, Settling) ->
    News = Module:next(Client),
    ok = history_worker:alive(Worker),
    case News of
        {message, Body, Id, Redelivered, Handle} ->
            Message = history_client:message(Body),
            ok = history_log:add(Log, {received, Place, Session, Message, Id, Redelivered}),
            case Source of
                {queue, _, ack} ->
                    ok = Module:ack(Client, Handle),
                    {Acked1, Settling1} = settling(Client, Module, [Message | Acked], Settling),
                    receive_all(Client, Module, Worker, Reader, Acked1, Settling1);
                _ -> receive_all(Client, Module, Worker, Reader, Acked, Settling)
            end;
        {settled, Id} ->
            case maps:take(Id, Settling) of
                {Messages, Rest} ->
                    ok = history_log:add(Log, {settled, Place, Messages}),
                    receive_all(Client, Module, Worker, Reader, Acked, Rest);
                error -> receive_all(Client, Module, Worker, Reader, Acked, Settling)
            end;
        cancelled ->
            ok = consume_again(Client, Module, Source),
            receive_all(Client, Module, Worker, Reader#{session := {Name, Number, Consumer + 1}}, Acked, Settling);
        other -> receive_all(Client, Module, Worker, Reader, Acked, Settling)
    end.

settling(Client, Module, Acked, Settling) when length(Acked) >= ?SETTLED -> {[], Settling#{Module:settling(Client) => Acked}};
settling(_, _, Acked, Settling) -> {Acked, Settling}.

%% On the same connection, as soon as there is such a queue again.
consume_again(Client, Module, Source) ->
    case Module:consume(Client, Source) of
        ok -> ok;
        {error, _} ->
            timer:sleep(?RETRY),
            consume_again(Client, Module, Source)
    end.
