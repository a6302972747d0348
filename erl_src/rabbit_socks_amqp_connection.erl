%% SPDX-License-Identifier: MPL-2.0
%% @doc One AMQP connection for all that one user does in one virtual host of this node, with one token if it has come with one. Channels on it belong to whoever asked for
%% them: they are closed when that process ends, in whatever way, and what was delivered on them goes back to the queues. It
%% ends when nobody has had a channel for a while; and with the connection, whose channels end, too.
-module(rabbit_socks_amqp_connection).
-behaviour(gen_server).

-export([channel/2]).
-export([start_link/1, init/1, handle_continue/2, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).
-export_type([identity/0]).

%% Wrapped, so that no crash report shows the password.
-type identity() :: fun(() -> rabbit_socks_amqp_client:identity()).

-define(IDLE, 60000). % ms

-record(state, {
    user :: binary(),
    vhost :: binary(),
    connection :: undefined | rabbit_socks_amqp_client:connection(),
    channels = #{} :: #{reference() => {owner | channel, rabbit_socks_amqp_client:channel(), Other :: reference()}} % two monitors each
}).

%% @doc A channel for the caller, which should monitor it. `Identity' is used if there is no connection yet.
-spec channel(rabbit_socks_amqp_login:share(), identity()) -> {ok, rabbit_socks_amqp_client:channel()} | {error, term()}.
channel({User, VHost, Rights}, Identity) ->
    case rabbit_socks_amqp_workers:call({?MODULE, User, VHost, Rights}, {User, VHost, Identity}, {channel, self()}) of
        {Pid, Answer} when is_pid(Pid) -> Answer;
        {error, Reason} -> {error, Reason}
    end.

-spec start_link({binary(), binary(), identity()}) -> gen_server:start_ret().
start_link(Argument) ->
    gen_server:start_link(?MODULE, Argument, []).

-spec init({binary(), binary(), identity()}) -> {ok, #state{}, {continue, {connect, identity()}}}.
init({User, VHost, Identity}) ->
    process_flag(trap_exit, true),
    {ok, #state{user = User, vhost = VHost}, {continue, {connect, Identity}}}.

-spec handle_continue({connect, identity()}, #state{}) -> {noreply, #state{}, timeout()} | {stop, {shutdown, no_connection}, #state{}}.
handle_continue({connect, Identity}, #state{user = User, vhost = VHost} = State) ->
    case rabbit_socks_amqp_client:connect(Identity(), VHost, <<"rabbit_socks for ", User/binary>>) of
        {ok, Connection} -> {noreply, State#state{connection = Connection}, ?IDLE};
        {error, _} -> {stop, {shutdown, no_connection}, State}
    end.

-spec handle_call({channel, pid()}, gen_server:from(), #state{}) ->
    {reply, {ok, rabbit_socks_amqp_client:channel()} | {error, term()}, #state{}} |
    {reply, {error, term()}, #state{}, timeout()}.
handle_call({channel, Owner}, _, #state{connection = Connection, channels = Channels} = State) ->
    case rabbit_socks_amqp_client:channel(Connection) of
        {ok, Channel} ->
            {OfOwner, OfChannel} = {monitor(process, Owner), monitor(process, Channel)},
            Both = Channels#{OfOwner => {owner, Channel, OfChannel}, OfChannel => {channel, Channel, OfOwner}},
            {reply, {ok, Channel}, State#state{channels = Both}};
        {error, Reason} when map_size(Channels) =:= 0 -> {reply, {error, Reason}, State, ?IDLE};
        {error, Reason} -> {reply, {error, Reason}, State}
    end.

-spec handle_cast(term(), #state{}) -> {noreply, #state{}}.
handle_cast(_, State) ->
    {noreply, State}.

-spec handle_info(term(), #state{}) -> {noreply, #state{}} | {noreply, #state{}, timeout()} | {stop, term(), #state{}}.
handle_info({'DOWN', Monitor, process, _, _}, #state{channels = Channels} = State) ->
    case maps:take(Monitor, Channels) of
        {{Who, Channel, Other}, Rest} ->
            true = demonitor(Other, [flush]),
            %% Closing waits for the broker.
            _ = [spawn(rabbit_socks_amqp_client, close_channel, [Channel]) || Who =:= owner],
            go_on(State#state{channels = maps:remove(Other, Rest)});
        error -> go_on(State)
    end;
handle_info({'EXIT', Connection, _}, #state{connection = Connection} = State) ->
    {stop, {shutdown, connection_lost}, State#state{connection = undefined}};
handle_info({'EXIT', _, Reason}, State) ->
    {stop, {shutdown, Reason}, State};
handle_info(timeout, State) ->
    {stop, {shutdown, idle}, State};
handle_info(_, State) ->
    go_on(State).

go_on(#state{channels = Channels} = State) when map_size(Channels) =:= 0 -> {noreply, State, ?IDLE};
go_on(State) -> {noreply, State}.

-spec terminate(term(), #state{}) -> ok.
terminate(_, #state{connection = undefined}) -> ok;
terminate(_, #state{connection = Connection}) -> rabbit_socks_amqp_client:close(Connection).
