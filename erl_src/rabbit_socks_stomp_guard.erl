%% SPDX-License-Identifier: MPL-2.0
%% @doc What a frame must hold to before the broker's processor sees it, and how much of the broker one client may take.
%% The processor trusts numbers, names and counts; what it does with bad ones harms others: a name of AMQP above 255 bytes
%% breaks whoever reads the message, a second CONNECT or a bad heart-beat leaves a connection behind, a transaction without
%% end fills the memory.
%%
%% A function of the frames alone, but for an address of direct reply-to, whose node must be one of the cluster's. The caller goes on with the guard of check/2 when the processor took the frame, and
%% with the one before when it answered ERROR.
-module(rabbit_socks_stomp_guard).

-export([new/1, check/2, cancelled/2]).
-export_type([guard/0, limits/0, verdict/0]).

-type limits() :: #{subscriptions := pos_integer(), transactions := pos_integer(), transaction_bytes := pos_integer()}.
-type frame() :: rabbit_socks_stomp_parser:frame().

%% refuse: the client is told, as of any mistake the broker finds. fatal: and the connection is closed.
-type verdict() :: {ok, frame(), guard()} | {refuse | fatal, Message :: iodata(), Detail :: iodata()}.

-define(SHORT, 255).
-define(MAX_DIGITS, 17).
%% Three parts with each byte as %XX, and what is around them.
-define(MAX_DESTINATION, 2_400).
-define(TEMP_QUEUE, "/temp-queue/").
-define(QUEUE_NAME, "x-queue-name").
-define(REPLIES, "amq.rabbitmq.reply-to.").

%% Headers that become short strings of AMQP: every reader of the message would choke on a longer one.
-define(SHORT_HEADERS, ["content-type", "content-encoding", "correlation-id", "reply-to", "expiration", "amqp-message-id",
                        "type", "user-id", "app-id", ?QUEUE_NAME, "x-dead-letter-exchange", "x-dead-letter-routing-key"]).
%% Texts that the broker writes to its log when they are wrong.
-define(LOGGED, ["id", "message-id", "ack", "transaction", "x-stream-offset", "x-stream-filter"]).
-define(MAX_LOGGED, 512).
-define(NUMBERS, ["priority", "timestamp", "prefetch-count", "x-expires", "x-max-length", "x-max-length-bytes",
                  "x-max-priority", "x-message-ttl", "x-priority"]).

-record(guard, {
    limits :: limits(),
    connected = false :: boolean(),
    %% Each with the name of its queue, if the client gave one.
    subscriptions = #{} :: #{rabbit_socks_stomp_broker:subscription() | {reply_to, string()} => none | string()},
    transactions = #{} :: #{string() => Bytes :: non_neg_integer()}
}).

-opaque guard() :: #guard{}.

-spec new(limits()) -> guard().
new(Limits) ->
    #guard{limits = Limits}.

