%% SPDX-License-Identifier: MPL-2.0
%% @doc A callback module in the manner of 2011 that tells which route a session came by: an echo with the rest of its path.
%% Below "slow" it takes its time and tells only, when asked by "how many", how many messages came.
-module(listeners_callback).

-export([subprotocol_name/0, init/2, open/3, handle_frame/2, terminate/1]).

-spec subprotocol_name() -> string().
subprotocol_name() -> "tells".

-spec init([string()], []) -> {ok, [string()]}.
init(Path, []) -> {ok, Path}.

-spec open(module(), term(), [string()]) -> {ok, tuple()}.
open(Writer, Arg, ["slow"]) -> {ok, {Writer, Arg, 0}};
open(Writer, Arg, Path) -> {ok, {Writer, Arg, Path}}.

-spec handle_frame({utf8, binary()}, tuple()) -> {ok, tuple()}.
handle_frame({utf8, <<"how many">>}, {Writer, Arg, N} = State) when is_integer(N) ->
    Writer:send_frame({utf8, integer_to_binary(N)}, Arg),
    {ok, State};
handle_frame({utf8, _}, {Writer, Arg, N}) when is_integer(N) ->
    timer:sleep(5),
    {ok, {Writer, Arg, N + 1}};
handle_frame({utf8, Text}, {Writer, Arg, Path} = State) ->
    Writer:send_frame({utf8, unicode:characters_to_binary([lists:join("/", Path), ": ", Text])}, Arg),
    {ok, State}.

-spec terminate(tuple()) -> ok.
terminate(_) -> ok.
