%% SPDX-License-Identifier: MPL-2.0
%% @doc Attacks on the HTTP front that need time, order or more than one connection. The suite adds the standing check.
-module(attacks_http).

-include_lib("stdlib/include/assert.hrl").

-export([byte_by_byte/1, slow_head/1, slow_body/1, noise/1, pipelining/1, reset_after_refusal/1, first_frame/1, reflection/1,
         subprotocols/1, origins/1, cors/1, pages/1]).

-import(attacks_world, [port/2, listener/3, unlisten/2]).

-define(ECHO, "/websocket/echo").
-define(HOST, "Host: localhost\r\n").
-define(POLL, "/socket.io/xhr-polling/").
-define(WAIT, 10000).

-type world() :: attacks_world:world().

%% H06 CVE-2023-43669: a legal head of 15 KB in as many writes.
-spec byte_by_byte(world()) -> ok.
byte_by_byte(World) ->
    C = socks_client:connect(port(World, plain)),
    Fields = [["x", integer_to_list(N), ": ", binary:copy(<<"v">>, 180), "\r\n"] || N <- lists:seq(10, 85)],
    lists:foreach(fun(Byte) -> ok = socks_client:send(C, Byte) end,
                  [<<B>> || <<B>> <= iolist_to_binary(attack_cases:upgrade(Fields))]),
    {101, _, _} = socks_client:head(C),
    socks_client:close(C).

%% H07 slowloris: a byte, or a line, again and again: no byte moves the deadline.
-spec slow_head(world()) -> ok.
slow_head(World) ->
    Lines = [<<"x", (integer_to_binary(N))/binary, ": y\r\n">> || N <- lists:seq(1, 90)],
    [times_out(World, ["GET / HTTP/1.1\r\n" ?HOST], Pieces) || Pieces <- [[<<"x">> || _ <- lists:seq(1, 60)], Lines]],
    %% Nothing at all is no request that could be answered: the connection ends.
    Silent = socks_client:connect(port(World, short)),
    ok = attacks_client:ended(Silent),
    socks_client:close(Silent).

times_out(World, First, Pieces) ->
    C = socks_client:connect(port(World, short)),
    Writer = attacks_client:writing(C, fun() -> drip(C, [First | Pieces]) end),
    {ok, Headers} = attacks_client:answer(C, [408]),
    ?assertEqual(<<"close">>, socks_client:header(<<"connection">>, Headers)),
    ok = attacks_client:ended(C),
    attacks_client:finish(Writer, C).

drip(_, []) ->
    receive after infinity -> ok end;
drip(C, [Piece | Pieces]) ->
    _ = socks_client:send(C, Piece),
    timer:sleep(100),
    drip(C, Pieces).

%% H08 a slow body: on a poll's POST, whose session goes on.
-spec slow_body(world()) -> ok.
slow_body(World) ->
    Port = port(World, short),
    Id = polling(Port),
    Slow = ["POST " ?POLL, Id, "/send HTTP/1.1\r\n" ?HOST "Content-Length: 1000000\r\n\r\ndata="],
    C = socks_client:connect(Port),
    Writer = attacks_client:writing(C, fun() -> drip(C, [Slow | [<<"x">> || _ <- lists:seq(1, 60)]]) end),
    echoes_by_polls(Port, Id),
    {ok, _} = attacks_client:answer(C, [408]),
    attacks_client:finish(Writer, C),
    echoes_by_polls(Port, Id),
    close_polling(World, Port, Id).

polling(Port) ->
    {200, _, Payload} = request(Port, "GET", [?POLL, "/1"], [], ""),
    [Id] = socks_socketio06:decode(Payload),
    Id.

echoes_by_polls(Port, Id) ->
    {200, _, _} = request(Port, "POST", [?POLL, Id, "/send"], [], "data=~m~5~m~hello"),
    {200, _, <<"~m~5~m~hello">>} = request(Port, "GET", [?POLL, Id, "/2"], [], "").

%% A payload that is none ends the session.
close_polling(World, Port, Id) ->
    {400, _, _} = request(Port, "POST", [?POLL, Id, "/send"], [], "data=~m~9~m~short"),
    attacks_world:eventually(fun() -> attacks_world:sessions(World) =:= 1 end).

request(Port, Method, Path, Fields, Body) ->
    C = socks_client:connect(Port),
    Answer = socks_client:request(C, Method, Path, Fields, Body),
    ok = socks_client:close(C),
    Answer.

