%% SPDX-License-Identifier: MPL-2.0
%% @doc rabbit_socks_stomp on a real broker, with the broker's own Web STOMP beside it: what both must answer alike is sent
%% to both. Limits and logins: attack rows B01 to B03, B19 to B22. Continued in stomp_broker_SUITE; what the stock client
%% library sees is in stomp_client_SUITE.
-module(stomp_SUITE).

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, init_per_testcase/2, end_per_testcase/2]).
-export([same_errors/1, permissions/1, subprotocols/1, cuts/1, kinds/1, sums_before_login/1, bad_frames/1, login_timeout/1,
         one_login/1, loopback/1, credentials_stay_out_of_the_log/1, log_lines_are_ours/1]).
%% A writer for a session without a client.
-export([remote_login/0, send_frame/2, close/3]).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").
-import(socks_stomp, [ours/1, ours/2, stock/1, queue/2, f/2, f/3, gone/0]).

-define(GUEST, [{"login", "guest"}, {"passcode", "guest"}]).

suite() -> [{timetrap, {minutes, 3}}].

all() ->
    [same_errors, permissions, subprotocols, cuts, kinds, sums_before_login, bad_frames, login_timeout, one_login, loopback,
     credentials_stay_out_of_the_log, log_lines_are_ours].

init_per_suite(Config) -> socks_stomp:start(Config).

end_per_suite(Config) -> socks_broker:stop(?config(broker, Config)).

init_per_testcase(Case, Config) -> [{tc, Case} | Config].

end_per_testcase(_, _) -> ok.

%% Alike

%% Every mistake that the broker answers is answered as Web STOMP answers it: the same frames, the same close.
same_errors(Config) ->
    Sub = f("SUBSCRIBE", [{"id", "a"}, {"destination", "/exchange/amq.fanout"}, {"ack", "client"}]),
    Same = [
        f("SEND", []), f("SEND", [{"destination", ""}]), f("SEND", [{"destination", "/nowhere/a"}]),
        f("SEND", [{"destination", "/queue/"}]), f("SEND", [{"destination", "/queue/a/b"}]), f("SEND", [{"destination", "../"}]),
        f("SEND", [{"destination", "/exchange//key"}]), f("SEND", [{"destination", "/temp-queue/a"}]),
        f("SEND", [{"destination", "/exchange/missing/key"}]), f("SEND", [{"destination", "/amq/queue/missing"}], "x"),
        f("SEND", [{"destination", "/topic/a"}, {"message-id", "1"}]), f("SEND", [{"destination", "/topic/a"}, {"transaction", "t"}]),
        f("SEND", [{"destination", "/topic/a"}, {"expiration", "soon"}]), f("SEND", [{"destination", "/topic/a"}, {"user-id", "other"}]),
        f("SUBSCRIBE", []), f("SUBSCRIBE", [{"id", "a"}]), f("SUBSCRIBE", [{"destination", "/nowhere/a"}, {"id", "a"}]),
        f("SUBSCRIBE", [{"destination", "/topic/a"}, {"durable", "true"}]), f("SUBSCRIBE", [{"destination", "/topic/a"}, {"ack", "later"}]),
        f("SUBSCRIBE", [{"destination", "/temp-queue/a"}, {"id", "a"}]), f("SUBSCRIBE", [{"destination", "/topic/a"}, {"id", "/temp-queue/a"}]),
        f("SUBSCRIBE", [{"destination", "/exchange/missing"}, {"id", "a"}]), f("SUBSCRIBE", [{"destination", "/amq/queue/missing"}, {"id", "a"}]),
        [Sub, Sub], [Sub, f("ACK", [{"id", "T_a@@session-x@@7"}])], [Sub, f("NACK", [{"id", "T_a@@session-x@@7"}])],
        [Sub, f("ACK", [{"id", "T_a@@session-x@@seven"}])],
        f("UNSUBSCRIBE", []), f("UNSUBSCRIBE", [{"id", "a"}]), f("UNSUBSCRIBE", [{"destination", "/topic/a"}]),
        f("UNSUBSCRIBE", [{"id", "/temp-queue/a"}]), [Sub, f("UNSUBSCRIBE", [{"id", "a"}]), f("UNSUBSCRIBE", [{"id", "a"}])],
        f("ACK", []), f("ACK", [{"id", "nonsense"}]), f("ACK", [{"id", "T_a@@s@@1"}]), f("NACK", []), f("NACK", [{"message-id", "T_a@@s@@1"}]),
        f("BEGIN", []), f("COMMIT", []), f("COMMIT", [{"transaction", "t"}]), f("ABORT", [{"transaction", "t"}]),
        [f("BEGIN", [{"transaction", "t"}]), f("ABORT", [{"transaction", "t"}]), f("COMMIT", [{"transaction", "t"}])],
        f("NONSENSE", []), f("send", []), f("MESSAGE", []), f([<<"GR", 195, 156, "N">>], [])
    ],
    [alike(Frames, socks_stomp:exchange(stock(Config), Frames), socks_stomp:exchange(ours(Config), Frames)) || Frames <- Same],
    %% Nothing of it was answered by silence.
    [?assertMatch([{<<"ERROR">>, _, _}], socks_stomp:exchange(ours(Config), Frames)) || Frames <- [hd(Same), lists:last(Same)]],
    ok.

