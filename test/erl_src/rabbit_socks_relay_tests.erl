%% SPDX-License-Identifier: MPL-2.0
%% @doc WebSockets below the web context over TLS, whose bytes are relayed.
-module(rabbit_socks_relay_tests).

-include_lib("eunit/include/eunit.hrl").

-import(broker_stub, [called/1]).
-import(web_world, [start/1, requested/0, upgrade/2, switch/1]).

-define(IP, {127, 0, 0, 1}).
-define(WAIT, 10000).

all_test_() ->
    broker_stub:tests([{relayed, fun relayed/0},
                       {relayed_with_pauses, fun relayed_with_pauses/0},
                       {relayed_edge_closes, fun relayed_edge_closes/0},
                       {relayed_to_a_slow_client, fun relayed_to_a_slow_client/0}]).

tls() ->
    Key = [{key, {namedCurve, secp256r1}}, {digest, sha256}],
    #{server_config := Server} = public_key:pkix_test_data(#{
        server_chain => #{root => Key, intermediates => [], peer => Key},
        client_chain => #{root => Key, intermediates => [], peer => Key}}),
    start([{ssl, true}, {ssl_opts, Server}, {send_queue_hard, 1000000}]).

tls_connect(Port) ->
    {ok, Client} = ssl:connect(?IP, Port, [binary, {active, false}, {verify, verify_none}]),
    Client.

tls_until(Client, End, Sofar) ->
    case binary:match(Sofar, End) of
        nomatch ->
            {ok, Data} = ssl:recv(Client, 0, ?WAIT),
            tls_until(Client, End, <<Sofar/binary, Data/binary>>);
        _ -> Sofar
    end.

%% A relayed connection with Rest behind the head: the client and to whom its bytes go.
relay(Port, Rest) ->
    Client = tls_connect(Port),
    ok = ssl:send(Client, [upgrade("/socks/websocket/x", ""), Rest]),
    {To, _, #{secure := true}} = requested(),
    switch(To),
    ?assertMatch(<<"HTTP/1.1 101 ", _/binary>>, tls_until(Client, <<"\r\n\r\n">>, <<>>)),
    %% Also when nothing has come: this says that it is a relay.
    {_, Ref} = To,
    ?assertEqual([{bytes, Ref, Rest}], called(command)),
    {Client, To}.

relayed() ->
    {Port, _} = tls(),
    {Client, {Caller, Ref} = To} = relay(Port, <<"rest">>),
    {Silent, {SilentCaller, SilentRef}} = relay(Port, <<>>),
    Monitor = erlang:monitor(process, Caller),
    edge_stub:event(To, {bytes, <<"down">>}),
    ?assertEqual({ok, <<"down">>}, ssl:recv(Client, 4, ?WAIT)),
    ok = ssl:send(Client, <<"up">>),
    ?assertEqual([{bytes, Ref, <<"up">>}], called(command)),
    ok = ssl:send(Client, <<"again">>),
    ?assertEqual([{bytes, Ref, <<"again">>}], called(command)),
    ok = ssl:close(Client),
    ?assertEqual([{gone, Ref}], called(command)),
    receive {'DOWN', Monitor, process, Caller, Reason} -> ?assertEqual(normal, Reason) after ?WAIT -> error(alive) end,
    %% Stopping the listener ends what is left.
    Left = erlang:monitor(process, SilentCaller),
    ok = rabbit_socks_listener_sup:stop_listener(rabbit_web_dispatch),
    ?assertEqual([{gone, SilentRef}], called(command)),
    receive {'DOWN', Left, process, SilentCaller, _} -> ok after ?WAIT -> error(alive) end,
    ?assertMatch({error, _}, ssl:recv(Silent, 0, ?WAIT)).

relayed_with_pauses() ->
    {Port, _} = tls(),
    {Client, {_, Ref} = To} = relay(Port, <<>>),
    edge_stub:event(To, pause),
    edge_stub:event(To, {bytes, <<"down">>}),
    %% What comes down is after the pause: it is known by now.
    ?assertEqual({ok, <<"down">>}, ssl:recv(Client, 4, ?WAIT)),
    ok = ssl:send(Client, <<"one">>),
    %% One packet had been asked for already.
    ?assertEqual([{bytes, Ref, <<"one">>}], called(command)),
    ok = ssl:send(Client, <<"two">>),
    ?assertEqual(nothing, receive {edge, command, Args, _} -> Args after 200 -> nothing end),
    %% The other direction goes on.
    edge_stub:event(To, {bytes, <<"more">>}),
    ?assertEqual({ok, <<"more">>}, ssl:recv(Client, 4, ?WAIT)),
    edge_stub:event(To, resume),
    ?assertEqual([{bytes, Ref, <<"two">>}], called(command)),
    ok = ssl:send(Client, <<"three">>),
    ?assertEqual([{bytes, Ref, <<"three">>}], called(command)),
    edge_stub:event(To, resume),
    ok = ssl:close(Client),
    ?assertEqual([{gone, Ref}], called(command)).

relayed_edge_closes() ->
    {Port, _} = tls(),
    {Client, To} = relay(Port, <<>>),
    edge_stub:event(To, {bytes, <<"last words">>}),
    edge_stub:event(To, finish),
    ?assertEqual({ok, <<"last words">>}, ssl:recv(Client, 10, ?WAIT)),
    ?assertEqual({error, closed}, ssl:recv(Client, 0, ?WAIT)),
    %% An edge that is gone.
    {Other, _} = relay(Port, <<>>),
    edge_stub:down(),
    ok = ssl:send(Other, <<"x">>),
    ?assertEqual({error, closed}, ssl:recv(Other, 0, ?WAIT)),
    edge_stub:up().

relayed_to_a_slow_client() ->
    {Port, _} = tls(),
    {Client, {Caller, Ref} = To} = relay(Port, <<>>),
    Monitor = erlang:monitor(process, Caller),
    Piece = binary:copy(<<"x">>, 100000),
    [edge_stub:event(To, {bytes, Piece}) || _ <- lists:seq(1, 400)],
    ?assertEqual([{gone, Ref}], called(command)),
    %% Whoever waits for a client that does not read would wait for the alert of TLS too: bounded by the socket's own limit.
    ok = ssl:close(Client),
    receive {'DOWN', Monitor, process, Caller, _} -> ok after 40000 -> error(alive) end.
