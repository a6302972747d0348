%% SPDX-License-Identifier: MPL-2.0
%% @doc Events as JSON on a bare WebSocket (rabbit-socks.json), with socketio_callback behind it. Rooms with the other generations
%% are in socketio_rooms.
-module(socketio_json).

-include_lib("stdlib/include/assert.hrl").

-export([events/1, bytes/1, flow/1, refusals/1]).

-import(socketio_world, [listen/3, unlisten/2, settled/1]).

-define(NAME, "rabbit-socks.json").
-define(WAIT, 30_000).
-define(COUNT, 1000).

%% @doc Both ways, with acknowledgements; one that comes twice, or for nothing, is nothing; the module's own time limit.
-spec events([term()]) -> ok.
events(Config) ->
    with(Config, fun(Port) ->
        Ws = open(Port),
        ask(Ws, "{\"event\":\"echo\",\"args\":[1,\"x\",{\"a\":[null,1.5]}]}", "{\"event\":\"echo\",\"args\":[1,\"x\",{\"a\":[null,1.5]}]}"),
        ask(Ws, "{\"event\":\"echo\"}", "{\"event\":\"echo\",\"args\":[]}"),
        ask(Ws, "{\"event\":\"ack\",\"args\":[[1]],\"id\":7}", "{\"ack\":7,\"args\":[[1]]}"),
        ask(Ws, "{\"event\":\"ack\",\"id\":0}", "{\"ack\":0,\"args\":[]}"),
        Id = question(Ws, "{\"event\":\"ask\",\"args\":[\"what\"]}", "\\[\"what\"\\]"),
        ask(Ws, ["{\"ack\":", Id, ",\"args\":[\"that\",2]}"], "{\"event\":\"answer\",\"args\":[\"that\",2]}"),
        send(Ws, ["{\"ack\":", Id, ",\"args\":[\"again\"]}"]),
        send(Ws, "{\"ack\":399999}"),
        Late = question(Ws, "{\"event\":\"ask_in_time\",\"args\":[50]}", "\\[\\]"),
        ?assertEqual({utf8, <<"{\"event\":\"answer\",\"args\":[\"timeout\"]}">>}, socks_ws:recv(Ws, ?WAIT)),
        send(Ws, ["{\"ack\":", Late, "}"]),
        ask(Ws, "{\"event\":\"echo\",\"args\":[2]}", "{\"event\":\"echo\",\"args\":[2]}"),
        send(Ws, "{\"event\":\"leave\",\"args\":[true]}"),
        ?assertEqual({close, 1000, <<>>}, socks_ws:recv(Ws, ?WAIT))
    end).

