%% SPDX-License-Identifier: MPL-2.0
%% @doc Attacks on Engine.IO and on the Socket.IO over it, those that are about resources and time: rows E of the catalogue.
%% What is only a matter of the protocol has unit tests. The suite adds the standing check.
-module(attacks_engine).

-include_lib("stdlib/include/assert.hrl").

-export([large_posts/1, repetitions/1, octets/1, attachments/1, names/1, abandoned/1, cut_polls/1, probes/1, liars/1,
         json/1, acknowledgements/1]).

-import(attacks_world, [port/2, edge/1, rpc/4, listener/3, unlisten/2, sessions/1, eventually/1]).
-import(attacks_polls, [connect/2, target/1, target/2, get/2, post/3, echo/2, websocket/2, text/2, heard/1]).

-define(HOST, "Host: localhost\r\n").
-define(LIMIT, 1000000).    % max_body's default: L3

-type world() :: attacks_world:world().

events(World, Options) -> listener(World, attacks_events, Options).

%% E03 CVE-2020-36048, E36: more than the handshake's maxPayload, said, unsaid, or not sent at all. 413, and nothing is held; the
%% client goes on.
-spec large_posts(world()) -> ok.
large_posts(World) ->
    Port = events(World, []),
    Sid = connect(Port, 4),
    Target = target(4, Sid),
    {413, _, _} = post(Port, Target, binary:copy(<<"4">>, ?LIMIT + 1)),
    echo(Port, Sid),
    Before = socks_os:rss(edge(World)),
    ok = socks_os:reset_peak(edge(World)),
    Endless = ["186A0\r\n", binary:copy(<<"4">>, 100000), "\r\n"],
    [begin
         C = socks_client:connect(Port),
         Writer = attacks_client:writing(C, ["POST ", Target, " HTTP/1.1\r\n" ?HOST, Fields, "\r\n", Body]),
         {ok, _} = attacks_client:answer(C, [413]),
         attacks_client:finish(Writer, C)
     end || {Fields, Body} <- [{"Content-Length: 100000000\r\n", binary:copy(<<"4">>, 1000000)},
                               {"Transfer-Encoding: chunked\r\n", lists:duplicate(1000, Endless)}]],
    Grown = socks_os:peak(edge(World)) - Before,
    attacks_world:sanitized(World) orelse ?assert(Grown < 3 * ?LIMIT, Grown),
    %% A length that is a lie: the body never comes.
    C = socks_client:connect(Port),
    ok = socks_client:send(C, ["POST ", Target, " HTTP/1.1\r\n" ?HOST "Content-Length: 900000\r\n\r\n4"]),
    socks_client:reset(C),
    echo(Port, Sid),
    {200, _, <<"ok">>} = post(Port, Target, ["42[\"x\",\"", binary:copy(<<"a">>, ?LIMIT - 10), "\"]"]),
    unlisten(World, Port).