%% H09 `nc < /dev/urandom' and of /dev/zero, 100 MiB.
-spec noise(world()) -> ok.
noise(World) ->
    [begin
        C = socks_client:connect(port(World, plain), [{exit_on_close, false}]),
        %% Goes on whatever it hears: the other side's end fails a write that is under way, and none after it.
        Writer = attacks_client:writing(C, fun() -> [socks_client:send(C, Piece) || _ <- lists:seq(1, 100)] end),
        {ok, _} = attacks_client:answer(C, [400]),
        ok = attacks_client:ended(C),
        attacks_client:written(Writer, C),
        {200, _, _} = request(port(World, plain), "GET", "/", [], ""),
        attacks_world:check(World, noise)
     end || Piece <- [<<0:8388608>>, <<255, (crypto:strong_rand_bytes(1048575))/binary>>]],
    ok.

%% H13 ten thousand requests in one write, and nothing is read meanwhile. The answers are of a thousand, in order.
-spec pipelining(world()) -> ok.
pipelining(World) ->
    Requests = [["GET " ?POLL "nobody/", integer_to_list(N), " HTTP/1.1\r\n" ?HOST "Origin: http://h", integer_to_list(N), "\r\n\r\n"]
                || N <- lists:seq(1, 10000)],
    C = socks_client:connect(port(World, plain), [{recbuf, 4096}]),
    Writer = attacks_client:writing(C, Requests),
    timer:sleep(500),
    ok = in_order(C, 1, 1000),
    ok = attacks_client:ended(C),
    attacks_client:finish(Writer, C).

in_order(C, N, Last) ->
    {404, Headers, _} = socks_client:response(C, ?WAIT),
    ?assertEqual(<<"http://h", (integer_to_binary(N))/binary>>, socks_client:header(<<"access-control-allow-origin">>, Headers)),
    Close = socks_client:header(<<"connection">>, Headers),
    case N of
        Last -> ?assertEqual(<<"close">>, Close), ok;
        _ -> ?assertEqual(undefined, Close), in_order(C, N + 1, Last)
    end.

%% H14 CVE-2022-41940: an upgrade that is not taken, then a reset.
-spec reset_after_refusal(world()) -> ok.
reset_after_refusal(World) ->
    [begin
        C = socks_client:connect(port(World, plain)),
        ok = socks_client:send(C, ["GET ", Path, " HTTP/1.1\r\n" ?HOST "Upgrade: ", Token, "\r\nConnection: Upgrade\r\n\r\n"]),
        timer:sleep(100),
        socks_client:reset(C)
     end || Token <- ["h2c", "websocket"], Path <- ["/nosuch", "/", ?POLL "nobody/1", ?ECHO]],
    ok.

%% S07 the first frame comes with the head: cut at every place, and byte by byte.
-spec first_frame(world()) -> ok.
first_frame(World) ->
    Whole = iolist_to_binary([attack_cases:upgrade(""), socks_ws:frame(#{opcode => 1, payload => "first"})]),
    Cuts = [[Whole]] ++ [[binary:part(Whole, 0, N), binary:part(Whole, N, byte_size(Whole) - N)] || N <- lists:seq(1, byte_size(Whole) - 1)]
        ++ [[<<B>> || <<B>> <= Whole]],
    [begin
        C = socks_client:connect(port(World, plain)),
        [ok = socks_client:send(C, Piece) || Piece <- Pieces],
        {101, _, _} = socks_client:head(C),
        {ok, <<16#81, 5, "first">>} = socks_client:recv_exactly(C, 7),
        socks_client:close(C)
     end || Pieces <- Cuts],
    ok.

%% P16, X10: what a client says is never a field of the answer; nor is what it has encoded decoded on the way there.
-spec reflection(world()) -> ok.
reflection(World) ->
    Port = port(World, plain),
    Target = ?ECHO "/a%0d%0aSet-Cookie:%20x=1?b=%0d%0aSet-Cookie:%20y=1",
    {ok, Ws} = socks_ws:handshake(Port, Target, #{draft => 'hixie-75', origin => "http://a"}),
    Headers = socks_ws:headers(Ws),
    ?assertEqual(<<"ws://localhost" ?ECHO "/a%0d%0aSet-Cookie:%20x=1?b=%0d%0aSet-Cookie:%20y=1">>,
                 socks_client:header(<<"websocket-location">>, Headers)),
    ?assertEqual([], [Name || {<<"set-cookie">> = Name, _} <- Headers]),
    socks_ws:close(Ws),
    [{Status, _, _} = request(Port, Method, Path, Fields, "")
     || {Status, Method, Path, Fields} <- [{400, "GET", "/socket.io/jsonp-polling//1/a%0d%0a", []}, {404, "GET", "/a%0d%0aSet-Cookie:%20x=1", []},
                                           {404, "GET", ?POLL "a%0d%0a/1", []}]],
    ok.

%% S04, S06: one of the offered names, not the client's whole list; none where none is offered; 400 where none is served.
-spec subprotocols(world()) -> ok.
subprotocols(World) ->
    Port = listener(World, attacks_callback, []),
    [begin
        Ws = socks_ws:open(Port, "/websocket/x", #{protocols => Offered}),
        ?assertEqual([Name || Name <- [Chosen], Name =/= none], [V || {<<"sec-websocket-protocol">>, V} <- socks_ws:headers(Ws)]),
        socks_ws:close(Ws)
     end || {Offered, Chosen} <- [{["v12.stomp", "mqtt"], <<"v12.stomp">>}, {["chat", "mqtt"], <<"mqtt">>}, {[], none}]],
    {400, _} = attacks_client:refusal(Port, "/websocket/x", #{protocols => ["chat", "superchat"]}),
    unlisten(World, Port).

%% S09 cross-site hijacking, of every draft.
-spec origins(world()) -> ok.
origins(World) ->
    Port = listener(World, rabbit_socks_echo, [{origins, ["https://good.example"]}]),
    [begin
        {403, Headers} = attacks_client:refusal(Port, ?ECHO, #{origin => Origin, draft => Draft}),
        ?assertEqual(<<"close">>, socks_client:header(<<"connection">>, Headers)),
        {403, _, _} = request(Port, "GET", [?POLL, "/1"], [{"Origin", Origin}], "")
     end || Origin <- ["https://evil.example", "https://good.example.evil", "https://good.example:444", "http://good.example", "null"],
            Draft <- ['hixie-75', 'hixie-76', 'hybi-7', 'hybi-8', rfc6455]],
    {400, _} = attacks_client:refusal(Port, ?ECHO, #{headers => [{"Origin", "https://good.example"}, {"Origin", "https://evil.example"}]}),
    [socks_ws:close(socks_ws:open(Port, ?ECHO, Options))
     || Options <- [#{origin => "https://good.example"}, #{origin => "HTTPS://GOOD.EXAMPLE"}, #{origin => "https://good.example:443"}, #{}]],
    unlisten(World, Port).

%% S10 the answer names the origin that asked, never all of them, and only one that is allowed.
-spec cors(world()) -> ok.
cors(World) ->
    Port = listener(World, rabbit_socks_echo, [{origins, ["https://good.example"]}]),
    Ask = fun(Origin) -> request(Port, "OPTIONS", [?POLL, "/1"], [{"Origin", Origin}, {"Access-Control-Request-Method", "POST"}], "") end,
    {204, Good, _} = Ask("https://good.example"),
    ?assertEqual(<<"https://good.example">>, socks_client:header(<<"access-control-allow-origin">>, Good)),
    ?assertEqual(<<"Origin">>, socks_client:header(<<"vary">>, Good)),
    {403, Evil, _} = Ask("https://evil.example"),
    ?assertEqual(undefined, socks_client:header(<<"access-control-allow-origin">>, Evil)),
    {404, Same, _} = request(Port, "GET", ?POLL "nobody/1", [], ""),
    ?assertEqual(undefined, socks_client:header(<<"access-control-allow-origin">>, Same)),
    unlisten(World, Port).

%% W01 to W05 with a directory that has all that must not be served.
-spec pages(world()) -> ok.
pages(#{broker := Broker} = World) ->
    Dir = filename:join(socks_broker:dir(Broker), "pages"),
    ok = filelib:ensure_path(filename:join(Dir, "sub")),
    [ok = file:write_file(filename:join(Dir, Name), "secret")
     || Name <- [".hidden.html", "code.erl", "my.app", "page.html.gz", "no_extension", "sub/.hidden.html", "../outside.html"]],
    ok = file:write_file(filename:join(Dir, "page.html"), "before"),
    ok = file:make_symlink("/etc/hostname", filename:join(Dir, "link.txt")),
    ok = file:make_symlink("/dev/zero", filename:join(Dir, "zero.txt")),
    ok = file:make_symlink("..", filename:join(Dir, "up")),
    [] = os:cmd("mkfifo '" ++ filename:join(Dir, "fifo.txt") ++ "'"),
    [] = os:cmd("truncate -s 5G '" ++ filename:join(Dir, "large.txt") ++ "'"),
    Port = listener(World, rabbit_socks_echo, [{pages, Dir}]),
    {404, _, _} = request(Port, "GET", "/nosuch.html", [], ""),
    %% Read when the listener started: whoever changes it now changes nothing of an answer.
    ok = file:write_file(filename:join(Dir, "page.html"), "after"),
    {200, Headers, <<"before">>} = request(Port, "GET", "/page.html", [], ""),
    [?assertNotEqual(undefined, socks_client:header(Name, Headers), Name)
     || Name <- [<<"x-content-type-options">>, <<"content-security-policy">>, <<"x-frame-options">>, <<"etag">>]],
    [{404, _, _} = request(Port, "GET", Path, [], "")
     || Path <- ["/.hidden.html", "/code.erl", "/my.app", "/page.html.gz", "/no_extension", "/sub/.hidden.html", "/sub", "/sub/", "/../outside.html",
                 "/%2e%2e/outside.html", "/up/outside.html", "/link.txt", "/zero.txt", "/fifo.txt", "/large.txt", "/%2e/page.html", "//page.html",
                 "/sub/../page.html", "/page.html/", "/page.html%00.txt", "/PAGE.HTML"]],
    unlisten(World, Port).
