%% SPDX-License-Identifier: MPL-2.0
%% @doc One AMQP connection for all that one user does in one virtual host of this node. Whoever is attached to it opens channels of
%% its own. It ends when nobody has been attached for a while; and with the connection, which the others see by their links.
-module(rabbit_socks_amqp_connection).
-behaviour(gen_server).

-export([attach/3, channel/3]).
-export([start_link/1, init/1, handle_continue/2, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).
-export_type([identity/0]).

%% Wrapped, so that no crash report shows the password.
-type identity() :: fun(() -> rabbit_socks_amqp_client:identity()).

-define(IDLE, 60000). % ms

-record(state, {
    user :: binary(),
    vhost :: binary(),
    connection :: undefined | rabbit_socks_amqp_client:connection(),
    attached = #{} :: #{pid() => reference()}
}).

%% @doc Whoever asks is attached from now on.
-spec attach(User :: binary(), VHost :: binary(), identity()) -> {ok, rabbit_socks_amqp_client:connection()} | {error, term()}.
attach(User, VHost, Identity) ->
    case rabbit_socks_amqp_workers:call({?MODULE, User, VHost}, {User, VHost, Identity}, {attach, self()}) of
        {Pid, {ok, Connection}} when is_pid(Pid) -> {ok, Connection};
        {error, Reason} -> {error, Reason}
    end.

%% @doc The same, and a channel on it, linked to whoever asks.
-spec channel(User :: binary(), VHost :: binary(), identity()) -> {ok, rabbit_socks_amqp_client:channel()} | {error, term()}.
channel(User, VHost, Identity) ->
    case attach(User, VHost, Identity) of
        {ok, Connection} -> rabbit_socks_amqp_client:channel(Connection);
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

-spec handle_call({attach, pid()}, gen_server:from(), #state{}) -> {reply, {ok, rabbit_socks_amqp_client:connection()}, #state{}}.
handle_call({attach, Who}, _, #state{connection = Connection, attached = Attached} = State) ->
    Attached1 = case is_map_key(Who, Attached) of
        true -> Attached;
        false -> Attached#{Who => monitor(process, Who)}
    end,
    {reply, {ok, Connection}, State#state{attached = Attached1}}.

-spec handle_cast(term(), #state{}) -> {noreply, #state{}}.
handle_cast(_, State) ->
    {noreply, State}.

-spec handle_info(term(), #state{}) -> {noreply, #state{}} | {noreply, #state{}, timeout()} | {stop, term(), #state{}}.
handle_info({'DOWN', _, process, Who, _}, #state{attached = Attached} = State) ->
    go_on(State#state{attached = maps:remove(Who, Attached)});
handle_info({'EXIT', Connection, _}, #state{connection = Connection} = State) ->
    {stop, {shutdown, connection_lost}, State#state{connection = undefined}};
handle_info({'EXIT', _, Reason}, State) ->
    {stop, {shutdown, Reason}, State};
handle_info(timeout, State) ->
    {stop, {shutdown, idle}, State};
handle_info(_, State) ->
    go_on(State).

go_on(#state{attached = Attached} = State) when map_size(Attached) =:= 0 -> {noreply, State, ?IDLE};
go_on(State) -> {noreply, State}.

-spec terminate(term(), #state{}) -> ok.
terminate(_, #state{connection = undefined}) -> ok;
terminate(_, #state{connection = Connection}) -> rabbit_socks_amqp_client:close(Connection).
