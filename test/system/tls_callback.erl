%% SPDX-License-Identifier: MPL-2.0
%% @doc The callback module of the suites of TLS: it says who the client is by its certificate, echoes everything else, and tells
%% counts the sessions that have ended.
-module(tls_callback).
-behaviour(rabbit_socks_callback).

-export([ended/0]).
-export([subprotocol_name/0, init/3, open/3, handle_frame/2, terminate/1]).

%% @doc How many sessions have been terminated.
-spec ended() -> non_neg_integer().
ended() -> persistent_term:get(?MODULE, 0).

-spec subprotocol_name() -> [].
subprotocol_name() -> [].

-spec init([binary()], map(), []) -> {ok, term()}.
init(_, #{secure := Secure, peer_certificate := Der, peer_certificate_name := Name}, []) ->
    Hash = case Der of
        none -> none;
        _ -> binary:encode_hex(crypto:hash(sha256, Der))
    end,
    {ok, {io_lib:format("~0tp", [{Secure, Hash, Name}])}}.

-spec open(module(), term(), term()) -> {ok, term()}.
open(Writer, Arg, {Who}) -> {ok, {Who, Writer, Arg}}.

-spec handle_frame({utf8 | binary, binary()}, tuple()) -> {ok, tuple()}.
handle_frame({utf8, <<"who">>}, {Who, Writer, Arg} = State) ->
    Writer:send_frame({utf8, iolist_to_binary(Who)}, Arg),
    {ok, State};
handle_frame(Frame, {_, Writer, Arg} = State) ->
    Writer:send_frame(Frame, Arg),
    {ok, State}.

-spec terminate(tuple()) -> ok.
terminate(_) -> persistent_term:put(?MODULE, ended() + 1).
