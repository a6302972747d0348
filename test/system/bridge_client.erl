%% SPDX-License-Identifier: MPL-2.0
%% @doc A client of the bridge for suites: commands and their answers, over Socket.IO 2 and 4, and as JSON on a bare WebSocket.
-module(bridge_client).

-include_lib("stdlib/include/assert.hrl").

-export([open/2, open/3, refused/3, ask/3, start/3, answer_to/2, tell/3, heard/1, unheard/1, delivery/1, next/1, settle/3, close/1, closed/1]).
-export_type([client/0, kind/0, packet/0]).

-type client() :: {3 | 4, socks_engine:client()} | {json, socks_ws:ws()}.
-type kind() :: {3 | 4, polling | websocket} | {json, websocket}.
-type packet() :: {ack, Id :: binary(), [term()]} | {event, Id :: binary(), Name :: binary(), [term()]}.

%% What came and has not been asked for yet: in the process that opened it.
-define(KEPT(Client), {?MODULE, Client}).
-define(WAIT, 30_000).

%% @doc One that does not say who it is.
-spec open(socks_client:target(), kind()) -> client().
open(Target, {json, websocket}) ->
    {json, socks_ws:open(Target, "/websocket/", #{protocols => ["rabbit-socks.json"]})};
open(Target, {Version, Transport}) ->
    {Client, _} = socketio_world:connect(Target, Version, Transport, <<>>),
    {Version, Client}.

%% @doc With `auth', which 4.x has.
-spec open(socks_client:target(), polling | websocket, map()) -> client().
open(Target, Transport, Auth) ->
    {Client, <<"{\"sid\":", _/binary>>} = socketio_world:connect(Target, 4, Transport, rabbit_json:encode(Auth)),
    {4, Client}.

%% @doc What a client is refused with: the message and the code.
-spec refused(socks_client:target(), polling | websocket, map()) -> {binary(), binary()}.
refused(Target, Transport, Auth) ->
    C = socks_engine:open(Target, 4, Transport, "/socket.io/"),
    ok = socks_engine:send(C, [iolist_to_binary(["0", rabbit_json:encode(Auth)])]),
    [<<"4", Json/binary>>] = socks_engine:recv(C, 1),
    ok = socks_engine:close(C),
    #{<<"message">> := Text, <<"data">> := #{<<"error">> := Code}} = rabbit_json:decode(Json),
    {Text, Code}.

%% @doc The answer to a command. What comes before it is kept for heard/1.
-spec ask(client(), iodata(), [term()]) -> map().
ask(Client, Name, Args) ->
    answer_to(Client, start(Client, Name, Args)).

%% @doc The same in two steps: the number that the answer has.
-spec start(client(), iodata(), [term()]) -> binary().
start(Client, Name, Args) ->
    Id = integer_to_binary(erlang:unique_integer([positive]) rem 1000000),
    ok = emit(Client, Id, Name, Args),
    Id.

-spec answer_to(client(), binary()) -> map().
answer_to(Client, Id) ->
    case read(Client) of
        {ack, Id, [Answer]} -> Answer;
        Other ->
            _ = put(?KEPT(Client), kept(Client) ++ [Other]),
            answer_to(Client, Id)
    end.

%% @doc A command that nobody waits for.
-spec tell(client(), iodata(), [term()]) -> ok.
tell(Client, Name, Args) -> emit(Client, <<>>, Name, Args).

%% @doc The next event: its name and arguments.
-spec heard(client()) -> {binary(), [term()]}.
heard(Client) ->
    {event, _, Name, Args} = next(Client),
    {Name, Args}.

%% @doc The events that came before the last answer, and have not been heard.
-spec unheard(client()) -> [{binary(), [term()]}].
unheard(Client) -> [{Name, Args} || {event, _, Name, Args} <- kept(Client)].

%% @doc The next event must be a delivery: what its acknowledgement is for, and its arguments.
-spec delivery(client()) -> {binary(), [term()]}.
delivery(Client) ->
    {event, Id, <<"delivery">>, Args} = next(Client),
    {Id, Args}.

%% @doc Whatever comes next, what was kept before it.
-spec next(client()) -> packet().
next(Client) ->
    case kept(Client) of
        [First | More] ->
            _ = put(?KEPT(Client), More),
            First;
        [] -> read(Client)
    end.

%% @doc Acknowledges it, with these arguments.
-spec settle(client(), binary(), [term()]) -> ok.
settle({json, Ws}, Id, Args) ->
    socks_ws:send(Ws, {utf8, iolist_to_binary(["{\"ack\":", Id, ",\"args\":", rabbit_json:encode(Args), "}"])});
settle({_, C}, Id, Args) ->
    socks_engine:send(C, [iolist_to_binary(["3", Id, rabbit_json:encode(Args)])]).

-spec close(client()) -> ok.
close({json, Ws}) -> socks_ws:close(Ws);
close({_, C}) -> socks_engine:close(C).

%% @doc It has been closed: the code and the reason.
-spec closed(client()) -> {1000..4999, binary()}.
closed({json, Ws}) ->
    {close, Code, Reason} = socks_ws:recv(Ws, ?WAIT),
    {Code, Reason};
closed({_, C}) ->
    [{close, Code, Reason}] = socks_engine:packets(C, 1),
    {Code, Reason}.

%% On the wire. Bytes are alone among the arguments.

emit({json, Ws}, Id, Name, Args) ->
    Shown = [case Arg of {binary, Bytes} -> #{<<"$base64">> => base64:encode(Bytes)}; _ -> Arg end || Arg <- Args],
    Event = #{event => iolist_to_binary(Name), args => Shown},
    socks_ws:send(Ws, {utf8, iolist_to_binary(rabbit_json:encode(maps:merge(Event, maps:from_list([{id, binary_to_integer(Id)} || Id =/= <<>>]))))});
emit({_, C}, Id, Name, Args) ->
    {Shown, Bytes} = lists:mapfoldl(fun({binary, B}, Acc) -> {#{<<"_placeholder">> => true, <<"num">> => length(Acc)}, Acc ++ [{binary, B}]};
                                       (Arg, Acc) -> {Arg, Acc} end, [], Args),
    Head = case Bytes of [] -> <<"2">>; _ -> [<<"5">>, integer_to_binary(length(Bytes)), <<"-">>] end,
    socks_engine:send(C, [iolist_to_binary([Head, Id, rabbit_json:encode([iolist_to_binary(Name) | Shown])]) | Bytes]).

kept(Client) ->
    case get(?KEPT(Client)) of undefined -> []; Kept -> Kept end.

read({json, Ws}) ->
    case socks_ws:recv(Ws, ?WAIT) of
        {utf8, Json} ->
            from_json(rabbit_json:decode(Json));
        {ping, Data} ->
            ok = socks_ws:send(Ws, {pong, Data}),
            read({json, Ws})
    end;
read({_, C}) ->
    [Packet] = socks_engine:recv(C, 1),
    {match, [Type, Count, Id, Json]} = re:run(Packet, "^([235])(?:([0-9]+)-)?([0-9]*)(\\[.*)$", [{capture, all_but_first, binary}, dotall]),
    Bytes = socks_engine:recv(C, case Count of <<>> -> 0; _ -> binary_to_integer(Count) end),
    Args = [case Arg of #{<<"_placeholder">> := true, <<"num">> := N} -> lists:nth(N + 1, Bytes); _ -> Arg end || Arg <- rabbit_json:decode(Json)],
    case Type of
        <<"3">> -> {ack, Id, Args};
        _ -> {event, Id, hd(Args), tl(Args)}
    end.

from_json(Packet) ->
    case Packet of
        #{<<"ack">> := Id, <<"args">> := Args} -> {ack, integer_to_binary(Id), Args};
        #{<<"event">> := Name, <<"args">> := Args} = Event ->
            Id = case Event of #{<<"id">> := Number} -> integer_to_binary(Number); _ -> <<>> end,
            {event, Id, Name, [case Arg of #{<<"$base64">> := Text} -> {binary, base64:decode(Text)}; _ -> Arg end || Arg <- Args]}
    end.
