%% SPDX-License-Identifier: MPL-2.0
%% @doc A callback module that does what its clients say, of whatever generation: a text message (or Socket.IO's event "message")
%% is a command with its arguments, separated by spaces. What happens to sessions is told to the room "witness".
-module(mixed_callback).
-behaviour(rabbit_socks_callback).

-export([subprotocol_name/0, init/3, open/3, handle_event/4, handle_info/2, terminate/1, broadcasts/3]).

-define(FLOW_INTERVAL, 10). % ms between two messages, as long as a client asks for them

-type state() :: #{name := binary(), writer => {module(), term()}, last := non_neg_integer(), ordered := boolean(), left := non_neg_integer(),
                   next := pos_integer()}.

-spec subprotocol_name() -> [string()].
subprotocol_name() -> ["rabbit-socks.json"].

-spec init([binary()], map(), term()) -> {ok, state()} | {error, term()}.
init(_, #{namespace := Namespace}, _) when Namespace =/= none, Namespace =/= <<"/">> -> {error, <<"Invalid namespace">>};
init(_, #{query := Query}, _) ->
    Name = proplists:get_value(<<"name">>, uri_string:dissect_query(Query), <<"nobody">>),
    {ok, #{name => Name, last => 0, ordered => true, left => 0, next => 1}}.

-spec open(module(), term(), state()) -> {ok, state()}.
open(Writer, Arg, State) ->
    {ok, State#{writer => {Writer, Arg}}}.

-spec handle_event(binary(), [term()], term(), state()) -> {ok, state()}.
handle_event(<<"message">>, [Text], _, State) when is_binary(Text) ->
    {ok, do(binary:split(Text, <<" ">>, [global]), State)};
%% What has no words is sent back.
handle_event(<<"message">>, [{binary, Bytes}], _, State) ->
    {ok, send({binary, Bytes}, State)}.

do([<<"echo">> | Words], State) ->
    send(lists:join(" ", Words), State);
do([<<"join">>, Room], #{writer := {Writer, Arg}} = State) ->
    ok = Writer:join(Room, Arg),
    State;
do([<<"leave">>, Room], #{writer := {Writer, Arg}} = State) ->
    ok = Writer:leave(Room, Arg),
    State;
do([<<"bye">>], #{writer := {Writer, Arg}} = State) ->
    ok = Writer:disconnect(Arg),
    State;
%% Broadcasts of one callback.
do([<<"broadcast">>, Room, Count], State) ->
    ok = broadcasts(frame, Room, binary_to_integer(Count)),
    State;
do([<<"tell">>, Rooms, Text], State) ->
    tell(Rooms, Text, #{}, State);
do([<<"tell_others">>, Rooms, Text], #{writer := {_, Arg}} = State) ->
    tell(Rooms, Text, #{except => [Arg]}, State);
do([<<"tell_except">>, Rooms, Except, Text], State) ->
    tell(Rooms, Text, #{except => [Except]}, State);
%% Numbers both ways: what a client sends is counted, and how it came is said at the end.
do([<<"flow">>, Count], State) ->
    flow(State#{left := binary_to_integer(Count)});
do([<<"up">>, Number], #{last := Last, ordered := Ordered} = State) ->
    State#{last := Last + 1, ordered := Ordered andalso binary_to_integer(Number) =:= Last + 1};
do([<<"counted">>], #{last := Last, ordered := Ordered} = State) ->
    send(io_lib:format("counted ~b ~p", [Last, Ordered]), State).

tell(Rooms, Text, Options, State) ->
    ok = rabbit_socks:broadcast_frame(binary:split(Rooms, <<"+">>, [global]), {utf8, Text}, Options),
    State.

flow(#{left := 0} = State) ->
    State;
flow(#{left := Left, next := Next} = State) ->
    _ = erlang:send_after(?FLOW_INTERVAL, self(), flow),
    send(["down ", integer_to_binary(Next)], State#{left := Left - 1, next := Next + 1}).

send({binary, _} = Frame, State) -> write(Frame, State);
send(Text, State) -> write({utf8, Text}, State).

write(Frame, #{writer := {Writer, Arg}} = State) ->
    ok = Writer:send_frame(Frame, Arg),
    State.

-spec handle_info(term(), state()) -> {ok, state()}.
handle_info(flow, State) ->
    {ok, flow(State)};
handle_info(Event, #{name := Name} = State) when Event =:= away; Event =:= back ->
    witness(Name, Event),
    {ok, State};
handle_info(_, State) ->
    {ok, State}.

-spec terminate(state()) -> ok.
terminate(#{name := Name}) ->
    witness(Name, ended).

witness(Name, What) ->
    rabbit_socks:broadcast_frame(<<"witness">>, {utf8, [Name, " ", atom_to_binary(What)]}).

%% @doc So many broadcasts with their numbers, as events or as frames.
-spec broadcasts(event | frame, binary(), pos_integer()) -> ok.
broadcasts(event, Room, Count) ->
    lists:foreach(fun(N) -> ok = rabbit_socks:broadcast(Room, <<"news">>, [N]) end, lists:seq(1, Count));
broadcasts(frame, Room, Count) ->
    lists:foreach(fun(N) -> ok = rabbit_socks:broadcast_frame(Room, {utf8, integer_to_binary(N)}) end, lists:seq(1, Count)).