%% @doc In events and in acknowledgements, both ways, on every draft of WebSocket that has subprotocols.
-spec bytes([term()]) -> ok.
bytes(Config) ->
    Large = base64:encode(crypto:strong_rand_bytes(60_000)),
    with(Config, fun(Port) ->
        [begin
             Ws = open(Port, "/websocket/", #{draft => Draft}),
             [begin
                  Bytes = ["{\"$base64\":\"", Text, "\"}"],
                  ask(Ws, ["{\"event\":\"echo\",\"args\":[{\"a\":[", Bytes, "]}]}"], ["{\"event\":\"echo\",\"args\":[{\"a\":[", Bytes, "]}]}"]),
                  ask(Ws, ["{\"event\":\"ack\",\"args\":[", Bytes, "],\"id\":1}"], ["{\"ack\":1,\"args\":[", Bytes, "]}"])
              end || Text <- ["", "AAH/", Large]],
             socks_ws:close(Ws)
         end || Draft <- [rfc6455, 'hybi-8', 'hybi-7', 'hixie-76', 'hixie-75']]
    end).

%% @doc A thousand each way, in order, and a room of two.
-spec flow([term()]) -> ok.
flow(Config) ->
    Numbers = lists:seq(1, ?COUNT),
    with(Config, fun(Port) ->
        [Ws, Other] = [open(Port), open(Port)],
        [send(Ws, ["{\"event\":\"count\",\"args\":[", integer_to_list(N), "]}"]) || N <- Numbers],
        ask(Ws, "{\"event\":\"counted\",\"id\":1}", ["{\"ack\":1,\"args\":[", integer_to_list(?COUNT), ",true]}"]),
        send(Ws, ["{\"event\":\"numbers\",\"args\":[", integer_to_list(?COUNT), "]}"]),
        [heard(Ws, ["{\"event\":\"number\",\"args\":[", integer_to_list(N), "]}"]) || N <- Numbers],
        [ask(Member, "{\"event\":\"join\",\"args\":[\"two\"],\"id\":2}", "{\"ack\":2,\"args\":[]}") || Member <- [Ws, Other]],
        ask(Ws, "{\"event\":\"say\",\"args\":[\"two\",\"hi\",true],\"id\":3}", "{\"ack\":3,\"args\":[]}"),
        heard(Other, "{\"event\":\"said\",\"args\":[\"hi\"]}"),
        [socks_ws:close(Member) || Member <- [Ws, Other]]
    end).

%% @doc Who is not let in, and who says what is no message.
-spec refusals([term()]) -> ok.
refusals(Config) ->
    with(Config, [{max_json_keys, 2}, {max_message, 1024}], fun(Port) ->
        ?assertMatch({refused, 403, _, <<"Not authorized">>}, socks_ws:handshake(Port, "/websocket/private", #{protocols => [?NAME]})),
        ?assertMatch({refused, 400, _, _}, socks_ws:handshake(Port, "/websocket/", #{protocols => ["rabbit-socks.xml"]})),
        [begin
             Ws = open(Port),
             send(Ws, "{\"event\":\"echo\",\"args\":[1]}"),
             ok = socks_ws:send(Ws, Message),
             %% What came before is answered.
             heard(Ws, "{\"event\":\"echo\",\"args\":[1]}"),
             ?assertEqual({Message, {close, Code, Reason}}, {Message, socks_ws:recv(Ws, ?WAIT)}),
             socks_ws:close(Ws)
         end || {Message, Code, Reason} <-
             [{{utf8, <<"hello">>}, 1007, <<"not one JSON value">>},
              {{utf8, <<"{\"args\":[]}">>}, 1002, <<"neither an event nor an acknowledgement">>},
              {{utf8, <<"{\"event\":\"x\",\"args\":{}}">>}, 1002, <<"args that are no list">>},
              {{utf8, <<"{\"event\":\"x\",\"args\":[],\"id\":1}">>}, 1009, <<"too many keys in one JSON object">>},
              {{utf8, <<"{\"ack\":100000000000000000}">>}, 1009, <<"a number of many digits">>},
              {{utf8, binary:copy(<<" ">>, 1025)}, 1009, <<>>},
              {{binary, <<"{\"event\":\"x\"}">>}, 1003, <<"this subprotocol has no binary messages">>}]]
    end).

with(Config, Do) -> with(Config, [], Do).

with(Config, Options, Do) ->
    Port = listen(Config, socketio_callback, Options),
    _ = Do(Port),
    unlisten(Config, Port),
    settled(Config).

open(Port) -> open(Port, "/websocket/", #{}).

open(Port, Path, Options) -> socks_ws:open(Port, Path, Options#{protocols => [?NAME]}).

send(Ws, Text) -> ok = socks_ws:send(Ws, {utf8, iolist_to_binary(Text)}).

heard(Ws, Text) -> ?assertEqual({utf8, iolist_to_binary(Text)}, socks_ws:recv(Ws, ?WAIT)).

ask(Ws, Question, Answer) ->
    send(Ws, Question),
    heard(Ws, Answer).

%% An event that wants an acknowledgement: its number.
question(Ws, Sent, Args) ->
    send(Ws, Sent),
    {utf8, Question} = socks_ws:recv(Ws, ?WAIT),
    {match, [Id]} = re:run(Question, ["^{\"event\":\"question\",\"args\":", Args, ",\"id\":([0-9]+)}$"], [{capture, all_but_first, binary}]),
    Id.
