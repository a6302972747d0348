%% SPDX-License-Identifier: MPL-2.0
%% @doc A web context in broker_stub, and a client of it that sends bytes and looks for bytes.
-module(web_world).

-include_lib("eunit/include/eunit.hrl").

-export([start/1, free_port/0, requested/0, silent/0, connect/1, send/2, asks/2, get/2, until/2, closed/1, matches/2]).
-export([upgrade/2, hixie/2, hixie/3, switch/1]).

-import(broker_stub, [called/1]).

-define(IP, {127, 0, 0, 1}).
-define(WAIT, 10000).

-type client() :: gen_tcp:socket().
-type whom() :: {Caller :: pid(), Ref :: pos_integer()}.

%% @doc Starts the context on a free port: the port, and the listener's name for the edge.
-spec start([{atom(), term()}]) -> {inet:port_number(), Id :: pos_integer()}.
start(Options) ->
    Port = free_port(),
    ok = rabbit_socks_listener_sup:start_listener(rabbit_web_dispatch, broker_stub, [{port, Port} | Options]),
    [Id, #{routes := [_]}] = called(configure),
    {Port, Id}.

-spec free_port() -> inet:port_number().
free_port() ->
    {ok, Socket} = gen_tcp:listen(0, [{ip, ?IP}]),
    {ok, Port} = inet:port(Socket),
    ok = gen_tcp:close(Socket),
    Port.

%% @doc The next request that the edge gets: to whom its answer goes, for which listener, the request.
-spec requested() -> {whom(), pos_integer(), map()}.
requested() ->
    receive {edge, command, [{request, Ref, Id, Request}], Caller} -> {{Caller, Ref}, Id, Request} after ?WAIT -> error(no_request) end.

%% @doc It gets none.
-spec silent() -> ok.
silent() ->
    receive {edge, command, [{request, _, _, Request}], _} -> error({requested, Request}) after 50 -> ok end.

-spec connect(inet:port_number()) -> client().
connect(Port) ->
    {ok, Client} = gen_tcp:connect(?IP, Port, [binary, {active, false}]),
    Client.

-spec send(client(), iodata()) -> ok.
send(Client, Data) -> ok = gen_tcp:send(Client, Data).

%% @doc A request on a connection that stays open.
-spec asks(inet:port_number(), iodata()) -> client().
asks(Port, Text) ->
    Client = connect(Port),
    send(Client, Text),
    Client.

-spec get(inet:port_number(), iodata()) -> client().
get(Port, Target) -> asks(Port, ["GET ", Target, " HTTP/1.1\r\nHost: a\r\n\r\n"]).

%% @doc What comes, until End is in it.
-spec until(client(), binary()) -> binary().
until(Client, End) -> until(Client, End, <<>>).

until(Client, End, Sofar) ->
    case binary:match(Sofar, End) of
        nomatch ->
            case gen_tcp:recv(Client, 0, ?WAIT) of
                {ok, Data} -> until(Client, End, <<Sofar/binary, Data/binary>>);
                {error, Reason} -> error({Reason, Sofar})
            end;
        _ -> Sofar
    end.

-spec closed(client()) -> ok.
closed(Client) ->
    case gen_tcp:recv(Client, 0, ?WAIT) of
        {ok, _} -> closed(Client);
        {error, timeout} -> error(open);
        {error, _} -> ok
    end.

-spec matches(binary(), iodata()) -> ok.
matches(Text, Regex) -> ?assertMatch({match, _}, re:run(Text, Regex), Text).

%% @doc The head of an upgrade: RFC 6455 with further fields, or hixie-76 with its eight bytes.
-spec upgrade(iodata(), iodata()) -> iodata().
upgrade(Target, Fields) ->
    ["GET ", Target, " HTTP/1.1\r\nHost: a\r\nUpgrade: foo, WebSocket\r\nConnection: keep-alive, upgrade\r\n"
     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", Fields, "\r\n"].

-spec hixie(iodata(), binary()) -> iodata().
hixie(Target, Key) ->
    hixie(Target, Key, "").

-spec hixie(iodata(), binary(), iodata()) -> iodata().
hixie(Target, Key, Fields) ->
    ["GET ", Target, " HTTP/1.1\r\nHost: a\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key1: 1 2\r\n"
     "Sec-WebSocket-Key2: 3 4\r\n", Fields, "\r\n", Key].

%% @doc The edge's answer to an upgrade.
-spec switch(whom()) -> ok.
switch(To) ->
    edge_stub:event(To, {switch, [{<<"Upgrade">>, <<"WebSocket">>}, {<<"Connection">>, <<"Upgrade">>},
                                  {<<"Sec-WebSocket-Accept">>, <<"proof">>}]}).
