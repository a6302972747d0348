%% SPDX-License-Identifier: MPL-2.0
%% @doc One session's messages on their way to the broker: each is answered once, when its confirm has come, or will not come.
-module(rabbit_socks_amqp_publishing).

-export([new/0, publish/5, outcome/4, timed_out/3, down/3, is_full/2]).
-export_type([publishing/0]).

-record(publishing, {
    publisher = none :: none | {pid(), Monitor :: reference()},
    under_way = #{} :: #{reference() => {rabbit_socks_amqp_answer:ack(), Timer :: reference()}}
}).

-opaque publishing() :: #publishing{}.

-spec new() -> publishing().
new() -> #publishing{}.

%% @doc The answer follows, and has been given already if the message cannot be published.
-spec publish(rabbit_socks_amqp_command:message(), rabbit_socks_amqp_answer:ack(), rabbit_socks_amqp_answer:writer(),
              {rabbit_socks_amqp_login:login(), Timeout :: pos_integer()}, publishing()) -> publishing().
publish(#{exchange := Exchange, key := Key, mandatory := Mandatory} = Message, Ack, Writer, {Login, Timeout}, State) ->
    User = rabbit_socks_amqp_login:user(Login),
    case rabbit_socks_amqp_message:envelope(Message, rabbit_socks_amqp_login:name(Login)) of
        {error, Text} ->
            failed(Writer, Ack, <<"bad_request">>, Text, State);
        {ok, Envelope} ->
            case rabbit_socks_access:publish(User, rabbit_socks_amqp_login:vhost(Login), Exchange, Key) of
                ok -> hand_over(attached(Login, State), Envelope, Mandatory, Ack, Writer, Timeout);
                {error, Code, Text} -> failed(Writer, Ack, Code, Text, State)
            end
    end.

attached(_, #publishing{publisher = {_, _}} = State) ->
    State;
attached(Login, #publishing{publisher = none} = State) ->
    VHost = rabbit_socks_amqp_login:vhost(Login),
    case rabbit_socks_amqp_publisher:attach(rabbit_socks_amqp_login:name(Login), VHost, rabbit_socks_amqp_login:identity(Login)) of
        {ok, Publisher} -> State#publishing{publisher = {Publisher, monitor(process, Publisher)}};
        {error, _} -> State
    end.

hand_over(#publishing{publisher = none} = State, _, _, Ack, Writer, _) ->
    failed(Writer, Ack, <<"unavailable">>, <<"the broker takes no connection for this user at present">>, State);
hand_over(#publishing{publisher = {Publisher, _}, under_way = UnderWay} = State, Envelope, Mandatory, Ack, _, Timeout) ->
    Ref = make_ref(),
    ok = rabbit_socks_amqp_publisher:publish(Publisher, Ref, Mandatory, Envelope),
    Timer = erlang:start_timer(Timeout, self(), {rabbit_socks_amqp, publish, Ref}),
    State#publishing{under_way = UnderWay#{Ref => {Ack, Timer}}}.

failed(Writer, Ack, Code, Text, State) ->
    ok = rabbit_socks_amqp_answer:error(Writer, Ack, Code, Text, #{}),
    State.

%% @doc The broker has answered.
-spec outcome(reference(), rabbit_socks_amqp_publisher:outcome(), rabbit_socks_amqp_answer:writer(), publishing()) -> publishing().
outcome(Ref, Outcome, Writer, #publishing{under_way = UnderWay} = State) ->
    case maps:take(Ref, UnderWay) of
        {{Ack, Timer}, Rest} ->
            _ = erlang:cancel_timer(Timer),
            ok = tell(Outcome, Writer, Ack),
            State#publishing{under_way = Rest};
        error -> State % too late: it has been answered
    end.

tell(confirmed, Writer, Ack) ->
    rabbit_socks_amqp_answer:ok(Writer, Ack, #{});
tell(refused, Writer, Ack) ->
    rabbit_socks_amqp_answer:error(Writer, Ack, <<"refused">>, <<"the broker has not taken the message">>, #{});
tell(unroutable, Writer, Ack) ->
    rabbit_socks_amqp_answer:error(Writer, Ack, <<"unroutable">>, <<"no queue takes a message with this routing key">>, #{}).

-spec timed_out(reference(), rabbit_socks_amqp_answer:writer(), publishing()) -> publishing().
timed_out(Ref, Writer, #publishing{under_way = UnderWay} = State) ->
    case maps:take(Ref, UnderWay) of
        {{Ack, _}, Rest} ->
            ok = unknown(Writer, Ack, <<"timeout">>, <<"the broker has not confirmed the message in time: it may have been published">>),
            State#publishing{under_way = Rest};
        error -> State
    end.

%% @doc A process has ended. If it was the publisher, nobody knows what became of what is under way.
-spec down(Monitor :: reference(), rabbit_socks_amqp_answer:writer(), publishing()) -> {ok, publishing()} | other.
down(Monitor, Writer, #publishing{publisher = {_, Monitor}, under_way = UnderWay}) ->
    [begin
         _ = erlang:cancel_timer(Timer),
         ok = unknown(Writer, Ack, <<"unknown">>, <<"the way to the broker was lost: the message may have been published">>)
     end || {Ack, Timer} <- maps:values(UnderWay)],
    {ok, #publishing{}};
down(_, _, _) ->
    other.

unknown(Writer, Ack, Code, Text) ->
    rabbit_socks_amqp_answer:error(Writer, Ack, Code, Text, #{}).

%% @doc As many as there may be are under way.
-spec is_full(publishing(), pos_integer()) -> boolean().
is_full(#publishing{under_way = UnderWay}, Most) -> map_size(UnderWay) >= Most.
