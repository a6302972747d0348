%% SPDX-License-Identifier: MPL-2.0
%% @doc WebSocket upgrades below the web context. The edge is asked with the head of the request; when it says so the
%% broker's web server writes the 101 and lets go of the connection. Over plain TCP the connection itself is passed to
%% the edge; over TLS, which is ended here, its bytes are relayed (`rabbit_socks_relay').
%%
%% It is a stream handler, first in the listener's chain, and not an ordinary handler, because of hixie-76: eight bytes
%% of its handshake follow the head, and by the time an ordinary handler runs the web server has begun to read them as
%% the next request. A command that a stream handler returns from init/3 is carried out before that, with those bytes
%% in its buffer.
-module(rabbit_socks_dispatch_upgrade).
-behaviour(cowboy_stream).

-export([init/3, data/4, info/3, terminate/3, early_error/5]).
-export([takeover/7]).

-import(rabbit_socks_dispatch_request, [limit/2]).

%% `none': the stream is answered or handed over, nobody is behind us.
-type state() :: none | {next, term()}.

-define(GRACE, 1000).

-spec init(cowboy_stream:streamid(), cowboy_req:req(), cowboy:opts()) -> {cowboy_stream:commands(), state()}.
init(StreamId, Req, Options) ->
    case {upgrades(Req), rabbit_socks_dispatch_request:find(Req)} of
        {true, {ok, Row, Rest}} -> {upgrade(Row, Rest, Req), none};
        _ -> next(cowboy_stream:init(StreamId, Req, Options))
    end.

-spec data(cowboy_stream:streamid(), cowboy_stream:fin(), cowboy_req:resp_body(), state()) ->
    {cowboy_stream:commands(), state()}.
data(_, _, _, none) -> {[], none};
data(StreamId, IsFin, Data, {next, Next}) -> next(cowboy_stream:data(StreamId, IsFin, Data, Next)).

-spec info(cowboy_stream:streamid(), term(), state()) -> {cowboy_stream:commands(), state()}.
info(_, {inform, _, _} = Inform, none) -> {[Inform], none};
info(_, {response, _, _, _} = Response, none) -> {[Response], none};
info(_, _, none) -> {[], none};
info(StreamId, Info, {next, Next}) -> next(cowboy_stream:info(StreamId, Info, Next)).

-spec terminate(cowboy_stream:streamid(), cowboy_stream:reason(), state()) -> term().
terminate(_, _, none) -> ok;
terminate(StreamId, Reason, {next, Next}) -> cowboy_stream:terminate(StreamId, Reason, Next).

-spec early_error(cowboy_stream:streamid(), cowboy_stream:reason(), cowboy_stream:partial_req(), Resp, cowboy:opts()) ->
    Resp when Resp :: cowboy_stream:resp_command().
early_error(StreamId, Reason, PartialReq, Response, Options) ->
    cowboy_stream:early_error(StreamId, Reason, PartialReq, Response, Options).

next({Commands, Next}) -> {Commands, {next, Next}}.

%% A request with a body, or without "Connection: Upgrade", is an ordinary one: the edge judges it as such.
upgrades(#{method := <<"GET">>, headers := #{<<"upgrade">> := Upgrade, <<"connection">> := Connection}} = Req) ->
    no_body(Req) andalso token(<<"websocket">>, Upgrade) andalso token(<<"upgrade">>, Connection);
upgrades(_) ->
    false.

%% There are clients of hixie-76 that say how long the rest of their handshake is.
no_body(#{has_body := false}) -> true;
no_body(#{body_length := 8, headers := #{<<"sec-websocket-key1">> := _}}) -> true;
no_body(_) -> false.

token(Token, Value) ->
    lists:member(Token, [string:trim(Part) || Part <- binary:split(string:lowercase(Value), <<",">>, [global])]).

upgrade(_, _, #{version := Version}) when Version =/= 'HTTP/1.1' ->
    refuse(400, #{}, <<"A WebSocket needs HTTP/1.1">>);
upgrade(#{id := Id} = Row, Rest, #{headers := Headers} = Req) ->
    case maps:with([<<"sec-websocket-key">>, <<"sec-websocket-key1">>, <<"sec-websocket-version">>], Headers) of
        Known when map_size(Known) =:= 0 ->
            refuse(400, #{}, <<"No Sec-WebSocket-Key: hixie-75 is served on ports of rabbit_socks only">>);
        _ ->
            case rabbit_socks_edge:open_ref() of
                {ok, Ref} ->
                    Request = rabbit_socks_dispatch_request:term(Req, Rest, <<>>),
                    await(rabbit_socks_edge:command({request, Ref, Id, Request}), Ref, Row, Req);
                {error, not_running} ->
                    unavailable()
            end
    end.

%% Nothing else happens on this connection meanwhile: whoever wants a WebSocket waits for the answer.
await(ok, Ref, Row, Req) ->
    receive
        {rabbit_socks_edge, Ref, {switch, Headers}} ->
            %% Upgrade and Connection are among them.
            Switch = maps:from_list([{string:lowercase(Name), Value} || {Name, Value} <- Headers]),
            [{switch_protocol, cowboy_req:response_headers(Switch, Req), ?MODULE, {Ref, Row}}];
        {rabbit_socks_edge, Ref, {response, Status, Headers, Body}} ->
            refuse(Status, rabbit_socks_dispatch_request:headers(Headers), Body);
        {rabbit_socks_edge, Ref, {response_start, _, _}} ->
            gone(Ref),
            refuse(400, #{}, <<"Not a WebSocket">>);
        {rabbit_socks_edge, Ref, finish} ->
            unavailable()
    after limit(open_timeout, Row) + ?GRACE ->
        gone(Ref),
        unavailable()
    end;
await({error, not_running}, _, _, _) ->
    unavailable().

unavailable() ->
    refuse(503, #{<<"retry-after">> => <<"1">>}, <<"Service Unavailable">>).

%% The connection ends: bytes of a handshake may follow the head, which must not be read as a request.
refuse(Status, Headers, Body) ->
    Length = integer_to_binary(iolist_size(Body)),
    Default = #{<<"content-type">> => <<"text/plain">>},
    [{response, Status, (maps:merge(Default, Headers))#{<<"connection">> => <<"close">>, <<"content-length">> => Length}, Body},
     stop].

gone(Ref) ->
    _ = rabbit_socks_edge:command({gone, Ref}),
    ok.

%% @doc The 101 is written; Buffer is what was read beyond the head.
-spec takeover(pid(), ranch:ref(), inet:socket() | term(), module(), term(), binary(), {term(), rabbit_socks_listeners:row()}) ->
    no_return().
takeover(Parent, RanchRef, Socket, Transport, _, Buffer0, {Ref, Row}) ->
    %% The web server's own limit of connections is for requests.
    ok = ranch:remove_connection(RanchRef),
    Buffer = unread(Socket, Transport, Buffer0),
    case Transport:name() of
        tcp -> adopt(Parent, Ref, Socket, Transport, Buffer, Row);
        _ -> rabbit_socks_relay:run(Parent, Ref, Socket, Transport, Buffer, Row)
    end.

%% The socket is passive, but packets that came before it was are messages still.
unread(Socket, Transport, Buffer) ->
    Ok = element(1, Transport:messages()),
    receive
        {Ok, Socket, Data} -> unread(Socket, Transport, <<Buffer/binary, Data/binary>>)
    after 0 ->
        Buffer
    end.

%% The edge must not write before the 101 has left: where the kernel has not taken it yet, the bytes are relayed instead.
adopt(Parent, Ref, Socket, Transport, Buffer, Row) ->
    case {inet:getstat(Socket, [send_pend]), inet:getfd(Socket)} of
        {{ok, [{send_pend, 0}]}, {ok, Fd}} ->
            _ = rabbit_socks_edge:adopt(Ref, Buffer, Fd),
            %% No shutdown: the edge's copy goes on.
            ok = Transport:close(Socket),
            exit(normal);
        {{ok, _}, {ok, _}} ->
            rabbit_socks_relay:run(Parent, Ref, Socket, Transport, Buffer, Row);
        _ ->
            gone(Ref),
            exit(normal)
    end.
