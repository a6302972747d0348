%% SPDX-License-Identifier: MPL-2.0
%% @doc Published attacks and smuggling tricks as data: what is written to a fresh connection and what must come back.
%%
%% The ids name the class: H (resources of the head), P (parsing differences), S (handshake), F (RFC 6455 frames), X (hixie),
%% R (resources), W (pages); test/vectors/attacks.md has all of them. An answer is {only, Statuses} (one answer, and the
%% connection ends), {open, Statuses} (an answer, the connection may go on) or dropped (the end, whatever is said). What needs
%% time or more than one connection is in attacks_time, attacks_load and attacks_link.
-module(attack_cases).

-export([http/0, hixie/0, hixie_frames/0, frames/0, upgrade/1, chunked/1]).
-export_type([answer/0, closing/0]).

-type answer() :: {only | open, [100..599]} | dropped.
-type closing() :: [1000..4999] | {after_pongs, [1000..4999]}.

-define(HOST, "Host: localhost\r\n").
-define(UPGRADE, "Upgrade: websocket\r\nConnection: Upgrade\r\n").
-define(KEY, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n").
-define(V13, "Sec-WebSocket-Version: 13\r\n").

-spec upgrade(iodata()) -> iodata().
upgrade(Fields) ->
    ["GET /websocket/echo HTTP/1.1\r\n" ?HOST ?UPGRADE ?V13 ?KEY, Fields, "\r\n"].

-spec chunked(iodata()) -> iodata().
chunked(Body) ->
    ["POST /socket.io/xhr-polling/x/send HTTP/1.1\r\n" ?HOST "Transfer-Encoding: chunked\r\n\r\n", Body].

post(Fields, Body) ->
    ["POST /socket.io/xhr-polling/x/send HTTP/1.1\r\n" ?HOST, Fields, "\r\n", Body].

get(Target, Fields) ->
    ["GET ", Target, " HTTP/1.1\r\n" ?HOST, Fields, "\r\n"].

fields(N) ->
    [["x", integer_to_list(I), ": y\r\n"] || I <- lists:seq(1, N)].

-spec http() -> [{Id :: string(), iodata(), answer()}].
http() ->
    [{"H01 CVE-2024-37890 2000 fields", upgrade(fields(2000)), {only, [431]}},
     {"H01 101 fields", upgrade(fields(101)), {only, [431]}},
     {"H02 endless head", ["GET / HTTP/1.1\r\n", lists:duplicate(20000, "a:b\r\n")], {only, [431]}},
     {"H02 endless target", ["GET /", binary:copy(<<"a">>, 200000)], {only, [414]}},
     {"H02 long name", get("/", [binary:copy(<<"n">>, 65), ": x\r\n"]), {only, [431]}},
     {"H03 CVE-2021-32640", upgrade(["Sec-WebSocket-Protocol: b", binary:copy(<<" ">>, 15000), "x\r\n"]), {only, [400]}},
     {"H04 extension named like a prototype", upgrade("Sec-WebSocket-Extensions: constructor, __proto__; hasOwnProperty, toString=1\r\n"), {open, [101]}},
     {"H05 CVE-2020-7662", upgrade(["Sec-WebSocket-Extensions: a; b=\"", binary:copy(<<"\\c">>, 7000), "\r\n"]), {open, [101, 400]}},
     {"H10 TLS ClientHello", [<<16#16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3>>, binary:copy(<<16#5A>>, 194)], {only, [400]}},
     {"H11 HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {only, [400, 505]}},
     {"H12 empty lines", [lists:duplicate(10, "\r\n"), get("/", "")], {only, [400]}},
     {"H14 CVE-2022-41940", get("/nosuch", "Upgrade: h2c\r\nConnection: Upgrade\r\n"), {open, [404]}},
     {"H15 CVE-2020-7693 on /", get("/", ?UPGRADE), {only, [400, 404, 426]}},
     {"H15 POST", ["POST / HTTP/1.1\r\n" ?HOST ?UPGRADE "Content-Length: 0\r\n\r\n"], {only, [400, 404, 405, 426]}},
     {"H15 on a script", get("/echo.js", ?UPGRADE), {only, [400, 404, 426]}},
     {"H15 on a poll", get("/socket.io/xhr-polling//1", ?UPGRADE), {only, [400, 404, 426]}},
     {"H16 CVE-2026-7790", chunked([binary:copy(<<"F">>, 1000000), "\r\n"]), {only, [400, 413]}},
     {"H17 CVE-2026-8466", post("Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 9\r\n", "--x\r\nA: b"), {open, [404, 415]}},
     {"H18 Expect", post("Expect: 100-continue\r\nContent-Length: 1000000\r\n", ""), {open, [100, 417]}},
     {"P01 CVE-2023-30589", "GET / HTTP/1.1\r\n" ?HOST "X-Abc:\rxTransfer-Encoding: chunked\r\n\r\n1\r\nA\r\n0\r\n\r\n", {only, [400]}},
     {"P02 CVE-2025-23167", "GET / HTTP/1.1\r\nHost: a\r\n\rXGET /smug HTTP/1.1\r\nHost: b\r\n\r\n", {only, [400]}},
     {"P03 bare CR in a chunk line", chunked("3\rXabc\r\n0\r\n\r\n"), {only, [400]}},
     {"P04 byte above 7F in the target", get([$/, 255], ""), {only, [400]}},
     {"P05 request after Connection: close", [get("/nosuch", "Connection: close\r\n"), get("/index.html", "")], {only, [404]}},
     {"P06 CVE-2023-25725", get("/", ": x\r\n"), {only, [400]}},
     {"P07 folded field", get("/", "X: a\r\n b\r\n"), {only, [400]}},
     {"P07 folded Origin", upgrade("Origin: http://good\r\n .evil\r\n"), {only, [400]}},
     {"P07 folded Host", "GET / HTTP/1.1\r\nHost: good\r\n .evil\r\n\r\n", {only, [400]}},
     {"P07 folded key", ["GET /websocket/echo HTTP/1.1\r\n" ?HOST ?UPGRADE ?V13 "Sec-WebSocket-Key: dGhlIHNhbXBsZS\r\n Bub25jZQ==\r\n\r\n"], {only, [400]}},
     {"P07 folded Content-Length", post("Content-Length: 1\r\n 0\r\n", "0123456789"), {only, [400]}},
     {"P08 no Host", "GET / HTTP/1.1\r\n\r\n", {only, [400]}},
     {"P08 two Hosts", get("/", "Host: other\r\n"), {only, [400]}},
     {"P08 Host unlike authority", get("http://other.example/", ""), {only, [400]}},
     {"P09 HTTP/0.9", "GET /\r\n\r\n", {only, [400, 505]}},
     {"P09 upgrade in HTTP/1.0", ["GET /websocket/echo HTTP/1.0\r\n" ?HOST ?UPGRADE ?V13 ?KEY "\r\n"], {only, [400]}},
     {"P10 CVE-2022-21676", upgrade("Content-Length: 4\r\n") ++ "test", {only, [400]}},
     {"P10 chunked", upgrade("Transfer-Encoding: chunked\r\n") ++ "4\r\ntest\r\n0\r\n\r\n", {only, [400]}},
     {"P11 huge Content-Length", post("Content-Length: 18446744073709551615\r\n", ""), {only, [400, 413]}},
     {"P11 above the limit", post("Content-Length: 1000001\r\n", ""), {only, [413]}},
     {"P12 CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", {only, [400, 405]}},
     {"P13 Upgrade without Connection", get("/websocket/echo", "Upgrade: websocket\r\n" ?V13 ?KEY), {open, [400, 426]}},
     {"P14 LF only", "GET / HTTP/1.1\nHost: a\n\n", {only, [400]}},
     {"P14 CVE-2021-22959", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", {only, [400]}},
     {"P14 CVE-2024-27982", post(" Content-Length: 4\r\n", "test"), {only, [400]}},
     {"P14 CVE-2022-32215", post("Transfer-Encoding: chunked\r\n , identity\r\n", "0\r\n\r\n"), {only, [400]}},
     {"P14 CVE-2022-32213", post("Transfer-Encoding: chunkedchunked\r\n", "0\r\n\r\n"), {only, [400, 501]}},
     {"P14 TE and CL", post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n"), {only, [400]}},
     {"P14 CL twice, equal", post("Content-Length: 4\r\nContent-Length: 4\r\n", "test"), {only, [400]}},
     {"P14 CL twice, different", post("Content-Length: 4\r\nContent-Length: 5\r\n", "test"), {only, [400]}},
     {"P14 CL +3", post("Content-Length: +3\r\n", "abc"), {only, [400]}},
     {"P14 CL 3,3", post("Content-Length: 3,3\r\n", "abc"), {only, [400]}},
     {"P14 CVE-2023-40225", post("Content-Length: \r\n", ""), {only, [400]}},
     {"P14 CL overflow", post("Content-Length: 18446744073709551619\r\n", "abc"), {only, [400, 413]}},
     {"P14 chunk overflow", chunked("FFFFFFFFFFFFFFFFF\r\n"), {only, [400, 413]}},
     {"P14 chunk 0x3", chunked("0x3\r\nabc\r\n0\r\n\r\n"), {only, [400]}},
     {"P14 chunk '3 '", chunked("3 \r\nabc\r\n0\r\n\r\n"), {only, [400]}},
     {"P14 LF in a chunk extension", chunked("3;a\nb\r\nabc\r\n0\r\n\r\n"), {only, [400]}},
     {"P14 no CRLF after a chunk", chunked("3\r\nabcX\r\n0\r\n\r\n"), {only, [400]}},
     {"P14 NUL in the target", get([$/, 0], ""), {only, [400]}},
     {"P14 NUL in a value", get("/", [<<"X: a", 0, "b\r\n">>]), {only, [400]}},
     {"P14 HTTP/1.2", "GET / HTTP/1.2\r\n" ?HOST "\r\n", {only, [400, 505]}},
     {"P14 HTTP/9.9", "GET / HTTP/9.9\r\n" ?HOST "\r\n", {only, [400, 505]}},
     {"P14 no colon", get("/", "X\r\n"), {only, [400]}},
     {"P16 CRLF in the path", get("/websocket/a%0d%0aSet-Cookie:%20x=1", ""), {open, [400, 404, 426]}},
     {"P17 smuggling by version", ["GET /websocket/echo HTTP/1.1\r\n" ?HOST ?UPGRADE "Sec-WebSocket-Version: 1777\r\n" ?KEY "\r\n", get("/index.html", "")], {only, [426]}},
     {"S01 no key", ["GET /websocket/echo HTTP/1.1\r\n" ?HOST ?UPGRADE ?V13 "\r\n"], {only, [400]}},
     {"S01 15 bytes", ["GET /websocket/echo HTTP/1.1\r\n" ?HOST ?UPGRADE ?V13 "Sec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1\r\n\r\n"], {only, [400]}},
     {"S01 17 bytes", ["GET /websocket/echo HTTP/1.1\r\n" ?HOST ?UPGRADE ?V13 "Sec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1Njc=\r\n\r\n"], {only, [400]}},
     {"S01 not base64", ["GET /websocket/echo HTTP/1.1\r\n" ?HOST ?UPGRADE ?V13 "Sec-WebSocket-Key: !!!!IHNhbXBsZSBub25jZQ==\r\n\r\n"], {only, [400]}},
     {"S01 two keys", upgrade(?KEY), {only, [400]}},
     {"S02 version 12", ["GET /websocket/echo HTTP/1.1\r\n" ?HOST ?UPGRADE "Sec-WebSocket-Version: 12\r\n" ?KEY "\r\n"], {only, [426]}},
     {"S02 version 14", ["GET /websocket/echo HTTP/1.1\r\n" ?HOST ?UPGRADE "Sec-WebSocket-Version: 14\r\n" ?KEY "\r\n"], {only, [426]}},
     {"S02 versions 13, 8", ["GET /websocket/echo HTTP/1.1\r\n" ?HOST ?UPGRADE "Sec-WebSocket-Version: 13, 8\r\n" ?KEY "\r\n"], {only, [426]}},
     {"S02 no version", ["GET /websocket/echo HTTP/1.1\r\n" ?HOST ?UPGRADE ?KEY "\r\n"], {only, [400, 426]}},
     {"S03 POST", ["POST /websocket/echo HTTP/1.1\r\n" ?HOST ?UPGRADE ?V13 ?KEY "Content-Length: 0\r\n\r\n"], {only, [400, 405]}},
     {"S05 subprotocol that is no token", upgrade("Sec-WebSocket-Protocol: <script>\r\n"), {only, [400]}},
     {"S05 4 KB", upgrade(["Sec-WebSocket-Protocol: ", binary:copy(<<"p">>, 4096), "\r\n"]), {only, [400]}},
     {"S05 tab", upgrade("Sec-WebSocket-Protocol: a\tb\r\n"), {only, [400]}},
     {"S06 none that is served", upgrade("Sec-WebSocket-Protocol: mqtt\r\n"), {only, [400]}},
     {"S09 two Origins", upgrade("Origin: http://a\r\nOrigin: http://b\r\n"), {only, [400, 403]}},
     {"S11 control byte in Origin", upgrade(["Origin: http://a", 1, "\r\n"]), {only, [400]}}]
        ++ [{"W01 " ++ Path, get(Path, ""), {open, [400, 404]}}
            || Path <- ["/../rabbit_socks.app", "/%2e%2e/ebin/rabbit_socks.app", "/..%2fREADME", "/%252e%252e/x", "/.%00.html", "/a/..\\..\\x", "//etc/passwd",
                        "/%c0%ae%c0%ae/", "http://localhost/../../../etc/passwd", "/echo.html/..", "/js", "/rabbit_socks_edge", "/.hidden",
                        "/index.html.gz", "/rabbit_socks_echo.erl", "/ebin/rabbit_socks.app"]]
        ++ [{"R11 PROXY protocol, version 1", ["PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n", get("/", "")], {only, [400]}},
            {"R11 PROXY protocol, version 2, longest", <<13, 10, 13, 10, 0, 13, 10, "QUIT", 10, 16#21, 16#11, 65535:16>>, {only, [400]}},
            {"W06 ranges", get("/index.html", ["Range: bytes=", lists:duplicate(1000, "0-,"), "0-\r\n"]), {open, [200]}}].

hixie76(Key1, Key2, Rest) ->
    ["GET /websocket/echo HTTP/1.1\r\n" ?HOST "Upgrade: WebSocket\r\nConnection: Upgrade\r\nOrigin: http://localhost\r\n",
     Key1, Key2, "\r\n", Rest].

-spec hixie() -> [{Id :: string(), iodata(), answer()}].
hixie() ->
    Good2 = "Sec-WebSocket-Key2: 12998 5 Y3 1  .P00\r\n",
    Bad = fun(Key) -> hixie76(["Sec-WebSocket-Key1: ", Key, "\r\n"], Good2, "12345678") end,
    [{"X01 no spaces", Bad("123"), {only, [400]}},
     {"X02 no digits", Bad("a b c"), {only, [400]}},
     {"X02 not a multiple", Bad("1 0 1"), {only, [400]}},
     {"X02 above 2^32", Bad("99999999 999999999"), {only, [400]}},
     {"X02 200 digits", Bad([binary:copy(<<"1">>, 200), " 0"]), {only, [400]}},
     {"X04 only Key1", hixie76("Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\n", "", "12345678"), {only, [400]}},
     {"X04 only Key2", hixie76("", Good2, "12345678"), {only, [400]}},
     {"X04 Key1 twice", hixie76("Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\nSec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\n", Good2, "12345678"), {only, [400]}},
     {"X10 Host that would be reflected", ["GET /websocket/echo HTTP/1.1\r\nHost: a\"><x\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nOrigin: http://a\r\n\r\n"], {only, [400]}}].

%% Bytes after the handshake of hixie-76, and what comes: the closing handshake, the end without a word, or these bytes.
-spec hixie_frames() -> [{Id :: string(), iodata(), closing | closed | binary()}].
hixie_frames() ->
    [{"X05 text without end", [0, binary:copy(<<"a">>, 1048577)], closed},
     {"X05 reserved frame without end", [1, binary:copy(<<"a">>, 1048577)], closed},
     {"X06 length that overflows", <<16#80, 16#FFFFFFFFFFFFFFFF:64, 16#7F>>, closed},
     {"X06 length of zeros without end", <<16#80, 16#8080808080808080:64>>, closed},
     {"X07 close", <<0, "hi", 16#FF, 16#FF, 0>>, <<0, "hi", 16#FF, 16#FF, 0>>},
     {"X07 close alone", <<16#FF, 0>>, closing},
     {"X07 close with a length", <<16#FF, 1>>, closed},
     {"X08 overlong", <<0, 16#C0, 16#AF, 16#FF>>, closed},
     {"X08 cut character", <<0, 16#E2, 16#82, 16#FF>>, closed}].

%% Bytes after a good handshake (masked with key 0), and the close codes that may answer; {after_pongs, _}: pongs may come first.
-spec frames() -> [{Id :: string(), iodata(), closing()}].
frames() ->
    M = <<0, 0, 0, 0>>,
    [{"F01 unmasked", <<16#81, 5, "hello">>, [1002]},
     {"F02 RSV1", [<<16#C1, 16#80>>, M], [1002]},
     {"F02 RSV2", [<<16#A1, 16#80>>, M], [1002]},
     {"F02 RSV3", [<<16#91, 16#80>>, M], [1002]},
     {"F03 opcode 3", [<<16#83, 16#80>>, M], [1002]},
     {"F03 opcode 11", [<<16#8B, 16#80>>, M], [1002]},
     {"F04 control above 125", [<<16#89, 16#FE, 126:16>>, M, binary:copy(<<"a">>, 126)], [1002]},
     {"F05 fragmented control", [<<9, 16#80>>, M, <<16#80, 16#80>>, M], [1002]},
     {"F06 continuation without a start", [<<16#80, 16#80>>, M], [1002]},
     {"F06 data inside a message", [<<1, 16#81>>, M, "a", <<16#81, 16#81>>, M, "b"], [1002]},
     {"F07 non-minimal 16", [<<16#81, 16#FE, 5:16>>, M, "hello"], [1002]},
     {"F07 non-minimal 64", [<<16#81, 16#FF, 5:64>>, M, "hello"], [1002]},
     {"F08 CVE-2020-13935 all ones", [<<16#82, 16#FF, 16#FFFFFFFFFFFFFFFF:64>>, M], [1002]},
     {"F08 CVE-2020-27813 top bit", [<<16#82, 16#FF, 16#8000000000000000:64>>, M], [1002]},
     {"F08 largest", [<<16#82, 16#FF, 16#7FFFFFFFFFFFFFFF:64>>, M], [1009]},
     {"F09 ping of death", [<<16#89, 16#FF, 16#7FFFFFFFFFFFFFFF:64>>, M], [1002]},
     {"F09 pong of death", [<<16#8A, 16#FF, 16#FFFFFFFFFFFFFFFF:64>>, M], [1002]},
     {"F09 close of death", [<<16#88, 16#FF, 16#7FFFFFFFFFFFFFFF:64>>, M], [1002]},
     {"F10 2 MiB declared", [<<16#82, 16#FF, 16#200000:64>>, M], [1009]},
     {"F11 sum of fragments", [[<<2, 16#FE, 16#FFFF:16>>, M, binary:copy(<<0>>, 65535)],
                               [[<<0, 16#FE, 16#FFFF:16>>, M, binary:copy(<<0>>, 65535)] || _ <- lists:seq(1, 17)]], [1009]},
     {"F12 CVE-2026-48779", [<<1, 16#81>>, M, "a", [[<<0, 16#81>>, M, "b"] || _ <- lists:seq(1, 5000)]], [1008]},
     {"F12 empty fragments", [<<1, 16#81>>, M, "a", [[<<0, 16#80>>, M] || _ <- lists:seq(1, 5000)]], [1008]},
     {"F14 overlong", [<<16#81, 16#82>>, M, <<16#C0, 16#AF>>], [1007]},
     {"F14 surrogate", [<<16#81, 16#83>>, M, <<16#ED, 16#A0, 16#80>>], [1007]},
     {"F14 above 10FFFF", [<<16#81, 16#84>>, M, <<16#F4, 16#90, 16#80, 16#80>>], [1007]},
     {"F14 ASCII inside a sequence", [<<16#81, 16#82>>, M, <<16#E2, 16#41>>], [1007]},
     {"F14 above F4", [<<16#81, 16#84>>, M, <<16#F5, 16#80, 16#80, 16#80>>], [1007]},
     {"F14 cut at the end", [<<16#81, 16#82>>, M, <<16#E2, 16#82>>], [1007]},
     {"F15 one byte", [<<16#88, 16#81>>, M, "x"], [1002]},
     {"F15 bad reason", [<<16#88, 16#84>>, M, <<1000:16, 16#C0, 16#AF>>], [1007]},
     {"F16 data after close", [<<16#88, 16#82>>, M, <<1000:16>>, <<16#81, 16#81>>, M, "a"], [1000]},
     {"F19 ping flood", lists:duplicate(20000, [<<16#89, 16#FD>>, M, binary:copy(<<"p">>, 125)]), {after_pongs, [1008]}},
     {"F20 CVE-2021-3690", lists:duplicate(20000, [<<16#8A, 16#FD>>, M, binary:copy(<<"p">>, 125)]), [1008]},
     {"S08 garbage for frames", "GET / HTTP/1.1\r\n\r\n", [1002]}]
        ++ [{"F15 code " ++ integer_to_list(Code), [<<16#88, 16#82>>, M, <<Code:16>>], [1002]}
            || Code <- [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]]
        ++ [{"F15 code " ++ integer_to_list(Code), [<<16#88, 16#82>>, M, <<Code:16>>], [Code]}
            || Code <- [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999]].
