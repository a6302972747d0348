%% SPDX-License-Identifier: MPL-2.0
%% @doc STOMP 1.0 to 1.2 for WebSocket clients: a callback module on the broker's own STOMP processor. docs/STOMP.md says
%% how it behaves, and where it differs from the broker's Web STOMP.
%%
%% What may hold a client up is in this module: its frames wait while the broker takes no more messages (`blocked'), and
%% while deliveries wait for the client to read (`slow', or the edge is `asked' whether it is). They
%% wait in the parser; meanwhile the session takes no more from the edge, so that the edge stops reading.
-module(rabbit_socks_stomp).
-behaviour(rabbit_socks_callback).

-include_lib("kernel/include/logger.hrl").

-export([subprotocol_name/0, init/3, open/3, handle_frame/2, handle_info/2, terminate/1]).

%% A wrong passcode is answered after this time (ms): trying many takes as many connections, for so long.
-define(REFUSAL, 1_000).

-record(state, {
    name :: binary(),
    phase = login :: login | refused | open | closed,
    login :: rabbit_socks_stomp_login:login(),
    output :: rabbit_socks_stomp_output:output(),
    parser :: rabbit_socks_stomp_parser:parser(),
    guard :: rabbit_socks_stomp_guard:guard(),
    broker :: rabbit_socks_stomp_broker:broker(),
    alarm = false :: boolean(),
    blocked = false :: boolean(),
    slow = false :: boolean(),
    asked = none :: none | pos_integer(), % whether the edge is done with the last burst
    waiting = rabbit_socks_stomp_waiting:new() :: rabbit_socks_stomp_waiting:waiting()
}).

-opaque state() :: #state{}.
-export_type([state/0]).

%% The names registered for WebSocket, the newest first, and one that some clients use.
-spec subprotocol_name() -> [string()].
subprotocol_name() ->
    ["v12.stomp", "v11.stomp", "v10.stomp", "stomp"].

-spec init([binary()], rabbit_socks_callback:info(), term()) -> {ok, state()} | {error, term()}.
init(_Path, Info, Options) ->
    case {rabbit_socks_stomp_options:check(Options), rabbit_socks_stomp_broker:available()} of
        {{ok, Checked}, true} ->
            case rabbit_socks_stomp_options:credentials(Info, Checked) of
                {error, Text} -> {error, Text};
                Credentials -> {ok, new(Info, Credentials, Checked)}
            end;
        {{error, Text}, _} -> misused(Text);
        {_, false} -> misused("it needs the plugin rabbitmq_stomp (rabbitmq-plugins enable rabbitmq_stomp)")
    end.

