%% SPDX-License-Identifier: MPL-2.0
%% @doc What a callback module writes with: the `WriterModule' of open/3.
%%
%% In the session's own process messages are gathered while its callback runs and leave in one packet when it returns;
%% from any other process each call writes at once. Every call returns `ok': what happens to the client afterwards is told
%% by terminate/1. A message for a client that is gone is dropped.
-module(rabbit_socks_writer).

-export([send_frame/2, close_transport/1, close/3]).
-export([new/2, gather/0, flush/2, discard/0]).
-export_type([arg/0]).

-record(writer, {
    session :: non_neg_integer(),
    beginning :: binary(), % of its send commands
    link :: rabbit_socks_link:link(),
    owner :: pid()
}).

-opaque arg() :: #writer{}.

-define(MESSAGES, '$rabbit_socks_messages').
-define(CLOSE, '$rabbit_socks_close').
%% Gathered messages are sent before the packet comes near the link's limit.
-define(MAX_GATHERED, 1048576).
%% Half of a packet: room for one that is added to what was gathered.
-define(MAX_MESSAGE, 16#2000000).

%% @doc Text must be UTF-8 (else badarg); bare iodata is text, as in 2011. A message above 32 MiB is badarg.
-spec send_frame(rabbit_socks_callback:frame() | {utf8 | binary, iodata()} | iodata(), arg()) -> ok.
send_frame(Frame, #writer{owner = Owner} = Writer) ->
    Message = checked(Frame),
    case get(?MESSAGES) of
        {Size, Messages} when Owner =:= self() -> gathered(Message, Size, Messages, Writer);
        _ -> write([send([Message], Writer)], Writer)
    end.

%% @doc Ends the session: close code 1000.
-spec close_transport(arg()) -> ok.
close_transport(Writer) ->
    close(1000, <<>>, Writer).

%% @doc Ends the session with a close code of RFC 6455 7.4 and a reason, text of which 123 bytes are sent. What was sent
%% before arrives before; of several calls the first counts.
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
            write([rabbit_socks_proto:term({close, Session, Code, Text})], Writer)
    end;
close(_, _, _) ->
    error(badarg).

%% For rabbit_socks_session.

-spec new(non_neg_integer(), rabbit_socks_link:link()) -> arg().
new(Session, Link) ->
    #writer{session = Session, beginning = rabbit_socks_proto:session(Session), link = Link, owner = self()}.

-spec gather() -> ok.
gather() ->
    _ = put(?MESSAGES, {0, []}),
    ok.

%% @doc One packet: what was gathered, the tail (a command of the session, or none), then the close the callback asked for.
-spec flush(arg(), none | term()) -> ok | closing.
flush(#writer{session = Session} = Writer, Tail) ->
    {_, Messages} = erase(?MESSAGES),
    case erase(?CLOSE) of
        undefined ->
            write(gathered_sends(Messages, Writer) ++ tail(Tail), Writer);
        {Code, Text} ->
            ok = write(gathered_sends(Messages, Writer) ++ tail(Tail) ++ [rabbit_socks_proto:term({close, Session, Code, Text})], Writer),
            closing
    end.

%% @doc Forgets what was gathered.
-spec discard() -> ok.
discard() ->
    _ = erase(?MESSAGES),
    _ = erase(?CLOSE),
    ok.

gathered(Message, Size0, Messages, Writer) ->
    case Size0 + rabbit_socks_proto:send_size(Message) of
        Size when Size > ?MAX_GATHERED ->
            ok = write(gathered_sends([Message | Messages], Writer), Writer),
            gather();
        Size ->
            _ = put(?MESSAGES, {Size, [Message | Messages]}),
            ok
    end.

gathered_sends([], _) -> [];
gathered_sends(Messages, Writer) -> [send(lists:reverse(Messages), Writer)].

send(Messages, #writer{beginning = Beginning}) -> rabbit_socks_proto:send(Beginning, Messages).

tail(none) -> [];
tail(Command) -> [rabbit_socks_proto:term(Command)].

%% The edge may be gone before its sessions are: the supervisor is about to end us then.
write([], _) -> ok;
write(Commands, #writer{link = Link}) -> rabbit_socks_link:write(Link, length(Commands), Commands).

checked({utf8, Data}) -> text(iolist_to_binary(Data));
checked({binary, Data}) -> {binary, limited(iolist_to_binary(Data))};
checked(Data) -> text(iolist_to_binary(Data)).

text(Data) ->
    true = is_text(Data) orelse error(badarg),
    {utf8, limited(Data)}.

limited(Data) when byte_size(Data) =< ?MAX_MESSAGE -> Data;
limited(_) -> error(badarg).

%% Eight bytes of ASCII at a time: most text is.
is_text(<<A, B, C, D, E, F, G, H, Rest/binary>>) when A bor B bor C bor D bor E bor F bor G bor H < 128 -> is_text(Rest);
is_text(<<_/utf8, Rest/binary>>) -> is_text(Rest);
is_text(Rest) -> Rest =:= <<>>.
