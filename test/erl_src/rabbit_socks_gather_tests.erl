%% SPDX-License-Identifier: MPL-2.0
%% @doc What is gathered, and in which order it leaves. The writer's and the session's tests show it at work.
-module(rabbit_socks_gather_tests).

-include_lib("eunit/include/eunit.hrl").

-import(rabbit_socks_gather, [message/1, command/1, close/1, acks/1, finish/1, discard/0]).

gather_test_() ->
    [{atom_to_list(Name), fun() ->
          Link = link_port:open(),
          ok = rabbit_socks_gather:start(Link, rabbit_socks_proto:session(5), rabbit_socks_acks:new()),
          try Test(Link) after _ = discard(), link_port:close(Link) end
      end} || {Name, Test} <- [{ordered, fun ordered/1}, {cut, fun cut/1}, {ends, fun ends/1}, {acknowledgements, fun acknowledgements/1}]].

text(Text) -> rabbit_socks_message:sized({utf8, Text}).
term(Term) -> rabbit_socks_proto:term(Term).

ordered(Link) ->
    [true = Add || Add <- [message(text(<<"a">>)), message(text(<<"b">>)), command(term({x, 1})), command(term({x, 2})),
                           message(text(<<"c">>))]],
    {ok, _} = finish({credit, 5, 1, 1}),
    ?assertEqual([{send, 5, [{utf8, <<"a">>}, {utf8, <<"b">>}]}, {x, 1}, {x, 2}, {send, 5, [{utf8, <<"c">>}]}, {credit, 5, 1, 1}],
                 link_port:packet(Link)),
    ?assertNot(message(text(<<"d">>))),
    ?assertNot(command(term(x))).

%% What is large leaves early, and its place is kept.
cut(Link) ->
    Large = binary:copy(<<"l">>, 700000),
    true = message(text(<<"a">>)),
    true = command(term({x, Large})),
    true = message(text(Large)),
    ?assertEqual([{send, 5, [{utf8, <<"a">>}]}, {x, Large}, {send, 5, [{utf8, Large}]}], link_port:packet(Link)),
    true = message(text(<<"b">>)),
    {ok, _} = finish(none),
    ?assertEqual({send, 5, [{utf8, <<"b">>}]}, link_port:packet(Link)).

ends(Link) ->
    true = close({disconnect, 5, true}),
    true = close({close, 5, 1000, <<>>}),
    true = message(text(<<"last">>)),
    {closing, _} = finish({credit, 5, 1, 1}),
    ?assertEqual([{send, 5, [{utf8, <<"last">>}]}, {credit, 5, 1, 1}, {disconnect, 5, true}], link_port:packet(Link)),
    ?assertNot(close({disconnect, 5, true})).

acknowledgements(_) ->
    opened = acks(fun(Acks) -> {opened, rabbit_socks_acks:open(1, tag, 60000, Acks)} end),
    %% One that fails changes nothing.
    ?assertError(badarg, acks(fun(_) -> error(badarg) end)),
    Acks = discard(),
    ?assertEqual([tag], rabbit_socks_acks:outstanding(Acks)),
    ?assertEqual(none, acks(fun(_) -> error(never) end)),
    ?assertEqual(none, discard()).
