%% SPDX-License-Identifier: MPL-2.0
%% @doc What may be sent, and what is badarg to the one who tries.
-module(rabbit_socks_message_tests).

-include_lib("eunit/include/eunit.hrl").

-import(rabbit_socks_message, [frame/1, event/3, ack/2, sized/1, limited/1, room/1, text/1]).

forms_test_() ->
    [?_assertEqual({utf8, <<"ab">>}, frame(["a", $b])),
     ?_assertEqual({utf8, <<"ab">>}, frame({utf8, ["a", $b]})),
     ?_assertEqual({binary, <<255, 0>>}, frame({binary, [255, <<0>>]})),
     ?_assertEqual({event, <<"connect">>, [1], none}, event(connect, [1], none)),
     ?_assertEqual({event, <<"größe"/utf8>>, [], 7}, event('größe', [], 7)),
     ?_assertEqual({event, <<"ab">>, [a], 7}, event(["a", <<"b">>], [a], 7)),
     ?_assertEqual({ack, 0, []}, ack(0, []))].

bad_test_() ->
    [?_assertError(badarg, Make()) || Make <- [
        fun() -> frame({text, <<>>}) end, fun() -> frame({utf8, <<255>>}) end, fun() -> frame(atom) end,
        fun() -> event(<<255>>, [], none) end, fun() -> event("größe€", [], none) end, fun() -> event(e, none, none) end,
        fun() -> event(e, [a | b], none) end, fun() -> ack(1, #{}) end, fun() -> text([256]) end]].

%% 32 MiB with what goes around them.
size_test_() ->
    Bytes = fun(N) -> binary:copy(<<"x">>, N) end,
    Sized = fun(Message) -> {Size, Message} = sized(Message), ?assert(Size >= iolist_size(rabbit_socks_proto:term(Message))), ok end,
    [?_assertEqual(ok, Sized(frame(Bytes(16#2000000 - 16)))),
     ?_assertError(badarg, Sized(frame(Bytes(16#2000001)))),
     ?_assertEqual(ok, Sized(event(e, [Bytes(16#2000000 - 100)], none))),
     ?_assertError(badarg, Sized(event(e, [Bytes(16#2000000)], none))),
     ?_assertError(badarg, Sized(ack(1, [Bytes(16#2000000)]))),
     ?_assertError(badarg, limited([Bytes(16#2000000), 1])),
     ?_assertEqual([<<"x">>], limited([<<"x">>]))].

rooms_test_() ->
    Most = binary:copy(<<"r">>, 1024),
    [?_assertEqual(<<"room 1">>, room("room 1")),
     ?_assertEqual(<<"room">>, room([$r, "oom"])),
     ?_assertEqual(<<255>>, room([255])),
     ?_assertEqual(Most, room(Most))
     | [?_assertError(badarg, room(Bad)) || Bad <- [<<>>, "", [<<>>], ["room ", $1], [<<"room">>], <<Most/binary, "r">>, atom, 7, [256], none]]].
