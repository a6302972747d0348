%% SPDX-License-Identifier: MPL-2.0
%% @doc As session_callback, for events: a callback module that takes no frames. What it does is a fun of the callback's name,
%% its arguments, the writer module and its argument.
-module(event_callback).
-behaviour(rabbit_socks_callback).

-export([subprotocol_name/0, init/3, resume/2, open/3, handle_event/4, handle_ack/3, handle_info/2, terminate/1]).

-spec subprotocol_name() -> string().
subprotocol_name() -> "test".

-spec init([binary()], rabbit_socks_callback:info(), {pid(), fun()}) -> {ok, term()} | {error, term()}.
init(Path, Info, {Test, Does}) -> tell(init, [Path, Info], {Test, Does, none, none}).

-spec resume(binary(), term()) -> {ok, term()} | {error, term()}.
resume(Position, State) -> tell(resume, [Position], State).

-spec open(module(), term(), term()) -> {ok, term()} | {error, term()}.
open(Writer, Arg, {Test, Does, none, none}) -> tell(open, [Writer, Arg], {Test, Does, Writer, Arg}).

-spec handle_event(binary(), list(), none | rabbit_socks_callback:ack(), term()) -> rabbit_socks_callback:result(term()).
handle_event(Name, Args, Ack, State) -> tell(handle_event, [Name, Args, Ack], State).

-spec handle_ack(term(), {ok, list()} | {error, atom()}, term()) -> rabbit_socks_callback:result(term()).
handle_ack(Tag, Result, State) -> tell(handle_ack, [Tag, Result], State).

-spec handle_info(term(), term()) -> rabbit_socks_callback:result(term()).
handle_info(Message, State) -> tell(handle_info, [Message], State).

-spec terminate(term()) -> ok.
terminate(State) -> tell(terminate, [], State).

tell(Name, Arguments, {Test, Does, Writer, Arg} = State) ->
    Test ! {called, Name, Arguments},
    case Does(Name, Arguments, {Writer, Arg}) of
        ok -> {ok, State};
        hold -> {hold, State};
        Other -> Other
    end.
