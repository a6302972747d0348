%% SPDX-License-Identifier: MPL-2.0
%% @doc A callback module for events that says each of them back, and acknowledges what it is asked to; in the namespace
%% "/silent" it never does.
-module(attacks_events).

-export([subprotocol_name/0, init/3, open/3, handle_event/4, terminate/1]).

-type state() :: #{silent := boolean(), writer => {module(), term()}}.

-spec subprotocol_name() -> [string()].
subprotocol_name() -> [].

-spec init([binary()], map(), term()) -> {ok, state()}.
init(_, #{namespace := Namespace}, _) -> {ok, #{silent => Namespace =:= <<"/silent">>}}.

-spec open(module(), term(), state()) -> {ok, state()}.
open(Writer, Arg, State) -> {ok, State#{writer => {Writer, Arg}}}.

-spec handle_event(binary(), [term()], term(), state()) -> {ok, state()}.
handle_event(_, _, Ack, #{silent := true} = State) when Ack =/= none ->
    {ok, State};
handle_event(Name, Args, none, #{writer := {Writer, Arg}} = State) ->
    ok = Writer:emit(Name, Args, Arg),
    {ok, State};
handle_event(_, Args, Ack, #{writer := {Writer, Arg}} = State) ->
    ok = Writer:reply(Ack, Args, Arg),
    {ok, State}.

-spec terminate(state()) -> ok.
terminate(_) -> ok.
