%% SPDX-License-Identifier: MPL-2.0
%% @doc The smallest callback module: sends back what it gets, text and binary.
-module(rabbit_socks_echo).
-behaviour(rabbit_socks_callback).

-export([subprotocol_name/0, init/2, open/3, handle_frame/2, terminate/1]).

-spec subprotocol_name() -> string().
subprotocol_name() -> "echo".

-spec init([string()], []) -> {ok, undefined}.
init(_Path, []) -> {ok, undefined}.

-spec open(module(), term(), undefined) -> {ok, {module(), term()}}.
open(Writer, WriterArg, undefined) -> {ok, {Writer, WriterArg}}.

-spec handle_frame(rabbit_socks_callback:frame(), {module(), term()}) -> {ok, {module(), term()}}.
handle_frame(Frame, {Writer, WriterArg} = State) ->
    ok = Writer:send_frame(Frame, WriterArg),
    {ok, State}.

-spec terminate(term()) -> ok.
terminate(_State) -> ok.
