%% SPDX-License-Identifier: MPL-2.0
%% @doc The server's half of the scenario that the Socket.IO clients of all generations go through (test/clients/socketio):
%% what reference_server.mjs is behind npm's servers, as a callback module.
-module(socketio_callback).

-export([subprotocol_name/0, init/3, open/3, handle_frame/2, handle_event/4, handle_ack/3, terminate/1]).

-type state() :: #{info := map(), writer => {module(), term()}, last := non_neg_integer(), ordered := boolean()}.

-spec subprotocol_name() -> [string()].
subprotocol_name() -> ["rabbit-socks.json"].

-spec init([binary()], map(), term()) -> {ok, state()} | {error, term()}.
init(_, #{namespace := <<"/private">>, auth := #{<<"token">> := <<"öpen"/utf8>>}} = Info, _) -> state(Info);
init(_, #{namespace := <<"/private">>}, _) -> {error, {<<"Not authorized">>, #{<<"code">> => 7}}};
init(_, #{namespace := Name} = Info, _) when Name =:= <<"/">>; Name =:= <<"/chat">> -> state(Info);
init([<<"private">>], #{generation := 'rabbit-socks.json'}, _) -> {error, <<"Not authorized">>};
init(_, #{generation := 'rabbit-socks.json', subprotocol := <<"rabbit-socks.json">>, namespace := none} = Info, _) -> state(Info);
init(_, _, _) -> {error, <<"Invalid namespace">>}.

state(Info) -> {ok, #{info => maps:with([namespace, query, auth], Info), last => 0, ordered => true}}.

-spec open(module(), term(), state()) -> {ok, state()}.
open(Writer, Arg, State) -> {ok, State#{writer => {Writer, Arg}}}.

-spec handle_frame(term(), state()) -> {ok, state()}.
handle_frame(_, State) -> {ok, State}.

-spec handle_event(binary(), [term()], term(), state()) -> {ok, state()}.
handle_event(<<"echo">>, Args, none, State) ->
    emit(<<"echo">>, Args, State);
handle_event(<<"ack">>, Args, Ack, State) when Ack =/= none ->
    reply(Ack, Args, State);
handle_event(<<"ask">>, [Value], none, State) ->
    question([Value], 60_000, State);
handle_event(<<"ask_in_time">>, [Limit], none, State) ->
    question([], Limit, State);
handle_event(<<"who">>, [], Ack, #{info := #{namespace := Namespace, query := Query, auth := Auth}} = State) ->
    Token = proplists:get_value(<<"token">>, uri_string:dissect_query(Query), null),
    reply(Ack, [#{id => id(self()), namespace => Namespace, token => Token, auth => payload(Auth)}], State);
handle_event(<<"gone">>, [Id], Ack, State) ->
    reply(Ack, [not is_process_alive(list_to_pid(binary_to_list(Id)))], State);
handle_event(<<"count">>, [I | _], none, #{last := Last, ordered := Ordered} = State) ->
    {ok, State#{last := Last + 1, ordered := Ordered andalso I =:= Last + 1}};
handle_event(<<"counted">>, [], Ack, #{last := Last, ordered := Ordered} = State) ->
    reply(Ack, [Last, Ordered], State);
handle_event(<<"numbers">>, [Count], none, #{writer := {Writer, Arg}} = State) ->
    _ = [ok = Writer:emit(<<"number">>, [I], Arg) || I <- lists:seq(1, Count)],
    {ok, State};
handle_event(<<"join">>, [Room], Ack, #{writer := {Writer, Arg}} = State) ->
    ok = Writer:join(Room, Arg),
    reply(Ack, [], State);
handle_event(<<"leave_room">>, [Room], Ack, #{writer := {Writer, Arg}} = State) ->
    ok = Writer:leave(Room, Arg),
    reply(Ack, [], State);
handle_event(<<"say">>, [Room, Text, Quietly], Ack, #{writer := {_, Arg}} = State) ->
    ok = rabbit_socks:broadcast(Room, <<"said">>, [Text], #{except => [Arg || Quietly]}),
    reply(Ack, [], State);
%% What 0.9 calls message and json.
handle_event(<<"message">>, _, none, State) ->
    {ok, State};
handle_event(<<"leave">>, [Whole], none, #{writer := {Writer, Arg}} = State) ->
    ok = Writer:disconnect(Arg, Whole),
    {ok, State}.

-spec handle_ack(term(), {ok, [term()]} | {error, atom()}, state()) -> {ok, state()}.
handle_ack(question, {ok, Answer}, State) -> emit(<<"answer">>, Answer, State);
handle_ack(question, {error, Reason}, State) -> emit(<<"answer">>, [Reason], State).

-spec terminate(state()) -> ok.
terminate(_) -> ok.

emit(Name, Args, #{writer := {Writer, Arg}} = State) ->
    ok = Writer:emit(Name, Args, Arg),
    {ok, State}.

reply(Ack, Args, #{writer := {Writer, Arg}} = State) ->
    ok = Writer:reply(Ack, Args, Arg),
    {ok, State}.

question(Args, Limit, #{writer := {Writer, Arg}} = State) ->
    ok = Writer:emit(<<"question">>, Args, #{ack => question, timeout => Limit}, Arg),
    {ok, State}.

id(Pid) -> list_to_binary(pid_to_list(Pid)).

payload(none) -> null;
payload(Auth) -> Auth.
