%% SPDX-License-Identifier: MPL-2.0
%% @doc Plays one row of attack_cases against a port and insists on its answer. The bytes are written by a process of their own,
%% as an attacker writes: what the server says counts, whether or not it took all of them.
-module(attacks_client).

-include_lib("stdlib/include/assert.hrl").

-export([row/2, refusal/3, hixie_frames/2, frames/2, answer/2, writing/2, written/2, finish/2, ended/1]).

-define(WAIT, 10000).

%% @doc A request, or what looks like one.
-spec row(socks_client:target(), {string(), iodata(), attack_cases:answer()}) -> ok.
row(Target, {Id, Bytes, Expected}) ->
    C = socks_client:connect(Target),
    Writer = writing(C, Bytes),
    try
        ?assertEqual(ok, judge(Expected, C), Id)
    after
        finish(Writer, C)
    end.

judge({Kind, Statuses}, C) ->
    case answer(C, Statuses) of
        {ok, _} when Kind =:= open -> ok;
        {ok, _} -> ended(C);
        Other -> Other
    end;
judge(dropped, C) ->
    case socks_client:recv_all(C, ?WAIT) of
        {ok, _} -> ok;
        Error -> Error
    end.

%% @doc An answer with one of these statuses; the header fields of it.
-spec answer(socks_client:connection(), [100..599]) -> {ok, [socks_client:header()]} | {unexpected, term()}.
answer(C, Statuses) ->
    case socks_client:response(C, ?WAIT) of
        {Status, Headers, _} = Answer ->
            case lists:member(Status, Statuses) of
                true -> {ok, Headers};
                false -> {unexpected, Answer}
            end;
        Other ->
            {unexpected, Other}
    end.

%% @doc The answer to a handshake that is refused: status and header fields.
-spec refusal(inet:port_number(), iodata(), map()) -> {100..599, [socks_client:header()]}.
refusal(Port, Path, Options) ->
    C = socks_client:connect(Port),
    {refused, Status, Headers, _} = socks_ws:handshake(none, Path, Options#{connection => C}),
    ok = socks_client:close(C),
    {Status, Headers}.

%% @doc The server ends the connection and says nothing more.
-spec ended(socks_client:connection()) -> ok | {unexpected, term()}.
ended(C) ->
    case socks_client:recv(C, ?WAIT) of
        {error, Reason} when Reason =/= timeout -> ok;
        Other -> {unexpected, Other}
    end.

%% @doc Frames after a good handshake, which fail the connection: the first thing that comes back, but for `{after_pongs, _}', is
%% a close frame, and then the end.
-spec frames(socks_client:target(), {string(), iodata(), [1000..4999] | {after_pongs, [1000..4999]}}) -> ok.
frames(Target, {Id, Bytes, Expected}) ->
    Ws = socks_ws:open(Target, "/websocket/echo"),
    C = socks_ws:connection(Ws),
    Writer = writing(C, Bytes),
    try
        {Code, Codes} = case Expected of
            {after_pongs, These} -> {closing(Ws, true), These};
            These -> {closing(Ws, false), These}
        end,
        ?assert(lists:member(Code, Codes), {Id, Code}),
        ?assertEqual(ok, ended(C), Id)
    after
        finish(Writer, C)
    end.

closing(Ws, Pongs) ->
    case socks_ws:recv(Ws, ?WAIT) of
        {close, Code, _} -> Code;
        {pong, _} when Pongs -> closing(Ws, Pongs);
        Other -> {unexpected, Other}
    end.

%% @doc The same of hixie-76, which has no codes: `closing' is its close frame and the end, `closed' the end alone, an answer is
%% the bytes that come back.
-spec hixie_frames(socks_client:target(), {string(), iodata(), closing | closed | binary()}) -> ok.
hixie_frames(Target, {Id, Bytes, Expected}) ->
    Ws = socks_ws:open(Target, "/websocket/echo", #{draft => 'hixie-76'}),
    C = socks_ws:connection(Ws),
    Writer = writing(C, Bytes),
    try hixie_answer(Expected, C, Id) after finish(Writer, C) end.

hixie_answer(closing, C, Id) ->
    ?assertEqual({ok, <<255, 0>>}, socks_client:recv_exactly(C, 2, ?WAIT), Id),
    ?assertEqual(ok, ended(C), Id);
hixie_answer(closed, C, Id) ->
    ?assertEqual(ok, ended(C), Id);
hixie_answer(Bytes, C, Id) ->
    ?assertEqual({ok, Bytes}, socks_client:recv_exactly(C, byte_size(Bytes), ?WAIT), Id).

%% @doc Writes from another process: {Pid, Monitor}.
-spec writing(socks_client:connection(), iodata() | fun(() -> term())) -> {pid(), reference()}.
writing(C, Bytes) ->
    spawn_monitor(fun() ->
        case is_function(Bytes) of
            true -> Bytes();
            false -> socks_client:send(C, Bytes)
        end
    end).

%% @doc Waits until all is written, or the server has had enough.
-spec written({pid(), reference()}, socks_client:connection()) -> ok.
written({_, Monitor} = Writer, C) ->
    receive
        {'DOWN', Monitor, process, _, _} -> socks_client:close(C)
    after ?WAIT ->
        finish(Writer, C),
        error(still_taken)
    end.

%% @doc Ends the writer and the connection, with a reset: what was not taken yet is dropped.
-spec finish({pid(), reference()}, socks_client:connection()) -> ok.
finish({Pid, Monitor}, C) ->
    exit(Pid, kill),
    receive {'DOWN', Monitor, process, _, _} -> ok end,
    _ = inet:setopts(socks_client:socket(C), [{linger, {true, 0}}]),
    socks_client:close(C).
