%% SPDX-License-Identifier: MPL-2.0
%% @doc One set of routing keys of one exchange: one queue of this node for all who subscribe to it. What comes is broadcast to a
%% room, so that it crosses to the edge once, whoever is in there.
%%
%% It ends with its last subscriber, and its queue with it; and when the broker takes the queue or the exchange away, which
%% the subscribers see by their monitors. May a user read no more, then each of that user's sessions is told.
-module(rabbit_socks_amqp_subscription).
-behaviour(gen_server).

-export([subscribe/4, renew/2, leave/1, id/2, queue/2, room/2, is_room/1]).
-export([start_link/1, init/1, handle_continue/2, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).
-export_type([id/0]).

%% What clients know it by; the same on every node, and for every user of the virtual host.
-type id() :: binary().

-define(PREFETCH, 1000).
%% Of what the edge is behind with, the oldest is dropped.
-define(LENGTH, 100000).
%% Silence after which what a crowd left on the heap when it came is given back: several times what is kept of each.
-define(HIBERNATE_AFTER, 1000). % ms
-define(PREFIX, "socks-subscription-").

-record(subscription, {
    id :: id(),
    vhost :: binary(),
    exchange :: binary(),
    keys :: [binary()],
    room :: binary(),
    connection :: undefined | rabbit_socks_amqp_client:connection(),
    channel :: undefined | rabbit_socks_amqp_client:channel(),
    subscribers = #{} :: #{pid() => {reference(), rabbit_socks_access:user()}},
    users = #{} :: #{rabbit_socks_access:user() => rabbit_socks_access:user()}, % of the subscribers, and perhaps of some before
    unacknowledged = 0 :: non_neg_integer()
}).

%% @doc The caller is one of its subscribers from now on: it joins the room/2 itself. May is asked before.
-spec subscribe(VHost :: binary(), Exchange :: binary(), Keys :: [binary()], rabbit_socks_access:user()) ->
    {ok, pid(), id()} | {error, term()}.
subscribe(VHost, Exchange, Keys, User) ->
    case rabbit_socks_amqp_workers:call({?MODULE, VHost, Exchange, Keys}, {VHost, Exchange, Keys}, {subscribe, self(), User}) of
        {Pid, {ok, Id}} -> {ok, Pid, Id};
        {error, Reason} -> {error, Reason}
    end.

%% @doc The caller, if it is a subscriber, has this user's rights from now on.
-spec renew(pid(), rabbit_socks_access:user()) -> ok.
renew(Subscription, User) ->
    gen_server:cast(Subscription, {renew, self(), User}).

-spec leave(pid()) -> ok.
leave(Subscription) ->
    gen_server:cast(Subscription, {leave, self()}).

-spec id(Exchange :: binary(), Keys :: [binary()]) -> id().
id(Exchange, Keys) -> digest({Exchange, Keys}).

%% @doc The beginning of the queue's name, by which the operator's permissions go. Each node has its own.
-spec queue(Exchange :: binary(), Keys :: [binary()]) -> binary().
queue(Exchange, Keys) ->
    <<?PREFIX, (digest({node(), Exchange, Keys}))/binary>>.

%% @doc Where that is said what comes.
-spec room(id(), VHost :: binary()) -> binary().
room(Id, VHost) -> <<?PREFIX, Id/binary, $:, VHost/binary>>.

%% @doc Is the room that of a subscription? What is said there is taken for a message of the broker's.
-spec is_room(binary()) -> boolean().
is_room(<<?PREFIX, _/binary>>) -> true;
is_room(_) -> false.

%% The one before may be on its way out still.
own_queue(Exchange, Keys) ->
    <<(queue(Exchange, Keys))/binary, $-, (binary:encode_hex(crypto:strong_rand_bytes(4)))/binary>>.

digest(Term) ->
    <<Digest:15/binary, _/binary>> = crypto:hash(sha256, term_to_binary(Term, [{minor_version, 2}])),
    binary:encode_hex(Digest).

-spec start_link({binary(), binary(), [binary()]}) -> gen_server:start_ret().
start_link(Argument) ->
    gen_server:start_link(?MODULE, Argument, [{hibernate_after, ?HIBERNATE_AFTER}]).

-spec init({binary(), binary(), [binary()]}) -> {ok, #subscription{}, {continue, open}}.
init({VHost, Exchange, Keys}) ->
    process_flag(trap_exit, true),
    Id = id(Exchange, Keys),
    {ok, #subscription{id = Id, vhost = VHost, exchange = Exchange, keys = Keys, room = room(Id, VHost)}, {continue, open}}.

-spec handle_continue(open, #subscription{}) -> {noreply, #subscription{}} | {stop, term(), #subscription{}}.
handle_continue(open, #subscription{vhost = VHost, exchange = Exchange, keys = Keys} = State) ->
    maybe_open(rabbit_socks_amqp_client:connect(broker, VHost, <<"rabbit_socks subscription to ", Exchange/binary>>), Keys, State).

maybe_open({ok, Connection}, Keys, #subscription{exchange = Exchange} = State) ->
    Opened = State#subscription{connection = Connection},
    try
        {ok, Channel} = rabbit_socks_amqp_client:channel(Connection),
        _ = monitor(process, Channel),
        ok = rabbit_socks_amqp_client:subscription(Channel, own_queue(Exchange, Keys), Exchange, Keys, #{prefetch => ?PREFETCH, length => ?LENGTH}),
        refresh_later(),
        {noreply, Opened#subscription{channel = Channel}}
    catch
        _:_ -> {stop, {shutdown, no_subscription}, Opened}
    end;
maybe_open({error, _}, _, State) ->
    {stop, {shutdown, no_connection}, State}.

-spec handle_call({subscribe, pid(), rabbit_socks_access:user()}, gen_server:from(), #subscription{}) ->
    {reply, {ok, id()}, #subscription{}}.
handle_call({subscribe, Session, User}, _, #subscription{id = Id, subscribers = Subscribers} = State) ->
    Monitor = case Subscribers of
        #{Session := {Known, _}} -> Known;
        _ -> monitor(process, Session)
    end,
    {reply, {ok, Id}, put_subscriber(Session, Monitor, User, State)}.

%% Many subscribers are one user: what is known of that one is here once.
put_subscriber(Session, Monitor, User, #subscription{subscribers = Subscribers, users = Users} = State) ->
    Same = maps:get(User, Users, User),
    State#subscription{subscribers = Subscribers#{Session => {Monitor, Same}}, users = Users#{Same => Same}}.

-spec handle_cast({leave, pid()} | {renew, pid(), rabbit_socks_access:user()}, #subscription{}) ->
    {noreply, #subscription{}} | {stop, normal, #subscription{}}.
handle_cast({renew, Session, User}, #subscription{subscribers = Subscribers} = State) ->
    case Subscribers of
        #{Session := {Monitor, _}} -> {noreply, put_subscriber(Session, Monitor, User, State)};
        _ -> {noreply, State}
    end;
handle_cast({leave, Session}, #subscription{subscribers = Subscribers} = State) ->
    case maps:take(Session, Subscribers) of
        {{Monitor, _}, Rest} ->
            true = demonitor(Monitor, [flush]),
            left(State#subscription{subscribers = Rest});
        error -> {noreply, State}
    end.

left(#subscription{subscribers = Subscribers} = State) when map_size(Subscribers) =:= 0 -> {stop, normal, State};
left(State) -> {noreply, State}.

-spec handle_info(term(), #subscription{}) -> {noreply, #subscription{}} | {stop, term(), #subscription{}}.
handle_info({'DOWN', _, process, Channel, _}, #subscription{channel = Channel} = State) ->
    {stop, {shutdown, channel_lost}, State};
handle_info({'DOWN', _, process, Session, _}, #subscription{subscribers = Subscribers} = State) ->
    left(State#subscription{subscribers = maps:remove(Session, Subscribers)});
handle_info({'EXIT', _, Reason}, State) ->
    {stop, {shutdown, Reason}, State};
handle_info(refresh, State) ->
    refresh_later(),
    left(refresh(State));
handle_info(Message, State) ->
    case rabbit_socks_amqp_client:event(Message) of
        {delivery, _, Tag, _, Envelope} -> {noreply, delivered(Tag, Envelope, State)};
        {cancelled, _} -> {stop, {shutdown, cancelled}, State};
        _ -> {noreply, State}
    end.

refresh_later() ->
    _ = erlang:send_after(rabbit_socks_access:refresh_time(), self(), refresh),
    ok.

%% A user's sessions are judged together.
refresh(#subscription{vhost = VHost, exchange = Exchange, keys = Keys, subscribers = Subscribers} = State) ->
    Users = lists:usort([User || {_, User} <- maps:values(Subscribers)]),
    Queue = queue(Exchange, Keys),
    Refused = [{User, Text} || User <- Users, {error, _, Text} <- [rabbit_socks_access:subscribe(User, VHost, Exchange, Keys, Queue)]],
    maps:fold(fun(Session, {Monitor, User}, Acc) ->
        case lists:keyfind(User, 1, Refused) of
            {_, Text} ->
                true = demonitor(Monitor, [flush]),
                Session ! {rabbit_socks_amqp, revoked, self(), Text},
                Acc#subscription{subscribers = maps:remove(Session, Acc#subscription.subscribers)};
            false -> Acc
        end
    end, State#subscription{users = maps:from_list([{User, User} || User <- Users])}, Subscribers).

delivered(Tag, #{key := Key} = Envelope, #subscription{id = Id, room = Room} = State) ->
    ok = rabbit_socks:broadcast(Room, <<"message">>, [Id | rabbit_socks_amqp_message:arguments(Envelope)], #{key => Key}),
    acknowledged(Tag, State).

%% Broadcasting waits for the link, and so does the queue: no more than the prefetch is ever here.
acknowledged(Tag, #subscription{channel = Channel, unacknowledged = N} = State) when N + 1 >= ?PREFETCH div 2 ->
    ok = rabbit_socks_amqp_client:acknowledge(Channel, Tag),
    State#subscription{unacknowledged = 0};
acknowledged(_, #subscription{unacknowledged = N} = State) ->
    State#subscription{unacknowledged = N + 1}.

-spec terminate(term(), #subscription{}) -> ok.
terminate(_, #subscription{connection = undefined}) -> ok;
terminate(_, #subscription{connection = Connection}) -> rabbit_socks_amqp_client:close(Connection).
