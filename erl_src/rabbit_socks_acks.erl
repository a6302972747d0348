%% SPDX-License-Identifier: MPL-2.0
%% @doc Acknowledgements, both ways. Those that a client owes a session: which are outstanding, whose answer is which, and how
%% many there may be (limit E35). And those that a client waits for: a handle that is good for one reply, from whatever process.
-module(rabbit_socks_acks).

-export([new/0, next/1, open/4, too_many/2, take/2, failed/1, outstanding/1]).
-export([handle/2, id/2, use/1]).
-export_type([acks/0, handle/0]).

-define(MAX_OUTSTANDING, 1000).

-record(acks, {
    next = 1 :: pos_integer(), % never 0: to a client of Socket.IO 0.9 that is none
    waiting = #{} :: #{pos_integer() => {Tag :: term(), Timer :: reference()}},
    failed = [] :: [term()]    % tags of those that were too many, the newest first
}).

-opaque acks() :: #acks{}.
-opaque handle() :: {ack, Session :: non_neg_integer(), Id :: non_neg_integer(), Used :: atomics:atomics_ref()}.

-spec new() -> acks().
new() -> #acks{}.

%% @doc The id of the next one, for open/4.
-spec next(acks()) -> pos_integer() | too_many.
next(#acks{waiting = Waiting}) when map_size(Waiting) >= ?MAX_OUTSTANDING -> too_many;
next(#acks{next = Id}) -> Id.

%% @doc `{timeout, _, {rabbit_socks_ack, Id}}' comes to this process unless it is taken in time, and perhaps even then.
-spec open(pos_integer(), Tag :: term(), Timeout :: pos_integer(), acks()) -> acks().
open(Id, Tag, Timeout, #acks{next = Id, waiting = Waiting} = Acks) ->
    Timer = erlang:start_timer(Timeout, self(), {rabbit_socks_ack, Id}),
    Acks#acks{next = Id + 1, waiting = Waiting#{Id => {Tag, Timer}}}.

%% @doc `{'$socks', failed_acks}' comes to this process: the module hears of it when its callback has returned.
-spec too_many(Tag :: term(), acks()) -> acks().
too_many(Tag, #acks{failed = Failed} = Acks) ->
    _ = Failed =:= [] andalso (self() ! {'$socks', failed_acks}),
    Acks#acks{failed = [Tag | Failed]}.

%% @doc The tag of one that is outstanding no more; of another id a client may say what it likes.
-spec take(non_neg_integer(), acks()) -> {{ok, Tag :: term()} | unknown, acks()}.
take(Id, #acks{waiting = Waiting} = Acks) ->
    case maps:take(Id, Waiting) of
        {{Tag, Timer}, Rest} ->
            _ = erlang:cancel_timer(Timer, [{async, true}, {info, false}]),
            {{ok, Tag}, Acks#acks{waiting = Rest}};
        error ->
            {unknown, Acks}
    end.

%% @doc The tags of those that were too many, in order; asked for once.
-spec failed(acks()) -> {[Tag :: term()], acks()}.
failed(#acks{failed = Failed} = Acks) -> {lists:reverse(Failed), Acks#acks{failed = []}}.

%% @doc The tags of all that is outstanding, in order.
-spec outstanding(acks()) -> [Tag :: term()].
outstanding(#acks{waiting = Waiting}) -> [Tag || {_, {Tag, _}} <- lists:sort(maps:to_list(Waiting))].

%% @doc For what a client wants to be acknowledged with this id.
-spec handle(Session :: non_neg_integer(), none | non_neg_integer()) -> none | handle().
handle(_, none) -> none;
handle(Session, Id) -> {ack, Session, Id, atomics:new(1, [])}.

%% @doc A handle of another session is badarg.
-spec id(Session :: non_neg_integer(), handle()) -> non_neg_integer().
id(Session, {ack, Session, Id, _}) -> Id;
id(_, _) -> error(badarg).

%% @doc True once.
-spec use(handle()) -> boolean().
use({ack, _, _, Used}) -> atomics:compare_exchange(Used, 1, 0, 1) =:= ok.
