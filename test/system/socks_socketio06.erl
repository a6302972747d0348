%% SPDX-License-Identifier: MPL-2.0
%% @doc A raw Socket.IO 0.6 client for suites, over each of its transports.
%%
%%     C = socks_socketio06:open(Port, 'xhr-polling', "/socket.io/echo"),
%%     ok = socks_socketio06:send(C, ["hello", "~j~{}"]),           % one request or one WebSocket message
%%     [<<"hello">>, <<"~j~{}">>] = socks_socketio06:recv(C, 2),    % also ~h~ when asked for by heartbeat/1
%%     ok = socks_socketio06:close(C).
%%
%% What comes is read by the process that opened it: heartbeats are answered meanwhile and not shown.
-module(socks_socketio06).

-export([open/3, open/4, sid/1, send/2, post/2, recv/2, payload/1, heartbeat/1, poll/1, close/1]).
-export([encode/1, decode/1]).

-export_type([client/0, transport/0]).

-type transport() :: websocket | 'xhr-polling' | 'jsonp-polling' | 'xhr-multipart' | htmlfile.
-opaque client() :: #{
    transport := transport(), base := iodata(), port := socks_client:target(), sid := binary(),
    down := socks_client:connection() | socks_ws:ws(), up := socks_client:connection() | none
}.

-define(MESSAGES(C), {?MODULE, maps:get(sid, C)}).
-define(TIMEOUT, 30_000).

