%% SPDX-License-Identifier: MPL-2.0
%% @doc What the benchmark's clients talk to, as a callback module; test/clients/bench/server.mjs is the same behind npm's socket.io.
-module(bench_callback).
-behaviour(rabbit_socks_callback).

-export([subprotocol_name/0, init/2, open/3, handle_event/4, terminate/1]).

-type state() :: {module(), term()}.

-spec subprotocol_name() -> [].
subprotocol_name() -> [].

-spec init([string()], []) -> {ok, undefined}.
init(_, []) -> {ok, undefined}.

-spec open(module(), term(), undefined) -> {ok, state()}.
open(Writer, Arg, undefined) -> {ok, {Writer, Arg}}.

-spec handle_event(binary(), [term()], term(), state()) -> {ok, state()}.
handle_event(<<"echo">>, Args, none, {Writer, Arg} = State) ->
    ok = Writer:emit(<<"echo">>, Args, Arg),
    {ok, State};
handle_event(<<"join">>, _, none, {Writer, Arg} = State) ->
    ok = Writer:join(<<"bench">>, Arg),
    ok = Writer:emit(<<"joined">>, [], Arg),
    {ok, State};
handle_event(<<"cast">>, Args, none, State) ->
    ok = rabbit_socks:broadcast(<<"bench">>, <<"said">>, Args),
    {ok, State}.

-spec terminate(term()) -> ok.
terminate(_) -> ok.
