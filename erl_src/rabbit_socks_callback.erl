%% SPDX-License-Identifier: MPL-2.0
%% @doc What a callback module is: the conversation with one client, from the module's side. docs/CALLBACKS.md explains it
%% with examples. The five callbacks of 2011 are enough; a module of that time runs unchanged.
-module(rabbit_socks_callback).

-export_type([frame/0, name/0, value/0, ack/0, info/0, result/1, writer_arg/0]).

%% A message. Text is valid UTF-8 on arrival and must be when sent.
-type frame() :: {utf8, binary()} | {binary, binary()}.

%% Of an event, to be sent. One that arrives has a binary.
-type name() :: atom() | iodata().

%% What JSON has, as terms: docs/PORT_PROTOCOL.md, "Values". What arrives is of the first lines; to be sent, atoms are text
%% and `undefined' is null.
-type value() :: null | boolean() | integer() | float() | binary() | [value()] | #{binary() => value()} | {binary, binary()}
               | atom() | #{atom() | integer() => value()}.

%% What a client waits for: good for one WriterModule:reply(Ack, Args, WriterArg).
-type ack() :: rabbit_socks_acks:handle().

%% Who asks, and how: docs/PORT_PROTOCOL.md, "Info of open"; but auth is the value itself, or none. A client's
%% certificate is DER, and has been verified.
-type info() :: #{path := [binary()], query := binary(), headers := [{binary(), binary()}],
                  peer := {Address :: binary(), inet:port_number()}, local := {binary(), inet:port_number()},
                  secure := boolean(), peer_certificate := binary() | none, peer_certificate_name := binary() | none,
                  transport := atom(), protocol := atom(), generation := atom(),
                  namespace := binary() | none, auth := value() | none, subprotocol := binary() | none}.

%% What to hand to the writer module with every call.
-type writer_arg() :: rabbit_socks_writer:arg().

%% `hold' is `ok' for a module that cannot take more: no more than the credit window is read from the client until a
%% later callback returns `ok'. An error ends the session.
-type result(State) :: {ok, State} | {hold, State} | {error, Reason :: term()}.

%% The subprotocol's name or names (Sec-WebSocket-Protocol). One the client offered is answered; a client that offers
%% none is let in, one that offers only others is refused (400). With "rabbit-socks.json" a bare WebSocket speaks events.
-callback subprotocol_name() -> string() | [string()].

%% Preferred when exported. Options is what the listener was given as `{options, Options}', or []. Called for every
%% namespace that a client of Socket.IO asks for. An error refuses the client with status 403: Message, or {Message, Data},
%% is what it is told, a text and a value beside it; another reason is for the log.
-callback init(Path :: [binary()], info(), Options :: term()) ->
    {ok, State :: term()} | {error, Message :: unicode:chardata()} | {error, {Message :: unicode:chardata(), Data :: value()}} |
    {error, Reason :: term()}.

%% The same as it was in 2011: the path as strings, and an empty list. For the namespace "/" only.
-callback init(Path :: [string()], []) -> {ok, State :: term()} | {error, Reason :: term()}.

%% Before open, for a client of Socket.IO 4.6 or later that comes back with what WriterModule:position/2 said last; it is the
%% client's word. Who exports this has its clients remember positions.
-callback resume(Position :: binary(), State) -> {ok, State} | {error, Reason :: term()}.

%% The client is in; send with WriterModule:send_frame(Frame, WriterArg).
-callback open(WriterModule :: module(), writer_arg(), State) -> {ok, State} | {error, Reason :: term()}.

%% A module has this, or handle_event/4, or both.
-callback handle_frame(frame(), State) -> result(State).

%% An event of Socket.IO or rabbit-socks.json; without handle_frame/2 a frame, too: event `message' with the text or
%% {binary, Bytes}. Any client can send any name with any arguments.
-callback handle_event(Name :: binary(), Args :: [value()], none | ack(), State) -> result(State).

%% What became of an event that was sent with `#{ack => Tag}', once for each.
-callback handle_ack(Tag :: term(), {ok, Args :: [value()]} | {error, timeout | disconnected | too_many}, State) -> result(State).

%% Any other message to the process; also `congested' (more than the soft limit waits for the client) and `drained', `away'
%% (a client's connection is lost, and it may come back) and `back'.
-callback handle_info(Message :: term(), State) -> result(State).

%% The session is over, whoever ended it. Called once for every init that returned ok.
-callback terminate(State :: term()) -> ok.

-optional_callbacks([init/2, init/3, resume/2, handle_frame/2, handle_event/4, handle_ack/3, handle_info/2]).
