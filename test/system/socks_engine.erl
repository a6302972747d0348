%% SPDX-License-Identifier: MPL-2.0
%% @doc A raw client of Engine.IO 3 and 4 for suites, by polling and WebSocket. Socket.IO 2 and 4 are messages of it.
%%
%%     C = socks_engine:open(Port, 4, polling, "/engine.io/"),
%%     ok = socks_engine:send(C, [<<"hello">>, {binary, <<1, 2>>}]),     % one payload, or a frame each
%%     [<<"hello">>, {binary, <<1, 2>>}] = socks_engine:recv(C, 2),      % polls as often as it has to
%%     W = socks_engine:upgrade(C),
%%     ok = socks_engine:close(W).
%%
%% What comes is read by the process that opened it: pings are answered meanwhile and not shown, nor are noops.
-module(socks_engine).

-export([open/4, open/5, sid/1, handshake/1, headers/1, send/2, send_packets/2, post/2, recv/2, packets/2, poll/1, poll_answer/1, close/1]).
-export([upgrade/1, probe/1, probed/1, finish/2, reset/1]).
-export_type([client/0]).

-import(socks_engine_payload, [body/2, packets/3, frame/2, packet/2]).

-type client() :: #{
    version := 3 | 4, target := socks_client:target(), path := iodata(), query := iodata(), transport := polling | websocket,
    headers := [{iodata(), iodata()}], sid := binary(), handshake := binary(), answer := [socks_client:header()],
    down := socks_client:connection() | socks_ws:ws(), up := socks_client:connection() | none
}.

-define(WAITING(C), {?MODULE, maps:get(sid, C)}).
-define(TIMEOUT, 30_000).

