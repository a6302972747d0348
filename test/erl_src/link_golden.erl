%% SPDX-License-Identifier: MPL-2.0
%% @doc One example of every message of the link, as terms: the source of test/vectors/link.golden.
%%
%% A command is there in both encodings that nodes of today use: atoms as Latin-1 (OTP 25) and as UTF-8 (OTP 26 and
%% later). An event is there as the edge writes it, which is the second one; integers of 28 to 32 bits are avoided in
%% events, because ei has them as bignums.
-module(link_golden).

-export([examples/0, lines/0, read/1]).

-type direction() :: node | edge.
-export_type([direction/0]).

%% @doc Commands (node) and packets of events (edge).
-spec examples() -> [{direction(), Name :: string(), term()}].
examples() -> [{node, Name, Term} || {Name, Term} <- commands()] ++ [{edge, Name, Events} || {Name, Events} <- events()].

%% @doc The golden file, without its comments.
-spec lines() -> [{direction(), Name :: string(), binary()}].
lines() ->
    lists:append([
        case Direction of
            node -> [{node, Name, term_to_binary(Term, [{minor_version, M}])} || M <- [1, 2]];
            edge -> [{edge, Name, term_to_binary(Term, [{minor_version, 2}])}]
        end
     || {Direction, Name, Term} <- examples()
    ]).

%% @doc The lines of a golden file.
-spec read(file:name_all()) -> [{direction(), Name :: string(), binary()}].
read(Path) ->
    {ok, Text} = file:read_file(Path),
    [
        {list_to_existing_atom(binary_to_list(Direction)), binary_to_list(Name), binary:decode_hex(Hex)}
     || Line <- binary:split(Text, <<"\n">>, [global]),
        Line =/= <<>>,
        binary:first(Line) =/= $#,
        [Direction, Name, Hex] <- [binary:split(Line, <<" ">>, [global])]
    ].

session() -> 16#2a00000001.
%% Of a node that is not distributed, as a real one: decoding gives a local pid back.
pid() -> binary_to_term(<<131, 88, 119, 13, "nonode@nohost", 77:32, 0:32, 0:32>>).
headers() -> [{<<"x-one">>, <<"1">>}, {<<"set-cookie">>, <<"a=b; path=/">>}].

