%% SPDX-License-Identifier: MPL-2.0
%% @doc One session: runs a callback module for one client. What the client sends comes as messages straight from the
%% edge's packets; what the module writes goes straight to the port.
%%
%% A batch of messages is handled as one step: the module's messages, and the credit given back, leave when the batch is
%% done. A crash of the module ends this session only, with close code 1011 and one line in the log. The edge's death ends
%% it through the supervisor.
-module(rabbit_socks_session).
-behaviour(gen_server).

-include_lib("kernel/include/logger.hrl").

-export([start_link/2]).
-export([init/1, handle_continue/2, handle_call/3, handle_cast/2, handle_info/2, terminate/2, format_status/2]).

-define(DOMAIN, #{domain => [rabbitmq, socks]}).
%% Half of the window of docs/PORT_PROTOCOL.md, "Credit": the least that is given back at once.
-define(LUMP_MESSAGES, 32).
-define(LUMP_BYTES, 131072).
%% Silence after which the process gives its memory back (ms).
-define(HIBERNATE_AFTER, 1000).

-record(session, {
    id :: non_neg_integer(),
    module :: module(),
    state :: term(),
    writer :: rabbit_socks_writer:arg(),
    messages = 0 :: non_neg_integer(), % handled and not yet given back
    bytes = 0 :: non_neg_integer(),
    holding = false :: boolean()
}).

%% @doc Args = {Session id, Module, Options, Info}, as the edge's open event and the listener's route have them.
-spec start_link(port(), {non_neg_integer(), module(), term(), rabbit_socks_callback:info()}) -> {ok, pid()}.
start_link(Port, Args) ->
    gen_server:start_link(?MODULE, {Port, Args}, [{hibernate_after, ?HIBERNATE_AFTER}]).

%% The one who starts us is the reader of the link: the module runs after it has gone on.
-spec init({port(), term()}) -> {ok, undefined, {continue, term()}}.
init(Args) ->
    process_flag(trap_exit, true),
    {ok, undefined, {continue, Args}}.

-spec handle_continue(term(), undefined) -> {noreply, #session{}} | {stop, term(), #session{} | undefined}.
handle_continue({Port, {Id, Module, Options, #{path := Path} = Info}}, undefined) ->
    case begin_session(Module, Path, Info, Options) of
        {ok, State} ->
            opened(#session{id = Id, module = Module, state = State, writer = rabbit_socks_writer:new({Id, Port})}, Port);
        {error, Reason} ->
            ?LOG_INFO("rabbit_socks: ~ts refused a client: ~0tP", [Module, Reason, 20], ?DOMAIN),
            refuse(Port, Id, 403, <<"refused">>);
        crashed ->
            refuse(Port, Id, 500, <<"internal error">>)
    end.

begin_session(Module, Path, Info, Options) ->
    {Arguments, Arity} = case erlang:function_exported(Module, init, 3) of
        true -> {[Path, Info, Options], 3};
        false -> {[[unicode:characters_to_list(Part) || Part <- Path], []], 2}
    end,
    case call(Module, init, Arguments) of
        {ok, State} -> {ok, State};
        {error, Reason} -> {error, Reason};
        crashed -> crashed;
        Other -> bad_return(Module, init, Arity, Other)
    end.

refuse(Port, Id, Status, Text) ->
    _ = catch port_command(Port, rabbit_socks_proto:encode({refuse, Id, Status, Text})),
    {stop, normal, undefined}.

opened(#session{id = Id, module = Module, writer = Writer, state = State0} = Session, Port) ->
    _ = catch port_command(Port, rabbit_socks_proto:encode({accept, Id, self(), []})),
    step(Session, fun() ->
        case call(Module, open, [rabbit_socks_writer, Writer, State0]) of
            {ok, State} -> {ok, State};
            Other -> Other
        end
    end, open, 3).

-spec handle_call(term(), gen_server:from(), #session{}) -> {noreply, #session{}} | {stop, term(), #session{}}.
handle_call(Request, From, Session) ->
    other({'$gen_call', From, Request}, Session).

-spec handle_cast(term(), #session{}) -> {noreply, #session{}} | {stop, term(), #session{}}.
handle_cast(Request, Session) ->
    other({'$gen_cast', Request}, Session).

-spec handle_info(term(), #session{}) -> {noreply, #session{}} | {stop, term(), #session{}}.
handle_info({'$socks', messages, Messages}, #session{module = Module, state = State0} = Session) ->
    step(count(Messages, Session), fun() -> frames(Messages, Module, ok, State0) end, handle_frame, 2);
handle_info({'$socks', closed, _Code, _Reason}, Session) ->
    {stop, normal, Session};
handle_info({'$socks', Event}, Session) ->
    other(Event, Session);
handle_info(Message, Session) ->
    other(Message, Session).

%% A message handled: a crash or an error leaves the rest of the batch alone.
frames([], _Module, Verdict, State) ->
    {Verdict, State};
frames([Frame | Frames], Module, _, State0) ->
    case call(Module, handle_frame, [Frame, State0]) of
        {ok, State} -> frames(Frames, Module, ok, State);
        {hold, State} -> frames(Frames, Module, hold, State);
        Other -> {failed, Other, State0}
    end.

other(Message, #session{module = Module, state = State} = Session) ->
    case erlang:function_exported(Module, handle_info, 2) of
        true -> step(Session, fun() -> call(Module, handle_info, [Message, State]) end, handle_info, 2);
        false -> {noreply, Session}
    end.

count(Messages, #session{messages = Count, bytes = Bytes} = Session) ->
    Session#session{messages = Count + length(Messages), bytes = lists:foldl(fun({_, Data}, Sum) -> Sum + byte_size(Data) end, Bytes, Messages)}.

%% Runs callbacks with the writer gathering, then sends everything that came of it.
step(#session{writer = Writer} = Session0, Run, Function, Arity) ->
    ok = rabbit_socks_writer:gather(),
    case Run() of
        {Verdict, State} when Verdict =:= ok; Verdict =:= hold ->
            {Credit, Session} = credit(Session0#session{state = State, holding = Verdict =:= hold}),
            finish(rabbit_socks_writer:flush(Writer, Credit), Session);
        {failed, Failure, State} ->
            failed(Failure, Function, Arity, Session0#session{state = State});
        Failure ->
            failed(Failure, Function, Arity, Session0)
    end.

finish(ok, Session) -> {noreply, Session};
finish({closing, _}, Session) -> {stop, normal, Session}.

failed({error, Reason}, _, _, #session{module = Module, writer = Writer} = Session) ->
    ?LOG_INFO("rabbit_socks: ~ts ended a session: ~0tP", [Module, Reason, 20], ?DOMAIN),
    _ = rabbit_socks_writer:close(1008, <<>>, Writer),
    finish(rabbit_socks_writer:flush(Writer, none), Session);
failed(crashed, _, _, Session) ->
    broken(Session);
failed(Other, Function, Arity, #session{module = Module} = Session) ->
    crashed = bad_return(Module, Function, Arity, Other),
    broken(Session).

broken(#session{writer = Writer} = Session) ->
    %% What a callback wrote before it crashed is part of nothing: it is not sent.
    ok = rabbit_socks_writer:discard(),
    ok = rabbit_socks_writer:gather(),
    ok = rabbit_socks_writer:close(1011, <<"internal error">>, Writer),
    finish(rabbit_socks_writer:flush(Writer, none), Session).

credit(#session{holding = true} = Session) ->
    {none, Session};
credit(#session{id = Id, messages = Messages, bytes = Bytes} = Session) when Messages >= ?LUMP_MESSAGES; Bytes >= ?LUMP_BYTES ->
    {{credit, Id, Messages, Bytes}, Session#session{messages = 0, bytes = 0}};
credit(Session) ->
    {none, Session}.

%% `crashed' after a line in the log, which never shows what a client sent: the stack without its arguments.
call(Module, Function, Arguments) ->
    try
        apply(Module, Function, Arguments)
    catch
        Class:Reason:Stack ->
            ?LOG_ERROR("rabbit_socks: ~ts:~ts/~b crashed: ~ts ~ts at ~ts",
                       [Module, Function, length(Arguments), Class, rabbit_socks_blame:reason(Reason), rabbit_socks_blame:stack(Stack)], ?DOMAIN),
            crashed
    end.

bad_return(Module, Function, Arity, Other) ->
    ?LOG_ERROR("rabbit_socks: ~ts:~ts/~b returned what it must not: ~ts", [Module, Function, Arity, rabbit_socks_blame:reason(Other)], ?DOMAIN),
    crashed.

-spec terminate(term(), #session{} | undefined) -> ok.
terminate(_, undefined) ->
    ok;
terminate(_, #session{module = Module, state = State}) ->
    _ = call(Module, terminate, [State]),
    ok.

%% The state is the module's and may hold secrets.
-spec format_status(normal | terminate, [term()]) -> term().
format_status(_, [_, #session{module = Module, id = Id}]) -> [{data, [{"Session", {Module, Id}}]}];
format_status(_, _) -> [].