-spec open(socks_client:target(), 3 | 4, polling | websocket, iodata()) -> client().
open(Target, Version, Transport, Path) ->
    open(Target, Version, Transport, Path, #{}).

%% @doc Options: `query', to be added (`"&b64=1"'), and `headers' of each request.
-spec open(socks_client:target(), 3 | 4, polling | websocket, iodata(), #{query => iodata(), headers => [{iodata(), iodata()}]}) -> client().
open(Target, Version, Transport, Path, Options) ->
    C = #{version => Version, target => Target, path => Path, query => maps:get(query, Options, ""), transport => Transport,
          headers => maps:get(headers, Options, []), sid => <<>>, handshake => <<>>, answer => [], up => none, down => none},
    opened(Transport, C).

opened(websocket, #{target := Target, version := Version, headers := Fields} = C) ->
    Ws = socks_ws:open(Target, url(C, websocket), #{headers => Fields}),
    named([packet(Version, socks_ws:recv(Ws))], C#{down := Ws, answer := socks_ws:headers(Ws)});
opened(polling, #{target := Target} = C) ->
    Polling = C#{down := socks_client:connect(Target), up := socks_client:connect(Target)},
    ok = poll(Polling),
    {200, Headers, Packets} = poll_answer(Polling),
    named(Packets, Polling#{answer := Headers}).

named([<<"0", Handshake/binary>> | More], C) ->
    {match, [Sid]} = re:run(Handshake, "\"sid\":\"([^\"]+)\"", [{capture, all_but_first, binary}]),
    Named = C#{sid := Sid, handshake := Handshake},
    _ = put(?WAITING(Named), More),
    Named.

-spec sid(client()) -> binary().
sid(#{sid := Sid}) -> Sid.

%% @doc The JSON of the handshake, and the header fields that it came with.
-spec handshake(client()) -> binary().
handshake(#{handshake := Json}) -> Json.

-spec headers(client()) -> [socks_client:header()].
headers(#{answer := Headers}) -> Headers.

-spec send(client(), [socks_engine_payload:packet()]) -> ok.
send(C, Messages) ->
    send_packets(C, [case Message of {binary, _} -> Message; Text -> <<"4", Text/binary>> end || Message <- Messages]).

-spec send_packets(client(), [socks_engine_payload:packet()]) -> ok.
send_packets(#{transport := websocket, version := Version, down := Ws}, Packets) ->
    lists:foreach(fun(Packet) -> ok = socks_ws:send(Ws, frame(Version, Packet)) end, Packets);
send_packets(#{version := Version} = C, Packets) ->
    {200, _, <<"ok">>} = post(C, body(Version, Packets)),
    ok.

%% @doc A body as it is, and the answer.
-spec post(client(), iodata()) -> {pos_integer(), [socks_client:header()], binary()} | {error, term()}.
post(#{up := Up, headers := Fields} = C, Body) ->
    socks_client:request(Up, "POST", url(C, polling), [{"Content-Type", "text/plain;charset=UTF-8"} | Fields], Body).

%% @doc The next so many messages.
-spec recv(client(), non_neg_integer()) -> [socks_engine_payload:packet()].
recv(C, Count) ->
    [case Packet of {binary, _} -> Packet; <<"4", Text/binary>> -> Text end || Packet <- packets(C, Count)].

%% @doc The next so many packets other than pings, the answers to ours, and noops.
-spec packets(client(), non_neg_integer()) -> [socks_engine_payload:packet() | {close, 1000..4999, binary()} | closed].
packets(C, Count) ->
    packets_of(C, Count, get(?WAITING(C))).

packets_of(C, Count, Waiting) when length(Waiting) >= Count ->
    {Wanted, More} = lists:split(Count, Waiting),
    _ = put(?WAITING(C), More),
    Wanted;
packets_of(C, Count, Waiting) ->
    packets_of(C, Count, Waiting ++ [Packet || Packet <- next(C), is_news(C, Packet)]).

is_news(#{version := 4} = C, <<"2">>) -> ok = send_packets(C, [<<"3">>]), false;
is_news(#{version := 3}, <<"3">>) -> false;
is_news(_, <<"6">>) -> false;
is_news(_, _) -> true.

next(#{transport := websocket, version := Version, down := Ws}) ->
    case socks_ws:recv(Ws, ?TIMEOUT) of
        {Kind, _} = Message when Kind =:= utf8; Kind =:= binary -> [packet(Version, Message)];
        {close, _, _} = Close -> [Close];
        closed -> [closed]
    end;
next(C) ->
    ok = poll(C),
    {200, _, Packets} = poll_answer(C),
    Packets.

%% @doc Asks without waiting for the answer.
-spec poll(client()) -> ok.
poll(#{down := Down, headers := Fields} = C) ->
    socks_client:send_request(Down, "GET", url(C, polling), Fields, "").

%% @doc The answer to the poll; the text of one that is refused.
-spec poll_answer(client()) -> {pos_integer(), [socks_client:header()], [socks_engine_payload:packet()] | binary()} | {error, term()}.
poll_answer(#{down := Down, version := Version}) ->
    case socks_client:response(Down, ?TIMEOUT) of
        {200, Headers, Body} -> {200, Headers, packets(Version, socks_client:header(<<"content-type">>, Headers), plain(Headers, Body))};
        Other -> Other
    end.

plain(Headers, Body) ->
    case socks_client:header(<<"content-encoding">>, Headers) of
        undefined -> Body;
        <<"gzip">> -> zlib:gunzip(Body)
    end.

%% @doc The whole upgrade of a client that has no poll under way.
-spec upgrade(client()) -> client().
upgrade(C) ->
    Ws = probe(C),
    ok = probed(Ws),
    finish(C, Ws).

%% @doc The first step: a WebSocket for the same session.
-spec probe(client()) -> socks_ws:ws().
probe(#{target := Target, headers := Fields} = C) ->
    socks_ws:open(Target, url(C, websocket), #{headers => Fields}).

%% @doc The second: the server is there.
-spec probed(socks_ws:ws()) -> ok.
probed(Ws) ->
    ok = socks_ws:send(Ws, {utf8, <<"2probe">>}),
    {utf8, <<"3probe">>} = socks_ws:recv(Ws, ?TIMEOUT),
    ok.

%% @doc The last: no poll and no post is under way, and from now on everything goes by the WebSocket.
-spec finish(client(), socks_ws:ws()) -> client().
finish(#{down := Down, up := Up} = C, Ws) ->
    ok = socks_ws:send(Ws, {utf8, <<"5">>}),
    ok = socks_client:close(Down),
    ok = socks_client:close(Up),
    C#{transport := websocket, down := Ws, up := none}.

%% @doc Leaves: a WebSocket without a word, one that polls with the packet that says so, if there is still somebody to hear it.
-spec close(client()) -> ok.
close(#{transport := websocket, down := Ws} = C) ->
    _ = erase(?WAITING(C)),
    socks_ws:close(Ws);
close(#{down := Down, up := Up, version := Version} = C) ->
    _ = erase(?WAITING(C)),
    _ = post(C, body(Version, [<<"1">>])),
    ok = socks_client:close(Up),
    socks_client:close(Down).

%% @doc The connection is lost. One that polls has a poll under way, which is read before its end is seen.
-spec reset(client()) -> ok.
reset(#{transport := websocket, down := Ws}) ->
    socks_client:reset(socks_ws:connection(Ws));
reset(#{down := Down, up := Up}) ->
    ok = socks_client:close(Up),
    socks_client:close(Down).

url(#{path := Path, version := Version, query := Query, sid := Sid}, Transport) ->
    [Path, "?EIO=", integer_to_list(Version), "&transport=", atom_to_list(Transport), Query, [["&sid=", Sid] || Sid =/= <<>>]].
