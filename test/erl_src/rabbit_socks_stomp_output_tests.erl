%% SPDX-License-Identifier: MPL-2.0
%% @doc The test process is the writer's client; it may have other mail than what was written.
-module(rabbit_socks_stomp_output_tests).

-include_lib("eunit/include/eunit.hrl").
-import(rabbit_socks_stomp_output, [new/1, open/3, follow/2, send/2, ask/1, heartbeats/3, tick/1, received/1]).

-export([send_frame/2, close/3, sync/2]).

-spec send_frame(term(), pid()) -> ok.
send_frame(Frame, Client) -> Client ! {?MODULE, Frame}, ok.

-spec close(integer(), binary(), pid()) -> ok.
close(Code, Reason, Client) -> Client ! {?MODULE, {close, Code, Reason}}, ok.

-spec sync(integer(), pid()) -> ok.
sync(Number, Client) -> Client ! {?MODULE, {sync, Number}}, ok.

output(WsFrame) -> open(?MODULE, self(), new(WsFrame)).

sent(Data, Output) ->
    {ok, Output1} = send([Data], Output),
    receive {?MODULE, {Kind, _}} -> {Kind, Output1} after 0 -> none end.

kind(Data, Output) -> element(1, sent(Data, Output)).

kinds_test_() ->
    Text = <<"grüße"/utf8>>,
    Bytes = <<255, 0>>,
    [?_assertEqual(utf8, kind(Text, output(auto))),
     ?_assertEqual(utf8, kind(Text, follow(utf8, output(auto)))),
     ?_assertEqual(binary, kind(Text, follow(binary, output(auto)))),
     ?_assertEqual(utf8, kind(Text, follow(binary, output(text)))),
     ?_assertEqual(binary, kind(Text, follow(utf8, output(binary)))),
     [?_assertEqual(binary, kind(Bytes, output(Option))) || Option <- [auto, text, binary]],
     %% Whole characters only.
     ?_assertEqual(binary, kind(<<"gr", 195>>, output(auto)))].

each_frame_is_a_message_test() ->
    {ok, _} = send(["one", ["t", <<"wo">>]], output(auto)),
    ?assertEqual([{utf8, <<"one">>}, {utf8, <<"two">>}], [receive {?MODULE, Frame} -> Frame after 0 -> none end || _ <- "12"]).

after_a_burst_the_edge_is_asked_test() ->
    Half = binary:copy(<<"x">>, 65_536),
    {_, One} = sent(Half, output(auto)),
    {_, Two} = sent(Half, One),
    {_, More} = sent("x", Two),
    [?assertEqual(no, ask(Output)) || Output <- [One, Two]],
    {asked, Number, Asked} = ask(More),
    ?assertEqual({sync, Number}, receive {?MODULE, Sync} -> Sync after 0 -> none end),
    ?assertEqual(no, ask(Asked)).

what_the_link_cannot_carry_is_not_sent_test() ->
    Large = binary:copy(<<"x">>, 33_554_433),
    ?assertMatch({too_large, _}, send(["first", Large, "last"], output(auto))),
    ?assertEqual([{utf8, <<"first">>}, none], [receive {?MODULE, Frame} -> Frame after 0 -> none end || _ <- "12"]).

the_close_is_the_writers_test() ->
    ok = rabbit_socks_stomp_output:close(1008, ["not ", <<"now">>], output(auto)),
    ?assertEqual({close, 1008, <<"not now">>}, receive {?MODULE, Close} -> Close after 0 -> none end).

no_heartbeats_are_agreed_at_first_test() ->
    ?assertMatch({infinity, _}, tick(output(auto))).

heartbeats_go_out_when_due_test() ->
    Output = heartbeats(2, 0, output(auto)),
    timer:sleep(2),
    {Next, Output1} = tick(Output),
    ?assertEqual({utf8, <<"\n">>}, receive {?MODULE, Frame} -> Frame after 0 -> none end),
    ?assert(Next =< 1),
    ?assertMatch({N, _} when is_integer(N), tick(heartbeats(60_000, 60_000, Output1))).

a_silent_client_is_dead_test() ->
    Output = heartbeats(0, 1, output(auto)),
    timer:sleep(3),
    ?assertMatch({dead, _}, tick(Output)),
    ?assertMatch({N, _} when is_integer(N), tick(received(heartbeats(0, 60_000, Output)))).
