%% SPDX-License-Identifier: MPL-2.0
%% @doc One session's messages on their way to the broker: each is answered once, when its confirm has come, or will not come; a
%% request when its reply has.
%%
%% While the broker is short of memory or disk they are held here. The client is not read beyond that, so that they are few. And
%% so they are when the client's new token makes another publisher its own, until what went to the one before is confirmed: messages
%% keep their order. Replies come from there still.
-module(rabbit_socks_amqp_publishing).

-export([new/0, publish/5, move/3, blocked/1, unblocked/3, outcome/4, replied/4, timed_out/3, down/3, is_full/2]).
-export_type([publishing/0]).

-define(MAX_REQUESTS, 64).

-record(publishing, {
    publisher = none :: none | {pid(), Monitor :: reference()},
    former = #{} :: #{Monitor :: reference() => pid()}, % publishers that have something under way still
    moving = none :: none | rabbit_socks_amqp_login:login(), % who publishes when that is done
    under_way = #{} :: #{reference() => {answer(), Publisher :: pid()}},
    requests = 0 :: non_neg_integer(), % of those under way and held
    blocked = false :: boolean(),
    held = queue:new() :: queue:queue({reference(), rabbit_socks_amqp_client:envelope(), answer()})
}).

%% Who waits, and for how long.
-type answer() :: {rabbit_socks_amqp_answer:ack(), Timer :: reference(), rabbit_socks_amqp_command:kind()}.

-opaque publishing() :: #publishing{}.

-spec new() -> publishing().
new() -> #publishing{}.

%% @doc The answer follows, and has been given already if the message cannot be published.
-spec publish(rabbit_socks_amqp_command:message(), rabbit_socks_amqp_answer:ack(), rabbit_socks_amqp_answer:writer(),
              {rabbit_socks_amqp_login:login(), Timeout :: pos_integer()}, publishing()) -> publishing().
