%% SPDX-License-Identifier: MPL-2.0
%% @doc A STOMP client for suites that sends what it is told, byte by byte if need be, on socks_ws. The same calls speak to
%% rabbit_socks_stomp and to the broker's Web STOMP: a target is a port and a path.
-module(socks_stomp).

-export([start/1, log/1, ours/1, ours/2, stock/1, queue/2, f/2, f/3, gone/0]).
-export([open/1, open/2, login/1, login/2, send/2, send/3, recv/1, recv/2, call/2, close/1]).
-export([frame/2, frame/3, exchange/2]).
-export_type([target/0, event/0]).

-type target() :: {inet:port_number(), Path :: string()}.
-type event() :: {Command :: binary(), #{binary() => binary()}, Body :: binary(), utf8 | binary}
               | heartbeat | {close, pos_integer(), binary()} | closed | {error, term()}.

-include_lib("common_test/include/ct.hrl").

%% @doc A broker with both, for init_per_suite.
-spec start([term()]) -> [term()].
start(Config) ->
    Broker = socks_broker:start(#{
        ports => [socks, web, stomp],
        plugins => [rabbit_socks, rabbitmq_stomp, rabbitmq_web_stomp],
        config => fun(#{socks := Socks, web := Web, stomp := Stomp}) ->
            [{rabbit, [{loopback_users, [<<"guest">>]}]},
             {rabbitmq_stomp, [{tcp_listeners, [{"127.0.0.1", Stomp}]}]},
             {rabbitmq_web_stomp, [{tcp_config, [{port, Web}, {ip, "127.0.0.1"}]}]},
             {rabbit_socks, [{listeners, [{{"127.0.0.1", Socks}, [
                 {"", rabbit_socks_stomp, []},
                 {"/quick", rabbit_socks_stomp, [{options, [{login_timeout, 1_500}]}]},
                 {"/small", rabbit_socks_stomp, [{options, [{max_headers, 5}, {max_subscriptions, 2}]}]},
                 {"/binary", rabbit_socks_stomp, [{options, [{ws_frame, binary}]}]},
                 {"/wrong", rabbit_socks_stomp, [{options, [{no_such, option}]}]}
             ], []}]}]}]
        end
    }),
    [{0, _} = socks_broker:ctl(Broker, Args) || Args <- [
        ["add_user", "reader", "reader"],
        ["set_permissions", "reader", "^$", "^$", ".*"]
    ]],
    [{broker, Broker} | Config].

%% @doc The broker's log with everything in it that has happened so far: it is written by others, and later.
-spec log([term()]) -> binary().
log(Config) ->
    Broker = ?config(broker, Config),
    Mark = "mark " ++ integer_to_list(erlang:unique_integer([positive])),
    ok = socks_broker:rpc(Broker, logger, error, [Mark]),
    ok = socks_os:wait_until(fun() -> string:find(socks_broker:log(Broker), Mark) =/= nomatch end, 10_000),
    socks_broker:log(Broker).

-spec ours([term()]) -> target().
ours(Config) -> ours(Config, "").

-spec ours([term()], string()) -> target().
ours(Config, Path) -> {socks_broker:port(?config(broker, Config), socks), "/websocket" ++ Path}.

-spec stock([term()]) -> target().
stock(Config) -> {socks_broker:port(?config(broker, Config), web), "/ws"}.

%% @doc A destination of the case's own.
-spec queue([term()], string()) -> binary().
queue(Config, Name) -> list_to_binary(["/queue/", atom_to_list(?config(tc, Config)), Name]).

%% @doc Headers for a queue that is gone when its consumer is.
-spec gone() -> [{string(), string()}].
gone() -> [{"auto-delete", "true"}].

-spec f(iodata(), [{iodata(), iodata()}]) -> iodata().
f(Command, Headers) -> frame(Command, Headers).

-spec f(iodata(), [{iodata(), iodata()}], iodata()) -> iodata().
f(Command, Headers, Body) -> frame(Command, Headers, Body).

-spec open(target()) -> socks_ws:ws().
open(Target) ->
    open(Target, #{protocols => ["v12.stomp"]}).

-spec open(target(), map()) -> socks_ws:ws().
open({Port, Path}, Options) ->
    socks_ws:open(Port, Path, Options).

%% @doc Connects and logs in as guest.
-spec login(target()) -> socks_ws:ws().
login(Target) ->
    login(Target, []).

%% @doc Headers of CONNECT come before those of guest, so that they count.
-spec login(target(), [{iodata(), iodata()}]) -> socks_ws:ws().
login(Target, Headers) ->
    Ws = open(Target),
    ok = send(Ws, frame("CONNECT", Headers ++ [{"accept-version", "1.2"}, {"login", "guest"}, {"passcode", "guest"}, {"host", "/"}])),
    {<<"CONNECTED">>, _, <<>>, utf8} = recv(Ws),
    Ws.

-spec frame(iodata(), [{iodata(), iodata()}]) -> iodata().
frame(Command, Headers) ->
    frame(Command, Headers, "").

%% @doc Nothing is escaped.
-spec frame(iodata(), [{iodata(), iodata()}], iodata()) -> iodata().
frame(Command, Headers, Body) ->
    [Command, $\n, [[Name, $:, Value, $\n] || {Name, Value} <- Headers], $\n, Body, 0].

-spec send(socks_ws:ws(), iodata()) -> ok.
send(Ws, Data) ->
    send(Ws, utf8, Data).

-spec send(socks_ws:ws(), utf8 | binary, iodata()) -> ok.
send(Ws, Kind, Data) ->
    ok = socks_ws:send(Ws, {Kind, iolist_to_binary(Data)}).

%% @doc The next frame, or what else came. Pings of WebSocket are answered and passed over.
-spec recv(socks_ws:ws()) -> event().
recv(Ws) ->
    recv(Ws, 10_000).

-spec recv(socks_ws:ws(), timeout()) -> event().
recv(Ws, Timeout) ->
    case socks_ws:recv(Ws, Timeout) of
        {ping, Data} ->
            _ = socks_ws:send(Ws, {pong, Data}),
            recv(Ws, Timeout);
        {Kind, <<"\n">>} when Kind =:= utf8; Kind =:= binary -> heartbeat;
        {Kind, Data} when Kind =:= utf8; Kind =:= binary -> parse(Kind, Data);
        Other -> Other
    end.

parse(Kind, Data) ->
    [Head, Rest] = binary:split(Data, <<"\n\n">>),
    [Command | Lines] = binary:split(Head, <<"\n">>, [global]),
    Headers = maps:from_list([list_to_tuple(binary:split(Line, <<":">>)) || Line <- Lines]),
    Length = case Headers of
        #{<<"content-length">> := Text} -> binary_to_integer(Text);
        _ -> 0
    end,
    <<Body:Length/binary, 0, End/binary>> = Rest,
    true = End =:= <<"\n">> orelse End =:= <<>>,
    {Command, Headers, Body, Kind}.

%% @doc Sends a frame with a receipt and returns the events up to that, or up to the end. A frame that is answered with ERROR
%% gets no receipt: that is for exchange/2.
-spec call(socks_ws:ws(), {iodata(), [{iodata(), iodata()}]} | {iodata(), [{iodata(), iodata()}], iodata()}) -> [event()].
call(Ws, {Command, Headers}) ->
    call(Ws, {Command, Headers, ""});
call(Ws, {Command, Headers, Body}) ->
    Receipt = integer_to_binary(erlang:unique_integer([positive])),
    ok = send(Ws, frame(Command, [{"receipt", Receipt} | Headers], Body)),
    until(Ws, Receipt).

until(Ws, Receipt) ->
    case recv(Ws) of
        {<<"RECEIPT">>, #{<<"receipt-id">> := Receipt}, _, _} -> [];
        {close, _, _} = Close -> [Close];
        closed -> [closed];
        {error, _} = Error -> [Error];
        Event -> [Event | until(Ws, Receipt)]
    end.

%% @doc What comes of these bytes after a login: the events up to the receipt of a harmless frame that follows them, or up
%% to the end. Without what differs from session to session.
-spec exchange(target(), iodata()) -> [term()].
exchange(Target, Bytes) ->
    Ws = login(Target),
    %% A connection that is closed under way is an outcome.
    _ = socks_ws:send(Ws, {utf8, iolist_to_binary([Bytes, frame("BEGIN", [{"transaction", "probe"}, {"receipt", "probe"}])])}),
    Events = until(Ws, <<"probe">>),
    close(Ws),
    [stable(Event) || Event <- Events].

stable({Command, Headers, Body, _Kind}) ->
    {Command, maps:map(fun(_, Value) -> stable(Value) end, Headers), stable(Body)};
stable(Text) when is_binary(Text) ->
    re:replace(Text, "session-[-_A-Za-z0-9]+", "SESSION", [global, {return, binary}]);
stable(Other) ->
    Other.

-spec close(socks_ws:ws()) -> ok.
close(Ws) ->
    socks_ws:close(Ws).
