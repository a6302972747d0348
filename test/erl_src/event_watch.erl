%% SPDX-License-Identifier: MPL-2.0
%% @doc A handler of the broker's events that tells a test of them.
-module(event_watch).
-behaviour(gen_event).

-export([init/1, handle_event/2, handle_call/2]).

-spec init(pid()) -> {ok, pid()}.
init(Test) -> {ok, Test}.

%% The record #event{} of rabbit.hrl.
-spec handle_event(term(), pid()) -> {ok, pid()}.
handle_event({event, Type, Infos, Ref, _}, Test) ->
    Test ! {event, Type, Infos, Ref},
    {ok, Test};
handle_event(_, Test) ->
    {ok, Test}.

-spec handle_call(term(), pid()) -> {ok, ok, pid()}.
handle_call(_, Test) -> {ok, ok, Test}.