publish(#{kind := {request, _}}, Ack, Writer, _, #publishing{requests = Requests} = State) when Requests >= ?MAX_REQUESTS ->
    failed(Writer, Ack, <<"too_many">>, <<"this connection has as many requests as it may have">>, State);
publish(#{exchange := Exchange, key := Key, kind := Kind} = Message, Ack, Writer, {Login, Timeout}, State) ->
    User = rabbit_socks_amqp_login:user(Login),
    case rabbit_socks_amqp_message:envelope(Message, rabbit_socks_amqp_login:name(Login), rabbit_socks_amqp_client:largest()) of
        {error, Text} ->
            failed(Writer, Ack, <<"bad_request">>, Text, State);
        {ok, Envelope} ->
            case may(User, rabbit_socks_amqp_login:vhost(Login), Exchange, Key) of
                ok ->
                    Ref = make_ref(),
                    Timer = erlang:start_timer(timeout(Kind, Timeout), self(), {rabbit_socks_amqp, publish, Ref}),
                    hold_or_go({Ref, Envelope, {Ack, Timer, Kind}}, Login, Writer, count(Kind, 1, State));
                {error, Code, Text} -> failed(Writer, Ack, Code, Text, State)
            end
    end.

may(User, VHost, Exchange, Key) ->
    case rabbit_socks_reply_address:is_routable(Exchange, Key) of
        true -> rabbit_socks_access:publish(User, VHost, Exchange, Key);
        false -> {error, <<"bad_request">>, <<"the routing key is no address for replies">>}
    end.

timeout({request, Timeout}, _) -> Timeout;
timeout(_, Timeout) -> Timeout.

count({request, _}, N, #publishing{requests = Requests} = State) -> State#publishing{requests = Requests + N};
count(_, _, State) -> State.

hold_or_go(Message, Login, Writer, #publishing{blocked = false, moving = none} = State) ->
    hand_over(Message, Writer, attached(Login, State));
hold_or_go(Message, _, _, #publishing{held = Held} = State) ->
    State#publishing{held = queue:in(Message, Held)}.

attached(_, #publishing{publisher = {_, _}} = State) ->
    State;
attached(Login, #publishing{publisher = none} = State) ->
    case rabbit_socks_amqp_publisher:attach(rabbit_socks_amqp_login:share(Login), rabbit_socks_amqp_login:identity(Login)) of
        {ok, Publisher} -> State#publishing{publisher = {Publisher, monitor(process, Publisher)}};
        {error, _} -> State
    end.

hand_over({_, _, {Ack, Timer, Kind}}, Writer, #publishing{publisher = none} = State) ->
    _ = erlang:cancel_timer(Timer),
    failed(Writer, Ack, <<"unavailable">>, <<"the broker takes no connection for this user at present">>, count(Kind, -1, State));
hand_over({Ref, Envelope, {_, _, Kind} = Answer}, _, #publishing{publisher = {Publisher, _}, under_way = UnderWay} = State) ->
    ok = case Kind of
        {request, _} -> rabbit_socks_amqp_publisher:request(Publisher, Ref, Envelope);
        _ -> rabbit_socks_amqp_publisher:publish(Publisher, Ref, Kind =:= mandatory, Envelope)
    end,
    State#publishing{under_way = UnderWay#{Ref => {Answer, Publisher}}}.

failed(Writer, Ack, Code, Text, State) ->
    ok = rabbit_socks_amqp_answer:error(Writer, Ack, Code, Text, #{}),
    State.

%% @doc From now on it is another publisher's: Login's.
-spec move(rabbit_socks_amqp_login:login(), rabbit_socks_amqp_answer:writer(), publishing()) -> publishing().
move(Login, Writer, #publishing{publisher = {Publisher, Monitor}, former = Former} = State) ->
    moved(Writer, State#publishing{publisher = none, former = Former#{Monitor => Publisher}, moving = Login});
move(Login, _, #publishing{moving = Moving} = State) ->
    State#publishing{moving = case Moving of none -> none; _ -> Login end}.

%% Publishers of before are left when nothing of theirs is under way; and what was held goes when no message is.
moved(_, #publishing{former = Former} = State) when map_size(Former) =:= 0 ->
    State;
moved(Writer, #publishing{former = Former, publisher = Current, under_way = UnderWay} = State) ->
    Busy = [Publisher || {_, Publisher} <- maps:values(UnderWay)],
    {Done, Rest} = lists:partition(fun({_, Publisher}) -> not lists:member(Publisher, Busy) end, maps:to_list(Former)),
    lists:foreach(fun({Monitor, Publisher}) -> left(Monitor, Publisher, Current) end, Done),
    settled([message || {{_, _, Kind}, _} <- maps:values(UnderWay), is_message(Kind)], Writer, State#publishing{former = maps:from_list(Rest)}).

left(Monitor, Publisher, Current) ->
    true = demonitor(Monitor, [flush]),
    case Current of
        {Publisher, _} -> ok; % it is the client's again
        _ -> rabbit_socks_amqp_publisher:detach(Publisher)
    end.

settled([], Writer, #publishing{moving = Login} = State) when Login =/= none -> release(Login, Writer, State#publishing{moving = none});
settled(_, _, State) -> State.

is_message({request, _}) -> false;
is_message(_) -> true.

release(Login, Writer, #publishing{blocked = false, moving = none, held = Held} = State) ->
    lists:foldl(fun(Message, Acc) -> hand_over(Message, Writer, attached(Login, Acc)) end, State#publishing{held = queue:new()}, queue:to_list(Held));
release(_, _, State) ->
    State.

%% @doc The broker has an alarm.
-spec blocked(publishing()) -> publishing().
blocked(State) -> State#publishing{blocked = true}.

%% @doc It is over: what was held goes, in order.
-spec unblocked(rabbit_socks_amqp_login:login(), rabbit_socks_amqp_answer:writer(), publishing()) -> publishing().
unblocked(Login, Writer, State) ->
    release(Login, Writer, State#publishing{blocked = false}).

%% @doc The broker has answered.
-spec outcome(reference(), rabbit_socks_amqp_publisher:outcome(), rabbit_socks_amqp_answer:writer(), publishing()) -> publishing().
outcome(Ref, Outcome, Writer, #publishing{under_way = UnderWay} = State) ->
    case UnderWay of
        #{Ref := {{_, _, {request, _}}, _}} when Outcome =:= confirmed -> State; % its reply is what counts
        #{Ref := {{Ack, Timer, Kind}, Publisher}} ->
            _ = erlang:cancel_timer(Timer),
            ok = tell(Outcome, Writer, Ack),
            moved(Writer, done(Ref, Kind, Publisher, State));
        _ -> State % too late: it has been answered
    end.

%% @doc The reply to a request.
-spec replied(reference(), rabbit_socks_amqp_client:envelope(), rabbit_socks_amqp_answer:writer(), publishing()) -> publishing().
replied(Ref, Envelope, Writer, #publishing{under_way = UnderWay} = State) ->
    case UnderWay of
        #{Ref := {{Ack, Timer, Kind}, _}} ->
            _ = erlang:cancel_timer(Timer),
            [Body, Meta] = rabbit_socks_amqp_message:arguments(Envelope),
            ok = rabbit_socks_amqp_answer:ok(Writer, Ack, #{<<"body">> => Body, <<"meta">> => Meta}),
            moved(Writer, count(Kind, -1, forget(Ref, State)));
        _ -> State
    end.

done(Ref, {request, _} = Kind, Publisher, State) ->
    ok = rabbit_socks_amqp_publisher:forget(Publisher, Ref),
    count(Kind, -1, forget(Ref, State));
done(Ref, _, _, State) ->
    forget(Ref, State).

forget(Ref, #publishing{under_way = UnderWay} = State) ->
    State#publishing{under_way = maps:remove(Ref, UnderWay)}.

tell(confirmed, Writer, Ack) ->
    rabbit_socks_amqp_answer:ok(Writer, Ack, #{});
tell(refused, Writer, Ack) ->
    rabbit_socks_amqp_answer:error(Writer, Ack, <<"refused">>, <<"the broker has not taken the message">>, #{});
tell(unroutable, Writer, Ack) ->
    rabbit_socks_amqp_answer:error(Writer, Ack, <<"unroutable">>, <<"no queue takes a message with this routing key">>, #{});
tell(not_found, Writer, Ack) ->
    rabbit_socks_amqp_answer:error(Writer, Ack, <<"not_found">>, <<"the exchange has been deleted: the message has not been published">>, #{});
tell(unknown, Writer, Ack) ->
    nobody_knows(Writer, Ack).

-spec timed_out(reference(), rabbit_socks_amqp_answer:writer(), publishing()) -> publishing().
timed_out(Ref, Writer, #publishing{under_way = UnderWay, held = Held} = State) ->
    case UnderWay of
        #{Ref := {{Ack, _, {request, _} = Kind}, Publisher}} ->
            ok = unknown(Writer, Ack, <<"timeout">>, <<"there was no reply in time">>),
            moved(Writer, done(Ref, Kind, Publisher, State));
        #{Ref := {{Ack, _, Kind}, Publisher}} ->
            ok = unknown(Writer, Ack, <<"timeout">>, <<"the broker has not confirmed the message in time: it may have been published">>),
            moved(Writer, done(Ref, Kind, Publisher, State));
        _ ->
            {Late, Others} = lists:partition(fun(Message) -> element(1, Message) =:= Ref end, queue:to_list(Held)),
            {Code, Text} = held_for(State),
            lists:foldl(fun({_, _, {Ack, _, Kind}}, Acc) -> failed(Writer, Ack, Code, Text, count(Kind, -1, Acc)) end,
                        State#publishing{held = queue:from_list(Others)}, Late)
    end.

held_for(#publishing{blocked = true}) -> {<<"blocked">>, <<"the broker is short of memory or disk: the message has not been published">>};
held_for(_) -> {<<"unavailable">>, <<"what was published before is not confirmed yet: the message has not been published">>}.

%% @doc A process has ended. If it was a publisher, nobody knows what became of what is under way.
-spec down(Monitor :: reference(), rabbit_socks_amqp_answer:writer(), publishing()) -> {ok, publishing()} | other.
down(Monitor, Writer, #publishing{publisher = {Publisher, Monitor}} = State) ->
    {ok, lost(Publisher, Writer, State#publishing{publisher = none})};
down(Monitor, Writer, #publishing{former = Former} = State) ->
    case Former of
        #{Monitor := Publisher} -> {ok, moved(Writer, lost(Publisher, Writer, State))};
        _ -> other
    end.

lost(Publisher, Writer, #publishing{under_way = UnderWay} = State) ->
    maps:fold(fun
        (Ref, {{Ack, Timer, Kind}, Of}, Acc) when Of =:= Publisher ->
            _ = erlang:cancel_timer(Timer),
            ok = nobody_knows(Writer, Ack),
            count(Kind, -1, forget(Ref, Acc));
        (_, _, Acc) -> Acc
    end, State, UnderWay).

nobody_knows(Writer, Ack) -> unknown(Writer, Ack, <<"unknown">>, <<"the way to the broker was lost: the message may have been published">>).

unknown(Writer, Ack, Code, Text) ->
    rabbit_socks_amqp_answer:error(Writer, Ack, Code, Text, #{}).

%% @doc As many as there may be wait for their confirms, or one is held. Requests do not count: their time is another's.
-spec is_full(publishing(), pos_integer()) -> boolean().
is_full(#publishing{under_way = UnderWay, requests = Requests, held = Held}, Most) ->
    map_size(UnderWay) - Requests >= Most orelse not queue:is_empty(Held).
