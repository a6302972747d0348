%% SPDX-License-Identifier: MPL-2.0
%% @doc What is put together by hand is the term that it stands for, and the bytes of the golden file.
-module(rabbit_socks_proto_tests).

-include_lib("eunit/include/eunit.hrl").

messages() ->
    Texts = [<<>>, <<"x">>, <<"größe"/utf8>>, binary:copy(<<"a">>, 64), binary:copy(<<"b">>, 65536)],
    [[{Kind, Text}] || Kind <- [utf8, binary], Text <- Texts]
        ++ [[{event, <<"news">>, [1, <<"two">>, #{three => [3.5, null]}, {binary, binary:copy(<<"b">>, 1000)}], Id}] || Id <- [none, 1, 1 bsl 53 - 1]]
        ++ [[{ack, 0, []}], [{ack, 7, [true]}], [{utf8, <<"t">>}, {event, <<>>, [], none}, {ack, 1, [2]}, {binary, <<>>}]]
        ++ [[{utf8, <<"a">>}, {binary, <<0, 255>>}, {utf8, <<>>}], lists:duplicate(300, {binary, <<"many">>})].

sessions() -> [0, 1, 255, 256, 65535, 1 bsl 31 - 1, 1 bsl 31, 1 bsl 40 + 7, 1 bsl 56 - 1].

send_test_() ->
    [?_assertEqual({send, Session, Messages}, decoded([send(Session, Messages)])) || Session <- sessions(), Messages <- messages()].

several_test() ->
    ?assertEqual([{send, 7, [{utf8, <<"a">>}]}, {credit, 7, 32, 100}, {close, 7, 1000, <<>>}],
                 decoded([send(7, [{utf8, <<"a">>}]), rabbit_socks_proto:term({credit, 7, 32, 100}), rabbit_socks_proto:term({close, 7, 1000, <<>>})])),
    ?assertEqual({credit, 7, 32, 100}, decoded([rabbit_socks_proto:term({credit, 7, 32, 100})])).

%% The edge's tests read the same lines.
golden_test_() ->
    Lines = [{Name, Bytes} || {node, Name, Bytes} <- link_golden:read("test/vectors/link.golden")],
    [{Name, fun() ->
          {send, Session, Messages} = binary_to_term(Bytes),
          Packet = iolist_to_binary(rabbit_socks_proto:packet(1, [send(Session, Messages)])),
          ?assert(lists:member({Name, Packet}, Lines))
      end} || {Name, Bytes} <- Lines, lists:member(Name, ["send-text", "send-many", "send-event", "send-event-id", "send-event-binary", "send-ack"])].

term_test_() ->
    [?_assertEqual(Term, decoded([rabbit_socks_proto:term(Term)]))
     || {node, _, Bytes} <- link_golden:read("test/vectors/link.golden"), Term <- [binary_to_term(Bytes)]].

%% Packets are cut by this: it must not be below what a message takes.
size_test_() ->
    Empty = byte_size(iolist_to_binary(send(1, [{utf8, <<>>}]))),
    [?_assert(rabbit_socks_proto:size(Message) >=
              byte_size(iolist_to_binary(send(1, [{utf8, <<>>}, Message]))) - Empty)
     || [Message] <- messages()].

%% No payload is copied.
sharing_test() ->
    Payload = binary:copy(<<"p">>, 1000),
    ?assert(lists:any(fun(Part) -> Part =:= Payload andalso is_binary(Part) end, lists:flatten([send(1, [{binary, Payload}])]))),
    ?assert(byte_size(iolist_to_binary(lists:flatten([send(1, [{binary, Payload}])]) -- [Payload])) < 64).

send(Session, Messages) -> rabbit_socks_proto:send(rabbit_socks_proto:session(Session), Messages).

decoded(Commands) -> binary_to_term(iolist_to_binary(rabbit_socks_proto:packet(length(Commands), Commands))).
