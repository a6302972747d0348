%% SPDX-License-Identifier: MPL-2.0
%% @doc A raw TCP and HTTP client for suites: it sends exactly the bytes it is told and hides nothing. WebSocket lies on top of
%% it in socks_ws.
%%
%%     C = socks_client:connect(Port),                            % {Address, Port} for another loopback address
%%     {200, Headers, Body} = socks_client:get(C, "/"),
%%     {200, _, <<"ok">>} = socks_client:request(C, "POST", "/x", [{"Content-Type", "text/plain"}], "body"),
%%     ok = socks_client:send(C, "GET / HTTP/1.1\r\n\r\n"),
%%     {400, _, _} = socks_client:response(C),
%%     {error, closed} = socks_client:recv(C),
%%     ok = socks_client:close(C).
%%
%% A connection keeps what was read and not yet asked for in the process dictionary of the reader: one process reads, any
%% process may send. Receives wait 5 s unless told otherwise and then answer `{error, timeout}'.
-module(socks_client).

-export([connect/1, connect/2, close/1, send/2, send_slowly/3, recv/1, recv/2, recv_exactly/2, recv_exactly/3, recv_until/2]).
-export([recv_until/3, recv_all/1, recv_all/2, unread/2, socket/1, reset/1, shutdown/1]).
-export([get/2, get/3, request/5, send_request/5, response/1, response/2, head/1, head/2, chunk/1, chunk/2, header/2]).

-export_type([connection/0, header/0, target/0]).

-type connection() :: {socks_client, gen_tcp | ssl, gen_tcp:socket() | ssl:sslsocket()}.
-type header() :: {binary(), binary()}.                                             % names in lower case, in their order
-type target() :: inet:port_number() | {inet:ip_address() | string(), inet:port_number()} | {tls, target()}.

-define(TIMEOUT, 5_000).

-spec connect(target()) -> connection().
connect(Target) ->
    connect(Target, []).

%% @doc Options are those of gen_tcp or, for `{tls, Target}', of ssl.
-spec connect(target(), [term()]) -> connection().
connect({tls, Target}, Options) ->
    {ok, _} = application:ensure_all_started(ssl),
    {Address, Port} = address(Target),
    {ok, Socket} = ssl:connect(Address, Port, [binary, {active, false}, {packet, raw}, {verify, verify_none} | Options], ?TIMEOUT),
    {?MODULE, ssl, Socket};
connect(Target, Options) ->
    {Address, Port} = address(Target),
    {ok, Socket} = gen_tcp:connect(
        Address, Port, [binary, {active, false}, {packet, raw}, {nodelay, true}, {reuseaddr, true} | Options], ?TIMEOUT
    ),
    {?MODULE, gen_tcp, Socket}.

-spec close(connection()) -> ok.
close(C = {?MODULE, Transport, Socket}) ->
    _ = erase({?MODULE, C}),
    _ = Transport:close(Socket),
    ok.

%% @doc Ends with RST in place of FIN, as a machine does that lost its power and came back.
-spec reset(connection()) -> ok.
reset(C = {?MODULE, gen_tcp, Socket}) ->
    ok = inet:setopts(Socket, [{linger, {true, 0}}]),
    close(C).

%% @doc Half close: no more from us, and we go on reading.
-spec shutdown(connection()) -> ok | {error, term()}.
shutdown({?MODULE, Transport, Socket}) ->
    Transport:shutdown(Socket, write).

-spec socket(connection()) -> gen_tcp:socket() | ssl:sslsocket().
socket({?MODULE, _, Socket}) ->
    Socket.

-spec send(connection(), iodata()) -> ok | {error, term()}.
send({?MODULE, Transport, Socket}, Data) ->
    Transport:send(Socket, Data).

%% @doc Sends Size bytes at a time with a moment between, so that the peer reads them apart.
-spec send_slowly(connection(), iodata(), pos_integer()) -> ok | {error, term()}.
send_slowly(C, Data, Size) ->
    case iolist_to_binary(Data) of
        <<Piece:Size/binary, Rest/binary>> when Rest =/= <<>> ->
            case send(C, Piece) of
                ok ->
                    timer:sleep(2),
                    send_slowly(C, Rest, Size);
                Error ->
                    Error
            end;
        Last ->
            send(C, Last)
    end.

