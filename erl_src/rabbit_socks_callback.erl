%% SPDX-License-Identifier: MPL-2.0
%% @doc What a callback module is: the conversation with one client, from the module's side. docs/CALLBACKS.md explains it
%% with examples. The five callbacks of 2011 are enough; a module of that time runs unchanged.
-module(rabbit_socks_callback).

-export_type([frame/0, info/0, result/1, writer_arg/0]).

%% A message. Text is valid UTF-8 on arrival and must be when sent.
-type frame() :: {utf8, binary()} | {binary, binary()}.

%% Who asks, and how: docs/PORT_PROTOCOL.md, "Info of open". A client's certificate is DER, and has been verified.
-type info() :: #{path := [binary()], query := binary(), headers := [{binary(), binary()}],
                  peer := {Address :: binary(), inet:port_number()}, local := {binary(), inet:port_number()},
                  secure := boolean(), peer_certificate := binary() | none, peer_certificate_name := binary() | none, transport := atom(), protocol := atom(), generation := atom(),
                  subprotocol := binary() | none}.

%% What to hand to the writer module with every call.
-type writer_arg() :: term().

%% `hold' is `ok' for a module that cannot take more: no more than the credit window is read from the client until a
%% later callback returns `ok'. An error ends the session.
-type result(State) :: {ok, State} | {hold, State} | {error, Reason :: term()}.

%% The subprotocol's name or names (Sec-WebSocket-Protocol). One the client offered is answered; a client that offers
%% none is let in, one that offers only others is refused (400).
-callback subprotocol_name() -> string() | [string()].

%% Preferred when exported. Options is what the listener was given as `{options, Options}', or []. An error refuses the
%% client with status 403.
-callback init(Path :: [binary()], info(), Options :: term()) -> {ok, State :: term()} | {error, Reason :: term()}.

%% The same as it was in 2011: the path as strings, and an empty list.
-callback init(Path :: [string()], []) -> {ok, State :: term()} | {error, Reason :: term()}.

%% The client is in; send with WriterModule:send_frame(Frame, WriterArg).
-callback open(WriterModule :: module(), writer_arg(), State) -> {ok, State} | {error, Reason :: term()}.

-callback handle_frame(frame(), State) -> result(State).

%% Any other message to the process; also `congested' (more than the soft limit waits for the client) and `drained'.
-callback handle_info(Message :: term(), State) -> result(State).

%% The session is over, whoever ended it. Called once for every init that returned ok.
-callback terminate(State :: term()) -> ok.

-optional_callbacks([init/2, init/3, handle_info/2]).
