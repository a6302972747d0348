%% SPDX-License-Identifier: MPL-2.0
%% @doc Requests below the web context that upgrade nothing: polls, pages, preflights. Each goes to the edge as a term and
%% its answer comes back as one, whole or as a stream.
%%
%% When the client goes away the web server ends this process, and the edge learns that from the end of it.
-module(rabbit_socks_dispatch_h).
-behaviour(cowboy_handler).

-export([init/2]).

-import(rabbit_socks_dispatch_request, [limit/2]).

%% What the edge needs beyond the time that a poll may stay open.
-define(GRACE, 10000).
%% The web server ends a connection on which nothing happens for 300 seconds.
-define(SILENCE, 120000).
%% The web server may be writing to the client still, for 30 seconds at most.
-define(CUT, 60000).
-define(ENDS, 1000).

-spec init(cowboy_req:req(), none) -> {ok, cowboy_req:req(), none}.
init(Req0, none) ->
    Req = case rabbit_socks_dispatch_request:find(Req0) of
        {ok, Row, <<"/">>} -> root(Row, Req0);
        {ok, Row, Rest} -> serve(Row, Rest, Req0);
        error -> reply(404, <<"Not Found">>, Req0)
    end,
    {ok, Req, none}.

%% "/socks" is not "/socks/": links of a page would lead astray.
root(Row, #{path := Path} = Req) ->
    case binary:last(Path) of
        $/ -> serve(Row, <<"/">>, Req);
        _ -> cowboy_req:reply(301, #{<<"location">> => <<Path/binary, $/>>}, <<>>, Req)
    end.

serve(Row, Rest, Req0) ->
    Limit = limit(max_body, Row),
    case cowboy_req:body_length(Req0) of
        Length when is_integer(Length), Length > Limit ->
            refuse(413, <<"Payload Too Large">>, Req0);
        _ ->
            Deadline = erlang:monotonic_time(millisecond) + limit(body_timeout, Row),
            case body(Req0, Limit, Deadline, <<>>) of
                {ok, Body, Req} -> ask(Row, rabbit_socks_dispatch_request:term(Req, Rest, Body), Req);
                {error, Status, Text} -> refuse(Status, Text, Req0)
            end
    end.

body(Req0, Limit, Deadline, Sofar) ->
    case Deadline - erlang:monotonic_time(millisecond) of
        Left when Left > 0 ->
            Options = #{length => Limit + 1 - byte_size(Sofar), period => Left, timeout => Left + 1000},
            case cowboy_req:read_body(Req0, Options) of
                {_, Data, _} when byte_size(Sofar) + byte_size(Data) > Limit -> {error, 413, <<"Payload Too Large">>};
                {ok, Data, Req} -> {ok, <<Sofar/binary, Data/binary>>, Req};
                {more, Data, Req} -> body(Req, Limit, Deadline, <<Sofar/binary, Data/binary>>)
            end;
        _ ->
            {error, 408, <<"Request Timeout">>}
    end.

ask(#{id := Id} = Row, Request, Req) ->
    ok = unhurried(Req),
    case rabbit_socks_edge:open_ref() of
        {ok, Ref} ->
            case rabbit_socks_edge:command({request, Ref, Id, Request}) of
                ok -> await(Ref, Row, Req);
                {error, not_running} -> unavailable(Req)
            end;
        {error, not_running} ->
            unavailable(Req)
    end.

%% The edge says when a poll has waited long enough. A word to the web server is something that happens.
unhurried(Req) -> cowboy_req:cast({set_options, #{idle_timeout => infinity}}, Req).

await(Ref, Row, Req) ->
    receive
        {rabbit_socks_edge, Ref, {response, Status, Headers, Body}} ->
            cowboy_req:reply(Status, rabbit_socks_dispatch_request:headers(Headers), Body, Req);
        {rabbit_socks_edge, Ref, {response_start, Status, Headers}} ->
            stream(Ref, Row, cowboy_req:stream_reply(Status, rabbit_socks_dispatch_request:headers(Headers), Req));
        {rabbit_socks_edge, Ref, {switch, _}} ->
            gone(Ref),
            refuse(400, <<"No WebSocket upgrade is possible in this way">>, Req);
        {rabbit_socks_edge, Ref, finish} ->
            unavailable(Req)
    after patience(Row, Req) ->
        waited(Ref, Row, Req)
    end.

%% A POST waits for as long as its session takes no more, in an alarm of the broker for instance. Of the edge's end we are told.
patience(_, #{method := <<"POST">>}) -> ?SILENCE;
patience(Row, _) -> limit(poll_timeout, Row) + ?GRACE.

waited(Ref, Row, #{method := <<"POST">>} = Req) ->
    ok = unhurried(Req),
    await(Ref, Row, Req);
waited(Ref, _, Req) ->
    gone(Ref),
    unavailable(Req).

stream(Ref, Row, Req) ->
    Write = fun(Data) -> cowboy_req:stream_body(Data, nofin, Req) end,
    stream_loop(Ref, rabbit_socks_relay_writer:start(Write, limit(send_queue_hard, Row)), Req).

stream_loop(Ref, Writer, Req) ->
    receive
        {rabbit_socks_edge, Ref, {bytes, Data}} ->
            case rabbit_socks_relay_writer:write(Writer, Data) of
                {ok, More} -> stream_loop(Ref, More, Req);
                full ->
                    case ends(Ref) of
                        true ->
                            {ok, All} = rabbit_socks_relay_writer:write(rabbit_socks_relay_writer:unlimited(Writer), Data),
                            stream_loop(Ref, All, Req);
                        false ->
                            cut(Ref, Req)
                    end
            end;
        {rabbit_socks_relay_writer, written, Bytes} ->
            stream_loop(Ref, rabbit_socks_relay_writer:written(Writer, Bytes), Req);
        {rabbit_socks_edge, Ref, finish} ->
            ok = rabbit_socks_relay_writer:finish(Writer),
            ok = cowboy_req:stream_body(<<>>, fin, Req),
            Req
    end.

%% A large answer comes as a stream that is here as a whole: nothing is gained by cutting it.
ends(Ref) ->
    receive
        {rabbit_socks_edge, Ref, finish} = Last ->
            _ = self() ! Last,
            true
    after ?ENDS ->
        false
    end.

%% The client is too slow. If this process ended, the web server would end the answer in order, as if nothing were missing:
%% it is the connection that must end, and this process with it.
-spec cut(term(), cowboy_req:req()) -> no_return().
cut(Ref, Req) ->
    gone(Ref),
    cowboy_req:cast({set_options, #{idle_timeout => 10}}, Req),
    timer:sleep(?CUT),
    exit(shutdown).

gone(Ref) ->
    _ = rabbit_socks_edge:command({gone, Ref}),
    ok.

%% The edge is being restarted.
unavailable(Req) ->
    cowboy_req:reply(503, #{<<"retry-after">> => <<"1">>, <<"content-type">> => <<"text/plain">>},
                     <<"Service Unavailable">>, Req).

%% What is left of the request is not read.
refuse(Status, Text, Req) ->
    reply(Status, Text, cowboy_req:set_resp_header(<<"connection">>, <<"close">>, Req)).

reply(Status, Text, Req) ->
    cowboy_req:reply(Status, #{<<"content-type">> => <<"text/plain">>}, Text, Req).
