%% SPDX-License-Identifier: MPL-2.0
%% @doc Calls a callback module: which callback for what, and what came of it. A crash or a wrong return is one line in the
%% log, which never shows what a client sent.
-module(rabbit_socks_module).

-include_lib("kernel/include/logger.hrl").

-export([init/3, open/5, messages/4, ack/4, acks/4, info/3, terminate/2]).
-export_type([failure/0, outcome/0]).

-define(DOMAIN, #{domain => [rabbitmq, socks]}).
-define(MAX_REFUSAL, 512). % characters

%% `crashed' and `unsupported' are told in the log already.
-type failure() :: {error, Reason :: term()} | crashed | unsupported.
%% `same': no callback ran.
-type outcome() :: {ok | hold | same, State :: term()} | {failed, failure(), State :: term()}.

%% @doc May this client come in? If not: a text and a value beside it for the client.
-spec init(module(), rabbit_socks_callback:info(), Options :: term()) ->
    {ok, State :: term()} | {refused, binary(), [rabbit_socks_callback:value()]} | crashed.
init(Module, Info, Options) ->
    %% Nothing is said to be exported by a module that is not loaded.
    _ = code:ensure_loaded(Module),
    case erlang:function_exported(Module, init, 3) of
        true -> init_3(Module, Info, Options);
        false -> init_2(Module, Info)
    end.

init_3(Module, #{path := Path} = Info, Options) ->
    case call(Module, init, [Path, known(Info), Options]) of
        {error, Reason} ->
            debug("rabbit_socks: ~ts refused a client: ~ts", Module, Reason),
            refusal(Reason);
        Result ->
            started(Result, Module, 3)
    end.

%% The link's list of none or one.
known(#{auth := []} = Info) -> Info#{auth := none};
known(#{auth := [Auth]} = Info) -> Info#{auth := Auth};
known(Info) -> Info.

refusal({Message, Data}) ->
    case refusal_text(Message) of
        none -> refused();
        Text -> {refused, Text, [Data]}
    end;
refusal(Message) ->
    case refusal_text(Message) of
        none -> refused();
        Text -> {refused, Text, []}
    end.

refused() -> {refused, <<"refused">>, []}.

refusal_text(Message) when is_binary(Message), Message =/= <<>>; is_list(Message), Message =/= [] ->
    try unicode:characters_to_binary(string:slice(Message, 0, ?MAX_REFUSAL)) of
        Text when is_binary(Text), Text =/= <<>> -> Text;
        _ -> none
    catch
        error:_ -> none
    end;
refusal_text(_) ->
    none.

%% A module of 2011 knows of no namespaces, and its reasons are for the log.
init_2(Module, #{path := Path} = Info) ->
    case maps:get(namespace, Info, none) of
        Namespace when Namespace =:= none; Namespace =:= <<"/">> ->
            case call(Module, init, [[unicode:characters_to_list(Part) || Part <- Path], []]) of
                {error, Reason} ->
                    debug("rabbit_socks: ~ts refused a client: ~ts", Module, Reason),
                    refused();
                Result ->
                    started(Result, Module, 2)
            end;
        _ ->
            {refused, <<"Invalid namespace">>, []}
    end.

started({ok, State}, _, _) -> {ok, State};
started(crashed, _, _) -> crashed;
started(Other, Module, Arity) -> bad_return(Module, init, Arity, Other).

%% @doc With the position of a client that comes back, which it is told before.
-spec open(module(), module(), rabbit_socks_writer:arg(), Position :: binary() | none, State :: term()) -> outcome().
open(Module, WriterModule, WriterArg, Position, State) ->
    case resume(Position, Module, State) of
        {failed, _, _} = Failed -> Failed;
        {_, Resumed} -> run(Module, open, [WriterModule, WriterArg, Resumed], Resumed)
    end.

resume(none, _, State) ->
    {same, State};
resume(Position, Module, State) ->
    case erlang:function_exported(Module, resume, 2) of
        true -> run(Module, resume, [Position, State], State);
        false -> {same, State}
    end.

%% @doc A batch, in order: a crash or an error leaves the rest of it alone.
-spec messages([tuple()], Session :: non_neg_integer(), module(), State :: term()) -> outcome().
messages(Messages, Session, Module, State) ->
    messages(Messages, Session, Module, same, State).

messages([], _, _, Verdict, State) ->
    {Verdict, State};
messages([Message | Messages], Session, Module, Before, State0) ->
    case message(Message, Session, Module, State0) of
        {same, State} -> messages(Messages, Session, Module, Before, State);
        {Verdict, State} -> messages(Messages, Session, Module, Verdict, State);
        Failed -> Failed
    end.

message({event, Name, Args, Id, _Size}, Session, Module, State) ->
    run(Module, handle_event, [Name, Args, rabbit_socks_acks:handle(Session, Id), State], State);
message({ack, Id, Args, _Size}, _, Module, State) ->
    ack(Id, {ok, Args}, Module, State);
message(Frame, _, Module, State) ->
    case erlang:function_exported(Module, handle_frame, 2) of
        true -> frame(Frame, Module, State);
        false -> run(Module, handle_event, [<<"message">>, [argument(Frame)], none, State], State)
    end.

argument({utf8, Text}) -> Text;
argument({binary, _} = Bytes) -> Bytes.

frame(Frame, Module, State) ->
    try
        outcome(Module:handle_frame(Frame, State), Module, handle_frame, 2, State)
    catch
        Class:Reason:Stack ->
            case {Frame, Reason, Stack} of
                %% A module of 2011 knows no binary messages.
                {{binary, _}, function_clause, [{Module, handle_frame, [Frame, _], _} | _]} ->
                    ?LOG_DEBUG("rabbit_socks: ~ts takes no binary messages", [Module], ?DOMAIN),
                    {failed, unsupported, State};
                _ ->
                    {failed, crashed(Module, handle_frame, 2, Class, Reason, Stack), State}
            end
    end.

%% @doc What became of the event that was sent with this id. Of an id that is not outstanding, or no more: nothing.
-spec ack(non_neg_integer(), {ok, [rabbit_socks_callback:value()]} | {error, timeout}, module(), State :: term()) -> outcome().
ack(Id, Result, Module, State) ->
    case rabbit_socks_gather:acks(fun(Acks) -> rabbit_socks_acks:take(Id, Acks) end) of
        {ok, Tag} -> run(Module, handle_ack, [Tag, Result, State], State);
        unknown -> {same, State}
    end.

%% @doc The same fate for several.
-spec acks(Tags :: [term()], {error, disconnected | too_many}, module(), State :: term()) -> outcome().
acks(Tags, Result, Module, State) ->
    acks(Tags, Result, Module, same, State).

acks([], _, _, Verdict, State) ->
    {Verdict, State};
acks([Tag | Tags], Result, Module, _, State0) ->
    case run(Module, handle_ack, [Tag, Result, State0], State0) of
        {failed, _, _} = Failed -> Failed;
        {Verdict, State} -> acks(Tags, Result, Module, Verdict, State)
    end.

%% @doc Any other message to the process.
-spec info(term(), module(), State :: term()) -> outcome().
info(Message, Module, State) ->
    case erlang:function_exported(Module, handle_info, 2) of
        true -> run(Module, handle_info, [Message, State], State);
        false -> {same, State}
    end.

-spec terminate(module(), State :: term()) -> ok.
terminate(Module, State) ->
    _ = call(Module, terminate, [State]),
    ok.

run(Module, Function, Arguments, State) ->
    outcome(call(Module, Function, Arguments), Module, Function, length(Arguments), State).

outcome({ok, State}, _, _, _, _) -> {ok, State};
outcome({hold, State}, _, _, _, _) -> {hold, State};
outcome({error, Reason}, Module, _, _, State) ->
    debug("rabbit_socks: ~ts ended a session: ~ts", Module, Reason),
    {failed, {error, Reason}, State};
outcome(crashed, _, _, _, State) -> {failed, crashed, State};
outcome(Other, Module, Function, Arity, State) -> {failed, bad_return(Module, Function, Arity, Other), State}.

call(Module, Function, Arguments) ->
    try
        apply(Module, Function, Arguments)
    catch
        Class:Reason:Stack -> crashed(Module, Function, length(Arguments), Class, Reason, Stack)
    end.

debug(Format, Module, Reason) ->
    ?LOG_DEBUG(Format, [Module, rabbit_socks_blame:reason(Reason)], ?DOMAIN).

%% The stack without its arguments.
crashed(Module, Function, Arity, Class, Reason, Stack) ->
    ?LOG_ERROR("rabbit_socks: ~ts:~ts/~b crashed: ~ts ~ts at ~ts",
               [Module, Function, Arity, Class, rabbit_socks_blame:reason(Reason), rabbit_socks_blame:stack(Stack)], ?DOMAIN),
    crashed.

bad_return(Module, Function, Arity, Other) ->
    ?LOG_ERROR("rabbit_socks: ~ts:~ts/~b returned what it must not: ~ts", [Module, Function, Arity, rabbit_socks_blame:reason(Other)], ?DOMAIN),
    crashed.