-spec open(socks_client:target(), transport(), iodata()) -> client().
open(Port, Transport, Base) ->
    open(Port, Transport, Base, #{}).

%% @doc Options: those of socks_ws:open/3, for the transport websocket.
-spec open(socks_client:target(), transport(), iodata(), map()) -> client().
open(Port, websocket, Base, Options) ->
    Ws = socks_ws:open(Port, [Base, "/websocket"], Options),
    {utf8, Payload} = socks_ws:recv(Ws),
    opened(#{transport => websocket, base => Base, port => Port, down => Ws, up => none}, Payload);
open(Port, Transport, Base, _) ->
    Down = socks_client:connect(Port),
    Client = #{transport => Transport, base => Base, port => Port, down => Down, up => socks_client:connect(Port), sid => <<>>},
    ok = socks_client:send_request(Down, "GET", first(Transport, Base), [], ""),
    Payload = case Transport of
        'xhr-multipart' ->
            {200, Headers, _} = socks_client:head(Down),
            <<"multipart/x-mixed-replace;boundary=\"socketio\"">> = socks_client:header(<<"content-type">>, Headers),
            {ok, <<"--socketio\n">>} = socks_client:recv_until(Down, <<"\n">>),
            payload(Client);
        htmlfile ->
            {200, Headers, _} = socks_client:head(Down),
            <<"text/html", _/binary>> = socks_client:header(<<"content-type">>, Headers),
            payload(Client);
        _ ->
            answered(Client)
    end,
    opened(Client, Payload).

opened(Client, Payload) ->
    [Sid | More] = decode(Payload),
    true = byte_size(Sid) > 0,
    Opened = Client#{sid => Sid},
    _ = put(?MESSAGES(Opened), More),
    Opened.

first('jsonp-polling', Base) -> [Base, "/jsonp-polling//1795496176085/0"];
first('xhr-multipart', Base) -> [Base, "/xhr-multipart/"];
first(Transport, Base) -> [Base, $/, atom_to_list(Transport), "//1795496176085"].

-spec sid(client()) -> binary().
sid(#{sid := Sid}) -> Sid.

%% @doc All in one payload.
-spec send(client(), [iodata()]) -> ok.
send(#{transport := websocket, down := Ws}, Messages) ->
    socks_ws:send(Ws, {utf8, encode(Messages)});
send(Client, Messages) ->
    {200, _, <<"ok">>} = post(Client, ["data=", uri_string:quote(encode(Messages))]),
    ok.

%% @doc A body as it is, and the answer.
-spec post(client(), iodata()) -> {pos_integer(), [socks_client:header()], binary()} | {error, term()}.
post(#{transport := Transport, base := Base, sid := Sid, up := Up}, Body) ->
    Last = case Transport of 'jsonp-polling' -> "/1795496176098/0"; _ -> "/send" end,
    socks_client:request(Up, "POST", [Base, $/, atom_to_list(Transport), $/, Sid, Last],
                         [{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}], Body).

%% @doc The next so many messages; polls as often as it has to.
-spec recv(client(), non_neg_integer()) -> [binary()].
recv(Client, Count) ->
    recv(Client, Count, get(?MESSAGES(Client))).

recv(Client, Count, Messages) when length(Messages) >= Count ->
    {Wanted, More} = lists:split(Count, Messages),
    _ = put(?MESSAGES(Client), More),
    Wanted;
recv(Client, Count, Messages) ->
    New = lists:filter(fun(Message) -> is_message(Client, Message) end, decode(payload(Client))),
    recv(Client, Count, Messages ++ New).

is_message(Client, <<"~h~", _/binary>> = Heartbeat) -> ok = send(Client, [Heartbeat]), false;
is_message(_, _) -> true.

%% @doc Waits for a heartbeat and leaves the answer to the caller. Nothing else may come before.
-spec heartbeat(client()) -> binary().
heartbeat(Client) ->
    [<<"~h~", _/binary>> = Heartbeat] = decode(payload(Client)),
    Heartbeat.

%% @doc The next payload, which may be empty.
-spec payload(client()) -> binary().
payload(#{transport := websocket, down := Ws}) ->
    {utf8, Payload} = socks_ws:recv(Ws, ?TIMEOUT),
    Payload;
payload(#{transport := 'xhr-multipart', down := Down}) ->
    {ok, <<"Content-Type: text/plain\n\n", Part/binary>>} = socks_client:recv_until(Down, <<"\n--socketio\n">>, ?TIMEOUT),
    binary:part(Part, 0, byte_size(Part) - byte_size(<<"\n--socketio\n">>));
payload(#{transport := htmlfile, down := Down} = Client) ->
    {ok, Chunk} = socks_client:chunk(Down, ?TIMEOUT),
    case string:split(Chunk, "<script>parent.s._(") of
        [_, Rest] ->
            [Literal, <<>>] = string:split(Rest, ", document);</script>"),
            string_literal(Literal);
        [Padding] ->
            <<"<html><body>", _/binary>> = Padding,
            payload(Client)
    end;
payload(Client) ->
    ok = poll(Client),
    answered(Client).

%% @doc Asks without waiting for the answer.
-spec poll(client()) -> ok.
poll(#{transport := Transport, base := Base, sid := Sid, down := Down}) ->
    Last = case Transport of 'jsonp-polling' -> "/1795496176124/0"; 'xhr-polling' -> "/1795496176124" end,
    socks_client:send_request(Down, "GET", [Base, $/, atom_to_list(Transport), $/, Sid, Last], [], "").

answered(#{transport := 'xhr-polling', down := Down}) ->
    {200, _, Payload} = socks_client:response(Down, ?TIMEOUT),
    Payload;
answered(#{transport := 'jsonp-polling', down := Down}) ->
    {200, Headers, <<"io.JSONP[0]._(", Rest/binary>>} = socks_client:response(Down, ?TIMEOUT),
    <<"text/javascript; charset=UTF-8">> = socks_client:header(<<"content-type">>, Headers),
    [Literal, <<>>] = string:split(Rest, ");", trailing),
    string_literal(Literal).

%% @doc Without a word: that transport has none.
-spec close(client()) -> ok.
close(#{down := Down, up := Up} = Client) ->
    _ = erase(?MESSAGES(Client)),
    case Up of
        none -> socks_ws:close(Down);
        _ -> ok = socks_client:close(Up), socks_client:close(Down)
    end.

%% @doc Frames with their length in UTF-16 units.
-spec encode([iodata()]) -> binary().
encode(Messages) ->
    iolist_to_binary([["~m~", integer_to_list(units(iolist_to_binary(M))), "~m~", M] || M <- Messages]).

units(Text) ->
    byte_size(unicode:characters_to_binary(Text, utf8, utf16)) div 2.

-spec decode(binary()) -> [binary()].
decode(<<>>) ->
    [];
decode(<<"~m~", Rest/binary>>) ->
    [Units, More] = string:split(Rest, "~m~"),
    {Text, Left} = take(binary_to_integer(Units), More, 0),
    [Text | decode(Left)].

take(0, Data, Size) ->
    <<Text:Size/binary, Rest/binary>> = Data,
    {Text, Rest};
take(Units, Data, Size) ->
    <<_:Size/binary, Character/utf8, _/binary>> = Data,
    Taken = case Character > 16#FFFF of true -> 2; false -> 1 end,
    take(Units - Taken, Data, Size + byte_size(<<Character/utf8>>)).

string_literal(<<$", Rest/binary>>) ->
    Size = byte_size(Rest) - 1,
    <<Inside:Size/binary, $">> = Rest,
    %% What ends a line or a script is escaped.
    nomatch = binary:match(Inside, [<<"</">>, <<16#2028/utf8>>, <<16#2029/utf8>>, <<"\n">>]),
    unescaped(Inside, <<>>).

unescaped(<<"\\u", High:4/binary, "\\u", Low:4/binary, Rest/binary>>, Acc) when High >= <<"D800">>, High < <<"DC00">> ->
    Character = 16#10000 + ((binary_to_integer(High, 16) - 16#D800) bsl 10) + binary_to_integer(Low, 16) - 16#DC00,
    unescaped(Rest, <<Acc/binary, Character/utf8>>);
unescaped(<<"\\u", Hex:4/binary, Rest/binary>>, Acc) -> unescaped(Rest, <<Acc/binary, (binary_to_integer(Hex, 16))/utf8>>);
unescaped(<<"\\", C, Rest/binary>>, Acc) -> unescaped(Rest, <<Acc/binary, (plain(C))>>);
unescaped(<<C, Rest/binary>>, Acc) -> unescaped(Rest, <<Acc/binary, C>>);
unescaped(<<>>, Acc) -> Acc.

plain($n) -> $\n;
plain($r) -> $\r;
plain($t) -> $\t;
plain($b) -> $\b;
plain($f) -> $\f;
plain(C) -> C.
