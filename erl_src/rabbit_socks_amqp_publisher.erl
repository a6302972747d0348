%% SPDX-License-Identifier: MPL-2.0
%% @doc Publishes for all sessions of one user in one virtual host, over one channel with confirms; for those of one token, if they
%% have come with one.
%%
%% Each message that a session hands over is answered once, with `{rabbit_socks_amqp, published, Ref, Outcome}'; unless this
%% process ends before, which the session sees by its monitor. It ends when no session has been attached to it for a while, and
%% when its channel does: nobody knows then what became of the messages under way. Only where one to an exchange that is gone has
%% ended the channel it is known of most (rabbit_socks_amqp_doomed): what came behind that one goes over another channel.
-module(rabbit_socks_amqp_publisher).
-behaviour(gen_server).

-export([attach/2, detach/1, publish/4, request/3, forget/2]).
-export([start_link/1, init/1, handle_continue/2, handle_call/3, handle_cast/2, handle_info/2, terminate/2, format_status/1]).
-export_type([outcome/0]).

%% `refused': the broker could not take it. `unroutable': it was mandatory, and no queue takes it. `not_found': its exchange was
%% gone. `unknown': the same had happened to another message of the channel; of a request, its reply has no way any more.
-type outcome() :: confirmed | refused | unroutable | not_found | unknown.

-define(IDLE, 60000). % ms

-record(publisher, {
    share :: rabbit_socks_amqp_login:share(),
    identity :: rabbit_socks_amqp_connection:identity(),
    channel :: undefined | rabbit_socks_amqp_client:channel(),
    sessions = #{} :: #{reference() => pid()},
    next = 1 :: pos_integer(),
    requests = none :: none | requests(), % none: there was none yet
    under_way = gb_trees:empty() :: gb_trees:tree(pos_integer(), entry())
}).

-type entry() :: {pid(), reference(), Mandatory :: boolean() | returned, rabbit_socks_amqp_client:envelope()}.

%% Who waits for the reply that names this id, and the other way round.
-type requests() :: #{Id :: binary() => {pid(), reference()}, reference() => Id :: binary()}.

%% @doc The publisher for that user; the session that asks is attached to it.
-spec attach(rabbit_socks_amqp_login:share(), rabbit_socks_amqp_connection:identity()) -> {ok, pid()} | {error, term()}.
attach({User, VHost, Rights} = Share, Identity) ->
    case rabbit_socks_amqp_workers:call({?MODULE, User, VHost, Rights}, {Share, Identity}, {attach, self()}) of
        {Publisher, ok} when is_pid(Publisher) -> {ok, Publisher};
        {error, Reason} -> {error, Reason}
    end.

%% @doc The session has no more to publish there, and waits for nothing.
-spec detach(pid()) -> ok.
detach(Publisher) ->
    gen_server:cast(Publisher, {detach, self()}).

%% @doc Ref comes back with the outcome.
-spec publish(pid(), reference(), Mandatory :: boolean(), rabbit_socks_amqp_client:envelope()) -> ok.
publish(Publisher, Ref, Mandatory, Envelope) ->
    gen_server:cast(Publisher, {publish, self(), Ref, Mandatory, Envelope}).

