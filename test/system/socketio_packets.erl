%% SPDX-License-Identifier: MPL-2.0
%% @doc Namespaces, acknowledgements, bytes and disconnects on the wire, with socketio_callback behind it.
-module(socketio_packets).

-include_lib("stdlib/include/assert.hrl").

-export([namespaces/1, acknowledgements/1, timeouts/1, attachments/1, server_disconnects/1, client_disconnects/1, too_many_namespaces/1,
         generation_09/1]).

-import(socketio_world, [listen/3, unlisten/2, connect/3]).
-import(socks_engine, [send/2, recv/2, packets/2, close/1]).

-define(BOTH, [{Version, Transport} || Version <- [3, 4], Transport <- [polling, websocket]]).
-define(BYTES(N), "{\"_placeholder\":true,\"num\":" N "}").

%% @doc Each has its own session, or a refusal with words and data.
-spec namespaces([term()]) -> ok.
namespaces(Config) ->
    each(Config, fun(Version, C) ->
        ask(C, "0/chat,", accepted(Version, "/chat,")),
        ask(C, "0/nope,", refused(Version, "/nope,", "\"Invalid namespace\"", none)),
        ask(C, "0/private,", refused(Version, "/private,", "\"Not authorized\"", "{\"code\":7}")),
        [begin
             ask(C, "0/private,{\"token\":\"wrong\"}", refused(4, "/private,", "\"Not authorized\"", "{\"code\":7}")),
             ask(C, <<"0/private,{\"token\":\"öpen\"}"/utf8>>, accepted(4, "/private,"))
         end || Version =:= 4],
        ask(C, "2/chat,[\"echo\",\"there\"]", "2/chat,[\"echo\",\"there\"]"),
        ask(C, "2[\"echo\",\"here\"]", "2[\"echo\",\"here\"]"),
        said(C, "2/chat,1[\"who\"]", "3/chat,1\\[{.*\"namespace\":\"/chat\".*}\\]"),
        said(C, "21[\"who\"]", "31\\[{.*\"namespace\":\"/\".*}\\]")
    end).

accepted(3, Name) -> ["0", Name];
accepted(4, Name) -> {["0", Name, "{\"sid\":\"[^\"]+\"}"]}.

refused(4, Name, Text, none) -> ["4", Name, "{\"message\":", Text, "}"];
refused(4, Name, Text, Data) -> ["4", Name, "{\"message\":", Text, ",\"data\":", Data, "}"];
refused(3, Name, Text, none) -> ["4", Name, Text];
refused(3, Name, _, Data) -> ["4", Name, Data].

%% @doc Both ways; one that comes twice, or for nothing, is nothing.
-spec acknowledgements([term()]) -> ok.
acknowledgements(Config) ->
    each(Config, fun(_, C) ->
        ask(C, "27[\"ack\",1,[null,{\"a\":\"b\"}]]", "37[1,[null,{\"a\":\"b\"}]]"),
        ask(C, "20[\"ack\"]", "30[]"),
        Id = question(C, "2[\"ask\",\"what\"]", "\\[\"question\",\"what\"\\]"),
        ask(C, ["3", Id, "[\"that\",2]"], "2[\"answer\",\"that\",2]"),
        ok = send(C, [iolist_to_binary(["3", Id, "[\"again\"]"]), <<"399999[]">>]),
        Other = question(C, "2[\"ask\",1]", "\\[\"question\",1\\]"),
        ?assertNotEqual(Id, Other),
        ask(C, ["3", Other, "[]"], "2[\"answer\"]")
    end).

%% @doc The module's own time limit; what comes later is dropped.
-spec timeouts([term()]) -> ok.
timeouts(Config) ->
    each(Config, fun(_, C) ->
        Id = question(C, "2[\"ask_in_time\",50]", "\\[\"question\"\\]"),
        ?assertEqual([<<"2[\"answer\",\"timeout\"]">>], recv(C, 1)),
        ok = send(C, [iolist_to_binary(["3", Id, "[\"late\"]"])]),
        ask(C, "2[\"echo\",1]", "2[\"echo\",1]")
    end).

