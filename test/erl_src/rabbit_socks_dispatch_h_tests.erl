%% SPDX-License-Identifier: MPL-2.0
%% @doc Requests below the web context: what the edge is told of them and what becomes of each of its answers.
-module(rabbit_socks_dispatch_h_tests).

-include_lib("eunit/include/eunit.hrl").

-import(broker_stub, [called/1]).
-import(web_world, [start/1, requested/0, silent/0, send/2, asks/2, get/2, until/2, closed/1, matches/2, upgrade/2]).

-define(WAIT, 10000).

all_test_() ->
    broker_stub:tests([{whole_answer, fun whole_answer/0},
                       {head_and_empty, fun head_and_empty/0},
                       {streamed_answer, fun streamed_answer/0},
                       {streamed_at_once, fun streamed_at_once/0},
                       {streamed_to_a_slow_client, fun streamed_to_a_slow_client/0},
                       {client_goes_away, fun client_goes_away/0},
                       {no_edge, fun no_edge/0},
                       {edge_dies, fun edge_dies/0},
                       {no_answer, fun no_answer/0},
                       {post_waits, fun post_waits/0}]).

whole_answer() ->
    {Port, Id} = start([]),
    Client = asks(Port, "POST /socks/a%20b/c?d=e HTTP/1.1\r\nHost: a\r\nX: 1\r\nContent-Length: 5\r\n\r\nhello"),
    {ok, Local} = inet:port(Client),
    {To, Id, Request} = requested(),
    ?assertEqual(#{method => <<"POST">>, target => <<"/socks/a%20b/c?d=e">>, path => <<"/a%20b/c?d=e">>, body => <<"hello">>,
                   headers => [{<<"content-length">>, <<"5">>}, {<<"host">>, <<"a">>}, {<<"x">>, <<"1">>}],
                   peer => {<<"127.0.0.1">>, Local}, local => {<<"127.0.0.1">>, Port}, secure => false}, Request),
    edge_stub:event(To, {response, 200, [{<<"Content-Type">>, <<"text/x">>}, {<<"Content-Length">>, <<"2">>}], <<"ok">>}),
    Answer = until(Client, <<"\r\n\r\nok">>),
    matches(Answer, "^HTTP/1.1 200 OK\r\n"),
    matches(Answer, "\r\ncontent-type: text/x\r\n"),
    matches(Answer, "\r\ncontent-length: 2\r\n"),
    %% The connection goes on.
    send(Client, "GET /socks/2 HTTP/1.1\r\nHost: a\r\n\r\n"),
    {Again, Id, #{path := <<"/2">>, body := <<>>}} = requested(),
    edge_stub:event(Again, {response, 404, [], <<"no">>}),
    matches(until(Client, <<"\r\n\r\nno">>), "^HTTP/1.1 404 "),
    send(Client, "GET /socks HTTP/1.1\r\nHost: a\r\n\r\n"),
    matches(until(Client, <<"\r\n\r\n">>), "\r\nlocation: /socks/\r\n"),
    send(Client, "GET /x/socks/a HTTP/1.1\r\nHost: a\r\n\r\n"),
    matches(until(Client, <<"\r\n\r\n">>), "^HTTP/1.1 404 "),
    silent(),
    gen_tcp:close(Client).

head_and_empty() ->
    {Port, _} = start([]),
    Client = asks(Port, "HEAD /socks/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    {To, _, #{method := <<"HEAD">>}} = requested(),
    edge_stub:event(To, {response, 200, [], <<"page">>}),
    matches(until(Client, <<"\r\n\r\n">>), "\r\ncontent-length: 4\r\n"),
    [begin
         send(Client, "GET /socks/ HTTP/1.1\r\nHost: a\r\n\r\n"),
         {Next, _, _} = requested(),
         edge_stub:event(Next, {response, Status, [{<<"etag">>, <<"\"e\"">>}], <<>>}),
         matches(until(Client, <<"\r\n\r\n">>), ["^HTTP/1.1 ", integer_to_list(Status), " (?s).*\r\netag: \"e\"\r\n"])
     end || Status <- [304, 204, 304]],
    gen_tcp:close(Client).

streamed_answer() ->
    {Port, _} = start([]),
    Client = get(Port, "/socks/stream"),
    {To, _, _} = requested(),
    edge_stub:event(To, {response_start, 200, [{<<"content-type">>, <<"text/html">>}]}),
    matches(until(Client, <<"\r\n\r\n">>), "\r\ntransfer-encoding: chunked\r\n"),
    edge_stub:event(To, {bytes, <<"one">>}),
    ?assertEqual(<<"3\r\none\r\n">>, until(Client, <<"one\r\n">>)),
    edge_stub:event(To, {bytes, <<"two">>}),
    edge_stub:event(To, finish),
    ?assertEqual(<<"3\r\ntwo\r\n0\r\n\r\n">>, until(Client, <<"0\r\n\r\n">>)),
    gen_tcp:close(Client).

%% A large answer that is there as a whole is above any limit of what may wait, and is not a client's fault.
streamed_at_once() ->
    {Port, _} = start([{send_queue_hard, 1000}, {send_queue_soft, 1000}]),
    Client = get(Port, "/socks/large"),
    {To, _, _} = requested(),
    Piece = binary:copy(<<"x">>, 4000000),
    [edge_stub:event(To, Event) || Event <- [{response_start, 200, []}, {bytes, Piece}, {bytes, Piece}, {bytes, Piece}, finish]],
    Answer = until(Client, <<"\r\n0\r\n\r\n">>),
    ?assert(byte_size(Answer) > 12000000),
    gen_tcp:close(Client).

streamed_to_a_slow_client() ->
    {Port, _} = start([{send_queue_hard, 1000000}, {send_queue_soft, 1000}]),
    Client = get(Port, "/socks/stream"),
    {{Caller, _} = To, _, _} = requested(),
    Monitor = erlang:monitor(process, Caller),
    edge_stub:event(To, {response_start, 200, []}),
    _ = until(Client, <<"\r\n\r\n">>),
    %% More than all buffers on the way and the limit.
    Piece = binary:copy(<<"x">>, 100000),
    [edge_stub:event(To, {bytes, Piece}) || _ <- lists:seq(1, 400)],
    {_, Ref} = To,
    ?assertEqual([{gone, Ref}], called(command)),
    %% Not in order: what was cut short must not look complete.
    Rest = everything(Client, <<>>),
    ?assertNotEqual(<<"0\r\n\r\n">>, binary:part(Rest, byte_size(Rest), -5)),
    receive {'DOWN', Monitor, process, Caller, _} -> ok after ?WAIT -> error(alive) end.

everything(Client, Sofar) ->
    case gen_tcp:recv(Client, 0, 40000) of
        {ok, Data} -> everything(Client, <<Sofar/binary, Data/binary>>);
        {error, closed} -> Sofar
    end.

client_goes_away() ->
    {Port, _} = start([]),
    Client = get(Port, "/socks/poll"),
    {{Caller, _}, _, _} = requested(),
    Monitor = erlang:monitor(process, Caller),
    gen_tcp:close(Client),
    %% rabbit_socks_edge watches whoever opens a Ref.
    receive {'DOWN', Monitor, process, Caller, _} -> ok after ?WAIT -> error(alive) end.

no_edge() ->
    {Port, _} = start([]),
    edge_stub:down(),
    Client = get(Port, "/socks/"),
    matches(until(Client, <<"\r\n\r\n">>), "^HTTP/1.1 503 (?s).*\r\nretry-after: 1\r\n"),
    Upgrade = asks(Port, upgrade("/socks/websocket/x", "")),
    matches(until(Upgrade, <<"\r\n\r\n">>), "^HTTP/1.1 503 (?s).*\r\nretry-after: 1\r\n"),
    closed(Upgrade),
    edge_stub:up().

edge_dies() ->
    {Port, _} = start([]),
    Client = get(Port, "/socks/"),
    {To, _, _} = requested(),
    edge_stub:event(To, finish),
    matches(until(Client, <<"\r\n\r\n">>), "^HTTP/1.1 503 "),
    Upgrade = asks(Port, upgrade("/socks/websocket/x", "")),
    {Next, _, _} = requested(),
    edge_stub:event(Next, finish),
    matches(until(Upgrade, <<"\r\n\r\n">>), "^HTTP/1.1 503 "),
    closed(Upgrade).

no_answer() ->
    {Port, _} = start([{open_timeout, 1}]),
    Upgrade = asks(Port, upgrade("/socks/websocket/x", "")),
    {{_, Ref}, _, _} = requested(),
    ?assertEqual([{gone, Ref}], called(command)),
    matches(until(Upgrade, <<"\r\n\r\n">>), "^HTTP/1.1 503 "),
    closed(Upgrade).

%% A poll that the edge forgets is given up; a POST has no time of its own, since its session takes what it has when it can.
post_waits() ->
    {Port, _} = start([{poll_timeout, 1}]),
    Post = asks(Port, "POST /socks/p HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"),
    {To, _, #{method := <<"POST">>}} = requested(),
    Poll = get(Port, "/socks/p"),
    {{_, Ref}, _, #{method := <<"GET">>}} = requested(),
    ?assertMatch({ok, <<"HTTP/1.1 503 ", _/binary>>}, gen_tcp:recv(Poll, 0, 40000)),
    ?assertEqual([{gone, Ref}], called(command)),
    edge_stub:event(To, {response, 200, [], <<"ok">>}),
    matches(until(Post, <<"\r\n\r\nok">>), "^HTTP/1.1 200 "),
    lists:foreach(fun gen_tcp:close/1, [Post, Poll]).
