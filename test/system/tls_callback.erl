%% SPDX-License-Identifier: MPL-2.0
%% @doc The callback module of the suites of TLS: it says who the client is by its certificate, echoes everything else, and tells
%% a process of the end of its sessions if the listener's options name one.
-module(tls_callback).
-behaviour(rabbit_socks_callback).

-export([subprotocol_name/0, init/3, open/3, handle_frame/2, terminate/1]).

-spec subprotocol_name() -> [].
subprotocol_name() -> [].

-spec init([binary()], map(), pid() | []) -> {ok, term()}.
init(_, #{secure := Secure, peer_certificate := Der, peer_certificate_name := Name}, Watcher) ->
    Hash = case Der of
        none -> none;
        _ -> binary:encode_hex(crypto:hash(sha256, Der))
    end,
    {ok, {Watcher, io_lib:format("~0tp", [{Secure, Hash, Name}])}}.

-spec open(module(), term(), term()) -> {ok, term()}.
open(Writer, Arg, {Watcher, Who}) -> {ok, {Watcher, Who, Writer, Arg}}.

-spec handle_frame({utf8 | binary, binary()}, tuple()) -> {ok, tuple()}.
handle_frame({utf8, <<"who">>}, {_, Who, Writer, Arg} = State) ->
    Writer:send_frame({utf8, iolist_to_binary(Who)}, Arg),
    {ok, State};
handle_frame(Frame, {_, _, Writer, Arg} = State) ->
    Writer:send_frame(Frame, Arg),
    {ok, State}.

-spec terminate(tuple()) -> ok.
terminate({Watcher, _, _, _}) when is_pid(Watcher) ->
    _ = Watcher ! {tls_callback, ended},
    ok;
terminate(_) ->
    ok.
