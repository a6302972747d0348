%% SPDX-License-Identifier: MPL-2.0
%% @doc Publishes for a history until it is told to finish, some messages at a time. What has no confirm is published again, in order and
%% with the same message id, when the outcome is known not to be one, or when the session is lost.
-module(history_producer).

-export([start/2, finish/1]).
-export_type([options/0]).

-type options() :: #{port := inet:port_number(), kind := history_client:kind(), name := binary(), key := binary(), batch := pos_integer(),
                     pause := non_neg_integer()}. % ms between two batches

-record(producer, {
    options :: options(),
    log :: history_log:log(),
    next = 1 :: pos_integer(),
    again = [] :: [MessageId :: binary()], % the oldest first
    given = [] :: [{history_checker:message(), MessageId :: binary(), confirm | tell}], % to the session, without an outcome
    finishing = false :: boolean(),
    caller :: pid()
}).

%% @doc Linked to the caller.
-spec start(options(), history_log:log()) -> pid().
start(Options, Log) ->
    Caller = self(),
    spawn_link(fun() ->
        Producer = self(),
        _ = history_worker:start(fun(Worker, Number) -> session(Producer, Worker, Options, Log, Number) end, Log),
        serve(#producer{options = Options, log = Log, caller = Caller})
    end).

%% @doc Publishes nothing new any more, and returns when everything has its confirm.
-spec finish(pid()) -> ok.
finish(Producer) ->
    Producer ! finish,
    receive {finished, Producer} -> ok end.

%% Gives the session what it is to publish. A session that asks has no other beside it.
serve(#producer{given = Given, again = Again} = State) ->
    receive
        finish -> serve(State#producer{finishing = true});
        {new, Session} ->
            Session ! {self(), go_on},
            serve(State#producer{given = [], again = unsettled(Given, Again)});
        {next, Session} -> give(Session, State#producer{given = [], again = unsettled(Given, Again)});
        {confirmed, Message} -> serve(State#producer{given = lists:keydelete(Message, 1, Given)})
    end.

unsettled(Given, Again) -> lists:usort(Again ++ [Id || {_, Id, confirm} <- Given]).

give(Session, #producer{finishing = true, again = [], caller = Caller}) ->
    Session ! {self(), finished},
    Caller ! {finished, self()},
    ok;
give(Session, #producer{options = #{name := Name, batch := Batch}, next = Next, again = Again, finishing = Finishing} = State) ->
    {Repeated, Later} = lists:split(min(Batch, length(Again)), Again),
    New = case Finishing of
        true -> [];
        false -> [{id(Next + N), how(N)} || N <- lists:seq(length(Repeated), Batch - 1)]
    end,
    Given = [{{Name, Next + N}, Id, How} || {N, {Id, How}} <- lists:enumerate(0, [{Id, confirm} || Id <- Repeated] ++ New)],
    Session ! {self(), Given},
    serve(State#producer{next = Next + length(Given), again = Later, given = Given}).

%% Sorted as text they are in order.
id(Number) -> iolist_to_binary(io_lib:format("~10..0b", [Number])).

how(3) -> tell;
how(_) -> confirm.

session(Producer, Worker, #{port := Port, kind := Kind, name := Name, key := Key, pause := Pause}, Log, Number) ->
    Module = history_client:module(Kind),
    Client = Module:open(Port, Kind),
    ok = history_worker:alive(Worker),
    Producer ! {new, self()},
    receive {Producer, go_on} -> ok end,
    Report = fun(Message, Outcome) ->
        ok = history_log:add(Log, event(Message, Outcome)),
        ok = history_worker:alive(Worker),
        _ = [Producer ! {confirmed, Message} || Outcome =:= confirmed],
        ok
    end,
    batches(Producer, fun(Messages) ->
        [ok = history_log:add(Log, {invoked, Message, {Name, Number}, Key, Id}) || {Message, Id, _} <- Messages],
        [ok = history_log:add(Log, {told, Message}) || {Message, _, tell} <- Messages],
        ok = Module:publish(Client, Key, Messages, Report),
        timer:sleep(Pause)
    end).

event(Message, confirmed) -> {confirmed, Message};
event(Message, {Outcome, Why}) -> {Outcome, Message, Why}.

batches(Producer, Publish) ->
    Producer ! {next, self()},
    receive
        {Producer, finished} -> normal;
        {Producer, Messages} ->
            ok = Publish(Messages),
            batches(Producer, Publish)
    end.