commands() ->
    [
        {"hello", {hello, 1, #{release => <<"1.0.0">>}}},
        {"hello-more", {hello, 1, #{release => <<"1.2.3">>, extra => [{1.5, make_ref_like()}, "string", #{}]}}},
        {"hello-tag", {hello, 1, #{release => <<"1.0.0">>, tag => <<"aB3-_x9Z">>}}},
        {"hello-other-version", {hello, 2, [new, <<"things">>]}},
        {"heartbeat", {heartbeat, 7}},
        {"heartbeat-large", {heartbeat, 16#ffffffffffffff}},
        {"listen",
            {listen, 3, #{
                routes => [
                    #{prefix => [], subprotocols => [], origins => any},
                    #{
                        prefix => [<<"chat">>, <<"room">>],
                        subprotocols => [<<"v12.stomp">>, <<"v11.stomp">>],
                        events => true,
                        frames => false,
                        resumes => true,
                        origins => [<<"https://example.org">>, <<"null">>]
                    }
                ],
                pages => <<"/srv/www">>,
                max_message => 65536,
                hixie => false,
                max_connections => 16#80000000
            }}},
        {"listen-tls",
            {listen, 5, #{
                routes => [#{prefix => [], subprotocols => [], origins => any}],
                pages => none,
                tls => #{
                    certfile => <<"/etc/cert.pem">>,
                    keyfile => <<"/etc/key.pem">>,
                    password => <<"secret">>,
                    cacertfile => <<"/etc/ca.pem">>,
                    verify => verify_peer,
                    fail_if_no_peer_cert => true,
                    depth => 2,
                    versions => ['tlsv1.2'],
                    ciphers => [<<"ECDHE-RSA-AES128-GCM-SHA256">>],
                    honor_cipher_order => true,
                    reuse_sessions => false,
                    sni_hosts => [{<<"a.example">>, #{cert => [<<48, 0>>, <<48, 1, 0>>], key => <<48, 3>>, cacerts => [<<48, 4>>], verify => verify_none}}]
                }
            }}},
        {"configure", {configure, 4, #{routes => [#{prefix => [<<"e">>], subprotocols => [], origins => []}], pages => none}}},
        {"unlisten", {unlisten, 3}},
        {"remove", {remove, 3, 1001, <<"going away">>, 0}},
        {"remove-window", {remove, 3, 1001, <<"maintenance">>, 30000}},
        {"adopt", {adopt, 99, <<16#81, 16#85, 0, 0, 0, 0, "hello">>}},
        {"adopt-empty", {adopt, 100, <<>>}},
        {"accept", {accept, session(), pid(), headers()}},
        {"accept-bare", {accept, session(), pid(), []}},
        {"refuse", {refuse, session(), 403, <<"not for you">>, []}},
        {"refuse-data", {refuse, session(), 403, <<"Invalid namespace">>, [#{code => 7, why => [<<"x">>, null]}]}},
        {"refuse-data-small", {refuse, session(), 403, <<>>, [7]}},
        {"refuse-no-value", {refuse, session(), 403, <<"no">>, [{secret, 1}]}},
        {"send-text", {send, session(), [{utf8, <<"grüße"/utf8>>}]}},
        {"send-many", {send, 1, [{utf8, <<>>}, {binary, <<0, 255, 131>>}, {utf8, <<"z">>}]}},
        {"send-none", {send, 1, []}},
        {"send-event", {send, session(), [{event, <<"grüße"/utf8>>, [1, <<"two">>, #{three => [3.5, null]}], none}]}},
        {"send-event-id", {send, session(), [{event, <<"news">>, [], 16#1fffffffffffff}]}},
        {"send-event-binary", {send, session(), [{event, <<>>, [{binary, <<0, 255>>}], 1}]}},
        {"send-event-packed", {send, session(), [{event, <<"e">>, [1, 2, 255], none}]}},
        {"send-ack", {send, session(), [{ack, 0, []}, {ack, 7, [true, 1.0e300]}]}},
        {"send-all", {send, 1, [{utf8, <<"t">>}, {event, <<"e">>, [<<"a">>], 2}, {binary, <<"b">>}, {ack, 3, [false]}]}},
        {"send-no-value",
            {send, session(), [
                {event, <<"a">>, [pid()], 1},
                {event, <<255>>, [], none},
                {ack, 1, [fun erlang:halt/0]},
                {event, <<"b">>, text, none},
                {ack, 2, #{}},
                {utf8, <<"good">>}
            ]}},
        {"disconnect", {disconnect, session(), false}},
        {"disconnect-whole", {disconnect, session(), true}},
        {"join", {join, session(), <<"grüße"/utf8>>, close}},
        {"join-drop-oldest", {join, session(), <<"a">>, drop_oldest}},
        {"join-conflate", {join, session(), <<"a">>, conflate}},
        {"sync", {sync, session(), 16#1fffffffffffff}},
        {"leave", {leave, session(), <<0, 255>>}},
        {"position", {position, session(), <<"grüße:7"/utf8>>}},
        {"position-none", {position, session(), <<>>}},
        {"broadcast",
            {broadcast,
                #{rooms => [<<"a">>, <<"b">>], except_rooms => [<<"c">>], except => [session(), 7]},
                {event, <<"news">>, [#{}, <<"x">>], none}}},
        {"broadcast-frame", {broadcast, #{rooms => [<<"a">>], except_rooms => [], except => [7, 255]}, {utf8, <<"hello">>}}},
        {"broadcast-none", {broadcast, #{rooms => [], except_rooms => [], except => []}, {binary, <<>>}}},
        {"broadcast-namespace", {broadcast, #{rooms => [<<"a">>], except_rooms => [], except => [], namespace => <<"/chat">>}, {utf8, <<"hello">>}}},
        {"broadcast-key", {broadcast, #{rooms => [<<"a">>], except_rooms => [], except => [], key => <<"k">>}, {utf8, <<"hello">>}}},
        {"broadcast-all", {broadcast, #{rooms => all, except_rooms => [<<"b">>], except => [], namespace => <<"/">>}, {utf8, <<"hello">>}}},
        {"broadcast-no-value", {broadcast, #{rooms => [<<"a">>], except_rooms => [], except => []}, {event, <<"e">>, [pid()], none}}},
        {"credit", {credit, session(), 32, 131072}},
        {"close", {close, session(), 1000, <<>>}},
        {"close-reason", {close, session(), 4000, <<"bye, bye"/utf8>>}},
        {"request",
            {request, 12, 4, #{
                method => <<"GET">>,
                target => <<"/socks/socket.io/echo/xhr-polling//1?x=y">>,
                path => <<"/socket.io/echo/xhr-polling//1?x=y">>,
                headers => [{<<"host">>, <<"example.org">>}, {<<"accept">>, <<"*/*">>}],
                peer => {<<"192.0.2.7">>, 51234},
                local => {<<"::1">>, 15690},
                secure => true,
                certificate => <<48, 0>>,
                body => <<>>
            }}},
        {"forwarded", {forwarded, 13, <<"AbC-_1">>, request()}},
        {"answer", {answer, 5, 200, headers(), <<"body">>}},
        {"answer-bare", {answer, 16#ffffffffffffff, 404, [], <<>>}},
        {"unanswered", {unanswered, 5}},
        {"bytes", {bytes, 12, <<"more">>}},
        {"gone", {gone, 12}},
        {"stop", {stop, 1012, <<"restart">>}},
        {"unknown", {dance, session(), pid(), [fun erlang:halt/0, <<1:3>>, 1 bsl 2100, [improper | tail]], {deep, [[[#{a => [b]}]]]}}},
        {"list", [{heartbeat, 1}, {send, 5, [{utf8, <<"a">>}]}, {dance}, {gone, 6}]},
        {"list-empty", []}
    ].

%% The same on each run, unlike make_ref().
make_ref_like() -> binary_to_term(<<131, 90, 3:16, 119, 13, "nonode@nohost", 0:32, 1:32, 2:32, 3:32>>).

request() ->
    #{
        method => <<"POST">>,
        target => <<"/a/socket.io/?EIO=4&transport=polling&sid=AbC-_1">>,
        path => <<"/socket.io/?EIO=4&transport=polling&sid=AbC-_1">>,
        headers => [{<<"host">>, <<"example.org">>}, {<<"accept">>, <<"*/*">>}],
        peer => {<<"192.0.2.7">>, 51234},
        local => {<<"::1">>, 8080},
        secure => false,
        body => <<"42[\"x\"]">>
    }.

events() ->
    Messages = fun(List) -> {pid(), {'$socks', messages, List}} end,
    [
        {"hello", [{hello, 1, #{release => <<"1.0.0">>, pid => 4711}}]},
        {"heartbeat", [{heartbeat, 7}]},
        {"heartbeat-large", [{heartbeat, 16#ffffffffffffff}]},
        {"listening", [{listening, 3}]},
        {"log", [{log, debug, <<>>}, {log, info, <<"i">>}, {log, warning, <<"grün"/utf8>>}, {log, error, <<"e">>}]},
        {"open",
            [{open, session(), 3, 1, #{
                path => [<<"a">>, <<"b c">>],
                query => <<"x=y&z">>,
                headers => [{<<"host">>, <<"example.org">>}, {<<"origin">>, <<"https://example.org">>}],
                peer => {<<"192.0.2.7">>, 51234},
                local => {<<"192.0.2.1">>, 80},
                secure => true,
                certificate => <<48, 130, 1, 255>>,
                transport => websocket,
                protocol => rfc6455,
                generation => none,
                namespace => none,
                auth => [],
                subprotocol => <<"v12.stomp">>
            }}]},
        {"open-bare",
            [{open, session(), 3, 0, #{
                path => [],
                query => <<>>,
                headers => [],
                peer => {<<"::1">>, 0},
                local => {<<"::1">>, 65535},
                secure => false,
                certificate => none,
                transport => 'xhr-polling',
                protocol => http,
                generation => 'socket.io-0.6',
                namespace => none,
                auth => [],
                subprotocol => none
            }}]},
        {"open-namespace",
            [{open, session(), 3, 0, #{
                path => [],
                query => <<"EIO=4">>,
                headers => [],
                peer => {<<"::1">>, 1},
                local => {<<"::1">>, 2},
                secure => false,
                certificate => none,
                transport => websocket,
                protocol => rfc6455,
                generation => 'socket.io-4',
                namespace => <<"/chat">>,
                auth => [#{<<"token">> => <<"abc">>}],
                subprotocol => none
            }}]},
        {"open-auth-small",
            [{open, session(), 3, 0, #{
                path => [],
                query => <<>>,
                headers => [],
                peer => {<<>>, 1},
                local => {<<>>, 2},
                secure => false,
                certificate => none,
                transport => websocket,
                protocol => rfc6455,
                generation => 'socket.io-4',
                namespace => <<"/">>,
                auth => [7],
                subprotocol => none
            }}]},
        {"message", [Messages([{utf8, <<"grüße"/utf8>>}])]},
        {"messages-merged", [Messages([{utf8, <<"one">>}, {binary, <<0, 255>>}, {utf8, <<>>}])]},
        {"messages-apart", [Messages([{utf8, <<"one">>}]), {heartbeat, 1}, Messages([{utf8, <<"two">>}])]},
        {"event", [Messages([{event, <<"grüße"/utf8>>, [1, <<"two">>, #{<<"three">> => [3.5, null]}], none, 42}])]},
        {"event-id", [Messages([{event, <<"news">>, [], 16#1fffffffffffff, 16#7ffffff}])]},
        {"event-binary", [Messages([{event, <<>>, [{binary, <<0, 255>>}, true], 0, 0}])]},
        {"event-packed", [Messages([{event, <<"e">>, [1, 2, 255], none, 20}])]},
        {"ack", [Messages([{ack, 7, [false, <<"x">>], 12}])]},
        {"messages-all",
            [
                Messages([
                    {utf8, <<"t">>}, {event, <<"e">>, [<<"a">>], 2, 8}, {ack, 3, [], 5}, {binary, <<"b">>}, {ack, 4, [1], 6}
                ])
            ]},
        {"away", [{pid(), {'$socks', away}}]},
        {"back", [{pid(), {'$socks', back}}]},
        {"closed", [{pid(), {'$socks', closed, 1006, <<>>}}]},
        {"closed-reason", [{pid(), {'$socks', closed, 4001, <<"bye">>}}]},
        {"congested", [{pid(), {'$socks', congested}}]},
        {"drained", [{pid(), {'$socks', drained}}]},
        {"dropped", [{pid(), {'$socks', dropped, 300}}]},
        {"synced", [{pid(), {'$socks', synced, 16#1fffffffffffff}}]},
        {"broadcasts", [{broadcasts, pid(), 300, 16#1fffffffffffff}]},
        {"statistics", [{statistics, #{connections => 0, clients => 0, memory => 0, cpu => 0, accepted => 0, refused => 0, answers => [], ended => []}}]},
        {"statistics-all", [{statistics, #{connections => 3, clients => 2, memory => 16#1fffffffffffff, cpu => 5000000, accepted => 7, refused => 1,
                                           answers => [{101, 4}, {200, 300}, {404, 1}], ended => [{0, 1}, {1000, 2}, {4000, 16#7ffffff}]}}]},
        {"response", [{response, 12, 200, headers(), <<"body">>}]},
        {"response-bare", [{response, 12, 404, [], <<>>}]},
        {"response-start", [{response_start, 12, 200, headers()}]},
        {"switch", [{switch, 12, headers()}]},
        {"bytes", [{bytes, 12, <<"more">>}]},
        {"finish", [{finish, 12}]},
        {"pause", [{pause, 12}]},
        {"resume", [{resume, 12}]},
        {"forward", [{forward, 5, <<"AbC-_1">>, request()}]},
        {"forward-certificate", [{forward, 16#ffffffffffffff, <<"AbC">>, (request())#{certificate => <<48, 0>>, headers := [], body := <<>>, secure := true}}]},
        {"gone", [{gone, 5}]}
    ].
