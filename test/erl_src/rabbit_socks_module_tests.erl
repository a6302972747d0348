%% SPDX-License-Identifier: MPL-2.0
%% @doc What a callback module's words come to before there is a session: who is refused, and how. This module is one that
%% knows both frames and events; rabbit_socks_session_tests and rabbit_socks_session_event_tests run the others.
-module(rabbit_socks_module_tests).

-include_lib("eunit/include/eunit.hrl").

-export([init/2, open/3, handle_frame/2, handle_event/4, terminate/1]).

-spec init(list(), []) -> {ok, term()}.
init(Path, []) -> {ok, Path}.
-spec open(module(), term(), term()) -> {ok, term()}.
open(_, _, State) -> {ok, State}.
-spec handle_frame(term(), list()) -> {ok, list()} | term().
handle_frame({binary, <<"hold">>}, State) -> {hold, State};
handle_frame(Frame, State) -> {ok, [Frame | State]}.
-spec handle_event(binary(), list(), term(), list()) -> {ok, list()}.
handle_event(Name, Args, _, State) -> {ok, [{Name, Args} | State]}.
-spec terminate(term()) -> ok.
terminate(_) -> ok.

info(More) -> maps:merge(#{path => [<<"a">>], query => <<>>}, More).

refusal(Reason) ->
    rabbit_socks_module:init(event_callback, info(#{}), {self(), fun(init, _, _) -> {error, Reason} end}).

%% A text is for the client, everything else for the log.
refusals_test_() ->
    [?_assertEqual({refused, Text, Data}, refusal(Reason)) || {Reason, Text, Data} <- [
        {<<"not you">>, <<"not you">>, []},
        {"not yöu", <<"not yöu"/utf8>>, []},
        {["not ", <<"you">>], <<"not you">>, []},
        {{<<"why">>, #{code => 1}}, <<"why">>, [#{code => 1}]},
        {{"why", none}, <<"why">>, [none]},
        {{<<"refused">>, 1}, <<"refused">>, [1]},
        {<<>>, <<"refused">>, []},
        {"", <<"refused">>, []},
        {<<255>>, <<"refused">>, []},
        {[a, b], <<"refused">>, []},
        {[1 | 2], <<"refused">>, []},
        {{<<255>>, 1}, <<"refused">>, []},
        {{not_text, 1}, <<"refused">>, []},
        {{{<<"a">>, 1}, 2}, <<"refused">>, []},
        {secret, <<"refused">>, []},
        {{a, b, c}, <<"refused">>, []},
        {binary:copy(<<"ü"/utf8>>, 1000), binary:copy(<<"ü"/utf8>>, 512), []}]].

%% The link has a list of none or one; the module gets the value.
auth_test_() ->
    [?_test(begin
         _ = session_world:calls(),
         {ok, _} = rabbit_socks_module:init(event_callback, info(#{auth => Given, namespace => <<"/x">>}), {self(), fun(_, _, _) -> ok end}),
         ?assertMatch([[<<"a">>], #{auth := Auth, namespace := <<"/x">>}], session_world:called(init))
     end) || {Given, Auth} <- [{[], none}, {[#{<<"token">> => 1}], #{<<"token">> => 1}}, {[[]], []}, {[null], null}]].

%% A module of before there were namespaces serves one; none of its reasons is for a client.
old_module_test_() ->
    Init = fun(Info) -> rabbit_socks_module:init(?MODULE, info(Info), []) end,
    [?_assertEqual({ok, ["a"]}, Init(#{})),
     ?_assertEqual({ok, ["a"]}, Init(#{namespace => none, auth => []})),
     ?_assertEqual({ok, ["a"]}, Init(#{namespace => <<"/">>, auth => [1]})),
     ?_assertEqual({refused, <<"Invalid namespace">>, []}, Init(#{namespace => <<"/chat">>, auth => []}))].

old_reason_test_() ->
    {setup,
     fun() ->
         Forms = [{attribute, 1, module, old_refuser}, {attribute, 1, export, [{init, 2}]},
                  {function, 1, init, 2, [{clause, 1, [{var, 1, '_'}, {var, 1, '_'}], [], [{tuple, 1, [{atom, 1, error}, {string, 1, "inside"}]}]}]}],
         {ok, old_refuser, Beam} = compile:forms(Forms),
         {module, old_refuser} = code:load_binary(old_refuser, "nofile", Beam)
     end,
     fun(_) -> code:purge(old_refuser), code:delete(old_refuser) end,
     ?_assertEqual({refused, <<"refused">>, []}, rabbit_socks_module:init(old_refuser, info(#{}), []))}.

%% Frames are frames to a module that has both.
both_test_() ->
    Messages = fun(Messages) -> rabbit_socks_module:messages(Messages, 7, ?MODULE, []) end,
    [?_assertEqual({ok, [{<<"e">>, [1]}, {utf8, <<"t">>}]}, Messages([{utf8, <<"t">>}, {event, <<"e">>, [1], none, 3}])),
     ?_assertEqual({hold, []}, Messages([{binary, <<"hold">>}])),
     ?_assertEqual({ok, [{utf8, <<"t">>}]}, Messages([{binary, <<"hold">>}, {utf8, <<"t">>}])),
     ?_assertEqual({same, []}, Messages([]))].