%% @doc Whatever is there, at least one byte.
-spec recv(connection()) -> {ok, binary()} | {error, closed | timeout | term()}.
recv(C) ->
    recv(C, ?TIMEOUT).

-spec recv(connection(), timeout()) -> {ok, binary()} | {error, closed | timeout | term()}.
recv(C = {?MODULE, Transport, Socket}, Timeout) ->
    case erase({?MODULE, C}) of
        undefined -> Transport:recv(Socket, 0, Timeout);
        Bytes -> {ok, Bytes}
    end.

%% @doc Puts bytes back: the next receive sees them first.
-spec unread(connection(), binary()) -> ok.
unread(_, <<>>) ->
    ok;
unread(C, Bytes) ->
    Later = case erase({?MODULE, C}) of undefined -> <<>>; B -> B end,
    _ = put({?MODULE, C}, <<Bytes/binary, Later/binary>>),
    ok.

-spec recv_exactly(connection(), non_neg_integer()) -> {ok, binary()} | {error, term()}.
recv_exactly(C, Size) ->
    recv_exactly(C, Size, ?TIMEOUT).

-spec recv_exactly(connection(), non_neg_integer(), timeout()) -> {ok, binary()} | {error, term()}.
recv_exactly(C, Size, Timeout) ->
    exactly(C, Size, Timeout, 0, []).

exactly(C, Size, _, Have, Pieces) when Have >= Size ->
    <<Wanted:Size/binary, Rest/binary>> = iolist_to_binary(lists:reverse(Pieces)),
    unread(C, Rest),
    {ok, Wanted};
exactly(C, Size, Timeout, Have, Pieces) ->
    case recv(C, Timeout) of
        {ok, More} ->
            exactly(C, Size, Timeout, Have + byte_size(More), [More | Pieces]);
        Error ->
            unread(C, iolist_to_binary(lists:reverse(Pieces))),
            Error
    end.

%% @doc Everything up to and with a delimiter.
-spec recv_until(connection(), binary()) -> {ok, binary()} | {error, term()}.
recv_until(C, Delimiter) ->
    recv_until(C, Delimiter, ?TIMEOUT).

-spec recv_until(connection(), binary(), timeout()) -> {ok, binary()} | {error, term()}.
recv_until(C, Delimiter, Timeout) ->
    until(C, Delimiter, Timeout, <<>>).

until(C, Delimiter, Timeout, Acc) ->
    case binary:match(Acc, Delimiter) of
        {Start, Length} ->
            End = Start + Length,
            <<Wanted:End/binary, Rest/binary>> = Acc,
            unread(C, Rest),
            {ok, Wanted};
        nomatch ->
            case recv(C, Timeout) of
                {ok, More} ->
                    until(C, Delimiter, Timeout, <<Acc/binary, More/binary>>);
                Error ->
                    unread(C, Acc),
                    Error
            end
    end.

%% @doc Everything until the peer closes. A reset ends it too.
-spec recv_all(connection()) -> {ok, binary()} | {error, timeout}.
recv_all(C) ->
    recv_all(C, ?TIMEOUT).

-spec recv_all(connection(), timeout()) -> {ok, binary()} | {error, timeout}.
recv_all(C, Timeout) ->
    all(C, Timeout, []).

all(C, Timeout, Pieces) ->
    case recv(C, Timeout) of
        {ok, More} -> all(C, Timeout, [More | Pieces]);
        {error, timeout} -> {error, timeout};
        {error, _} -> {ok, iolist_to_binary(lists:reverse(Pieces))}
    end.

-spec get(connection(), iodata()) -> {pos_integer(), [header()], binary()} | {error, term()}.
get(C, Target) ->
    get(C, Target, []).

-spec get(connection(), iodata(), [{iodata(), iodata()}]) -> {pos_integer(), [header()], binary()} | {error, term()}.
get(C, Target, Headers) ->
    request(C, "GET", Target, Headers, "").

%% @doc A request on a connection that may carry more of them. Host and Content-Length are added unless given.
-spec request(connection(), iodata(), iodata(), [{iodata(), iodata()}], iodata()) ->
    {pos_integer(), [header()], binary()} | {error, term()}.
request(C, Method, Target, Headers, Body) ->
    case send_request(C, Method, Target, Headers, Body) of
        ok when Method =:= "HEAD" -> head(C);
        ok -> response(C);
        Error -> Error
    end.

