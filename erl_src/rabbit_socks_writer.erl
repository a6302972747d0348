%% SPDX-License-Identifier: MPL-2.0
%% @doc What a callback module writes with: the `WriterModule' of open/3.
%%
%% In the session's own process messages are gathered while its callback runs and leave in one packet when it returns;
%% from any other process each call writes at once. Every call returns `ok': what happens to the client afterwards is told
%% by terminate/1. A message for a client that is gone is dropped.
-module(rabbit_socks_writer).

-export([send_frame/2, close_transport/1, close/3]).
-export([new/1, gather/0, flush/2, discard/0]).
-export_type([arg/0]).

-record(writer, {
    session :: non_neg_integer(),
    port :: port(),
    owner :: pid()
}).

-opaque arg() :: #writer{}.

-define(MESSAGES, '$rabbit_socks_messages').
-define(CLOSE, '$rabbit_socks_close').
%% Gathered messages are sent before the packet comes near the link's limit.
-define(MAX_GATHERED, 1048576).

%% @doc Text must be UTF-8 (else badarg); bare iodata is text, as in 2011. A message above 32 MiB is badarg.
-spec send_frame(rabbit_socks_callback:frame() | {utf8 | binary, iodata()} | iodata(), arg()) -> ok.
send_frame(Frame, #writer{} = Writer) ->
    Message = checked(Frame),
    case get(?MESSAGES) of
        {Size, Messages} when Writer#writer.owner =:= self() -> gathered(Message, Size, Messages, Writer);
        _ -> command(Writer, rabbit_socks_proto:send(Writer#writer.session, [Message]))
    end.

%% @doc Ends the session: close code 1000.
-spec close_transport(arg()) -> ok.
close_transport(Writer) ->
    close(1000, <<>>, Writer).

%% @doc Ends the session with a close code of RFC 6455 7.4 and a reason of at most 123 bytes (longer ones are cut). What was
%% sent before arrives before.
-spec close(1000..4999, iodata(), arg()) -> ok.
close(Code, Reason, #writer{session = Session, owner = Owner} = Writer)
  when Code >= 3000, Code =< 4999; Code >= 1000, Code =< 1014, Code =/= 1004, Code =/= 1005, Code =/= 1006 ->
    Text = iolist_to_binary(Reason),
    true = is_text(Text) orelse error(badarg),
    case get(?MESSAGES) of
        {_, _} when Owner =:= self() ->
            _ = get(?CLOSE) =:= undefined andalso put(?CLOSE, {Code, Text}),
            ok;
        _ ->
            command(Writer, rabbit_socks_proto:encode({close, Session, Code, Text}))
    end;
close(_, _, _) ->
    error(badarg).

%% For rabbit_socks_session.

-spec new({non_neg_integer(), port()}) -> arg().
new({Session, Port}) ->
    #writer{session = Session, port = Port, owner = self()}.

-spec gather() -> ok.
gather() ->
    _ = put(?MESSAGES, {0, []}),
    ok.

%% @doc Sends what was gathered, then the tail (a command of the session, or none), then the close the callback asked for.
-spec flush(arg(), none | term()) -> ok | {closing, 1000..4999}.
flush(Writer, Tail) ->
    {_, Messages} = erase(?MESSAGES),
    ok = send(lists:reverse(Messages), Writer),
    ok = case Tail of
        none -> ok;
        _ -> command(Writer, rabbit_socks_proto:encode(Tail))
    end,
    case erase(?CLOSE) of
        undefined -> ok;
        {Code, Text} ->
            ok = command(Writer, rabbit_socks_proto:encode({close, Writer#writer.session, Code, Text})),
            {closing, Code}
    end.

-spec discard() -> ok.
discard() ->
    _ = erase(?MESSAGES),
    _ = erase(?CLOSE),
    ok.

gathered(Message, Size0, Messages, Writer) ->
    case Size0 + rabbit_socks_proto:send_size(Message) of
        Size when Size > ?MAX_GATHERED ->
            ok = send(lists:reverse([Message | Messages]), Writer),
            gather();
        Size ->
            _ = put(?MESSAGES, {Size, [Message | Messages]}),
            ok
    end.

send([], _) -> ok;
send(Messages, #writer{session = Session} = Writer) -> command(Writer, rabbit_socks_proto:send(Session, Messages)).

%% The port may be gone before its sessions are: the supervisor is about to end us then.
command(#writer{port = Port}, Packet) ->
    try port_command(Port, Packet) of
        true -> ok
    catch
        error:badarg -> ok
    end.

checked({utf8, Data}) -> text(iolist_to_binary(Data));
checked({binary, Data}) -> {binary, limited(iolist_to_binary(Data))};
checked(Data) -> text(iolist_to_binary(Data)).

text(Data) ->
    true = is_text(Data) orelse error(badarg),
    {utf8, limited(Data)}.

limited(Data) when byte_size(Data) =< 16#2000000 -> Data;
limited(_) -> error(badarg).

%% Eight bytes of ASCII at a time: most text is.
is_text(<<A, B, C, D, E, F, G, H, Rest/binary>>) when A bor B bor C bor D bor E bor F bor G bor H < 128 -> is_text(Rest);
is_text(<<_/utf8, Rest/binary>>) -> is_text(Rest);
is_text(Rest) -> Rest =:= <<>>.
