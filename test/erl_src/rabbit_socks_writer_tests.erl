%% SPDX-License-Identifier: MPL-2.0
%% @doc What callback modules write: gathered in the session's process, at once from any other, and nothing that is no text.
-module(rabbit_socks_writer_tests).

-include_lib("eunit/include/eunit.hrl").

-import(rabbit_socks_writer, [send_frame/2, close/3, close_transport/1]).

writer_test_() ->
    [{atom_to_list(Name), fun() ->
          Link = link_port:open(),
          try Test(rabbit_socks_writer:new(5, Link, true, rabbit_socks_traffic:new()), Link) after _ = rabbit_socks_gather:discard(), catch link_port:close(Link) end
      end} || {Name, Test} <- [
        {at_once, fun at_once/2},
        {gathered, fun gathered/2},
        {from_another_process, fun from_another_process/2},
        {forms, fun forms/2},
        {no_text, fun no_text/2},
        {too_large, fun too_large/2},
        {large_batches, fun large_batches/2},
        {closes, fun closes/2},
        {close_codes, fun close_codes/2},
        {discarded, fun discarded/2},
        {edge_gone, fun edge_gone/2}]].

gather(W) -> rabbit_socks_writer:gather(W, rabbit_socks_acks:new()).

flush(Tail) ->
    {Answer, _} = rabbit_socks_gather:finish(Tail),
    Answer.

at_once(W, Link) ->
    ok = send_frame({utf8, <<"a">>}, W),
    ?assertEqual({send, 5, [{utf8, <<"a">>}]}, link_port:packet(Link)),
    ok = close_transport(W),
    ?assertEqual({close, 5, 1000, <<>>}, link_port:packet(Link)).

gathered(W, Link) ->
    ok = gather(W),
    ok = send_frame({utf8, <<"a">>}, W),
    ok = send_frame({binary, <<0>>}, W),
    ok = link_port:none(Link),
    ok = flush({credit, 5, 1, 1}),
    ?assertEqual([{send, 5, [{utf8, <<"a">>}, {binary, <<0>>}]}, {credit, 5, 1, 1}], link_port:packet(Link)),
    ok = gather(W),
    ok = flush(none),
    ok = gather(W),
    ok = flush({credit, 5, 2, 2}),
    ?assertEqual({credit, 5, 2, 2}, link_port:packet(Link)),
    ok = link_port:none(Link).

from_another_process(W, Link) ->
    ok = gather(W),
    ok = send_frame("mine", W),
    {_, Monitor} = spawn_monitor(fun() -> ok = gather(W), ok = send_frame("other", W), ok = close(4000, "x", W) end),
    receive {'DOWN', Monitor, process, _, normal} -> ok end,
    ?assertEqual([{send, 5, [{utf8, <<"other">>}]}, {close, 5, 4000, <<"x">>}], link_port:commands(2, Link)),
    ok = flush(none),
    ?assertEqual({send, 5, [{utf8, <<"mine">>}]}, link_port:packet(Link)).

forms(W, Link) ->
    [begin
        ok = send_frame(Frame, W),
        ?assertEqual({send, 5, [Message]}, link_port:packet(Link))
     end || {Frame, Message} <- [
        {<<"bare">>, {utf8, <<"bare">>}},
        {["b", [<<"ar">>], $e], {utf8, <<"bare">>}},
        {{utf8, ["a", <<"b">>]}, {utf8, <<"ab">>}},
        {{binary, [255, <<0>>]}, {binary, <<255, 0>>}},
        {"", {utf8, <<>>}},
        {{utf8, <<"12345678é€😀"/utf8>>}, {utf8, <<"12345678é€😀"/utf8>>}}]].

%% The caller's mistake, and never on the wire. Surrogates and overlong forms are not UTF-8.
no_text(W, Link) ->
    [?assertError(badarg, send_frame({utf8, Bytes}, W))
     || Bytes <- [<<255>>, <<"12345678", 200>>, <<"abc", 16#ed, 16#a0, 16#80>>, <<16#c0, 16#80>>, <<16#f4, 16#90, 16#80, 16#80>>, <<"cut", 16#e2, 16#82>>]],
    [?assertError(badarg, send_frame(Frame, W)) || Frame <- [atom, {text, <<"x">>}, {utf8, atom}, 7, [256]]],
    ?assertError(badarg, close(1000, <<255>>, W)),
    ok = link_port:none(Link).

too_large(W, Link) ->
    ?assertError(badarg, send_frame({binary, <<0:(16#2000001 * 8)>>}, W)),
    ok = link_port:none(Link).

%% A batch is cut before a packet comes near the link's limit; order is kept.
large_batches(W, Link) ->
    Piece = binary:copy(<<"p">>, 400000),
    ok = gather(W),
    [ok = send_frame({binary, <<N, Piece/binary>>}, W) || N <- lists:seq(1, 5)],
    ok = flush(none),
    Commands = link_port:commands(2, Link),
    ok = link_port:none(Link),
    ?assertEqual([1, 2, 3, 4, 5], [N || {send, 5, Messages} <- Commands, {binary, <<N, _/binary>>} <- Messages]).

%% The first of several; after all that was sent.
closes(W, Link) ->
    ok = gather(W),
    ok = close(1008, "why", W),
    ok = send_frame("after", W),
    ok = close_transport(W),
    closing = flush({credit, 5, 1, 1}),
    ?assertEqual([{send, 5, [{utf8, <<"after">>}]}, {credit, 5, 1, 1}, {close, 5, 1008, <<"why">>}], link_port:packet(Link)),
    ok = gather(W),
    ok = flush(none),
    ok = link_port:none(Link).

close_codes(W, Link) ->
    Allowed = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999],
    [begin ok = close(Code, "", W), {close, 5, Code, <<>>} = link_port:packet(Link) end || Code <- Allowed],
    [?assertError(badarg, close(Code, "", W)) || Code <- [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, normal]],
    ok = link_port:none(Link).

discarded(W, Link) ->
    ok = gather(W),
    ok = send_frame("half", W),
    ok = close_transport(W),
    _ = rabbit_socks_gather:discard(),
    ok = gather(W),
    ok = flush(none),
    ok = link_port:none(Link).

edge_gone(W, Link) ->
    link_port:close(Link),
    ok = send_frame("x", W),
    ok = close_transport(W).