%% @doc Bytes in events and acknowledgements, both ways; they are numbered in the order in which they stand.
-spec attachments([term()]) -> ok.
attachments(Config) ->
    One = {binary, <<0, 1, 2, 255>>},
    Two = {binary, binary:copy(<<4>>, 3000)},
    each(Config, fun(_, C) ->
        exchange(C, ["51-[\"echo\"," ?BYTES("0") "]", One], ["51-[\"echo\"," ?BYTES("0") "]", One]),
        exchange(C, ["52-[\"echo\",{\"a\":" ?BYTES("1") ",\"b\":[" ?BYTES("0") "]}]", One, Two],
                 ["52-[\"echo\",{\"a\":" ?BYTES("0") ",\"b\":[" ?BYTES("1") "]}]", Two, One]),
        exchange(C, ["51-3[\"ack\"," ?BYTES("0") "]", One], ["61-3[" ?BYTES("0") "]", One]),
        ok = send(C, [<<"51-[\"ask\"," ?BYTES("0") "]">>, Two]),
        [Question, Two] = recv(C, 2),
        {match, [Id]} = re:run(Question, "^51-([0-9]+)\\[\"question\",", [{capture, all_but_first, binary}]),
        exchange(C, [["62-", Id, "[" ?BYTES("0") ",[" ?BYTES("1") "]]"], One, Two],
                 ["52-[\"answer\"," ?BYTES("0") ",[" ?BYTES("1") "]]", One, Two])
    end).

%% @doc disconnect/1 ends a namespace, and the connection stays; disconnect/2 ends everything.
-spec server_disconnects([term()]) -> ok.
server_disconnects(Config) ->
    each(Config, fun(Version, C) ->
        ask(C, "0/chat,", accepted(Version, "/chat,")),
        ask(C, "2/chat,[\"leave\",false]", "1/chat,"),
        ask(C, "2[\"echo\",1]", "2[\"echo\",1]"),
        ask(C, "0/chat,", accepted(Version, "/chat,")),
        ask(C, "2[\"leave\",false]", "1"),
        ask(C, "2/chat,[\"echo\",2]", "2/chat,[\"echo\",2]"),
        %% The last one leaves a connection where others can be asked for.
        ask(C, "2/chat,[\"leave\",false]", "1/chat,"),
        ask(C, "0/chat,", accepted(Version, "/chat,")),
        Version =:= 4 andalso ask(C, "0", accepted(4, "")),
        ok = send(C, [<<"2/chat,[\"leave\",true]">>]),
        Last = case Version of 3 -> [<<"1/chat,">>]; 4 -> [<<"1">>, <<"1/chat,">>] end,
        ?assertEqual(Last, lists:sort(recv(C, length(Last)))),
        ended(C)
    end).

