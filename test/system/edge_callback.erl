%% SPDX-License-Identifier: MPL-2.0
%% @doc A callback module that crashes where the first part of its path says, and otherwise is an echo.
-module(edge_callback).

-export([subprotocol_name/0, init/3, open/3, handle_frame/2, handle_info/2, terminate/1]).

-spec subprotocol_name() -> string().
subprotocol_name() -> "echo".

-spec init([binary()], map(), term()) -> {ok, map()}.
init(Path, _Info, _Options) ->
    State = #{path => Path},
    crash(<<"init">>, State),
    {ok, State}.

-spec open(module(), term(), map()) -> {ok, map()}.
open(Writer, Arg, State) ->
    crash(<<"open">>, State),
    {ok, State#{writer => {Writer, Arg}}}.

-spec handle_frame({utf8 | binary, binary()}, map()) -> {ok, map()}.
handle_frame({utf8, <<"ask">>}, State) ->
    self() ! asked,
    {ok, State};
handle_frame({utf8, <<"die">>}, _) ->
    exit(self(), kill),
    receive never -> never end;
handle_frame(Frame, #{writer := {Writer, Arg}} = State) ->
    crash(<<"handle_frame">>, State),
    ok = Writer:send_frame(Frame, Arg),
    {ok, State}.

-spec handle_info(term(), map()) -> {ok, map()}.
handle_info(asked, State) ->
    crash(<<"handle_info">>, State),
    {ok, State}.

-spec terminate(map()) -> ok.
terminate(State) ->
    crash(<<"terminate">>, State),
    ok.

crash(Where, #{path := [Where | _]}) -> error({crash_in, Where});
crash(_, _) -> ok.