-spec check(frame(), guard()) -> verdict().
check(#{command := Command}, #guard{connected = true}) when Command =:= "CONNECT"; Command =:= "STOMP" ->
    {fatal, "Illegal command", "You are logged in already.\n"};
check(#{command := Command} = Frame, Guard) when Command =:= "CONNECT"; Command =:= "STOMP" ->
    connect([fun login/1, fun heart_beat/1], Frame, Guard);
check(#{command := Command} = Frame, #guard{connected = true} = Guard) ->
    try
        headers(Frame),
        {Frame1, Guard1} = command(Command, Frame, Guard),
        {ok, Frame1, transaction(Command, Frame, Guard1)}
    catch
        throw:{refuse, Message, Detail} -> {refuse, Message, Detail}
    end;
check(Frame, Guard) ->
    {ok, Frame, Guard}.    % before CONNECT: the processor says what is wrong

%% @doc The broker has ended a subscription.
-spec cancelled(rabbit_socks_stomp_broker:subscription(), guard()) -> guard().
cancelled(Subscription, #guard{subscriptions = Subscriptions} = Guard) ->
    Guard#guard{subscriptions = maps:remove(Subscription, Subscriptions)}.

%% CONNECT

connect([Rule | Rules], Frame, Guard) ->
    case Rule(Frame) of
        ok -> connect(Rules, Frame, Guard);
        Detail -> {fatal, "Bad CONNECT", Detail}
    end;
connect([], Frame, Guard) ->
    {ok, Frame, Guard#guard{connected = true}}.

%% The broker logs both names as they are: no line of the log may be the client's.
login(Frame) ->
    case lists:all(fun plain/1, [value(Header, Frame) || Header <- ["login", "host"]]) of
        true -> ok;
        false -> "login and host must have at most 255 bytes and no control characters.\n"
    end.

plain(none) -> true;
plain(Text) -> length(Text) =< ?SHORT andalso lists:all(fun(C) -> C >= $\s andalso C =/= 127 end, Text).

heart_beat(Frame) ->
    case value("heart-beat", Frame) of
        none -> ok;
        Text ->
            %% Blanks before it are for STOMP 1.0, which the processor trims.
            case re:run(Text, "^ *[0-9]{1,9},[0-9]{1,9}\\z", [{capture, none}]) of
                match -> ok;
                nomatch -> "heart-beat must be two numbers of milliseconds with a comma between them.\n"
            end
    end.

%% Every other frame

headers(#{headers := Headers} = Frame) ->
    lists:foreach(fun header/1, Headers),
    address(Frame),
    destination(value("destination", Frame)),
    destination(value("reply-to", Frame)).

header({Name, Value}) ->
    Short = lists:member(Name, ?SHORT_HEADERS),
    Logged = lists:member(Name, ?LOGGED),
    Number = lists:member(Name, ?NUMBERS),
    if
        Short, length(Value) > ?SHORT -> too_long(Name, ?SHORT);
        Logged, length(Value) > ?MAX_LOGGED -> too_long(Name, ?MAX_LOGGED);
        Number ->
            case number(string:trim(Value, both, " ")) of
                true -> ok;
                false -> refuse("Invalid header", ["'", Name, "' must be a whole number.\n"])
            end;
        true -> ok
    end.

-spec too_long(string(), pos_integer()) -> no_return().
too_long(Name, Max) ->
    refuse("Invalid header", ["'", Name, "' must have at most ", integer_to_list(Max), " bytes.\n"]).

number("") -> false;
number(Text) -> lists:all(fun(C) -> C >= $0 andalso C =< $9 end, Text) andalso length(Text) =< ?MAX_DIGITS.

%% Exchanges, queues and routing keys are short strings too.
destination(none) -> ok;
destination(Text) when length(Text) > ?MAX_DESTINATION ->
    refuse("Invalid destination", ["A destination must have at most ", integer_to_list(?MAX_DESTINATION), " bytes.\n"]);
destination(Text) ->
    case [Part || Part <- string:split(Text, "/", all), length(Part) > ?SHORT, decoded(Part) > ?SHORT] of
        [] -> ok;
        _ -> refuse("Invalid destination", "Each part of a destination must have at most 255 bytes.\n")
    end.

%% An answer to a request of AMQP goes to an address that a broker has written. Of one that a client makes up the broker makes
%% atoms, terms and calls (rabbit_socks_reply_address), so that none comes to a queue's name or to dead letters either.
address(#{command := Command} = Frame) ->
    Refused = "This is no address for replies.\n",
    case unescaped(value("destination", Frame)) of
        "/reply-queue/" ++ ?REPLIES ++ _ = Destination when Command =:= "SEND" ->
            is_routable(lists:nthtail(length("/reply-queue/"), Destination)) orelse refuse("Invalid destination", Refused);
        Destination ->
            string:find(Destination, ?REPLIES) =:= nomatch orelse refuse("Invalid destination", Refused)
    end,
    [refuse("Invalid header", Refused) || Name <- [?QUEUE_NAME, "x-dead-letter-routing-key"], string:find(unescaped(value(Name, Frame)), ?REPLIES) =/= nomatch],
    ok.

is_routable(Key) ->
    lists:all(fun(C) -> C < 128 end, Key) andalso rabbit_socks_reply_address:is_routable(<<>>, list_to_binary(Key)).

unescaped(none) -> "";
unescaped([$%, High, Low | Rest]) ->
    try list_to_integer([High, Low], 16) of
        C -> [C | unescaped(Rest)]
    catch
        error:badarg -> [$% | unescaped([High, Low | Rest])]
    end;
unescaped([C | Rest]) -> [C | unescaped(Rest)];
unescaped([]) -> [].

decoded([$%, _, _ | Rest]) -> 1 + decoded(Rest);
decoded([_ | Rest]) -> 1 + decoded(Rest);
decoded([]) -> 0.

command("SUBSCRIBE", Frame, Guard) ->
    tag(subscription(Frame)),
    %% One that exists is the processor's to refuse.
    {Frame, add(subscription(Frame), value(?QUEUE_NAME, Frame), Guard)};
command("UNSUBSCRIBE", Frame, #guard{subscriptions = Subscriptions} = Guard) ->
    %% A durable subscription's queue is deleted by its name, which is not the client's to say anew.
    Key = subscription(Frame),
    {own_queue(maps:get(Key, Subscriptions, none), Frame), Guard#guard{subscriptions = maps:remove(Key, Subscriptions)}};
command("SEND", Frame, Guard) ->
    %% The processor subscribes to the answers.
    case value("reply-to", Frame) of
        ?TEMP_QUEUE ++ _ = ReplyTo -> {Frame, add({reply_to, ReplyTo}, none, Guard)};
        _ -> {Frame, Guard}
    end;
command(_, Frame, Guard) ->
    {Frame, Guard}.

%% The tag of a consumer is a short string, and has two bytes more.
tag({id, Id}) when length(Id) > ?SHORT - 2 -> too_long("id", ?SHORT - 2);
tag({destination, Destination}) when Destination =/= none, length(Destination) > ?SHORT - 2 ->
    refuse("Invalid destination", "A subscription to a destination of more than 253 bytes needs an 'id'.\n");
tag(_) -> ok.

subscription(Frame) ->
    case {value("id", Frame), value("destination", Frame)} of
        {none, Destination} -> {destination, Destination};
        {Id, _} -> {id, Id}
    end.

add(Key, _, #guard{subscriptions = Subscriptions} = Guard) when is_map_key(Key, Subscriptions) ->
    Guard;
add(_, _, #guard{subscriptions = Subscriptions, limits = #{subscriptions := Max}}) when map_size(Subscriptions) >= Max ->
    refuse("Too many subscriptions", ["A connection has at most ", integer_to_list(Max), ".\n"]);
add(Key, Queue, #guard{subscriptions = Subscriptions} = Guard) ->
    Guard#guard{subscriptions = Subscriptions#{Key => Queue}}.

own_queue(none, #{headers := Headers} = Frame) ->
    Frame#{headers := lists:keydelete(?QUEUE_NAME, 1, Headers)};
own_queue(Queue, #{headers := Headers} = Frame) ->
    Frame#{headers := lists:keystore(?QUEUE_NAME, 1, Headers, {?QUEUE_NAME, Queue})}.

transaction(Command, Frame, #guard{transactions = Open} = Guard) ->
    case value("transaction", Frame) of
        none -> Guard;
        Name -> Guard#guard{transactions = transaction(Command, Name, Frame, Open, Guard#guard.limits)}
    end.

transaction("BEGIN", Name, _, Open, #{transactions := Max}) when map_size(Open) >= Max, not is_map_key(Name, Open) ->
    refuse("Too many transactions", ["A connection has at most ", integer_to_list(Max), " open.\n"]);
transaction("BEGIN", Name, _, Open, _) ->
    Open#{Name => 0};
transaction(Command, Name, _, Open, _) when Command =:= "COMMIT"; Command =:= "ABORT" ->
    maps:remove(Name, Open);
transaction(_, Name, Frame, Open, #{transaction_bytes := Max}) when is_map_key(Name, Open) ->
    Bytes = weight(Frame) + lists:sum(maps:values(Open)),
    case Bytes > Max of
        true -> refuse("Transaction too large", ["What is sent in transactions may have ", integer_to_list(Max), " bytes.\n"]);
        false -> maps:update_with(Name, fun(Sum) -> Sum + weight(Frame) end, Open)
    end;
transaction(_, _, _, Open, _) ->
    Open.

%% What it takes to keep it: a character of a header is a list cell; 200 for the rest.
weight(#{headers := Headers, body := Body}) ->
    200 + byte_size(Body) + lists:sum([16 * (length(Name) + length(Value)) || {Name, Value} <- Headers]).

value(Name, #{headers := Headers}) ->
    case lists:keyfind(Name, 1, Headers) of
        {_, Value} -> Value;
        false -> none
    end.

-spec refuse(iodata(), iodata()) -> no_return().
refuse(Message, Detail) ->
    throw({refuse, Message, Detail}).
