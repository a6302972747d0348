%% SPDX-License-Identifier: MPL-2.0
%% @doc What one session is subscribed to, and its places in the rooms of that.
-module(rabbit_socks_amqp_subscriptions).

-export([new/0, subscribe/5, unsubscribe/5, renew/2, down/4, revoked/5]).
-export_type([subscriptions/0]).

-record(entry, {
    process :: pid(),
    monitor :: reference(),
    slow :: rabbit_socks_rooms:slow()
}).

-opaque subscriptions() :: #{rabbit_socks_amqp_subscription:id() => #entry{}}.

-spec new() -> subscriptions().
new() -> #{}.

%% @doc Twice is once; what is said of slow clients the second time counts from then on. What is published after the answer
%% has been sent is delivered.
-spec subscribe({Exchange :: binary(), Keys :: [binary()], rabbit_socks_rooms:slow()}, rabbit_socks_amqp_answer:ack(),
                rabbit_socks_amqp_answer:writer(), {rabbit_socks_amqp_login:login(), Most :: pos_integer()}, subscriptions()) ->
    subscriptions().
subscribe({Exchange, Keys, _} = What, Ack, Writer, {Login, Most}, Subscriptions) ->
    case map_size(Subscriptions) < Most orelse is_map_key(rabbit_socks_amqp_subscription:id(Exchange, Keys), Subscriptions) of
        true -> allowed(What, Ack, Writer, Login, Subscriptions);
        false -> failed(Writer, Ack, <<"too_many">>, <<"this connection has as many subscriptions as it may have">>, Subscriptions)
    end.

allowed({Exchange, Keys, Slow}, Ack, Writer, Login, Subscriptions) ->
    User = rabbit_socks_amqp_login:user(Login),
    VHost = rabbit_socks_amqp_login:vhost(Login),
    Queue = rabbit_socks_amqp_subscription:queue(Exchange, Keys),
    case rabbit_socks_access:subscribe(User, VHost, Exchange, Keys, Queue) of
        ok -> join(rabbit_socks_amqp_subscription:subscribe(VHost, Exchange, Keys, User), Slow, Login, Ack, Writer, Subscriptions);
        {error, Code, Text} -> failed(Writer, Ack, Code, Text, Subscriptions)
    end.

join({ok, Process, Id}, Slow, Login, Ack, Writer, Subscriptions) ->
    Entry = entry(Process, room(Id, Login), Slow, Writer, maps:get(Id, Subscriptions, none)),
    ok = rabbit_socks_amqp_answer:ok(Writer, Ack, #{<<"subscription">> => Id}),
    Subscriptions#{Id => Entry};
join({error, _}, _, _, Ack, Writer, Subscriptions) ->
    failed(Writer, Ack, <<"unavailable">>, <<"the broker has not made the subscription">>, Subscriptions).

entry(Process, _, Slow, _, #entry{process = Process, slow = Slow} = Entry) ->
    Entry;
entry(Process, Room, Slow, {Writer, Arg}, Before) ->
    _ = [ok = Writer:leave(Room, Arg) || Before =/= none], % who is in a room already is in it as before
    ok = Writer:join(Room, #{slow => Slow}, Arg),
    #entry{process = Process, monitor = watched(Process, Before), slow = Slow}.

watched(Process, #entry{process = Process, monitor = Monitor}) -> Monitor;
watched(Process, _) -> monitor(process, Process).

failed(Writer, Ack, Code, Text, Subscriptions) ->
    ok = rabbit_socks_amqp_answer:error(Writer, Ack, Code, Text, #{}),
    Subscriptions.

-spec unsubscribe(rabbit_socks_amqp_subscription:id(), rabbit_socks_amqp_login:login(), rabbit_socks_amqp_answer:ack(), rabbit_socks_amqp_answer:writer(),
                  subscriptions()) -> subscriptions().
unsubscribe(Id, Login, Ack, {Writer, Arg} = To, Subscriptions) ->
    case maps:take(Id, Subscriptions) of
        {#entry{process = Process, monitor = Monitor}, Rest} ->
            true = demonitor(Monitor, [flush]),
            ok = Writer:leave(room(Id, Login), Arg),
            ok = rabbit_socks_amqp_subscription:leave(Process),
            ok = rabbit_socks_amqp_answer:ok(To, Ack, #{}),
            Rest;
        error ->
            failed(To, Ack, <<"not_found">>, <<"there is no such subscription">>, Subscriptions)
    end.

%% @doc The client has shown new credentials.
-spec renew(rabbit_socks_amqp_login:login(), subscriptions()) -> ok.
renew(Login, Subscriptions) ->
    User = rabbit_socks_amqp_login:user(Login),
    lists:foreach(fun(#entry{process = Process}) -> rabbit_socks_amqp_subscription:renew(Process, User) end, maps:values(Subscriptions)).

%% @doc A process has ended. If it was a subscription's, the client is told.
-spec down(Monitor :: reference(), rabbit_socks_amqp_login:login(), rabbit_socks_amqp_answer:writer(), subscriptions()) -> subscriptions().
down(Monitor, Login, Writer, Subscriptions) ->
    case [Id || {Id, #entry{monitor = M}} <- maps:to_list(Subscriptions), M =:= Monitor] of
        [Id] -> cancelled(Id, Login, <<"unavailable">>, <<"the broker has ended the subscription">>, Writer, Subscriptions);
        [] -> Subscriptions
    end.

%% @doc This user may read there no more.
-spec revoked(pid(), Text :: binary(), rabbit_socks_amqp_login:login(), rabbit_socks_amqp_answer:writer(), subscriptions()) -> subscriptions().
revoked(Process, Text, Login, Writer, Subscriptions) ->
    case [{Id, M} || {Id, #entry{process = P, monitor = M}} <- maps:to_list(Subscriptions), P =:= Process] of
        [{Id, Monitor}] ->
            true = demonitor(Monitor, [flush]),
            cancelled(Id, Login, <<"access_refused">>, Text, Writer, Subscriptions);
        [] -> Subscriptions
    end.

cancelled(Id, Login, Code, Text, {Writer, Arg}, Subscriptions) ->
    ok = Writer:leave(room(Id, Login), Arg),
    ok = Writer:emit(<<"cancelled">>, [Id, #{<<"error">> => Code, <<"message">> => Text}], Arg),
    maps:remove(Id, Subscriptions).

%% Computed when it is needed: who is idle has no use for it.
room(Id, Login) -> rabbit_socks_amqp_subscription:room(Id, rabbit_socks_amqp_login:vhost(Login)).
