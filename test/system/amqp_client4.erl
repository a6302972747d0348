%% SPDX-License-Identifier: MPL-2.0
%% @doc A client of the bridge for suites: Socket.IO on socks_engine, with commands and their answers.
-module(amqp_client4).

-include_lib("stdlib/include/assert.hrl").

-export([open/2, open/3, refused/3, ask/3, start/3, answer_to/2, tell/3, heard/1, delivery/1, settle/3, close/1]).
-export_type([client/0]).

-type client() :: {3 | 4, socks_engine:client()}.

%% @doc Over 2.x (Engine.IO 3) or 4.x; one that does not say who it is.
-spec open(socks_client:target(), {3 | 4, polling | websocket}) -> client().
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
start({_, C}, Name, Args) ->
    Id = integer_to_binary(erlang:unique_integer([positive]) rem 1000000),
    ok = socks_engine:send(C, packets(Id, Name, Args)),
    Id.

-spec answer_to(client(), binary()) -> map().
answer_to(Client, Id) ->
    answer(Client, <<"3", Id/binary, "[">>).

answer({_, C} = Client, Beginning) ->
    Size = byte_size(Beginning),
    case socks_engine:recv(C, 1) of
        [<<Beginning:Size/binary, _/binary>> = Packet] ->
            [Answer] = rabbit_json:decode(binary:part(Packet, Size - 1, byte_size(Packet) - Size + 1)),
            Answer;
        [Event] ->
            _ = put({?MODULE, Client}, kept(Client) ++ [Event]),
            answer(Client, Beginning)
    end.

%% @doc A command that nobody waits for.
-spec tell(client(), iodata(), [term()]) -> ok.
tell({_, C}, Name, Args) ->
    socks_engine:send(C, packets(<<>>, Name, Args)).

%% Bytes are the last argument of all that have some.
packets(Id, Name, Args) ->
    {Shown, Bytes} = lists:mapfoldl(fun({binary, B}, Acc) -> {#{<<"_placeholder">> => true, <<"num">> => length(Acc)}, Acc ++ [{binary, B}]};
                                       (Arg, Acc) -> {Arg, Acc} end, [], Args),
    Json = rabbit_json:encode([iolist_to_binary(Name) | Shown]),
    Head = case Bytes of [] -> <<"2">>; _ -> [<<"5">>, integer_to_binary(length(Bytes)), <<"-">>] end,
    [iolist_to_binary([Head, Id, Json]) | Bytes].

%% @doc The next event: its name and arguments.
-spec heard(client()) -> {binary(), [term()]}.
heard({_, C} = Client) ->
    Packet = case kept(Client) of
        [First | More] ->
            _ = put({?MODULE, Client}, More),
            First;
        [] ->
            [First] = socks_engine:recv(C, 1),
            First
    end,
    event(Packet, C).

%% @doc The next event must be a delivery: what its acknowledgement is for, and its arguments.
-spec delivery(client()) -> {binary(), [term()]}.
delivery({_, C} = Client) ->
    case kept(Client) of
        [First | More] ->
            _ = put({?MODULE, Client}, More),
            delivery_of(First, C);
        [] ->
            [First] = socks_engine:recv(C, 1),
            delivery_of(First, C)
    end.

delivery_of(Packet, C) ->
    {match, [Id]} = re:run(Packet, "^(?:2|51-)([0-9]*)\\[", [{capture, all_but_first, binary}]),
    [Head, Json] = binary:split(Packet, <<"[">>),
    Size = byte_size(Head) - byte_size(Id),
    {<<"delivery">>, Args} = event(<<(binary:part(Head, 0, Size))/binary, "[", Json/binary>>, C),
    {Id, Args}.

%% @doc Acknowledges it, with these arguments.
-spec settle(client(), binary(), [term()]) -> ok.
settle({_, C}, Id, Args) ->
    socks_engine:send(C, [iolist_to_binary(["3", Id, rabbit_json:encode(Args)])]).

event(<<"2", Json/binary>>, _) ->
    [Name | Args] = rabbit_json:decode(Json),
    {Name, Args};
event(<<"51-", Json/binary>>, C) ->
    [Name | Args] = rabbit_json:decode(Json),
    [{binary, Bytes}] = socks_engine:recv(C, 1),
    {Name, [case Arg of #{<<"_placeholder">> := true} -> {binary, Bytes}; _ -> Arg end || Arg <- Args]}.

kept(Client) ->
    case get({?MODULE, Client}) of undefined -> []; Kept -> Kept end.

-spec close(client()) -> ok.
close({_, C}) -> socks_engine:close(C).
