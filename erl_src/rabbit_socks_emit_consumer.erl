%% SPDX-License-Identifier: MPL-2.0
%% @doc This node's queue on the exchange of emitted events: each message becomes a broadcast to the clients of this node. Other
%% nodes have queues of their own, so every client in the cluster is reached.
%%
%% It ends with its connection, its channel or its queue; rabbit_socks_emit starts another. What is no event is counted,
%% and named in the log once a minute at most.
-module(rabbit_socks_emit_consumer).
-behaviour(gen_server).

-include_lib("kernel/include/logger.hrl").

-export([start_link/2]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).
-export_type([tally/0]).

%% Two numbers: events that were sent on, and messages that were none.
-type tally() :: counters:counters_ref().

-define(DOMAIN, #{domain => [rabbitmq, socks]}).
-define(PREFETCH, 1000).
%% Of what the edge is behind with, the oldest is dropped.
-define(LENGTH, 100000).
%% An exchange that somebody has deleted is declared and bound again (ms).
-define(REFRESH, 30_000).
-define(QUIET, 60_000).

-record(state, {
    exchange :: binary(),
    queue :: binary(),
    connection :: rabbit_socks_amqp_client:connection(),
    channel :: rabbit_socks_amqp_client:channel(),
    tally :: tally(),
    unacknowledged = 0 :: non_neg_integer(),
    unsaid = none :: none | non_neg_integer()   % refused since the last line in the log, while there may be no other
}).

%% @doc Returns when the queue is bound and consumed. The error is a reason to wait, and a text.
-spec start_link(rabbit_socks_emit_settings:settings(), tally()) -> {ok, pid()} | {error, {shutdown, booting | iodata()}}.
start_link(Settings, Tally) ->
    case gen_server:start_link(?MODULE, {Settings, Tally}, []) of
        {ok, Pid} -> {ok, Pid};
        {error, {shutdown, Reason}} -> {error, {shutdown, Reason}};
        {error, Reason} -> {error, {shutdown, rabbit_socks_blame:reason(Reason)}}
    end.

-spec init({rabbit_socks_emit_settings:settings(), tally()}) -> {ok, #state{}} | {stop, {shutdown, booting | iodata()}}.
init({#{vhost := VHost, exchange := Exchange}, Tally}) ->
    process_flag(trap_exit, true),
    case rabbit_socks_amqp_client:connect(broker, VHost, <<"rabbit_socks emit from ", Exchange/binary>>) of
        {ok, Connection} -> consume(Connection, Exchange, Tally);
        {error, Reason} when Reason =:= broker_not_found_on_node; Reason =:= broker_is_booting -> {stop, {shutdown, booting}};
        {error, not_allowed} -> {stop, {shutdown, "there is no such virtual host, or its limit of connections is reached"}};
        {error, Reason} -> {stop, {shutdown, rabbit_socks_blame:reason(Reason)}}
    end.

consume(Connection, Exchange, Tally) ->
    Queue = <<"socks-emit-", (atom_to_binary(node()))/binary, $-, (binary:encode_hex(crypto:strong_rand_bytes(4)))/binary>>,
    case opened(Connection, Exchange, Queue) of
        {ok, Channel} ->
            _ = monitor(process, Channel),
            refresh_later(),
            {ok, #state{exchange = Exchange, queue = Queue, connection = Connection, channel = Channel, tally = Tally}};
        {error, Text} ->
            ok = rabbit_socks_amqp_client:close(Connection),
            {stop, {shutdown, Text}}
    end.

opened(Connection, Exchange, Queue) ->
    case rabbit_socks_amqp_client:channel(Connection) of
        {ok, Channel} ->
            Limits = #{prefetch => ?PREFETCH, length => ?LENGTH},
            Steps = [fun() -> rabbit_socks_amqp_client:topic(Channel, Exchange) end,
                     fun() -> rabbit_socks_amqp_client:subscription(Channel, Queue, Exchange, [<<"#">>], Limits) end],
            in_turn(Steps, {ok, Channel});
        {error, Reason} ->
            {error, rabbit_socks_blame:reason(Reason)}
    end.

in_turn([], Result) -> Result;
in_turn([Step | Rest], Result) ->
    case Step() of
        {error, _, Text} -> {error, rabbit_socks_blame:words(Text)};
        _ -> in_turn(Rest, Result)
    end.

-spec handle_call(term(), gen_server:from(), #state{}) -> {reply, {error, unknown}, #state{}}.
handle_call(_, _, State) ->
    {reply, {error, unknown}, State}.

-spec handle_cast(term(), #state{}) -> {noreply, #state{}}.
handle_cast(_, State) ->
    {noreply, State}.

-spec handle_info(term(), #state{}) -> {noreply, #state{}} | {stop, {shutdown, iodata()}, #state{}}.
handle_info({'DOWN', _, process, Channel, _}, #state{channel = Channel} = State) ->
    {stop, {shutdown, "the channel was lost"}, State};
handle_info({'EXIT', Connection, _}, #state{connection = Connection} = State) ->
    {stop, {shutdown, "the connection was lost"}, State};
handle_info({'EXIT', _, Reason}, State) ->
    {stop, {shutdown, rabbit_socks_blame:reason(Reason)}, State};
handle_info(refresh, State) ->
    refresh(State);
handle_info(may_speak, State) ->
    {noreply, summary(State)};
handle_info(Message, State) ->
    case rabbit_socks_amqp_client:event(Message) of
        {delivery, _, Tag, _, Envelope} -> {noreply, acknowledged(Tag, delivered(Envelope, State))};
        {cancelled, _} -> {stop, {shutdown, "the queue was deleted"}, State};
        _ -> {noreply, State}
    end.

refresh_later() ->
    _ = erlang:send_after(?REFRESH, self(), refresh),
    ok.

refresh(#state{channel = Channel, exchange = Exchange, queue = Queue} = State) ->
    Steps = [fun() -> rabbit_socks_amqp_client:topic(Channel, Exchange) end,
             fun() -> rabbit_socks_amqp_client:queue(Channel, {bind, Queue, Exchange, <<"#">>, []}) end],
    case in_turn(Steps, ok) of
        ok ->
            refresh_later(),
            {noreply, State};
        {error, Text} -> {stop, {shutdown, Text}, State}
    end.

delivered(Envelope, State) ->
    case rabbit_socks_emit_message:read(Envelope) of
        {ok, Event} -> emit(Event, State);
        {error, Text} -> refused(Envelope, Text, State)
    end.

emit(#{audience := #{namespace := Namespace, rooms := Rooms}, name := Name, args := Args, except := Except}, #state{tally = Tally} = State) ->
    ok = rabbit_socks:broadcast(Rooms, Name, Args, #{namespace => Namespace, except => Except}),
    ok = counters:add(Tally, 1, 1),
    State.

refused(#{key := Key}, Text, #state{tally = Tally, exchange = Exchange, unsaid = Unsaid} = State) ->
    ok = counters:add(Tally, 2, 1),
    case Unsaid of
        none ->
            ?LOG_WARNING("rabbit_socks: a message with the routing key '~ts' of exchange '~ts' is not emitted: ~ts",
                         [rabbit_socks_blame:text(Key), Exchange, Text], ?DOMAIN),
            speak_later(),
            State#state{unsaid = 0};
        _ -> State#state{unsaid = Unsaid + 1}
    end.

speak_later() ->
    _ = erlang:send_after(?QUIET, self(), may_speak),
    ok.

summary(#state{unsaid = 0} = State) ->
    State#state{unsaid = none};
summary(#state{unsaid = Unsaid, exchange = Exchange} = State) ->
    ?LOG_WARNING("rabbit_socks: ~b more messages of exchange '~ts' were not emitted in the last minute", [Unsaid, Exchange], ?DOMAIN),
    speak_later(),
    State#state{unsaid = 0}.

%% Broadcasting waits for the link, and so does the queue: no more than the prefetch is ever here.
acknowledged(Tag, #state{channel = Channel, unacknowledged = N} = State) when N + 1 >= ?PREFETCH div 2 ->
    ok = rabbit_socks_amqp_client:acknowledge(Channel, Tag),
    State#state{unacknowledged = 0};
acknowledged(_, #state{unacknowledged = N} = State) ->
    State#state{unacknowledged = N + 1}.

-spec terminate(term(), #state{}) -> ok.
terminate(_, #state{connection = Connection}) ->
    rabbit_socks_amqp_client:close(Connection).
