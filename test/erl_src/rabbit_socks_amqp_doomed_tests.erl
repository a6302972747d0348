%% SPDX-License-Identifier: MPL-2.0
%% @doc What is known of messages whose channel was ended by one of them.
-module(rabbit_socks_amqp_doomed_tests).

-include_lib("eunit/include/eunit.hrl").

%% Upper case: the exchange is missing. What comes of it: ? unknown, ! not found, > untouched.
sort_test_() ->
    [{Messages, ?_assertEqual(Fates, fates(Messages))} || {Messages, Fates} <- [
        {"", ""},
        {"A", "!"},
        {"abc", "???"},
        {"aBc", "?!>"},
        {"Abc", "!>>"},
        {"abC", "??!"},
        {"aBcDe", "????>"},
        {"BB", "??"},
        {"aBBcd", "???>>"}]].

fates(Messages) ->
    Sorted = rabbit_socks_amqp_doomed:sort(fun(Message) -> Message < $a end, Messages),
    ?assertEqual(Messages, [Message || {_, Message} <- Sorted]),
    [case Fate of unknown -> $?; not_found -> $!; untouched -> $> end || {Fate, _} <- Sorted].