%% E04 CVE-2020-36049, E22: a payload of as many packets, or digits, as a body can hold. The witness has its echo meanwhile.
-spec repetitions(world()) -> ok.
repetitions(#{witness := Witness} = World) ->
    Port = events(World, []),
    [begin
         {400, _, _} = post(Port, target(Version, connect(Port, Version)), Body),
         ok = attacks_witness:echo(Witness)
     end || {Version, Body} <- [{4, binary:copy(<<16#1E>>, 999999)}, {4, binary:copy(<<"2">>, 999990)},
                                {4, binary:copy(<<"3", 16#1E>>, 499999)}, {3, ["99999991:4", binary:copy(<<"2">>, 999980)]},
                                {3, binary:copy(<<"2">>, 999990)}, {3, binary:copy(<<"1:2">>, 333330)},
                                {3, binary:copy(<<":">>, 999990)}]],
    ok = eventually(fun() -> sessions(World) =:= 1 end),
    unlisten(World, Port).

%% E05 CVE-2026-59725: a body that protocol 4 does not have. Each is answered, and its connection goes on.
-spec octets(world()) -> ok.
octets(World) ->
    Port = events(World, []),
    C = socks_client:connect(Port),
    [begin
         Sid = connect(Port, 4),
         Octets = [{"Content-Type", "application/octet-stream"}],
         {400, Headers, <<"{\"code\":3", _/binary>>} = socks_client:request(C, "POST", target(4, Sid), Octets, "4x"),
         ?assertEqual(undefined, socks_client:header(<<"connection">>, Headers))
     end || _ <- lists:seq(1, 100)],
    socks_client:close(C),
    ok = eventually(fun() -> sessions(World) =:= 1 end),
    unlisten(World, Port).

%% E06 CVE-2026-33151, CVE-2026-48804: nine of ten attachments, then nothing, or the end. What was kept goes with the client, and
%% with the time.
-spec attachments(world()) -> ok.
attachments(World) ->
    Port = events(World, [{body_timeout, 1000}]),
    Places = lists:join(",", [["{\"_placeholder\":true,\"num\":", integer_to_list(N), "}"] || N <- lists:seq(0, 9)]),
    Clients = [begin
                   Ws = connected(Port),
                   ok = text(Ws, ["4510-[\"x\",", Places, "]"]),
                   [ok = socks_ws:send(Ws, {binary, binary:copy(<<N>>, 100000)}) || N <- lists:seq(1, 9)],
                   Ws
               end || _ <- lists:seq(1, 40)],
    {Gone, Silent} = lists:split(20, Clients),
    [socks_client:reset(socks_ws:connection(Ws)) || Ws <- Gone],
    [{close, 1002, _} = heard(Ws) || Ws <- Silent],
    lists:foreach(fun socks_ws:close/1, Silent),
    %% More than there may be, and bytes that belong to nothing.
    [begin
         ok = socks_ws:send(Ws, Message),
         {close, Code, _} = heard(Ws),
         socks_ws:close(Ws)
     end || {Ws, Message, Code} <- [{connected(Port), {utf8, <<"451000000-[\"a\",{\"_placeholder\":true,\"num\":0}]">>}, 1009},
                                    {connected(Port), {binary, <<"x">>}, 1002}, {websocket(Port, new), {binary, <<"x">>}, 1002}]],
    unlisten(World, Port).

connected(Port) ->
    Ws = websocket(Port, new),
    ok = text(Ws, "40"),
    {utf8, <<"40{", _/binary>>} = heard(Ws),
    Ws.

%% E12 CVE-2017-16031: a hundred thousand session ids. None comes twice, and every character of them is as likely as every other.
-spec names(world()) -> ok.
names(World) ->
    Count = case attacks_world:sanitized(World) of true -> 10000; false -> 100000 end,
    Port = events(World, [{engine_ping_interval, 300}, {engine_ping_timeout, 300}, {max_clients, Count}]),
    Names = attacks_polls:many(Port, target(4), Count),
    ?assertEqual(Count, length(lists:usort(Names))),
    %% 27 characters of base64 are 162 bits; the last one has the rest of 160.
    Places = [[binary:at(Name, Place) || Name <- Names] || Place <- lists:seq(0, 25)],
    [?assert(chi_square(Place) < 150, {Index, chi_square(Place)}) || {Index, Place} <- lists:enumerate(0, Places)],
    ?assert(chi_square(lists:append(Places)) < 150),
    unlisten(World, Port).

%% Of 64 characters that are equally likely: 63 on average, 150 once in 10^8 times.
chi_square(Characters) ->
    Counts = lists:foldl(fun(Character, Acc) -> maps:update_with(Character, fun(N) -> N + 1 end, 1, Acc) end, #{}, Characters),
    Expected = length(Characters) / 64,
    Missing = (64 - map_size(Counts)) * Expected,
    maps:fold(fun(_, N, Sum) -> Sum + (N - Expected) * (N - Expected) / Expected end, Missing, Counts).

%% E19 ten thousand clients that shake hands and never come back: they and their processes end.
-spec abandoned(world()) -> ok.
abandoned(World) ->
    Count = case attacks_world:sanitized(World) of true -> 1000; false -> 10000 end,
    Port = events(World, [{engine_ping_interval, 2500}, {engine_ping_timeout, 2500}, {max_clients, Count}]),
    Processes = rpc(World, erlang, system_info, [process_count]),
    _ = attacks_polls:many(Port, target(3), Count),
    ct:log("~b sessions, ~b KiB", [sessions(World), attacks_world:grown(World) div 1024]),
    ok = eventually(fun() -> sessions(World) =:= 1 end),
    ok = eventually(fun() -> rpc(World, erlang, system_info, [process_count]) =< Processes + 5 end),
    unlisten(World, Port).

%% E20 a poll that is cut while it waits: a client of Engine.IO leaves in that way, one of 0.9 misses nothing. One that is cut at
%% any byte of its answer takes nothing else with it.
-spec cut_polls(world()) -> ok.
cut_polls(World) ->
    Port = events(World, [{session_timeout_09, 3000}]),
    Sid = connect(Port, 4),
    socks_client:reset(waiting(Port, target(4, Sid))),
    ok = eventually(fun() -> element(1, post(Port, target(4, Sid), "42[\"x\"]")) =:= 400 end),
    Old = handshake09(Port),
    Poll = ["/socket.io/1/xhr-polling/", Old],
    {200, _, <<"1::">>} = get(Port, Poll),
    Event = <<"5:::{\"name\":\"e\",\"args\":[\"", (binary:copy(<<"x">>, 2000))/binary, "\"]}">>,
    socks_client:reset(waiting(Port, Poll)),
    timer:sleep(200),
    {200, _, <<"1">>} = post(Port, Poll, Event),
    {200, _, Event} = get(Port, Poll),
    [begin
         C = waiting(Port, Poll),
         {200, _, <<"1">>} = post(Port, Poll, Event),
         {ok, _} = socks_client:recv_exactly(C, Byte),
         socks_client:reset(C)
     end || Byte <- lists:seq(1, 1500, 50)],
    {200, _, <<"1">>} = post(Port, Poll, "5:::{\"name\":\"last\"}"),
    {200, _, Rest} = get(Port, Poll),
    {match, _} = re:run(Rest, "last"),
    {200, _, <<>>} = get(Port, [Poll, "?disconnect"]),
    ok = eventually(fun() -> sessions(World) =:= 1 end),
    unlisten(World, Port).

handshake09(Port) ->
    {200, _, Answer} = get(Port, "/socket.io/1/"),
    hd(binary:split(Answer, <<":">>)).

%% A poll that the edge has read and has nothing to say to.
waiting(Port, Path) ->
    C = socks_client:connect(Port),
    ok = socks_client:send_request(C, "GET", Path, [], ""),
    {error, timeout} = socks_client:recv(C, 50),
    C.

%% E21, E02: upgrades that are never finished, doubled, out of order, or of something else. The client polls on.
-spec probes(world()) -> ok.
probes(World) ->
    Port = events(World, [{engine_upgrade_timeout, 500}]),
    Sid = connect(Port, 4),
    Idle = websocket(Port, Sid),
    {close, 1005, _} = closing(websocket(Port, Sid)),
    {close, 1000, _} = closing(Idle),
    [begin
         Ws = websocket(Port, Sid),
         ok = socks_client:send(socks_ws:connection(Ws), Bytes),
         {close, Code, _} = closing(Ws)
     end || {Bytes, Code} <- [{frame("5"), 1002}, {frame("42[\"early\"]"), 1002}, {frame("3probe"), 1002}, {<<"test">>, 1002}]],
    Probed = websocket(Port, Sid),
    ok = text(Probed, "2probe"),
    {utf8, <<"3probe">>} = heard(Probed),
    {200, _, <<"ok">>} = post(Port, target(4, Sid), "42[\"x\"]"),
    socks_client:reset(socks_ws:connection(Probed)),
    ok = eventually(fun() ->
        Last = websocket(Port, Sid),
        ok = text(Last, "2probe"),
        heard(Last) =:= {utf8, <<"3probe">>} andalso text(Last, "5") =:= ok andalso
            %% The answer to what was posted, which no poll has fetched, and what comes now.
            heard(Last) =:= {utf8, <<"42[\"x\"]">>} andalso text(Last, "42[\"moved\"]") =:= ok andalso heard(Last) =:= {utf8, <<"42[\"moved\"]">>} andalso
            {close, 1005, <<>>} =:= closing(websocket(Port, Sid)) andalso
            ok =:= socks_client:reset(socks_ws:connection(Last))
    end),
    ok = eventually(fun() -> sessions(World) =:= 1 end),
    C = socks_client:connect(Port),
    ok = socks_client:send(C, [handshake("Content-Length: 4\r\n"), "test"]),
    {400, _, _} = socks_client:response(C),
    socks_client:close(C),
    unlisten(World, Port).

frame(Text) -> socks_ws:frame(#{opcode => 1, payload => Text}).

handshake(Fields) ->
    ["GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n" ?HOST "Upgrade: websocket\r\nConnection: Upgrade\r\n"
     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", Fields, "\r\n"].

closing(Ws) ->
    Heard = heard(Ws),
    socks_ws:close(Ws),
    Heard.

%% E27 one answers pings that it never fetches, one fetches them and never answers.
-spec liars(world()) -> ok.
liars(World) ->
    Port = events(World, [{engine_ping_interval, 300}, {engine_ping_timeout, 300}]),
    Never = connect(Port, 4),
    ok = eventually(fun() -> element(1, post(Port, target(4, Never), "3")) =:= 400 end),
    Silent = connect(Port, 4),
    ok = eventually(fun() -> element(1, get(Port, target(4, Silent))) =:= 400 end),
    ok = eventually(fun() -> sessions(World) =:= 1 end),
    unlisten(World, Port).

%% E33 JSON that is deep, wide, or no JSON: the client is closed with a code that says so.
-spec json(world()) -> ok.
json(World) ->
    Port = events(World, []),
    Keys = lists:join(",", [["\"", key(N), "\":0"] || N <- lists:seq(1, 65535)]),
    [begin
         Ws = connected(Port),
         ok = text(Ws, ["42[\"a\",", Json, "]"]),
         {close, Code, _} = closing(Ws)
     end || {Json, Code} <- [{binary:copy(<<"[">>, 100000), 1009}, {binary:copy(<<"{\"a\":">>, 100000), 1009}, {["{", Keys, "}"], 1009},
                             {"NaN", 1007}, {"1e999", 1007}, {"\"\\ud800\"", 1007}, {"01", 1007}, {"'x'", 1007}]],
    Ws = connected(Port),
    ok = text(Ws, "42[\"a\",{\"k\":1,\"k\":2}]"),
    {utf8, <<"42[\"a\",{\"k\":2}]">>} = heard(Ws),
    socks_ws:close(Ws),
    ok = eventually(fun() -> sessions(World) =:= 1 end),
    unlisten(World, Port).

%% "Aa" and "BB" have one hash in many a table, and so has every row of them.
key(N) -> [case N band (1 bsl Bit) of 0 -> "Aa"; _ -> "BB" end || Bit <- lists:seq(0, 15)].

%% E35 acknowledgements of what nobody asked, and a hundred thousand that the module never gives: nothing is kept of either.
-spec acknowledgements(world()) -> ok.
acknowledgements(World) ->
    Port = events(World, []),
    Ws = connected(Port),
    [ok = text(Ws, Text) || Text <- ["430[]", "439007199254740993[]", "4399999999999999999[1]"]],
    ok = text(Ws, "40/silent,"),
    {utf8, <<"40/silent,", _/binary>>} = heard(Ws),
    Before = rpc(World, erlang, memory, [processes]),
    Frame = frame("42/silent,0[\"x\"]"),
    ok = socks_client:send(socks_ws:connection(Ws), lists:duplicate(100000, Frame)),
    ok = text(Ws, "429007199254740993[\"last\",1]"),
    {utf8, <<"439007199254740993[1]">>} = heard(Ws),
    ok = eventually(fun() -> rpc(World, erlang, memory, [processes]) < Before + 4 * 1048576 end),
    ok = text(Ws, "42999999999999999999[\"x\"]"),
    {close, 1009, _} = closing(Ws),
    ok = eventually(fun() -> sessions(World) =:= 1 end),
    unlisten(World, Port).
