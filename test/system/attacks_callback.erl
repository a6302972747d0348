%% SPDX-License-Identifier: MPL-2.0
%% @doc A callback module that behaves as the first part of its path says, and otherwise is an echo.
-module(attacks_callback).

-export([subprotocol_name/0, init/3, open/3, handle_frame/2, handle_info/2, terminate/1]).

-define(FLOOD, binary:copy(<<"x">>, 16384)).

-type state() :: #{path := binary(), writer => {module(), term()}, congested => boolean()}.

-spec subprotocol_name() -> [string()].
subprotocol_name() -> ["v12.stomp", "mqtt"].

-spec init([binary()], map(), term()) -> {ok, state()}.
init([<<"slow_init">>], _Info, _Options) ->
    timer:sleep(500),
    {ok, #{path => <<"slow_init">>}};
init(Path, _Info, _Options) ->
    {ok, #{path => hd(Path ++ [<<>>])}}.

-spec open(module(), term(), state()) -> {ok, state()}.
open(Writer, Arg, #{path := Path} = State) ->
    _ = (Path =:= <<"polite">> orelse Path =:= <<"shout">>) andalso (self() ! flood),
    {ok, State#{writer => {Writer, Arg}}}.

-spec handle_frame({utf8 | binary, binary()}, state()) -> {ok, state()}.
handle_frame(Frame, #{path := <<"slow">>} = State) ->
    timer:sleep(20),
    send(Frame, State);
handle_frame({_, Reason}, #{path := <<"bye">>, writer := {Writer, Arg}} = State) ->
    ok = Writer:close(4000, Reason, Arg),
    {ok, State};
%% One byte more than a message may have.
handle_frame(_, #{path := <<"huge">>} = State) ->
    send({binary, binary:copy(<<0>>, 16#2000001)}, State);
handle_frame(Frame, State) ->
    send(Frame, State).

%% Sends without having been asked: until it is told to stop, or whatever it is told.
-spec handle_info(term(), state()) -> {ok, state()}.
handle_info(flood, #{congested := true} = State) ->
    {ok, State};
handle_info(flood, State) ->
    _ = self() ! flood,
    send({binary, ?FLOOD}, State);
handle_info(_, #{path := <<"shout">>} = State) ->
    {ok, State};
handle_info(congested, State) ->
    {ok, State#{congested => true}};
handle_info(drained, State) ->
    _ = self() ! flood,
    {ok, State#{congested => false}};
handle_info(_, State) ->
    {ok, State}.

-spec terminate(state()) -> ok.
terminate(_) -> ok.

send(Frame, #{writer := {Writer, Arg}} = State) ->
    ok = Writer:send_frame(Frame, Arg),
    {ok, State}.