-spec send_request(connection(), iodata(), iodata(), [{iodata(), iodata()}], iodata()) -> ok | {error, term()}.
send_request(C, Method, Target, Headers, Body) ->
    Given = [string:lowercase(iolist_to_binary(N)) || {N, _} <- Headers],
    Host = [{"Host", "localhost"} || not lists:member(<<"host">>, Given)],
    Length = [
        {"Content-Length", integer_to_list(iolist_size(Body))}
     || iolist_size(Body) > 0 orelse Method =:= "POST", not lists:member(<<"content-length">>, Given)
    ],
    Lines = [[N, ": ", V, "\r\n"] || {N, V} <- Host ++ Headers ++ Length],
    send(C, [Method, " ", Target, " HTTP/1.1\r\n", Lines, "\r\n", Body]).

-spec response(connection()) -> {pos_integer(), [header()], binary()} | {error, term()}.
response(C) ->
    response(C, ?TIMEOUT).

%% @doc A whole response: with a length, in chunks, or until the peer closes.
-spec response(connection(), timeout()) -> {pos_integer(), [header()], binary()} | {error, term()}.
response(C, Timeout) ->
    case head(C, Timeout) of
        {Status, Headers, <<>>} when Status =:= 101; Status =:= 204; Status =:= 304 -> {Status, Headers, <<>>};
        {Status, Headers, <<>>} -> with_body(Status, Headers, body(C, Headers, Timeout));
        Error -> Error
    end.

with_body(Status, Headers, {ok, Body}) -> {Status, Headers, Body};
with_body(_, _, Error) -> Error.

body(C, Headers, Timeout) ->
    case {header(<<"content-length">>, Headers), header(<<"transfer-encoding">>, Headers)} of
        {Length, undefined} when Length =/= undefined -> recv_exactly(C, binary_to_integer(Length), Timeout);
        {undefined, <<"chunked">>} -> chunks(C, Timeout, []);
        {undefined, undefined} -> recv_all(C, Timeout);
        Ambiguous -> {error, {ambiguous_length, Ambiguous}}
    end.

-spec head(connection()) -> {pos_integer(), [header()], binary()} | {error, term()}.
head(C) ->
    head(C, ?TIMEOUT).

%% @doc Status and headers only (the body here is empty): for upgrades and for answers that never end.
-spec head(connection(), timeout()) -> {pos_integer(), [header()], binary()} | {error, term()}.
head(C, Timeout) ->
    case recv_until(C, <<"\r\n\r\n">>, Timeout) of
        {ok, Head} ->
            [<<"HTTP/1.", _, " ", Code:3/binary, _/binary>> | Lines] = binary:split(Head, <<"\r\n">>, [global, trim_all]),
            {binary_to_integer(Code), [split_header(L) || L <- Lines], <<>>};
        Error ->
            Error
    end.

split_header(Line) ->
    [Name, Value] = binary:split(Line, <<":">>),
    {string:lowercase(Name), string:trim(Value)}.

chunks(C, Timeout, Acc) ->
    case chunk(C, Timeout) of
        {ok, <<>>} -> {ok, iolist_to_binary(lists:reverse(Acc))};
        {ok, Chunk} -> chunks(C, Timeout, [Chunk | Acc]);
        Error -> Error
    end.

%% @doc One chunk of a chunked body; the last one is empty.
-spec chunk(connection()) -> {ok, binary()} | {error, term()}.
chunk(C) ->
    chunk(C, ?TIMEOUT).

-spec chunk(connection(), timeout()) -> {ok, binary()} | {error, term()}.
chunk(C, Timeout) ->
    maybe_chunk(C, recv_until(C, <<"\r\n">>, Timeout), Timeout).

maybe_chunk(C, {ok, Line}, Timeout) ->
    Size = binary_to_integer(string:trim(hd(binary:split(Line, <<";">>))), 16),
    case recv_exactly(C, Size + 2, Timeout) of
        {ok, <<Chunk:Size/binary, "\r\n">>} -> {ok, Chunk};
        {ok, Other} -> {error, {bad_chunk, Other}};
        Error -> Error
    end;
maybe_chunk(_, Error, _) ->
    Error.

%% @doc The first value of a header, by its lower-case name.
-spec header(binary(), [header()]) -> binary() | undefined.
header(Name, Headers) ->
    proplists:get_value(Name, Headers).

address({Address, Port}) -> {Address, Port};
address(Port) -> {{127, 0, 0, 1}, Port}.