%% The operator's mistake, not the client's.
misused(Text) ->
    ?LOG_ERROR("rabbit_socks_stomp cannot serve a client: ~ts", [Text], #{domain => [rabbitmq, socks]}),
    {error, misconfigured}.

new(#{peer := {Address, Port}} = Info, Credentials, #{login_timeout := Timeout, ws_frame := WsFrame} = Options) ->
    %% The processor links its AMQP connection to this process.
    _ = process_flag(trap_exit, true),
    #state{
        name = <<Address/binary, ":", (integer_to_binary(Port))/binary>>,
        login = rabbit_socks_stomp_login:begun(Timeout, {?MODULE, login_timeout}),
        output = rabbit_socks_stomp_output:new(WsFrame),
        parser = rabbit_socks_stomp_parser:new(rabbit_socks_stomp_options:parser_limits(Options)),
        guard = rabbit_socks_stomp_guard:new(rabbit_socks_stomp_options:guard_limits(Options)),
        broker = rabbit_socks_stomp_broker:new(Info, Credentials)
    }.

-spec open(module(), term(), state()) -> {ok, state()}.
open(Writer, Argument, #state{output = Output} = State) ->
    {ok, State#state{output = rabbit_socks_stomp_output:open(Writer, Argument, Output)}}.

-spec terminate(state()) -> ok.
terminate(#state{broker = Broker}) ->
    _ = rabbit_socks_stomp_broker:close(Broker),
    ok.

%% What the client sends

-spec handle_frame(rabbit_socks_callback:frame(), state()) -> {ok | hold, state()}.
handle_frame(_, #state{phase = closed} = State) ->
    {ok, State};
handle_frame({Kind, Bytes}, #state{login = Login, output = Output, parser = Parser} = State) ->
    answer(case rabbit_socks_stomp_login:received(byte_size(Bytes), Login) of
        {ok, Login1} ->
            frames(State#state{
                login = Login1,
                output = rabbit_socks_stomp_output:received(rabbit_socks_stomp_output:follow(Kind, Output)),
                parser = rabbit_socks_stomp_parser:feed(Bytes, Parser)
            });
        {error, Reason} ->
            malformed(Reason, State)
    end).

answer(State) ->
    case held(State) of
        true -> {hold, State};
        false -> {ok, State}
    end.

held(#state{phase = closed}) -> false;
held(#state{phase = refused}) -> true;
held(#state{blocked = Blocked} = State) -> Blocked orelse held_back(State).

%% Deliveries wait, or would have to.
held_back(#state{waiting = Waiting} = State) -> waits(State) orelse not rabbit_socks_stomp_waiting:is_empty(Waiting).

waits(#state{slow = Slow, asked = Asked}) -> Slow orelse Asked =/= none.

frames(#state{phase = Phase, alarm = Alarm, parser = Parser} = State) ->
    case Phase =:= closed orelse held(State) of
        true -> State;
        false ->
            case rabbit_socks_stomp_parser:next(Parser) of
                %% What publishes waits where it is.
                {frame, #{command := Command}, _} when Alarm, Command =:= "SEND" orelse Command =:= "COMMIT" -> block(State);
                {frame, Frame, Parser1} -> frames(frame(Frame, State#state{parser = Parser1}));
                {more, Parser1} -> State#state{parser = Parser1};
                {error, Reason} -> malformed(Reason, State)
            end
    end.

frame(Frame, #state{guard = Guard, broker = Broker} = State) ->
    case rabbit_socks_stomp_guard:check(Frame, Guard) of
        {ok, Frame1, Guard1} ->
            {Result, Out, Broker1} = rabbit_socks_stomp_broker:frame(Frame1, Broker),
            answered(Frame1, Guard1, Result, Out, State#state{broker = Broker1});
        {refuse, Message, Detail} ->
            send([rabbit_socks_stomp_broker:error_frame(Message, Detail)], State);
        {fatal, Message, Detail} ->
            finish(1008, Message, send([rabbit_socks_stomp_broker:error_frame(Message, Detail)], State))
    end.

%% One attempt to log in is all there is.
answered(_, Guard, ok, Out, #state{phase = login, broker = Broker} = State) ->
    case rabbit_socks_stomp_broker:logged_in(Broker) of
        true -> send(Out, logged_in(State#state{guard = Guard}));
        false ->
            later({refuse, Out}, ?REFUSAL),
            State#state{phase = refused}
    end;
answered(#{command := Command}, Guard, ok, Out, State) ->
    case lists:any(fun rabbit_socks_stomp_broker:is_error/1, Out) of
        true -> send(Out, State);
        false -> throttle(Command, send(Out, State#state{guard = Guard}))
    end;
answered(_, _, Result, Out, State) ->
    outcome(Result, Out, State).

logged_in(#state{login = Login, broker = Broker, parser = Parser, output = Output} = State) ->
    ok = rabbit_socks_stomp_output:identify(rabbit_socks_stomp_broker:whose(Broker), Output),
    Open = State#state{phase = open, login = rabbit_socks_stomp_login:done(Login), alarm = rabbit_socks_alarm:subscribe() =/= []},
    case rabbit_socks_stomp_broker:version(Broker) of
        "1.0" -> Open#state{parser = rabbit_socks_stomp_parser:trim(Parser)};
        _ -> Open
    end.

malformed(Reason, #state{name = Name} = State) ->
    Text = rabbit_socks_stomp_parser:describe(Reason),
    ?LOG_WARNING("STOMP: closing the connection of ~ts: ~ts", [Name, Text], #{domain => [rabbitmq, socks]}),
    finish(1007, Text, send([rabbit_socks_stomp_broker:error_frame("Malformed frame", [Text, $\n])], State)).

%% What comes from elsewhere

-spec handle_info(term(), state()) -> {ok | hold, state()}.
handle_info(_, #state{phase = closed} = State) ->
    {ok, State};
handle_info({?MODULE, Event}, State) ->
    answer(own(Event, State));
handle_info(congested, #state{output = Output} = State) ->
    answer(State#state{slow = true, output = rabbit_socks_stomp_output:pause(Output)});
handle_info(drained, State) ->
    answer(resume(State#state{slow = false}));
handle_info({synced, Number}, #state{asked = Number} = State) ->
    answer(resume(State#state{asked = none}));
handle_info({rabbit_socks_alarm, blocked, _}, State) ->
    answer(State#state{alarm = true});
handle_info({rabbit_socks_alarm, unblocked}, State) ->
    answer(unblock(State#state{alarm = false}));
handle_info(Message, #state{broker = Broker} = State) ->
    answer(case rabbit_socks_stomp_broker:delivery(Message) of
        no -> event(rabbit_socks_stomp_broker:handle(Message, Broker), State);
        Limit ->
            case held_back(State) of
                true -> wait(Message, Limit, State);
                false -> deliver(Message, State)
            end
    end).

own(login_timeout, #state{phase = login, name = Name} = State) ->
    ?LOG_WARNING("STOMP: closing the connection of ~ts: no login in time", [Name], #{domain => [rabbitmq, socks]}),
    finish(1008, "login timeout", State);
own(login_timeout, State) ->
    State;
own({refuse, Out}, State) ->
    finish(1008, "not logged in", send(Out, State));
own(tick, #state{output = Output, name = Name} = State) ->
    case rabbit_socks_stomp_output:tick(Output) of
        {dead, _} ->
            ?LOG_WARNING("STOMP: closing the connection of ~ts: it missed its heart-beats", [Name], #{domain => [rabbitmq, socks]}),
            finish(1000, "no heart-beat", State);
        {Next, Output1} ->
            later(tick, Next),
            State#state{output = Output1}
    end.

event({heartbeats, Send, Receive}, #state{output = Output} = State) ->
    own(tick, State#state{output = rabbit_socks_stomp_output:heartbeats(Send, Receive, Output)});
event(credit, State) ->
    unblock(State);
event({cancelled, Subscription, {Result, Out, Broker}}, #state{guard = Guard} = State) ->
    outcome(Result, Out, State#state{guard = rabbit_socks_stomp_guard:cancelled(Subscription, Guard), broker = Broker});
event({Result, Out, Broker}, State) ->
    outcome(Result, Out, State#state{broker = Broker});
event(none, State) ->
    State.

outcome(ok, Out, State) ->
    send(Out, State);
outcome(stop, Out, State) ->
    finish(1000, "STOMP died", send(Out, State));
outcome(failed, Out, State) ->
    Error = rabbit_socks_stomp_broker:error_frame("Processing error", "Processing error"),
    finish(1011, "internal error", send(Out ++ [Error], State)).

%% The message after which there is no more credit is still taken.
throttle("SEND", State) ->
    case rabbit_socks_stomp_broker:blocked() of
        true -> block(State);
        false -> State
    end;
throttle(_, State) ->
    State.

block(#state{output = Output} = State) ->
    State#state{blocked = true, output = rabbit_socks_stomp_output:pause(Output)}.

unblock(#state{blocked = true, alarm = false} = State) ->
    case rabbit_socks_stomp_broker:blocked() of
        true -> State;
        false -> resume(State#state{blocked = false})
    end;
unblock(State) ->
    State.

%% Deliveries

deliver(Message, #state{broker = Broker} = State) ->
    {Result, Out, Broker1} = rabbit_socks_stomp_broker:handle(Message, Broker),
    ask(outcome(Result, Out, State#state{broker = Broker1})).

ask(#state{output = Output} = State) ->
    case rabbit_socks_stomp_output:ask(Output) of
        {asked, Number, Output1} -> State#state{asked = Number, output = Output1};
        no -> State
    end.

%% A delivery that is not handled yet keeps the channel from sending more, if it has a limit at all.
wait(Message, Limit, #state{waiting = Waiting} = State) ->
    case rabbit_socks_stomp_waiting:in(Message, Limit, Waiting) of
        {ok, Waiting1} -> State#state{waiting = Waiting1};
        full -> finish(1013, "the client is too slow", State)
    end.

%% Something that held deliveries or frames up may be gone.
resume(#state{waiting = Waiting, blocked = Blocked, output = Output} = State) ->
    case waits(State) orelse State#state.phase =:= closed orelse rabbit_socks_stomp_waiting:out(Waiting) of
        true -> State;
        {Message, Rest} -> resume(deliver(Message, State#state{waiting = Rest}));
        empty when Blocked -> State;
        empty -> frames(State#state{output = rabbit_socks_stomp_output:resume(Output)})
    end.

%% Writing

send(Out, #state{output = Output} = State) ->
    case rabbit_socks_stomp_output:send(Out, Output) of
        {ok, Output1} -> State#state{output = Output1};
        {too_large, Output1} -> finish(1009, "a message is too large", State#state{output = Output1})
    end.

finish(_, _, #state{phase = closed} = State) ->
    State;
finish(Code, Text, #state{output = Output} = State) ->
    ok = rabbit_socks_stomp_output:close(Code, Text, Output),
    %% The AMQP connection ends with the session, once the client has been told.
    State#state{phase = closed}.

later(_, infinity) -> ok;
later(Event, Ms) ->
    _ = erlang:send_after(Ms, self(), {?MODULE, Event}),
    ok.
