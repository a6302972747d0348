%% SPDX-License-Identifier: MPL-2.0
%% @doc A callback module in the manner of 2011 that tells which route a session came by: an echo with the rest of its path.
-module(listeners_callback).

-export([subprotocol_name/0, init/2, open/3, handle_frame/2, terminate/1]).

-spec subprotocol_name() -> string().
subprotocol_name() -> "tells".

-spec init([binary()], []) -> {ok, [binary()]}.
init(Path, []) -> {ok, Path}.

-spec open(module(), term(), [binary()]) -> {ok, tuple()}.
open(Writer, Arg, Path) -> {ok, {Writer, Arg, Path}}.

-spec handle_frame({utf8, binary()}, tuple()) -> {ok, tuple()}.
handle_frame({utf8, Text}, {Writer, Arg, Path} = State) ->
    Writer:send_frame({utf8, iolist_to_binary([lists:join("/", Path), ": ", Text])}, Arg),
    {ok, State}.

-spec terminate(tuple()) -> ok.
terminate(_) -> ok.