%% Where the conversation ends, Web STOMP of 3.10.8 closes before it has sent its last words; that of 4.0.5 sends them.
alike(_, Alike, Alike) -> ok;
alike(Frames, Stock, Ours) ->
    case lists:last([none | Stock]) of
        {close, 1000, _} = Close ->
            Before = lists:droplast(Stock),
            {Same, [{<<"ERROR">>, _, _} | _] = Words} = lists:split(length(Before), lists:droplast(Ours)),
            ?assertEqual({Frames, Before, Close}, {Frames, Same, lists:last(Ours)}),
            ?assert(length(Words) =< 2);
        _ ->
            ?assertEqual({Frames, Stock}, {Frames, Ours})
    end.

permissions(Config) ->
    Reader = [{"login", "reader"}, {"passcode", "reader"}],
    Try = fun(Target, Frame) ->
        Ws = socks_stomp:login(Target, Reader),
        ok = socks_stomp:send(Ws, Frame),
        [E, Close] = [socks_stomp:recv(Ws), socks_stomp:recv(Ws)],
        socks_stomp:close(Ws),
        {E, Close}
    end,
    [begin
        {{<<"ERROR">>, Headers, Body, utf8}, {close, 1000, _}} = Try(ours(Config), Frame),
        %% The stock plugin of 3.10.8 may close before what it has to say.
        ?assertMatch(#{<<"message">> := <<"access_refused">>}, Headers),
        ?assertMatch({match, _}, re:run(Body, "refused"))
    end || Frame <- [f("SEND", [{"destination", "/queue/reader"}]), f("SUBSCRIBE", [{"destination", "/queue/new"}, {"id", "1"}])]],
    ok.

%% The first of those offered; a client that offers none is served as well.
subprotocols(Config) ->
    Chosen = fun(Offer) ->
        Ws = socks_stomp:open(ours(Config), #{protocols => Offer}),
        Protocol = socks_client:header(<<"sec-websocket-protocol">>, socks_ws:headers(Ws)),
        socks_stomp:close(Ws),
        Protocol
    end,
    ?assertEqual(<<"v12.stomp">>, Chosen(["v12.stomp", "v11.stomp", "v10.stomp"])),
    ?assertEqual(<<"v11.stomp">>, Chosen(["v11.stomp"])),
    ?assertEqual(<<"v10.stomp">>, Chosen(["mqtt", "v10.stomp"])),
    ?assertEqual(undefined, Chosen([])).

%% Several frames in a message, a frame over several messages, one over as many messages as it has bytes.
cuts(Config) ->
    Ws = socks_stomp:open(ours(Config)),
    Connect = iolist_to_binary(f("CONNECT", [{"accept-version", "1.2"}, {"host", "/"} | ?GUEST])),
    [ok = socks_stomp:send(Ws, [Byte]) || <<Byte>> <= Connect],
    {<<"CONNECTED">>, _, _, _} = socks_stomp:recv(Ws),
    Queue = queue(Config, ""),
    ok = socks_stomp:send(Ws, [f("SUBSCRIBE", [{"id", "s"}, {"destination", Queue} | gone()]),
                               [f("SEND", [{"destination", Queue} | gone()], integer_to_list(N)) || N <- lists:seq(1, 50)]]),
    [{<<"MESSAGE">>, _, Body, utf8} = socks_stomp:recv(Ws) || N <- lists:seq(1, 50), Body <- [integer_to_binary(N)]],
    Send = iolist_to_binary(f("SEND", [{"destination", Queue}, {"content-length", "5"} | gone()], "a\0b\0c")),
    [begin
        ok = socks_stomp:send(Ws, binary:part(Send, 0, At)),
        ok = socks_stomp:send(Ws, binary:part(Send, At, byte_size(Send) - At)),
        {<<"MESSAGE">>, _, <<"a\0b\0c">>, utf8} = socks_stomp:recv(Ws)
    end || At <- lists:seq(0, byte_size(Send))],
    socks_stomp:close(Ws).

%% Answers are of the client's kind; what is no UTF-8 cannot be text.
kinds(Config) ->
    Queue = queue(Config, ""),
    Bytes = <<255, 0, 254, "x">>,
    Publish = fun(Body) -> f("SEND", [{"destination", Queue}, {"content-length", integer_to_list(byte_size(Body))} | gone()], Body) end,
    Subscribe = f("SUBSCRIBE", [{"id", "s"}, {"destination", Queue} | gone()]),
    Ws = socks_stomp:login(ours(Config)),
    ok = socks_stomp:send(Ws, utf8, [Subscribe, Publish(<<"grüße"/utf8>>)]),
    {<<"MESSAGE">>, _, <<"grüße"/utf8>>, utf8} = socks_stomp:recv(Ws),
    ok = socks_stomp:send(Ws, binary, Publish(Bytes)),
    {<<"MESSAGE">>, _, Bytes, binary} = socks_stomp:recv(Ws),
    ok = socks_stomp:send(Ws, binary, Publish(<<"text">>)),
    {<<"MESSAGE">>, _, <<"text">>, binary} = socks_stomp:recv(Ws),
    %% Sent by another in bytes, received by one who speaks text.
    ok = socks_stomp:send(Ws, utf8, "\n"),
    Other = socks_stomp:login(ours(Config)),
    ok = socks_stomp:send(Other, binary, [Publish(Bytes), Publish(<<"text">>)]),
    {<<"MESSAGE">>, _, Bytes, binary} = socks_stomp:recv(Ws),
    {<<"MESSAGE">>, _, <<"text">>, utf8} = socks_stomp:recv(Ws),
    Configured = socks_stomp:open(ours(Config, "/binary")),
    ok = socks_stomp:send(Configured, utf8, f("CONNECT", [{"accept-version", "1.2"} | ?GUEST])),
    {<<"CONNECTED">>, _, _, binary} = socks_stomp:recv(Configured),
    [socks_stomp:close(W) || W <- [Ws, Other, Configured]],
    ok.

%% Limits

%% B01: no frame is too large, but their sum is. Heart-beats count too.
sums_before_login(Config) ->
    Ws = socks_stomp:open(ours(Config)),
    ok = socks_stomp:send(Ws, "SEND\ndestination:/queue/x\ncontent-length:900000\n\n"),
    _ = [socks_ws:send(Ws, {utf8, binary:copy(<<"x">>, 3_000)}) || _ <- lists:seq(1, 24)],
    {<<"ERROR">>, _, _, _} = socks_stomp:recv(Ws),
    {close, 1007, _} = socks_stomp:recv(Ws),
    Beats = socks_stomp:open(ours(Config)),
    ok = socks_stomp:send(Beats, binary:copy(<<"\n">>, 69_632)),
    _ = socks_ws:send(Beats, {utf8, <<"\n">>}),
    {<<"ERROR">>, _, _, _} = socks_stomp:recv(Beats),
    {close, 1007, _} = socks_stomp:recv(Beats),
    [socks_stomp:close(W) || W <- [Ws, Beats]],
    ok.

%% B02 and B06: an ERROR in words, and the code of Web STOMP.
bad_frames(Config) ->
    Headers = fun(Count) -> [{["h", integer_to_list(N)], "v"} || N <- lists:seq(1, Count)] end,
    Long = fun(Size) -> binary:copy(<<"x">>, Size) end,
    Topic = {"destination", "/topic/a"},
    [begin
        Ws = socks_stomp:login(ours(Config)),
        ok = socks_stomp:send(Ws, Bytes),
        Error = socks_stomp:recv(Ws),
        ?assertMatch({_, {<<"ERROR">>, #{<<"message">> := <<"Malformed frame">>}, _, utf8}}, {Bytes, Error}),
        {_, _, Body, _} = Error,
        ?assertMatch({match, _}, re:run(Body, Words)),
        ?assertMatch({close, 1007, _}, socks_stomp:recv(Ws)),
        socks_stomp:close(Ws)
    end || {Bytes, Words} <- [
        {f("SEND", [Topic | Headers(100)]), "more than 100 headers"},
        {f("SEND", [Topic, {"a", Long(102_401)}]), "header is longer than 102400"},
        {f("SEND", [Topic, {Long(256), "a"}]), "name of a header"},
        {f(Long(33), []), "command is longer than 32"},
        {f("SEND", [Topic, {"content-length", "-1"}]), "content-length"},
        {f("SEND", [Topic, {"content-length", "abc"}]), "content-length"},
        {f("SEND", [Topic, {"content-length", " 5"}], "abcde"), "content-length"},
        {[f("SEND", [Topic, {"content-length", "5"}], "abcd"), f("ABORT", [])], "no NUL"},
        {f("SEND", [Topic, {"content-length", "100000000"}]), "body is longer than 1048576"},
        {"SEND\nno colon\n\n\0", "without a colon"}, {"SEND\na:\\x\n\n\0", "backslash"}, {"SE\rND\n\n\0", "carriage return"}
    ]],
    %% These are none.
    [?assertEqual([], socks_stomp:exchange(ours(Config), Good)) || Good <- [
        f("SEND", [Topic | Headers(99)]), f("SEND", [Topic | lists:duplicate(500, {"same", "value"})]),
        f("SEND", [Topic, {"a", Long(102_400)}]), f("SEND", [Topic, {"selector", "T(java.lang.Runtime)"}]), "\n\n\r\n\0\n"
    ]].

%% B03: nothing, or heart-beats alone, or a CONNECT that comes too late.
login_timeout(Config) ->
    Silent = socks_stomp:open(ours(Config, "/quick")),
    Beating = socks_stomp:open(ours(Config, "/quick")),
    Slow = socks_stomp:open(ours(Config, "/quick")),
    In = socks_stomp:login(ours(Config, "/quick")),
    ok = socks_stomp:send(Slow, "CONNECT\n"),
    _ = [begin _ = socks_ws:send(Beating, {utf8, <<"\n">>}), timer:sleep(100) end || _ <- lists:seq(1, 12)],
    [?assertMatch({close, 1008, <<"login timeout">>}, socks_stomp:recv(Ws)) || Ws <- [Silent, Beating, Slow]],
    ?assertEqual([], socks_stomp:call(In, {"BEGIN", [{"transaction", "still here"}]})),
    [socks_stomp:close(Ws) || Ws <- [Silent, Beating, Slow, In]],
    ok.

%% B20: one attempt a connection, whatever it is.
one_login(Config) ->
    [begin
        Ws = socks_stomp:open(ours(Config)),
        ok = socks_stomp:send(Ws, Frames),
        ?assertMatch({_, {<<"ERROR">>, #{<<"message">> := Message}, _, _}}, {Frames, socks_stomp:recv(Ws)}),
        ?assertMatch({_, {close, 1008, _}}, {Frames, socks_stomp:recv(Ws)}),
        socks_stomp:close(Ws)
    end || {Frames, Message} <- [
        {[f("CONNECT", [{"login", "guest"}, {"passcode", integer_to_list(N)}]) || N <- lists:seq(1, 10)], <<"Bad CONNECT">>},
        {f("CONNECT", [{"accept-version", "3.0"} | ?GUEST]), <<"Version mismatch">>},
        {f("CONNECT", [{"heart-beat", "soon"} | ?GUEST]), <<"Bad CONNECT">>},
        {f("CONNECT", [{"host", "nowhere"} | ?GUEST]), <<"Bad CONNECT">>},
        {f("SEND", [{"destination", "/queue/a"}]), <<"Illegal command">>}
    ]],
    Twice = socks_stomp:login(ours(Config)),
    ok = socks_stomp:send(Twice, f("CONNECT", ?GUEST)),
    {<<"ERROR">>, #{<<"message">> := <<"Illegal command">>}, _, _} = socks_stomp:recv(Twice),
    {close, 1008, _} = socks_stomp:recv(Twice),
    %% Wrong options are the operator's mistake: no session, and a line in the log.
    {refused, 403, _, _} = socks_ws:handshake(element(1, ours(Config)), "/websocket/wrong", #{}),
    ?assertMatch({match, _}, re:run(socks_stomp:log(Config), "has no option no_such")),
    ok.

%% B19: guest may log in from this machine alone, and the broker is told the peer that the edge saw.
loopback(Config) ->
    Broker = ?config(broker, Config),
    socks_stomp:close(socks_stomp:login(ours(Config))),
    [ok = socks_broker:load(Broker, Module) || Module <- [?MODULE, socks_stomp]],
    {Out, {close, 1008}} = socks_broker:rpc(Broker, ?MODULE, remote_login, []),
    ?assertMatch({match, _}, re:run(Out, "^ERROR\nmessage:Bad CONNECT\n.*non-loopback access denied", [dotall])).

%% Runs in the broker: a session for a peer elsewhere.
-spec remote_login() -> term().
remote_login() ->
    Self = self(),
    _ = spawn(fun() ->
        Info = #{peer => {<<"192.0.2.7">>, 4711}, local => {<<"192.0.2.1">>, 80}, secure => false},
        {ok, State} = rabbit_socks_stomp:init([], Info, []),
        {ok, State1} = rabbit_socks_stomp:open(?MODULE, Self, State),
        {hold, State2} = rabbit_socks_stomp:handle_frame({utf8, iolist_to_binary(f("CONNECT", ?GUEST))}, State1),
        receive Message -> rabbit_socks_stomp:terminate(element(2, rabbit_socks_stomp:handle_info(Message, State2))) end
    end),
    receive {frame, {utf8, Text}} -> receive {close, Code} -> {Text, {close, Code}} end end.

-spec send_frame(term(), pid()) -> ok.
send_frame(Frame, Pid) -> Pid ! {frame, Frame}, ok.

-spec close(integer(), binary(), pid()) -> ok.
close(Code, _, Pid) -> Pid ! {close, Code}, ok.

%% B22: wherever a login may go wrong.
credentials_stay_out_of_the_log(Config) ->
    Secret = "verysecretpasscode",
    Login = [{"login", "guest"}, {"passcode", Secret}],
    [begin
        Ws = socks_stomp:open(ours(Config)),
        ok = socks_stomp:send(Ws, Frames),
        _ = socks_stomp:recv(Ws),
        socks_stomp:close(Ws)
    end || Frames <- [
        f("CONNECT", Login), f("CONNECT", [{"heart-beat", "x"} | Login]), f("CONNECT", [{"host", "/nowhere"} | Login]),
        [f("CONNECT", ?GUEST), f("CONNECT", Login)], ["CONNECT\npasscode:", Secret, "\nno colon\n\n\0"],
        f("CONNECT", [{"accept-version", "9"} | Login]), f("CONNECT", [{"accept-version", "1.2,x.y"} | Login])
    ]],
    %% A session that dies with half a login in hand.
    Half = socks_stomp:open(ours(Config)),
    ok = socks_stomp:send(Half, ["CONNECT\npasscode:", Secret]),
    kill_sessions(Config),
    _ = socks_stomp:recv(Half),
    ?assertEqual(nomatch, string:find(socks_stomp:log(Config), Secret)).

%% Makes each session crash with whatever it holds.
kill_sessions(Config) ->
    Pids = [Pid || {_, Pid, _, _} <- socks_broker:rpc(?config(broker, Config), supervisor, which_children, [rabbit_socks_session_sup])],
    [socks_broker:rpc(?config(broker, Config), erlang, send, [Pid, {'EXIT', Pid, crash}]) || Pid <- Pids],
    ok.

%% B21.
log_lines_are_ours(Config) ->
    [begin
        Ws = socks_stomp:open(ours(Config)),
        ok = socks_stomp:send(Ws, f("CONNECT", [{"accept-version", "1.2"}, {"login", ["guest", Evil]}, {"host", Evil}, {"passcode", "x"}])),
        {<<"ERROR">>, _, _, _} = socks_stomp:recv(Ws),
        socks_stomp:close(Ws)
    end || Evil <- ["~p~s~n", "\\n2099-01-01 [error] forged", "\\r\\n[error] forged", "\e[2Jforged", lists:duplicate(5_000, $f)]],
    Log = socks_stomp:log(Config),
    [?assertEqual({Trace, nomatch}, {Trace, re:run(Log, Trace, [multiline, {capture, none}])})
     || Trace <- ["^2099-01-01", "^\\[error\\] forged", "\e", "f{300}"]],
    ok.
