%% SPDX-License-Identifier: MPL-2.0
%% @doc What is around the packets of Engine.IO: cookies, compression, pages from elsewhere, requests that come at the wrong time.
-module(socketio_http).

-include_lib("stdlib/include/assert.hrl").

-export([cookie/1, compression/1, preflight/1, after_upgrade/1]).

-import(socketio_world, [listen/2, listen/3, unlisten/2]).
-import(socks_client, [header/2]).

-define(ORIGIN, {"Origin", "https://page.example"}).

%% @doc Off, with the name that is the custom, or another; with the handshake only.
-spec cookie([term()]) -> ok.
cookie(Config) ->
    [begin
         Port = listen(Config, [{cookie, Option}]),
         [begin
              C = socks_engine:open(Port, Version, Transport, Path),
              Expected = case Name of
                  none -> undefined;
                  _ -> <<Name/binary, "=", (socks_engine:sid(C))/binary, "; Path=/; HttpOnly; SameSite=Lax">>
              end,
              ?assertEqual(Expected, header(<<"set-cookie">>, socks_engine:headers(C))),
              Transport =:= polling andalso without_cookie(C),
              socks_engine:close(C)
          end || Version <- [3, 4], Transport <- [polling, websocket], Path <- ["/socket.io/", "/engine.io/"]],
         unlisten(Config, Port)
     end || {Option, Name} <- [{false, none}, {true, <<"io">>}, {"node", <<"node">>}]],
    ok.

without_cookie(#{path := Path, version := Version} = C) ->
    _ = case {Path, Version} of
        {"/engine.io/", _} -> ok = socks_engine:send(C, [<<"echo x">>]);
        {_, 4} -> ok = socks_engine:send(C, [<<"0">>]);
        {_, 3} -> ok
    end,
    ok = socks_engine:poll(C),
    {200, Headers, _} = socks_engine:poll_answer(C),
    ?assertEqual(undefined, header(<<"set-cookie">>, Headers)).

%% @doc Large answers, for those that take it, where the listener says so.
-spec compression([term()]) -> ok.
compression(Config) ->
    Gzip = [{"Accept-Encoding", "deflate, gzip;q=0.5"}],
    [begin
         Port = listen(Config, rabbit_socks_echo, [{http_compression, On}]),
         [begin
              C = socks_engine:open(Port, Version, polling, "/engine.io/", #{headers => Fields}),
              Text = binary:copy(<<"large ü "/utf8>>, Times),
              ok = socks_engine:send(C, [Text]),
              ok = socks_engine:poll(C),
              {200, Headers, Packets} = socks_engine:poll_answer(C),
              ?assertEqual([<<"4", Text/binary>>], Packets),
              ?assertEqual({On, Fields, Times, Expected}, {On, Fields, Times, header(<<"content-encoding">>, Headers)}),
              ?assertEqual(On, header(<<"vary">>, Headers) =/= undefined),
              socks_engine:close(C)
          end || Version <- [3, 4], {Fields, Times, Expected} <- [{[], 1000, undefined}, {Gzip, 10, undefined}, {[{"Accept-Encoding", "gzip;q=0"}], 1000, undefined},
                                                                 {Gzip, 1000, case On of true -> <<"gzip">>; false -> undefined end}]],
         unlisten(Config, Port)
     end || On <- [true, false]],
    ok.

%% @doc Before a POST from another origin; the answers that follow name the origin, those that refuse, too.
-spec preflight([term()]) -> ok.
preflight(Config) ->
    Port = listen(Config, [{origins, ["https://page.example"]}]),
    Asked = [{"Access-Control-Request-Method", "POST"}, {"Access-Control-Request-Headers", "content-type, x-own"}],
    [begin
         {204, Headers, <<>>} = listeners_world:request(Port, "OPTIONS", Url, [?ORIGIN | Asked], ""),
         named(Headers),
         ?assertNotEqual(nomatch, binary:match(header(<<"access-control-allow-methods">>, Headers), <<"POST">>)),
         Allowed = string:lowercase(header(<<"access-control-allow-headers">>, Headers)),
         [?assertNotEqual(nomatch, binary:match(Allowed, Name)) || Name <- [<<"content-type">>, <<"x-own">>]],
         {403, Refused, _} = listeners_world:request(Port, "OPTIONS", Url, [{"Origin", "https://other.example"} | Asked], ""),
         ?assertEqual(undefined, header(<<"access-control-allow-origin">>, Refused))
     end || Url <- ["/socket.io/?EIO=4&transport=polling", "/socket.io/?EIO=3&transport=polling&sid=x", "/engine.io/?EIO=4&transport=polling",
                    "/socket.io/1/", "/socket.io/1/xhr-polling/x", "/socket.io/xhr-polling/x/send"]],
    C = socks_engine:open(Port, 4, polling, "/socket.io/", #{headers => [?ORIGIN]}),
    named(socks_engine:headers(C)),
    {200, Posted, <<"ok">>} = socks_engine:post(C, "40"),
    named(Posted),
    {400, Unknown, _} = listeners_world:request(Port, "GET", "/socket.io/?EIO=4&transport=polling&sid=x", [?ORIGIN], ""),
    named(Unknown),
    ok = socks_engine:close(C),
    unlisten(Config, Port).

named(Headers) ->
    ?assertEqual({<<"https://page.example">>, <<"true">>},
                 {header(<<"access-control-allow-origin">>, Headers), header(<<"access-control-allow-credentials">>, Headers)}).

%% @doc An upgraded client is not disturbed by what still asks for it by polling, or by another WebSocket.
-spec after_upgrade([term()]) -> ok.
after_upgrade(Config) ->
    Port = listen(Config, []),
    [begin
         C = socks_engine:open(Port, Version, polling, "/engine.io/"),
         Upgraded = socks_engine:upgrade(C),
         Sid = socks_engine:sid(C),
         Url = ["/engine.io/?EIO=", integer_to_list(Version), "&transport=polling&sid=", Sid],
         [?assertMatch({400, _, <<"{\"code\":3,\"message\":\"Bad request\"}">>}, listeners_world:request(Port, Method, Url, [], Body))
          || {Method, Body} <- [{"GET", ""}, {"POST", "4echo x"}]],
         Second = socks_engine:probe(C),
         ?assertMatch({close, _, _}, socks_ws:recv(Second)),
         socks_ws:close(Second),
         ok = socks_engine:send(Upgraded, [<<"echo still here">>]),
         ?assertEqual([<<"still here">>], socks_engine:recv(Upgraded, 1)),
         socks_engine:close(Upgraded)
     end || Version <- [3, 4]],
    unlisten(Config, Port).
