%% SPDX-License-Identifier: MPL-2.0
%% @doc One session: runs a callback module for one client. What the client sends comes as messages straight from the
%% edge's packets; what the module writes goes straight to the link.
%%
%% A batch of messages is handled as one step: the module's messages, and the credit given back, leave in one packet when
%% the batch is done. A crash of the module ends this session only, with close code 1011 and one line in the log. The edge's
%% death ends it through the supervisor.
-module(rabbit_socks_session).
-behaviour(gen_server).

-export([start_link/2]).
-export([init/1, handle_continue/2, handle_call/3, handle_cast/2, handle_info/2, terminate/2, format_status/1]).
-export_type([args/0]).

%% Silence after which the process gives its memory back (ms).
-define(HIBERNATE_AFTER, 1000).

-record(session, {
    id :: non_neg_integer(),
    module :: module(),
    state :: term(),
    writer :: rabbit_socks_writer:arg(),
    traffic :: rabbit_socks_traffic:traffic(),
    lump :: {Messages :: pos_integer(), Bytes :: pos_integer()}, % the least credit that is given back at once
    messages = 0 :: non_neg_integer(), % handled and not yet given back
    bytes = 0 :: non_neg_integer(),
    holding = false :: boolean(),
    acks = rabbit_socks_acks:new() :: rabbit_socks_acks:acks()
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
    case rabbit_socks_module:init(Module, rabbit_socks_certificate:show(Info), Options) of
        {ok, State} ->
            Traffic = rabbit_socks_traffic:new(),
            Writer = rabbit_socks_writer:new(Id, Link, erlang:function_exported(Module, handle_ack, 3), Traffic),
            ok = rabbit_socks_connections:opened(Id, Module, Info, Traffic),
            ok = rabbit_socks_link:write(Link, {accept, Id, self(), []}),
            Session = #session{id = Id, module = Module, state = State, writer = Writer, traffic = Traffic, lump = lump(Window)},
            opened(Session, rabbit_socks_position:of_client(Info));
        {refused, Text, Data} ->
            refuse(Link, Id, 403, Text, Data);
        crashed ->
            refuse(Link, Id, 500, <<"internal error">>, [])
    end.

refuse(Link, Id, Status, Text, Data) ->
    ok = rabbit_socks_link:write(Link, {refuse, Id, Status, Text, Data}),
    {stop, normal, undefined}.

opened(#session{module = Module, writer = Writer} = Session, Position) ->
    step(Session, fun(State) -> rabbit_socks_module:open(Module, rabbit_socks_writer, Writer, Position, State) end).

%% Half of the window: a client with less than that outstanding is read.
lump({Messages, Bytes}) -> {max(1, Messages div 2), max(1, Bytes div 2)}.

%% How a connection is told by the broker to close differs by its release, and by who asks for it.
-spec handle_call(term(), gen_server:from(), #session{}) -> {noreply, #session{}} | {stop, normal, #session{}}.
handle_call({shutdown, Reason}, From, Session) ->
    ok = gen_server:reply(From, ok),
    shut(Reason, Session);
handle_call(Request, From, Session) ->
    other({'$gen_call', From, Request}, Session).

-spec handle_cast(term(), #session{}) -> {noreply, #session{}} | {stop, normal, #session{}}.
handle_cast({Shut, Reason}, Session) when Shut =:= shutdown; Shut =:= close_connection ->
    shut(Reason, Session);
handle_cast({force_event_refresh, Ref}, Session) ->
    ok = rabbit_socks_connections:refresh(Ref),
    {noreply, Session};
handle_cast(Request, Session) ->
    other({'$gen_cast', Request}, Session).

-spec handle_info(term(), #session{}) -> {noreply, #session{}} | {stop, normal, #session{}}.
handle_info({'$socks', messages, Messages}, #session{id = Id, module = Module} = Session) ->
    step(count(Messages, Session), fun(State) -> rabbit_socks_module:messages(Messages, Id, Module, State) end);
handle_info({'$socks', closed, _Code, _Reason}, #session{writer = Writer} = Session) ->
    %% All that came before has been answered: the edge's close frame may go out.
    ok = rabbit_socks_writer:close_transport(Writer),
    {stop, normal, Session};
%% Of the writer, in another process and in ours.
handle_info({'$socks', emit, Name, Args, Options}, #session{writer = Writer} = Session) ->
    step(Session, fun(State) -> ok = rabbit_socks_writer:emit(Name, Args, Options, Writer), {same, State} end);
handle_info({'$socks', failed_acks}, #session{module = Module} = Session) ->
    step(Session, fun(State) ->
        Tags = rabbit_socks_gather:acks(fun rabbit_socks_acks:failed/1),
        rabbit_socks_module:acks(Tags, {error, too_many}, Module, State)
    end);
handle_info({timeout, _, {rabbit_socks_ack, Id}}, #session{module = Module} = Session) ->
    step(Session, fun(State) -> rabbit_socks_module:ack(Id, {error, timeout}, Module, State) end);
handle_info({'$socks', Event}, Session) ->
    other(Event, Session);
handle_info({'$socks', Event, Number}, Session) when Event =:= dropped; Event =:= synced ->
    other({Event, Number}, Session);
handle_info({shutdown, Reason}, Session) ->
    shut(Reason, Session);
handle_info(Message, Session) ->
    other(Message, Session).

count(Messages, #session{messages = Count, bytes = Bytes, traffic = Traffic} = Session) ->
    {More, Size} = {length(Messages), lists:sum([size_of(Message) || Message <- Messages])},
    ok = rabbit_socks_traffic:received(More, Size, Traffic),
    Session#session{messages = Count + More, bytes = Bytes + Size}.

%% As the edge has counted it.
size_of({event, _, _, _, Size}) -> Size;
size_of({ack, _, _, Size}) -> Size;
size_of({_, Data}) -> byte_size(Data).

other(Message, #session{module = Module} = Session) ->
    step(Session, fun(State) -> rabbit_socks_module:info(Message, Module, State) end).

%% Runs callbacks with the writer gathering, then sends everything that came of it.
step(#session{writer = Writer, state = State0, acks = Acks, holding = Holding} = Session0, Run) ->
    ok = rabbit_socks_writer:gather(Writer, Acks),
    case Run(State0) of
        {failed, Failure, State} ->
            failed(Failure, Session0#session{state = State});
        {Verdict, State} ->
            {Credit, Session} = credit(Session0#session{state = State, holding = holds(Verdict, Holding)}),
            finish(Credit, Session)
    end.

holds(same, Holding) -> Holding;
holds(Verdict, _) -> Verdict =:= hold.

credit(#session{holding = false, id = Id, messages = Messages, bytes = Bytes, lump = {LumpMessages, LumpBytes}} = Session)
  when Messages >= LumpMessages; Bytes >= LumpBytes ->
    {{credit, Id, Messages, Bytes}, Session#session{messages = 0, bytes = 0}};
credit(Session) ->
    {none, Session}.

finish(Tail, Session) ->
    case rabbit_socks_gather:finish(Tail) of
        {ok, Acks} -> {noreply, Session#session{acks = Acks}};
        {closing, Acks} -> {stop, normal, Session#session{acks = Acks}}
    end.

%% What the module wrote before it gave the client up is sent; what it wrote before it crashed is part of nothing.
failed({error, _}, Session) ->
    close(1008, <<>>, Session);
failed(unsupported, Session) ->
    close(1003, <<"text only">>, Session);
failed(crashed, #session{writer = Writer} = Session) ->
    ok = rabbit_socks_writer:gather(Writer, rabbit_socks_gather:discard()),
    close(1011, <<"internal error">>, Session).

close(Code, Text, #session{writer = Writer} = Session) ->
    ok = rabbit_socks_writer:close(Code, Text, Writer),
    finish(none, Session).

%% An operator, or the end of the user or of the vhost: the client is not to come again.
shut(Reason, #session{writer = Writer, acks = Acks} = Session) ->
    ok = rabbit_socks_writer:gather(Writer, Acks),
    case rabbit_socks_connections:is_told(self()) of
        true ->
            ok = rabbit_socks_writer:disconnect(Writer, true),
            finish(none, Session);
        false ->
            close(1008, rabbit_socks_blame:words(Reason), Session)
    end.

%% What a callback wrote when something of ours crashed is in no crash report.
-spec terminate(term(), #session{} | undefined) -> ok.
terminate(_, undefined) ->
    ok;
terminate(_, #session{module = Module, state = State0, acks = Acks}) ->
    _ = rabbit_socks_gather:discard(),
    {TooMany, Rest} = rabbit_socks_acks:failed(Acks),
    State1 = told(rabbit_socks_module:acks(TooMany, {error, too_many}, Module, State0)),
    State2 = told(rabbit_socks_module:acks(rabbit_socks_acks:outstanding(Rest), {error, disconnected}, Module, State1)),
    rabbit_socks_module:terminate(Module, State2).

told({failed, _, State}) -> State;
told({_, State}) -> State.

%% The state is the module's and may hold secrets; a message is the client's.
-spec format_status(gen_server:format_status()) -> gen_server:format_status().
format_status(Status) ->
    maps:map(fun
        (state, #session{module = Module, id = Id}) -> {Module, Id};
        (message, _) -> hidden;
        (log, _) -> [];
        (_, Value) -> Value
    end, Status).
