%% SPDX-License-Identifier: MPL-2.0
%% @doc Judges a history: what clients published and received while faults were injected, against what was promised to them
%% (docs/DELIVERY.md). Pure.
%%
%% Every attempt to publish is a message of its own, with a number of its producer's: one that is published again gets another
%% number and the same message id. So the broker has at most one of each, and what is received twice was delivered twice.
-module(history_checker).

-export([check/1]).
-export_type([event/0, message/0, place/0, promise/0, session/0, verdict/0, violation/0, totals/0]).

%% Numbers of a producer increase, over all of its sessions.
-type message() :: {Producer :: term(), Number :: pos_integer()}.

%% One connection of one client, and of one consumer on it: what it sends and what it receives has an order.
-type session() :: term().

%% Where messages come out: a queue, whoever consumes it, or one subscriber. `certain': at least once. `fleeting': at most once. `live': the
%% same, and what is lost is lost between two connections. `deleted': a queue that is deleted meanwhile, consumed with acknowledgements.
-type place() :: {Name :: term(), promise()}.
-type promise() :: certain | fleeting | live | deleted.

-type event() ::
    {place, place(), Route :: term()} % messages of this route come out here
  | {invoked, message(), session(), Route :: term(), MessageId :: binary()}
  | {confirmed, message()} % the broker has it
  | {failed, message(), Why :: term()} % the broker has been said not to have it
  | {unknown, message(), Why :: term()} % nobody will say; so it is without any of these, too
  | {told, message()} % nobody was asked to confirm it
  | {received, place(), session(), message() | {damaged, term()}, MessageId :: term(), Redelivered :: boolean()}
  | {settled, place(), [message()]} % their acknowledgements have reached the broker for sure
  | {ended, Why :: term()}. % a session, and another follows: nothing is promised about that

%% `lost': confirmed, and never received. `unexpected': received, and never published, or with another body. `other_id': its message
%% id has changed. `disowned': received, though its publisher was told that it was not published. `repeated': received again where
%% that is promised not to happen. `not_flagged': received again, and not called redelivered. `resurrected': received again after its
%% acknowledgement was safe. `reordered': a first delivery before an earlier one of the same producer's session, in one session.
%% `skipped': confirmed and never received, between two that one session received: of a queue, somebody else may have had it.
-type violation() :: lost | unexpected | other_id | disowned | repeated | not_flagged | resurrected | reordered | skipped.

%% `recovered': received, and its publisher does not know that it was published. `missed': confirmed, and not received where it need not be.
-type totals() :: #{sessions | published | told | confirmed | failed | unknown | received | duplicated | recovered | missed := non_neg_integer()}.
-type verdict() :: #{totals := totals(), violations := [{violation(), place(), message() | term()}]}.

-type outcome() :: confirmed | failed | unknown | told.

-record(state, {
    messages = #{} :: #{message() => {session(), Route :: term(), MessageId :: binary(), outcome()}},
    places = #{} :: #{place() => Route :: term()},
    seen = #{} :: #{{place(), message()} => received | settled},
    %% Of a reader's session and a producer's: the last number of a first delivery, the least and the greatest number received.
    orders = #{} :: #{{place(), session(), session()} => {Last :: non_neg_integer(), Least :: pos_integer(), Greatest :: pos_integer()}},
    received = 0 :: non_neg_integer(),
    duplicated = 0 :: non_neg_integer(),
    violations = [] :: [{violation(), place(), term()}]
}).

