%% SPDX-License-Identifier: MPL-2.0
%% @doc One session: runs a callback module for one client. What the client sends comes as messages straight from the
%% edge's packets; what the module writes goes straight to the port.
%%
%% A batch of messages is handled as one step: the module's messages, and the credit given back, leave in one packet when
%% the batch is done. A crash of the module ends this session only, with close code 1011 and one line in the log. The edge's
%% death ends it through the supervisor.
-module(rabbit_socks_session).
-behaviour(gen_server).

-include_lib("kernel/include/logger.hrl").

-export([start_link/2]).
-export([init/1, handle_continue/2, handle_call/3, handle_cast/2, handle_info/2, terminate/2, format_status/1]).
-export_type([args/0]).

-define(DOMAIN, #{domain => [rabbitmq, socks]}).
%% Silence after which the process gives its memory back (ms).
-define(HIBERNATE_AFTER, 1000).

-record(session, {
    id :: non_neg_integer(),
    module :: module(),
    state :: term(),
    writer :: rabbit_socks_writer:arg(),
    lump :: {Messages :: pos_integer(), Bytes :: pos_integer()}, % the least credit that is given back at once
    messages = 0 :: non_neg_integer(), % handled and not yet given back
    bytes = 0 :: non_neg_integer(),
    holding = false :: boolean()
}).

%% As the edge's open event and the listener's route have them.
-type args() :: {Session :: non_neg_integer(), module(), Options :: term(), Info :: map(), rabbit_socks_routes:window()}.

-spec start_link(rabbit_socks_link:link(), args()) -> {ok, pid()}.
start_link(Link, Args) ->
    gen_server:start_link(?MODULE, {Link, Args}, [{hibernate_after, ?HIBERNATE_AFTER}]).

%% The one who starts us is the reader of the link: the module runs after it has gone on.
-spec init({rabbit_socks_link:link(), args()}) -> {ok, undefined, {continue, term()}}.
init(Args) ->
    process_flag(trap_exit, true),
    {ok, undefined, {continue, Args}}.

-spec handle_continue({rabbit_socks_link:link(), args()}, undefined) -> {noreply, #session{}} | {stop, normal, #session{} | undefined}.
handle_continue({Link, {Id, Module, Options, Info, Window}}, undefined) ->
    case begin_session(Module, rabbit_socks_certificate:show(Info), Options) of
        {ok, State} ->
            Writer = rabbit_socks_writer:new(Id, Link),
            ok = rabbit_socks_link:write(Link, {accept, Id, self(), []}),
            opened(#session{id = Id, module = Module, state = State, writer = Writer, lump = lump(Window)});
        {error, Reason} ->
            ?LOG_DEBUG("rabbit_socks: ~ts refused a client: ~ts", [Module, rabbit_socks_blame:reason(Reason)], ?DOMAIN),
            refuse(Link, Id, 403, <<"refused">>);
        crashed ->
            refuse(Link, Id, 500, <<"internal error">>)
    end.

begin_session(Module, #{path := Path} = Info, Options) ->
    %% Nothing is said to be exported by a module that is not loaded.
    _ = code:ensure_loaded(Module),
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

refuse(Link, Id, Status, Text) ->
    ok = rabbit_socks_link:write(Link, {refuse, Id, Status, Text, []}),
    {stop, normal, undefined}.

opened(#session{module = Module, writer = Writer, state = State} = Session) ->
    step(Session, open, 3, fun() -> result(call(Module, open, [rabbit_socks_writer, Writer, State]), State) end).

%% Half of the window: a client with less than that outstanding is read.
lump({Messages, Bytes}) -> {max(1, Messages div 2), max(1, Bytes div 2)}.

-spec handle_call(term(), gen_server:from(), #session{}) -> {noreply, #session{}} | {stop, normal, #session{}}.
handle_call(Request, From, Session) ->
    other({'$gen_call', From, Request}, Session).

-spec handle_cast(term(), #session{}) -> {noreply, #session{}} | {stop, normal, #session{}}.
handle_cast(Request, Session) ->
    other({'$gen_cast', Request}, Session).

-spec handle_info(term(), #session{}) -> {noreply, #session{}} | {stop, normal, #session{}}.
handle_info({'$socks', messages, Messages}, #session{module = Module, state = State} = Session) ->
    step(count(Messages, Session), handle_frame, 2, fun() -> frames(Messages, Module, ok, State) end);
handle_info({'$socks', closed, _Code, _Reason}, #session{writer = Writer} = Session) ->
    %% All that came before has been answered: the edge's close frame may go out.
    ok = rabbit_socks_writer:close_transport(Writer),
    {stop, normal, Session};
handle_info({'$socks', Event}, Session) ->
    other(Event, Session);
handle_info(Message, Session) ->
    other(Message, Session).

count(Messages, #session{messages = Count, bytes = Bytes} = Session) ->
    Session#session{messages = Count + length(Messages), bytes = lists:foldl(fun({_, Data}, Sum) -> Sum + byte_size(Data) end, Bytes, Messages)}.

%% A crash or an error leaves the rest of the batch alone.
frames([], _Module, Verdict, State) ->
    {Verdict, State};
frames([Frame | Frames], Module, _, State0) ->
    case frame(Module, Frame, State0) of
        {ok, State} -> frames(Frames, Module, ok, State);
        {hold, State} -> frames(Frames, Module, hold, State);
        Failure -> {failed, Failure, State0}
    end.

frame(Module, Frame, State) ->
    try
        Module:handle_frame(Frame, State)
    catch
        Class:Reason:Stack ->
            case {Frame, Reason, Stack} of
                %% A module of 2011 knows no binary messages.
                {{binary, _}, function_clause, [{Module, handle_frame, [Frame, _], _} | _]} -> unsupported;
                _ -> crashed(Module, handle_frame, 2, Class, Reason, Stack)
            end
    end.

other(Message, #session{module = Module, state = State} = Session) ->
    case erlang:function_exported(Module, handle_info, 2) of
        true -> step(Session, handle_info, 2, fun() -> result(call(Module, handle_info, [Message, State]), State) end);
        false -> {noreply, Session}
    end.

result({Verdict, _} = Result, _) when Verdict =:= ok; Verdict =:= hold -> Result;
result(Failure, State) -> {failed, Failure, State}.

%% Runs callbacks with the writer gathering, then sends everything that came of it.
step(#session{writer = Writer} = Session0, Function, Arity, Run) ->
    ok = rabbit_socks_writer:gather(),
    case Run() of
        {failed, Failure, State} ->
            failed(Failure, Function, Arity, Session0#session{state = State});
        {Verdict, State} ->
            {Credit, Session} = credit(Session0#session{state = State, holding = Verdict =:= hold}),
            finish(rabbit_socks_writer:flush(Writer, Credit), Session)
    end.

credit(#session{holding = false, id = Id, messages = Messages, bytes = Bytes, lump = {LumpMessages, LumpBytes}} = Session)
  when Messages >= LumpMessages; Bytes >= LumpBytes ->
    {{credit, Id, Messages, Bytes}, Session#session{messages = 0, bytes = 0}};
credit(Session) ->
    {none, Session}.

finish(ok, Session) -> {noreply, Session};
finish(closing, Session) -> {stop, normal, Session}.

%% What the module wrote before it gave the client up is sent; what it wrote before it crashed is part of nothing.
failed({error, Reason}, _, _, #session{module = Module} = Session) ->
    ?LOG_DEBUG("rabbit_socks: ~ts ended a session: ~ts", [Module, rabbit_socks_blame:reason(Reason)], ?DOMAIN),
    close(1008, <<>>, Session);
failed(unsupported, _, _, #session{module = Module} = Session) ->
    ?LOG_DEBUG("rabbit_socks: ~ts takes no binary messages", [Module], ?DOMAIN),
    close(1003, <<"text only">>, Session);
failed(crashed, _, _, Session) ->
    broken(Session);
failed(Other, Function, Arity, #session{module = Module} = Session) ->
    crashed = bad_return(Module, Function, Arity, Other),
    broken(Session).

broken(Session) ->
    ok = rabbit_socks_writer:discard(),
    ok = rabbit_socks_writer:gather(),
    close(1011, <<"internal error">>, Session).

close(Code, Text, #session{writer = Writer} = Session) ->
    ok = rabbit_socks_writer:close(Code, Text, Writer),
    finish(rabbit_socks_writer:flush(Writer, none), Session).

call(Module, Function, Arguments) ->
    try
        apply(Module, Function, Arguments)
    catch
        Class:Reason:Stack -> crashed(Module, Function, length(Arguments), Class, Reason, Stack)
    end.

%% One line in the log, which never shows what a client sent: the stack without its arguments.
crashed(Module, Function, Arity, Class, Reason, Stack) ->
    ?LOG_ERROR("rabbit_socks: ~ts:~ts/~b crashed: ~ts ~ts at ~ts",
               [Module, Function, Arity, Class, rabbit_socks_blame:reason(Reason), rabbit_socks_blame:stack(Stack)], ?DOMAIN),
    crashed.

bad_return(Module, Function, Arity, Other) ->
    ?LOG_ERROR("rabbit_socks: ~ts:~ts/~b returned what it must not: ~ts", [Module, Function, Arity, rabbit_socks_blame:reason(Other)], ?DOMAIN),
    crashed.

-spec terminate(term(), #session{} | undefined) -> ok.
terminate(_, undefined) ->
    ok;
terminate(_, #session{module = Module, state = State}) ->
    _ = call(Module, terminate, [State]),
    ok.

%% The state is the module's and may hold secrets; a message is the client's.
-spec format_status(gen_server:format_status()) -> gen_server:format_status().
format_status(Status) ->
    maps:map(fun
        (state, #session{module = Module, id = Id}) -> {Module, Id};
        (message, _) -> hidden;
        (log, _) -> [];
        (_, Value) -> Value
    end, Status).
