%% SPDX-License-Identifier: MPL-2.0
%% @doc What a session's callbacks write is gathered in its process and leaves in one packet when they have returned: messages
%% to its client, rooms it joins, broadcasts, in the order in which they were written; then the close, if one was asked for.
%% While it is gathered the acknowledgements of the session lie here too, where the writer can reach them.
%%
%% The process dictionary holds it, since a callback module hands nothing of ours back but its own state; and only while
%% callbacks run.
-module(rabbit_socks_gather).

-export([start/3, message/1, command/1, close/1, acks/1, finish/1, discard/0]).

-define(KEY, '$rabbit_socks_gather').
%% What is gathered is written before the packet comes near the link's limit.
-define(MAX_SIZE, 1048576).

-record(gather, {
    link :: rabbit_socks_link:link(),
    beginning :: binary(), % of the session's send commands
    acks :: rabbit_socks_acks:acks(),
    size = 0 :: non_neg_integer(),
    items = [] :: [item()], % the newest first
    close = none :: none | tuple()
}).

-type item() :: {message, rabbit_socks_message:message()} | {command, rabbit_socks_proto:encoded()}.

-spec start(rabbit_socks_link:link(), binary(), rabbit_socks_acks:acks()) -> ok.
start(Link, Beginning, Acks) ->
    _ = put(?KEY, #gather{link = Link, beginning = Beginning, acks = Acks}),
    ok.

%% @doc False: nothing is gathered in this process.
-spec message({Size :: pos_integer(), rabbit_socks_message:message()}) -> boolean().
message({Size, Message}) -> add({message, Message}, Size).

-spec command(rabbit_socks_proto:encoded()) -> boolean().
command(Encoded) -> add({command, Encoded}, iolist_size(Encoded)).

add(Item, Size) ->
    case get(?KEY) of
        #gather{size = Gathered, items = Items} = Gather when Gathered + Size > ?MAX_SIZE ->
            ok = write([Item | Items], [], Gather),
            _ = put(?KEY, Gather#gather{size = 0, items = []}),
            true;
        #gather{size = Gathered, items = Items} = Gather ->
            _ = put(?KEY, Gather#gather{size = Gathered + Size, items = [Item | Items]}),
            true;
        undefined ->
            false
    end.

%% @doc The command that ends the session. Of several the first counts.
-spec close(tuple()) -> boolean().
close(Command) ->
    case get(?KEY) of
        #gather{close = none} = Gather ->
            _ = put(?KEY, Gather#gather{close = Command}),
            true;
        Gather ->
            Gather =/= undefined
    end.

%% @doc Changes the acknowledgements; nothing is changed if the fun fails. None: nothing is gathered in this process.
-spec acks(fun((rabbit_socks_acks:acks()) -> {Result, rabbit_socks_acks:acks()})) -> Result | none.
acks(Fun) ->
    case get(?KEY) of
        #gather{acks = Acks0} = Gather ->
            {Result, Acks} = Fun(Acks0),
            _ = put(?KEY, Gather#gather{acks = Acks}),
            Result;
        undefined ->
            none
    end.

%% @doc Writes what was gathered, the tail (a command of the session, or none), then the close.
-spec finish(none | tuple()) -> {ok | closing, rabbit_socks_acks:acks()}.
finish(Tail) ->
    #gather{acks = Acks, items = Items, close = Close} = Gather = erase(?KEY),
    ok = write(Items, [rabbit_socks_proto:term(Command) || Command <- [Tail, Close], Command =/= none], Gather),
    {case Close of none -> ok; _ -> closing end, Acks}.

%% @doc Forgets what was gathered.
-spec discard() -> rabbit_socks_acks:acks() | none.
discard() ->
    case erase(?KEY) of
        #gather{acks = Acks} -> Acks;
        undefined -> none
    end.

%% The edge may be gone before its sessions are: the supervisor is about to end us then.
write(Items, More, #gather{link = Link, beginning = Beginning}) ->
    case commands(Items, More, Beginning) of
        [] -> ok;
        Commands -> rabbit_socks_link:write(Link, length(Commands), Commands)
    end.

%% Messages that nothing came between are one command.
commands([], Commands, _) ->
    Commands;
commands([{command, Encoded} | Items], Commands, Beginning) ->
    commands(Items, [Encoded | Commands], Beginning);
commands([{message, _} | _] = Items, Commands, Beginning) ->
    {Messages, Rest} = lists:splitwith(fun({Kind, _}) -> Kind =:= message end, Items),
    Send = rabbit_socks_proto:send(Beginning, lists:reverse([Message || {_, Message} <- Messages])),
    commands(Rest, [Send | Commands], Beginning).