%% @doc The same for a message that asks for a reply: after its outcome comes `{rabbit_socks_amqp, replied, Ref, Envelope}', or
%% nothing. It is mandatory.
-spec request(pid(), reference(), rabbit_socks_amqp_client:envelope()) -> ok.
request(Publisher, Ref, Envelope) ->
    gen_server:cast(Publisher, {request, self(), Ref, Envelope}).

%% @doc Nobody waits for that reply any more.
-spec forget(pid(), reference()) -> ok.
forget(Publisher, Ref) ->
    gen_server:cast(Publisher, {forget, Ref}).

-spec start_link({rabbit_socks_amqp_login:share(), rabbit_socks_amqp_connection:identity()}) -> gen_server:start_ret().
start_link(Argument) ->
    gen_server:start_link(?MODULE, Argument, []).

-spec init({rabbit_socks_amqp_login:share(), rabbit_socks_amqp_connection:identity()}) -> {ok, #publisher{}, {continue, term()}}.
init({Share, Identity}) ->
    process_flag(trap_exit, true),
    {ok, #publisher{share = Share, identity = Identity}, {continue, []}}.

%% A channel, and what is to go over it before all else.
-spec handle_continue([Cast :: term()], #publisher{}) -> {noreply, #publisher{}} | {noreply, #publisher{}, timeout()} | {stop, term(), #publisher{}}.
handle_continue(Casts, #publisher{share = Share, identity = Identity} = State) ->
    case rabbit_socks_amqp_connection:channel(Share, Identity) of
        {ok, Channel} ->
            _ = monitor(process, Channel),
            ok = rabbit_socks_amqp_client:confirms(Channel),
            go_on(lists:foldl(fun(Cast, Acc) -> {noreply, Next} = handle_cast(Cast, Acc), Next end, State#publisher{channel = Channel}, Casts));
        {error, _} ->
            {stop, {shutdown, no_channel}, State}
    end.

-spec handle_call({attach, pid()}, gen_server:from(), #publisher{}) -> {reply, ok, #publisher{}}.
handle_call({attach, Session}, _, #publisher{sessions = Sessions} = State) ->
    {reply, ok, State#publisher{sessions = Sessions#{monitor(process, Session) => Session}}}.

-spec handle_cast(term(), #publisher{}) -> {noreply, #publisher{}} | {noreply, #publisher{}, timeout()}.
handle_cast({detach, Session}, #publisher{sessions = Sessions} = State) ->
    {Gone, Rest} = maps:fold(fun(Monitor, Who, {Gone, Rest}) when Who =:= Session -> {[Monitor | Gone], Rest};
                                (Monitor, Who, {Gone, Rest}) -> {Gone, Rest#{Monitor => Who}} end, {[], #{}}, Sessions),
    _ = [demonitor(Monitor, [flush]) || Monitor <- Gone],
    go_on(State#publisher{sessions = Rest});
handle_cast({publish, From, Ref, Mandatory, Envelope}, State) ->
    {noreply, go(From, Ref, Mandatory, Envelope, State)};
handle_cast({request, _, _, _} = Request, #publisher{requests = none, channel = Channel} = State) ->
    ok = rabbit_socks_amqp_client:replies(Channel),
    handle_cast(Request, State#publisher{requests = #{}});
handle_cast({request, From, Ref, #{properties := Properties} = Envelope}, #publisher{next = Next, requests = Requests} = State) ->
    Id = integer_to_binary(Next),
    Asking = Envelope#{properties := rabbit_socks_amqp_properties:request(Properties, Id)},
    {noreply, go(From, Ref, true, Asking, State#publisher{requests = Requests#{Id => {From, Ref}, Ref => Id}})};
handle_cast({forget, Ref}, #publisher{requests = Requests} = State) ->
    {noreply, State#publisher{requests = forgotten(Ref, Requests)}}.

forgotten(_, none) -> none;
forgotten(Ref, Requests) ->
    case maps:take(Ref, Requests) of
        {Id, Rest} -> maps:remove(Id, Rest);
        error -> Requests
    end.

go(From, Ref, Mandatory, Envelope, #publisher{channel = Channel, next = Next, under_way = UnderWay} = State) ->
    ok = rabbit_socks_amqp_client:publish(Channel, Mandatory, Envelope),
    State#publisher{next = Next + 1, under_way = gb_trees:insert(Next, {From, Ref, Mandatory, Envelope}, UnderWay)}.

-spec handle_info(term(), #publisher{}) -> {noreply, #publisher{}} | {noreply, #publisher{}, timeout()} | {stop, term(), #publisher{}}.
handle_info({'EXIT', _, Reason}, State) ->
    {stop, {shutdown, Reason}, State};
handle_info({'DOWN', _, process, Channel, Reason}, #publisher{channel = Channel} = State) ->
    case rabbit_socks_amqp_client:is_not_found(Reason) of
        true -> doomed(State);
        false -> {stop, {shutdown, channel_lost}, State}
    end;
handle_info({'DOWN', Monitor, process, Session, _}, #publisher{sessions = Sessions, requests = Requests} = State) ->
    go_on(State#publisher{sessions = maps:remove(Monitor, Sessions), requests = left(Session, Requests)});
handle_info(timeout, State) ->
    {stop, {shutdown, idle}, State};
handle_info(Message, State) ->
    case rabbit_socks_amqp_client:event(Message) of
        {confirmed, Number, Multiple} -> go_on(settle(Number, Multiple, confirmed, State));
        {refused, Number, Multiple} -> go_on(settle(Number, Multiple, refused, State));
        {returned, Envelope} -> go_on(returned(Envelope, State));
        {delivery, _, _, _, Envelope} -> go_on(replied(Envelope, State));
        _ -> go_on(State)
    end.

%% One of those under way was to an exchange that is gone.
doomed(#publisher{share = {_, VHost, _}, under_way = UnderWay, requests = Requests} = State) ->
    IsMissing = fun({_, _, _, #{exchange := Exchange}}) -> not rabbit_socks_access:is_exchange(VHost, Exchange) end,
    Sorted = rabbit_socks_amqp_doomed:sort(IsMissing, gb_trees:values(UnderWay)),
    _ = [ok = tell(Entry, Fate) || {Fate, Entry} <- Sorted, Fate =/= untouched],
    Again = [again(Entry, Requests) || {untouched, Entry} <- Sorted],
    _ = [From ! {rabbit_socks_amqp, published, Ref, unknown} || {From, Ref} <- waiting([Ref || {_, {_, Ref, _, _}} <- Sorted], Requests)],
    {noreply, State#publisher{channel = undefined, next = 1, under_way = gb_trees:empty(), requests = none}, {continue, Again}}.

again({From, Ref, _, Envelope}, Requests) when is_map_key(Ref, Requests) -> {request, From, Ref, Envelope};
again({From, Ref, Mandatory, Envelope}, _) -> {publish, From, Ref, Mandatory, Envelope}.

%% Requests that have been published before: their replies were to come over the channel.
waiting(_, none) -> [];
waiting(UnderWay, Requests) -> [maps:get(Id, Requests) || {Ref, Id} <- maps:to_list(maps:without(UnderWay, Requests)), is_reference(Ref)].

%% An id that nobody waits for is late, or somebody's invention.
replied(#{properties := Properties} = Envelope, #publisher{requests = Requests} = State) ->
    case maps:find(rabbit_socks_amqp_properties:correlation(Properties), Requests) of
        {ok, {From, Ref}} ->
            _ = From ! {rabbit_socks_amqp, replied, Ref, Envelope},
            State#publisher{requests = forgotten(Ref, Requests)};
        error -> State
    end.

%% The requests of a session that is gone.
left(_, none) -> none;
left(Session, Requests) ->
    lists:foldl(fun forgotten/2, Requests, [Ref || {Who, Ref} <- maps:values(Requests), Who =:= Session]).

settle(Number, false, Outcome, #publisher{under_way = UnderWay} = State) ->
    case gb_trees:take_any(Number, UnderWay) of
        {Entry, Rest} ->
            ok = tell(Entry, Outcome),
            State#publisher{under_way = Rest};
        error -> State
    end;
settle(Number, true, Outcome, #publisher{under_way = UnderWay} = State) ->
    State#publisher{under_way = settle_up_to(Number, Outcome, UnderWay)}.

settle_up_to(Number, Outcome, UnderWay) ->
    case gb_trees:is_empty(UnderWay) orelse gb_trees:smallest(UnderWay) of
        {Smallest, Entry} when Smallest =< Number ->
            ok = tell(Entry, Outcome),
            settle_up_to(Number, Outcome, gb_trees:delete(Smallest, UnderWay));
        _ -> UnderWay
    end.

tell({From, Ref, returned, Envelope}, confirmed) -> tell({From, Ref, true, Envelope}, unroutable);
tell({From, Ref, _, _}, Outcome) ->
    _ = From ! {rabbit_socks_amqp, published, Ref, Outcome},
    ok.

%% A return does not say the number of its message. They come in the order of their messages: it is the first one under way that
%% looks the same.
returned(#{exchange := Exchange, key := Key, payload := Payload}, #publisher{under_way = UnderWay} = State) ->
    State#publisher{under_way = mark({Exchange, Key, Payload}, gb_trees:iterator(UnderWay), UnderWay)}.

mark({Exchange, Key, Payload} = Wanted, Iterator, UnderWay) ->
    case gb_trees:next(Iterator) of
        {Number, {From, Ref, true, #{exchange := Exchange, key := Key, payload := Payload} = Envelope}, _} ->
            gb_trees:update(Number, {From, Ref, returned, Envelope}, UnderWay);
        {_, _, Next} -> mark(Wanted, Next, UnderWay);
        none -> UnderWay
    end.

%% Idle is who has no sessions. What those that left have published is not taken back: it may be confirmed to nobody.
go_on(#publisher{sessions = Sessions} = State) when map_size(Sessions) =:= 0 -> {noreply, State, ?IDLE};
go_on(State) -> {noreply, State}.

-spec terminate(term(), #publisher{}) -> ok.
terminate(_, #publisher{channel = undefined}) -> ok;
terminate(_, #publisher{channel = Channel}) -> rabbit_socks_amqp_client:close_channel(Channel).

%% @private Messages are nobody's business.
-spec format_status(gen_server:format_status()) -> gen_server:format_status().
format_status(Status) ->
    maps:map(fun(state, #publisher{share = {_, VHost, _}}) -> {publisher, VHost}; (message, _) -> '...'; (_, Value) -> Value end, Status).