%% What a client sees of the end of its connection.
ended(#{transport := websocket} = C) ->
    ?assertEqual([{close, 1000, <<>>}], packets(C, 1));
ended(#{transport := polling} = C) ->
    ?assertEqual([<<"1">>], packets(C, 1)),
    ok = socks_engine:poll(C),
    ?assertMatch({400, _, <<"{\"code\":1,\"message\":\"Session ID unknown\"}">>}, socks_engine:poll_answer(C)).

%% @doc The other sessions go on; what comes for one that is not there ends a client of 4, and is nothing to one of 2.
-spec client_disconnects([term()]) -> ok.
client_disconnects(Config) ->
    each(Config, fun(Version, C) ->
        ask(C, "0/chat,", accepted(Version, "/chat,")),
        ok = send(C, [<<"2/chat,1[\"who\"]">>]),
        [Who] = recv(C, 1),
        {match, [Id]} = re:run(Who, "\"id\":\"([^\"]+)\"", [{capture, all_but_first, binary}]),
        ok = send(C, [<<"1/chat,">>]),
        gone(C, Id),
        case {Version, C} of
            {3, _} ->
                ok = send(C, [<<"2/chat,[\"echo\",1]">>]),
                ask(C, "2[\"echo\",2]", "2[\"echo\",2]");
            {4, #{transport := websocket}} ->
                ok = send(C, [<<"2/chat,[\"echo\",1]">>]),
                ?assertMatch([{close, 1002, _}], packets(C, 1));
            {4, #{transport := polling}} ->
                ?assertMatch({400, _, _}, socks_engine:post(C, "42/chat,[\"echo\",1]")),
                ok = socks_engine:poll(C),
                ?assertMatch({400, _, _}, socks_engine:poll_answer(C))
        end
    end).

gone(C, Id) ->
    ok = send(C, [iolist_to_binary(["25[\"gone\",\"", Id, "\"]"])]),
    case recv(C, 1) of
        [<<"35[true]">>] -> ok;
        [<<"35[false]">>] -> gone(C, Id)
    end.

%% @doc Beyond max_namespaces the client ends.
-spec too_many_namespaces([term()]) -> ok.
too_many_namespaces(Config) ->
    each(Config, [{max_namespaces, 2}], fun(Version, C) ->
        %% One that was refused, or left, takes no place.
        ask(C, "0/nope,", refused(Version, "/nope,", "\"Invalid namespace\"", none)),
        ask(C, "0/chat,", accepted(Version, "/chat,")),
        ok = send(C, [<<"1/chat,">>]),
        ask(C, "0/chat,", accepted(Version, "/chat,")),
        case C of
            #{transport := websocket} ->
                ok = send(C, [<<"0/private,">>]),
                ?assertMatch([{close, 1008, _}], packets(C, 1));
            #{transport := polling} ->
                ?assertMatch({400, _, _}, socks_engine:post(C, socks_engine_payload:body(Version, [<<"40/private,">>])))
        end
    end).

%% @doc The same for clients before 1.0, in their words.
-spec generation_09([term()]) -> ok.
generation_09(Config) ->
    Port = listen(Config, socketio_callback, []),
    [begin
         C = socks_socketio09:open(Port, Transport, "/socket.io"),
         Ask = fun(Question, Answers) ->
             ok = socks_socketio09:send(C, [iolist_to_binary(Question)]),
             ?assertEqual(Answers, socks_socketio09:recv(C, length(Answers)))
         end,
         Ask("1::/chat", [<<"1::/chat">>]),
         Ask("5::/chat:{\"name\":\"echo\",\"args\":[1,\"x\"]}", [<<"5::/chat:{\"name\":\"echo\",\"args\":[1,\"x\"]}">>]),
         Ask("5:7+::{\"name\":\"ack\",\"args\":[{\"a\":null}]}", [<<"6:::7+[{\"a\":null}]">>]),
         ok = socks_socketio09:send(C, [<<"5:::{\"name\":\"ask\",\"args\":[2]}">>]),
         [Question] = socks_socketio09:recv(C, 1),
         {match, [Id]} = re:run(Question, "^5:([0-9]+)\\+::{\"name\":\"question\",\"args\":\\[2\\]}$", [{capture, all_but_first, binary}]),
         Ask(["6:::", Id, "+[\"yes\"]"], [<<"5:::{\"name\":\"answer\",\"args\":[\"yes\"]}">>]),
         Ask("5::/chat:{\"name\":\"leave\",\"args\":[false]}", [<<"0::/chat">>]),
         Ask("5:::{\"name\":\"echo\"}", [<<"5:::{\"name\":\"echo\"}">>]),
         Ask("5:::{\"name\":\"leave\",\"args\":[true]}", [<<"0::">>]),
         ok = socks_socketio09:close(C)
     end || Transport <- [websocket, 'xhr-polling']],
    unlisten(Config, Port).

each(Config, Do) -> each(Config, [], Do).

each(Config, Options, Do) ->
    Port = listen(Config, socketio_callback, Options),
    [begin
         C = connect(Port, Version, Transport),
         _ = Do(Version, C),
         close(C)
     end || {Version, Transport} <- ?BOTH],
    unlisten(Config, Port).

%% A packet and its answer: a text, or `{Pattern}'.
ask(C, Question, {Pattern}) ->
    said(C, Question, Pattern);
ask(C, Question, Answer) ->
    exchange(C, [Question], [Answer]).

said(C, Question, Pattern) ->
    ok = send(C, [iolist_to_binary(Question)]),
    [Answer] = recv(C, 1),
    ?assertMatch({match, _, _}, {re:run(Answer, ["^", Pattern, "$"], [{capture, none}]), Answer, Pattern}).

exchange(C, Sent, Received) ->
    ok = send(C, [part(P) || P <- Sent]),
    ?assertEqual([part(P) || P <- Received], recv(C, length(Received))).

part({binary, _} = Bytes) -> Bytes;
part(Text) -> iolist_to_binary(Text).

%% An event that wants an acknowledgement: its number.
question(C, Sent, Rest) ->
    ok = send(C, [iolist_to_binary(Sent)]),
    [Question] = recv(C, 1),
    {match, [Id]} = re:run(Question, ["^2([0-9]+)", Rest, "$"], [{capture, all_but_first, binary}]),
    Id.