%% @doc The events are in the order in which each client told them. A reader may tell of a message before its publisher does.
-spec check([event()]) -> verdict().
check(Events) ->
    Published = lists:foldl(fun published/2, #state{}, Events),
    State = lists:foldl(fun received/2, Published, Events),
    #state{messages = Messages, places = Places, seen = Seen, orders = Orders, violations = Found} = State,
    Missing = [{Place, Message, From} || {Place, Route} <- maps:to_list(Places), {Message, {From, R, _, confirmed}} <- maps:to_list(Messages),
                                         R =:= Route, not is_map_key({Place, Message}, Seen)],
    Lost = [{lost, Place, Message} || {{_, certain} = Place, Message, _} <- Missing],
    Spans = maps:groups_from_list(fun({{Place, _, From}, _}) -> {Place, From} end, fun({_, {_, Least, Greatest}}) -> {Least, Greatest} end, maps:to_list(Orders)),
    Skipped = [{skipped, Place, Message} || {{_, live} = Place, {_, Number} = Message, From} <- Missing,
                                            {Least, Greatest} <- maps:get({Place, From}, Spans, []), Least < Number, Number < Greatest],
    #{totals => totals(length(Missing) - length(Lost), State), violations => lists:reverse(Found, lists:sort(Lost ++ Skipped))}.

totals(Missed, #state{messages = Messages, seen = Seen, orders = Orders, received = Received, duplicated = Duplicated}) ->
    Outcomes = [Outcome || {_, _, _, Outcome} <- maps:values(Messages)],
    Sessions = [{from, From} || {From, _, _, _} <- maps:values(Messages)] ++ [{to, Place, To} || {Place, To, _} <- maps:keys(Orders)],
    #{sessions => length(lists:usort(Sessions)), published => map_size(Messages), told => count(told, Outcomes), confirmed => count(confirmed, Outcomes),
      failed => count(failed, Outcomes), unknown => count(unknown, Outcomes), received => Received, duplicated => Duplicated,
      recovered => length([M || {_, M} <- maps:keys(Seen), is_unknown(M, Messages)]), missed => Missed}.

count(What, List) -> length([One || One <- List, One =:= What]).

is_unknown(Message, Messages) -> element(4, maps:get(Message, Messages, {none, none, none, none})) =:= unknown.

published({place, Place, Route}, #state{places = Places} = State) ->
    State#state{places = Places#{Place => Route}};
published({invoked, Message, Session, Route, Id}, #state{messages = Messages} = State) ->
    State#state{messages = Messages#{Message => {Session, Route, Id, unknown}}};
published({confirmed, Message}, State) -> outcome(Message, confirmed, State);
published({failed, Message, _}, State) -> outcome(Message, failed, State);
published({unknown, Message, _}, State) -> outcome(Message, unknown, State);
published({told, Message}, State) -> outcome(Message, told, State);
published(_, State) -> State.

outcome(Message, Outcome, #state{messages = Messages} = State) ->
    #{Message := Invoked} = Messages,
    State#state{messages = Messages#{Message := setelement(4, Invoked, Outcome)}}.

received({received, Place, Session, Message, Id, Redelivered}, #state{messages = Messages, received = Count} = State) ->
    Counted = State#state{received = Count + 1},
    case {Messages, maps:get(Place, State#state.places)} of
        {#{Message := {From, Route, Id, Outcome}}, Route} ->
            Owned = [violation(disowned, Place, Message) || Outcome =:= failed],
            delivered(Place, {Session, From}, Message, Redelivered, add(Owned, Counted));
        {#{Message := {_, Route, _, _}}, Route} -> add([violation(other_id, Place, {Message, Id})], Counted);
        _ -> add([violation(unexpected, Place, Message)], Counted)
    end;
received({settled, Place, Messages}, #state{seen = Seen} = State) ->
    State#state{seen = maps:merge(Seen, maps:from_list([{{Place, M}, settled} || M <- Messages, is_map_key({Place, M}, Seen)]))};
received(_, State) -> State.

delivered({_, Promise} = Place, Sessions, Message, Redelivered, #state{seen = Seen, duplicated = Duplicated} = State) ->
    case Seen of
        #{{Place, Message} := Before} ->
            Wrong = [repeated || Promise =:= fleeting orelse Promise =:= live] ++ [not_flagged || not Redelivered] ++ [resurrected || Before =:= settled],
            add([violation(What, Place, Message) || What <- Wrong], State#state{duplicated = Duplicated + 1});
        _ ->
            ordered(Redelivered, Place, Sessions, Message, State#state{seen = Seen#{{Place, Message} => received}})
    end.

%% One that comes again comes later: it has no place in the order.
ordered(Redelivered, Place, {Session, From}, {_, Number} = Message, #state{orders = Orders} = State) ->
    Key = {Place, Session, From},
    {Last, Least, Greatest} = maps:get(Key, Orders, {0, Number, Number}),
    Next = case Redelivered of true -> Last; false -> max(Last, Number) end,
    add([violation(reordered, Place, {Message, Last}) || not Redelivered, Number < Last],
        State#state{orders = Orders#{Key => {Next, min(Least, Number), max(Greatest, Number)}}}).

violation(What, Place, Message) -> {What, Place, Message}.

add(Violations, #state{violations = Found} = State) -> State#state{violations = Violations ++ Found}.
