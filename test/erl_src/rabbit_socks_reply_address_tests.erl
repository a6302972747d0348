%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_reply_address_tests).

-include_lib("eunit/include/eunit.hrl").

-define(NODES, fun() -> #{7 => 'rabbit@here', 8 => 'rabbit@there'} end).

pid(Node) -> <<131, 88, 118, (byte_size(Node)):16, Node/binary, 1:32, 0:32, 99:32>>.

address(Process, Key) -> iolist_to_binary(["amq.rabbitmq.reply-to.", base64:encode(Process), $., base64:encode(Key)]).

is_routable(Exchange, Key) -> rabbit_socks_reply_address:is_routable(Exchange, Key, ?NODES).

genuine_test_() ->
    [?_assert(is_routable(<<>>, address(pid(Node), <<1:128>>))) || Node <- [<<"reply@7">>, <<"reply@8">>]].

%% Other keys are not looked at, and the broker is not asked.
others_test_() ->
    [?_assert(rabbit_socks_reply_address:is_routable(Exchange, Key))
     || Exchange <- [<<>>, <<"amq.topic">>], Key <- [<<>>, <<"q">>, <<"amq.rabbitmq.reply-to">>, <<"amq.rabbitmq.reply">>]].

forged_test_() ->
    Key = <<1:128>>,
    Good = address(pid(<<"reply@7">>), Key),
    [?_assertEqual({Forged, false}, {Forged, is_routable(<<>>, Forged)}) || Forged <- [
        <<"amq.rabbitmq.reply-to.">>, <<"amq.rabbitmq.reply-to..">>, <<"amq.rabbitmq.reply-to.x">>, <<"amq.rabbitmq.reply-to.x.y">>,
        %% Nodes that are not there: each would be an atom.
        address(pid(<<"reply@9">>), Key), address(pid(<<"reply@07">>), Key), address(pid(<<"reply@7x">>), Key), address(pid(<<"reply@">>), Key),
        address(pid(<<"other@7">>), Key), address(pid(<<>>), Key),
        %% Other terms, and what follows one.
        address(term_to_binary({a, tuple}), Key), address(term_to_binary(lists:seq(1, 100), [compressed]), Key), address(<<131, 100, 3:16, "new">>, Key),
        address(<<(pid(<<"reply@7">>))/binary, 0>>, Key), address(<<>>, Key), address(pid(<<"reply@7">>), <<1:120>>), address(pid(<<"reply@7">>), <<>>),
        <<Good/binary, ".more">>, <<Good/binary, "\n">>, <<Good/binary, "=">>, binary:replace(Good, <<"=">>, <<"-">>)]].

%% Elsewhere it could become a dead letter's.
exchange_test() ->
    ?assertNot(is_routable(<<"amq.topic">>, address(pid(<<"reply@7">>), <<1:128>>))).

reserved_test_() ->
    [?_assertEqual(Is, rabbit_socks_reply_address:is_reserved(Name)) || {Name, Is} <- [
        {<<"amq.rabbitmq.reply-to">>, true}, {<<"amq.rabbitmq.reply-to.x">>, true}, {<<"amq.rabbitmq.reply">>, false}, {<<"q">>, false}, {1, false}]].
