%% SPDX-License-Identifier: MPL-2.0
%% @doc What a client may make of its process before it is logged in: so many bytes, so much memory, and so much time.
-module(rabbit_socks_stomp_login).

-export([begun/2, received/2, done/1]).
-export_type([login/0]).

%% All that it may send: a frame and its head.
-define(MAX_BYTES, 65_536 + 4_096).
%% In words.
-define(MAX_HEAP, 2_097_152).

-record(login, {timer :: reference(), bytes = 0 :: non_neg_integer()}).

-opaque login() :: #login{} | done.

%% @doc The calling process gets the message when the time (ms) is over.
-spec begun(pos_integer(), Message :: term()) -> login().
begun(Timeout, Message) ->
    _ = process_flag(max_heap_size, #{size => ?MAX_HEAP, kill => true, error_logger => true}),
    #login{timer = erlang:send_after(Timeout, self(), Message)}.

%% @doc Nothing that the client sends moves the end of its time, and all of it counts, heart-beats too.
-spec received(non_neg_integer(), login()) -> {ok, login()} | {error, rabbit_socks_stomp_parser:reason()}.
received(_, done) ->
    {ok, done};
received(Size, #login{bytes = Bytes}) when Bytes + Size > ?MAX_BYTES ->
    {error, {too_long, login, ?MAX_BYTES}};
received(Size, #login{bytes = Bytes} = Login) ->
    {ok, Login#login{bytes = Bytes + Size}}.

%% @doc It is logged in.
-spec done(login()) -> login().
done(#login{timer = Timer}) ->
    _ = erlang:cancel_timer(Timer),
    _ = process_flag(max_heap_size, 0),
    done.
