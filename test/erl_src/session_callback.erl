%% SPDX-License-Identifier: MPL-2.0
%% @doc A callback module that does what the test says: its options are a fun of the callback's name and arguments. Each call is
%% told to the test, `{called, Name, Arguments}' without the state.
-module(session_callback).
-behaviour(rabbit_socks_callback).

-export([subprotocol_name/0, init/3, open/3, handle_frame/2, handle_info/2, terminate/1]).

-spec subprotocol_name() -> string().
subprotocol_name() -> "test".

-spec init([binary()], rabbit_socks_callback:info(), {pid(), fun()}) -> {ok, term()} | {error, term()}.
init(Path, Info, {Test, Does}) -> tell(init, [Path, Info], {Test, Does, none}).

-spec open(module(), term(), term()) -> {ok, term()} | {error, term()}.
open(Writer, Arg, {Test, Does, none}) -> tell(open, [Writer, Arg], {Test, Does, {Writer, Arg}}).

-spec handle_frame(rabbit_socks_callback:frame(), term()) -> {ok | hold, term()} | {error, term()}.
handle_frame(Frame, State) -> tell(handle_frame, [Frame], State).

-spec handle_info(term(), term()) -> {ok | hold, term()} | {error, term()}.
handle_info(Message, State) -> tell(handle_info, [Message], State).

-spec terminate(term()) -> ok.
terminate(State) -> tell(terminate, [], State).

tell(Name, Arguments, {Test, Does, Writer} = State) ->
    Test ! {called, Name, Arguments},
    Send = fun(Frame) -> {Module, Arg} = Writer, ok = Module:send_frame(Frame, Arg) end,
    case Does(Name, Arguments, Send) of
        ok -> {ok, State};
        hold -> {hold, State};
        Other -> Other
    end.
