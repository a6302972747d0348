%% SPDX-License-Identifier: MPL-2.0
%% @doc What callback modules write with: the `WriterModule' of open/3.
%%
%% In the session's own process what is written is gathered while its callback runs and leaves in one packet when it returns;
%% from any other process each call writes at once. Every call returns `ok': what happens to the client afterwards is told
%% by terminate/1. A message for a client that is gone is dropped. Arguments that cannot be sent fail with badarg.
-module(rabbit_socks_writer).

-export([send_frame/2, emit/3, emit/4, reply/3, join/2, join/3, leave/2]).
-export([identify/2, position/2, sync/2]).
-export([close_transport/1, close/3, disconnect/1, disconnect/2]).
-export([new/4, gather/2, session/1]).
-export_type([arg/0]).

-record(writer, {
    session :: non_neg_integer(),
    beginning :: binary(), % of its send commands
    link :: rabbit_socks_link:link(),
    owner :: pid(),
    acks :: boolean(), % the module has handle_ack/3
    traffic :: rabbit_socks_traffic:traffic()
}).

-opaque arg() :: #writer{}.

-define(TIMEOUT, 10000). % ms
-define(MAX_TIMEOUT, 16#ffffffff).
-define(LARGEST_ID, 16#1fffffffffffff).

%% @doc Text must be UTF-8; bare iodata is text, as in 2011. A message above 32 MiB is badarg.
-spec send_frame(rabbit_socks_callback:frame() | {utf8 | binary, iodata()} | iodata(), arg()) -> ok.
send_frame(Frame, Writer) ->
    message(rabbit_socks_message:sized(rabbit_socks_message:frame(Frame)), Writer).

%% @doc An event of Socket.IO.
-spec emit(rabbit_socks_callback:name(), [rabbit_socks_callback:value()], arg()) -> ok.
emit(Name, Args, Writer) ->
    message(rabbit_socks_message:sized(rabbit_socks_message:event(Name, Args, none)), Writer).

%% @doc With `#{ack => Tag}' it is answered by handle_ack/3, once. Another process than the session's asks that one to
%% write it: so what it writes afterwards may arrive before.
-spec emit(rabbit_socks_callback:name(), [rabbit_socks_callback:value()], #{ack => term(), timeout => pos_integer()}, arg()) -> ok.
emit(Name, Args, Options, Writer) when map_size(Options) =:= 0 ->
    emit(Name, Args, Writer);
emit(Name, Args, #{ack := Tag} = Options, #writer{acks = true, owner = Owner} = Writer) ->
    Timeout = timeout(maps:remove(ack, Options)),
    case self() of
        Owner ->
            Open = fun(Acks) -> open(Name, Args, Tag, Timeout, Acks) end,
            case rabbit_socks_gather:acks(Open) of
                {ok, Sized} -> message(Sized, Writer);
                too_many -> ok;
                none -> ok % the session is over: its last callback runs
            end;
        _ ->
            _ = rabbit_socks_message:sized(rabbit_socks_message:event(Name, Args, ?LARGEST_ID)),
            _ = Owner ! {'$socks', emit, Name, Args, Options},
            ok
    end;
emit(_, _, _, _) ->
    error(badarg).

timeout(Options) when map_size(Options) =:= 0 -> ?TIMEOUT;
timeout(#{timeout := Timeout} = Options) when map_size(Options) =:= 1, is_integer(Timeout), Timeout > 0, Timeout =< ?MAX_TIMEOUT -> Timeout;
timeout(_) -> error(badarg).

%% What cannot be sent is never outstanding.
open(Name, Args, Tag, Timeout, Acks) ->
    Next = rabbit_socks_acks:next(Acks),
    Sized = rabbit_socks_message:sized(rabbit_socks_message:event(Name, Args, case Next of too_many -> none; Id -> Id end)),
    case Next of
        too_many -> {too_many, rabbit_socks_acks:too_many(Tag, Acks)};
        _ -> {{ok, Sized}, rabbit_socks_acks:open(Next, Tag, Timeout, Acks)}
    end.

%% @doc Acknowledges an event. Of several replies the first counts.
-spec reply(none | rabbit_socks_callback:ack(), [rabbit_socks_callback:value()], arg()) -> ok.
reply(none, _, #writer{}) ->
    ok;
reply(Ack, Args, #writer{session = Session} = Writer) ->
    Sized = rabbit_socks_message:sized(rabbit_socks_message:ack(rabbit_socks_acks:id(Session, Ack), Args)),
    case rabbit_socks_acks:use(Ack) of
        true -> message(Sized, Writer);
        false -> ok
    end.

%% @doc What is broadcast to the room comes to this client from now on. A client that is too slow for it is closed.
-spec join(rabbit_socks_rooms:room(), arg()) -> ok.
join(Room, Writer) ->
    join(Room, #{}, Writer).

%% @doc The same; `slow' says what becomes of a broadcast while more than `send_queue_soft' bytes wait for the client. To a
%% room that it is in already a client cannot be joined otherwise: leave first.
-spec join(rabbit_socks_rooms:room(), #{slow => rabbit_socks_rooms:slow()}, arg()) -> ok.
join(Room, Options, #writer{session = Session} = Writer) ->
    command({join, Session, rabbit_socks_message:room(Room), rabbit_socks_rooms:slow(Options)}, Writer).

-spec leave(rabbit_socks_rooms:room(), arg()) -> ok.
leave(Room, #writer{session = Session} = Writer) ->
    command({leave, Session, rabbit_socks_message:room(Room)}, Writer).

%% @doc Where the client is in what it is sent: its library keeps that with the next event, and says it when it comes back
%% (resume/2). Empty: nowhere. Of clients that keep none it is dropped.
-spec position(iodata(), arg()) -> ok.
position(Text, #writer{session = Session} = Writer) ->
    command({position, Session, rabbit_socks_position:check(Text)}, Writer).

%% @doc How far is the edge? The session's process gets `{synced, Number}' (handle_info/2) once everything that was written
%% before has been offered to the client's connection and at most `send_queue_soft' bytes of it still wait. Numbers are to
%% grow: of several that are under way only the last one is answered, and stands for those before.
-spec sync(0..16#1fffffffffffff, arg()) -> ok.
sync(Number, #writer{session = Session} = Writer) when is_integer(Number), Number >= 0, Number =< ?LARGEST_ID ->
    command({sync, Session, Number}, Writer);
sync(_, _) ->
    error(badarg).

%% @doc Says whose session it is, in a callback only. The broker then knows it as a connection of that user in that vhost,
%% until it ends or is another's. With `register => false' it does not: it has an AMQP connection of the module's in its list.
-spec identify(#{user := binary(), vhost := binary(), register => boolean()}, arg()) -> ok.
identify(#{user := User, vhost := VHost} = Who, #writer{owner = Owner}) when Owner =:= self(), is_binary(User), is_binary(VHost) ->
    rabbit_socks_connections:identify({User, VHost, registration(maps:without([user, vhost], Who))});
identify(_, _) ->
    error(badarg).

registration(Options) when map_size(Options) =:= 0 -> registered;
registration(#{register := true} = Options) when map_size(Options) =:= 1 -> registered;
registration(#{register := false} = Options) when map_size(Options) =:= 1 -> unregistered;
registration(_) -> error(badarg).

%% @doc Ends the session: close code 1000.
-spec close_transport(arg()) -> ok.
close_transport(Writer) ->
    close(1000, <<>>, Writer).

%% @doc Ends the session with a close code of RFC 6455 7.4 and a reason, text of which 123 bytes are sent. What was sent
%% before arrives before; of several calls the first counts.
-spec close(1000..4999, iodata(), arg()) -> ok.
close(Code, Reason, #writer{session = Session} = Writer)
  when Code >= 3000, Code =< 4999; Code >= 1000, Code =< 1014, Code =/= 1004, Code =/= 1005, Code =/= 1006 ->
    last({close, Session, Code, rabbit_socks_message:text(Reason)}, Writer);
close(_, _, _) ->
    error(badarg).

%% @doc Ends the session; the connection of a Socket.IO client stays for its other namespaces.
-spec disconnect(arg()) -> ok.
disconnect(Writer) ->
    disconnect(Writer, false).

%% @doc True: every namespace is disconnected, and the connection ends.
-spec disconnect(arg(), Whole :: boolean()) -> ok.
disconnect(#writer{session = Session} = Writer, Whole) when is_boolean(Whole) ->
    last({disconnect, Session, Whole}, Writer);
disconnect(_, _) ->
    error(badarg).

%% For rabbit_socks_session and rabbit_socks_rooms.

-spec new(non_neg_integer(), rabbit_socks_link:link(), HandlesAcks :: boolean(), rabbit_socks_traffic:traffic()) -> arg().
new(Session, Link, HandlesAcks, Traffic) ->
    #writer{session = Session, beginning = rabbit_socks_proto:session(Session), link = Link, owner = self(), acks = HandlesAcks, traffic = Traffic}.

-spec gather(arg(), rabbit_socks_acks:acks()) -> ok.
gather(#writer{link = Link, beginning = Beginning}, Acks) ->
    rabbit_socks_gather:start(Link, Beginning, Acks).

%% @doc Of what is a WriterArg.
-spec session(term()) -> {ok, non_neg_integer()} | none.
session(#writer{session = Session}) -> {ok, Session};
session(_) -> none.

message({Size, Message} = Sized, #writer{owner = Owner, link = Link, beginning = Beginning, traffic = Traffic}) ->
    ok = rabbit_socks_traffic:sent(1, Size, Traffic),
    case Owner =:= self() andalso rabbit_socks_gather:message(Sized) of
        true -> ok;
        false -> rabbit_socks_link:write(Link, 1, [rabbit_socks_proto:send(Beginning, [Message])])
    end.

command(Command, #writer{owner = Owner, link = Link}) ->
    Encoded = rabbit_socks_proto:term(Command),
    case Owner =:= self() andalso rabbit_socks_gather:command(Encoded) of
        true -> ok;
        false -> rabbit_socks_link:write(Link, 1, [Encoded])
    end.

last(Command, #writer{owner = Owner, link = Link}) ->
    case Owner =:= self() andalso rabbit_socks_gather:close(Command) of
        true -> ok;
        false -> rabbit_socks_link:write(Link, Command)
    end.
