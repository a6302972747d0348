%% SPDX-License-Identifier: MPL-2.0
%% @doc A client of mixed_callback, of any generation: `say/2' sends a command, `hear/2' gives what comes as one thing for all of
%% them: `{frame, Text}' or `{news, Number}'.
-module(mixed_member).

-export([open/2, open/3, kinds/0, say/2, hear/2, settle/1, close/1]).
-export_type([member/0, kind/0]).

-type kind() :: websocket | 'rabbit-socks.json' | 'socket.io-0.6' | 'socket.io-0.9' | 'socket.io-2' | 'socket.io-4' | 'engine.io-3' | 'engine.io-4'.
-type member() :: {kind(), term()}.
-type target() :: socks_client:target() | {below, Prefix :: iodata(), socks_client:target()}.
-type heard() :: {frame, binary()} | {news, binary()}.

-define(WAIT, 30_000).

%% @doc Everything that there is, each over another transport where it can be.
-spec kinds() -> [{kind(), atom()}].
kinds() ->
    [{websocket, websocket}, {'rabbit-socks.json', websocket}, {'socket.io-0.6', 'xhr-polling'}, {'socket.io-0.9', websocket},
     {'socket.io-2', polling}, {'socket.io-4', websocket}, {'engine.io-3', polling}, {'engine.io-4', websocket}].

-spec open(target(), {kind(), atom()}) -> member().
open(Target, Kind) ->
    open(Target, Kind, "nobody").

%% @doc The name is what the witness is told.
-spec open(target(), {kind(), atom()}, iodata()) -> member().
open({below, Prefix, Target}, Kind, Name) ->
    connect(Kind, Target, Prefix, Name);
open(Target, Kind, Name) ->
    connect(Kind, Target, "", Name).

connect({websocket, _}, Target, Prefix, Name) ->
    {websocket, socks_ws:open(Target, [Prefix, "/websocket/?name=", Name])};
connect({'rabbit-socks.json' = Name, _}, Target, Prefix, Who) ->
    {Name, socks_ws:open(Target, [Prefix, "/websocket/?name=", Who], #{protocols => [atom_to_binary(Name)]})};
connect({'socket.io-0.6', Transport}, Target, Prefix, _) ->
    {'socket.io-0.6', socks_socketio06:open(Target, Transport, [Prefix, "/socket.io"])};
connect({'socket.io-0.9', Transport}, Target, Prefix, _) ->
    {'socket.io-0.9', socks_socketio09:open(Target, Transport, [Prefix, "/socket.io"])};
connect({'socket.io-2', Transport}, Target, Prefix, Name) ->
    C = socks_engine:open(Target, 3, Transport, [Prefix, "/socket.io/"], #{query => ["&b64=1&name=", Name]}),
    [<<"0">>] = socks_engine:recv(C, 1),
    {'socket.io-2', C};
connect({'socket.io-4', Transport}, Target, Prefix, Name) ->
    C = socks_engine:open(Target, 4, Transport, [Prefix, "/socket.io/"], #{query => ["&name=", Name]}),
    ok = socks_engine:send(C, [<<"0">>]),
    [<<"0{\"sid\":", _/binary>>] = socks_engine:recv(C, 1),
    {'socket.io-4', C};
connect({'engine.io-3', Transport}, Target, Prefix, Name) ->
    {'engine.io-3', socks_engine:open(Target, 3, Transport, [Prefix, "/engine.io/"], #{query => ["&name=", Name]})};
connect({'engine.io-4', Transport}, Target, Prefix, Name) ->
    {'engine.io-4', socks_engine:open(Target, 4, Transport, [Prefix, "/engine.io/"], #{query => ["&name=", Name]})}.

%% @doc Words without quotes and backslashes.
-spec say(member(), iodata()) -> ok.
say({websocket, Ws}, Text) -> socks_ws:send(Ws, {utf8, iolist_to_binary(Text)});
say({'rabbit-socks.json', Ws}, Text) ->
    socks_ws:send(Ws, {utf8, iolist_to_binary(["{\"event\":\"message\",\"args\":[\"", Text, "\"]}"])});
say({'socket.io-0.6', C}, Text) -> socks_socketio06:send(C, [Text]);
say({'socket.io-0.9', C}, Text) -> socks_socketio09:send(C, [iolist_to_binary(["3:::", Text])]);
say({Kind, C}, Text) when Kind =:= 'engine.io-3'; Kind =:= 'engine.io-4' -> socks_engine:send(C, [iolist_to_binary(Text)]);
say({_, C}, Text) -> socks_engine:send(C, [iolist_to_binary(["2[\"message\",\"", Text, "\"]"])]).

%% @doc The next so many.
-spec hear(member(), non_neg_integer()) -> [heard()].
hear({websocket, Ws}, Count) -> [plain(text(socks_ws:recv(Ws, ?WAIT))) || _ <- lists:seq(1, Count)];
hear({'rabbit-socks.json', Ws}, Count) -> [json(text(socks_ws:recv(Ws, ?WAIT))) || _ <- lists:seq(1, Count)];
hear({'socket.io-0.6', C}, Count) -> [plain(Text) || Text <- socks_socketio06:recv(C, Count)];
hear({'socket.io-0.9', C}, Count) -> [packet09(Packet) || Packet <- socks_socketio09:recv(C, Count)];
hear({Kind, C}, Count) when Kind =:= 'engine.io-3'; Kind =:= 'engine.io-4' -> [plain(Text) || Text <- socks_engine:recv(C, Count)];
hear({_, C}, Count) -> [event(Packet) || Packet <- socks_engine:recv(C, Count)].

text({utf8, Text}) -> Text.

plain(<<"{\"name\":\"news\",\"args\":[", Number/binary>>) -> {news, without(<<"]}">>, Number)};
plain(<<"~j~", Json/binary>>) -> plain(Json);
plain(Text) -> {frame, Text}.

packet09(<<"5:::{\"name\":\"news\",\"args\":[", Number/binary>>) -> {news, without(<<"]}">>, Number)};
packet09(<<"5:::{\"name\":\"message\",\"args\":[\"", Text/binary>>) -> {frame, without(<<"\"]}">>, Text)};
packet09(<<"3:::", Text/binary>>) -> {frame, Text}.

json(<<"{\"event\":\"news\",\"args\":[", Number/binary>>) -> {news, without(<<"]}">>, Number)};
json(<<"{\"event\":\"message\",\"args\":[\"", Text/binary>>) -> {frame, without(<<"\"]}">>, Text)}.

event(<<"2[\"news\",", Number/binary>>) -> {news, without(<<"]">>, Number)};
event(<<"2[\"message\",\"", Text/binary>>) -> {frame, without(<<"\"]">>, Text)}.

without(End, Text) ->
    Size = byte_size(Text) - byte_size(End),
    <<Before:Size/binary, End/binary>> = Text,
    Before.

%% @doc What was said so far has been done, and nothing has come that was not heard.
-spec settle(member()) -> ok.
settle(Member) ->
    Word = integer_to_binary(erlang:unique_integer([positive])),
    ok = say(Member, ["echo ", Word]),
    [{frame, Word}] = hear(Member, 1),
    ok.

-spec close(member()) -> ok.
close({Kind, Ws}) when Kind =:= websocket; Kind =:= 'rabbit-socks.json' -> socks_ws:close(Ws);
close({'socket.io-0.6', C}) -> socks_socketio06:close(C);
close({'socket.io-0.9', C}) -> socks_socketio09:close(C);
close({_, C}) -> socks_engine:close(C).
