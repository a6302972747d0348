%% SPDX-License-Identifier: MPL-2.0
%% @doc Many browsers that are subscribed to one topic, a process each: most read, and say how far they are; some do not, until
%% they are asked to. Bodies begin with a number, between two "#".
-module(slow_crowd).

-include_lib("stdlib/include/assert.hrl").

-export([readers/3, sleepers/4, numbered/2, all_at/2, wake/1, stop/1]).

-define(WAIT, 60_000).
%% TCP_MAXSEG of Linux, before the connection is made: segments of a telephone line instead of the 64 KiB of loopback, for
%% ten of which and more the kernel makes room.
-define(SMALL, [{recbuf, 4096}, {raw, 6, 2, <<536:32/native>>}]).
-define(GUEST, #{username => <<"guest">>, password => <<"guest">>}).

%% @doc They are subscribed when it returns. One that misses a message or gets one twice fails the caller.
-spec readers(inet:port_number(), pos_integer(), map()) -> [pid()].
readers(Port, Count, Options) ->
    crowd(Count, fun(Parent) ->
        Ws = subscribed(socks_client:connect(Port), Options),
        Parent ! {ready, self()},
        read(Ws, 1, Parent)
    end).

%% @doc The kernel takes little on their behalf. wake/1 makes each read, until that is done, or the connection is closed: a
%% message has this number, and with `counted' what is missing has been told.
-spec sleepers(inet:port_number(), pos_integer(), map(), {counted | uncounted, Last :: pos_integer()}) -> [pid()].
sleepers(Port, Count, Options, Last) ->
    crowd(Count, fun(Parent) ->
        Ws = subscribed(socks_client:connect(Port, ?SMALL), Options),
        Parent ! {ready, self()},
        receive wake -> ok end,
        Parent ! {woken, self(), until(Ws, Last, [], 0)},
        receive stop -> socks_ws:close(Ws) end
    end).

crowd(Count, Run) ->
    Parent = self(),
    Pids = [spawn_link(fun() -> Run(Parent) end) || _ <- lists:seq(1, Count)],
    [receive {ready, Pid} -> ok after ?WAIT -> error({not_ready, Pid}) end || Pid <- Pids],
    Pids.

subscribed(Connection, Options) ->
    Ws = socks_ws:open(none, "/websocket/", #{protocols => ["rabbit-socks.json"], connection => Connection}),
    Client = {json, Ws},
    #{<<"ok">> := true} = bridge_client:ask(Client, "login", [?GUEST]),
    #{<<"ok">> := true} = bridge_client:ask(Client, "subscribe", [<<"amq.topic">>, <<"slow.#">>, Options]),
    Ws.

%% A reader is a client that is there: it answers pings, which come when the others' turn takes long.
read(Ws, Expected, Parent) ->
    case socks_ws:recv(Ws, ?WAIT) of
        {ping, Data} ->
            ok = socks_ws:send(Ws, {pong, Data}),
            read(Ws, Expected, Parent);
        {utf8, Json} ->
            ?assertEqual({message, Expected}, said(Json)),
            Parent ! {at, self(), Expected},
            read(Ws, Expected + 1, Parent)
    end.

%% The numbers as they came, how many were dropped by the edge's account, and the close.
until(_, {counted, Last}, [Last | _] = Numbers, Dropped) when length(Numbers) + Dropped =:= Last -> {lists:reverse(Numbers), Dropped, open};
until(_, {uncounted, Last}, [Last | _] = Numbers, Dropped) -> {lists:reverse(Numbers), Dropped, open};
until(Ws, Until, Numbers, Dropped) ->
    case socks_ws:recv(Ws, ?WAIT) of
        {close, Code, _} -> {lists:reverse(Numbers), Dropped, Code};
        {ping, _} -> until(Ws, Until, Numbers, Dropped);
        {utf8, Json} ->
            case said(Json) of
                {dropped, More} -> until(Ws, Until, Numbers, Dropped + More);
                {message, Number} -> until(Ws, Until, [Number | Numbers], Dropped)
            end
    end.

said(<<"{\"event\":\"message\",", _/binary>> = Json) ->
    [_, Number | _] = binary:split(Json, <<"#">>, [global]),
    {message, binary_to_integer(Number)};
said(<<"{\"event\":\"dropped\",", _/binary>> = Json) ->
    #{<<"args">> := [Count]} = rabbit_json:decode(Json),
    {dropped, Count}.

-spec numbered(pos_integer(), pos_integer()) -> binary().
numbered(Number, Size) ->
    iolist_to_binary(string:pad(["#", integer_to_binary(Number), "#"], Size, trailing, $x)).

%% @doc Waits until each reader has got the message of this number.
-spec all_at([pid()], pos_integer()) -> ok.
all_at(Readers, Number) ->
    lists:foreach(fun(Pid) -> receive {at, Pid, Number} -> ok after ?WAIT -> error({lost, Pid, Number}) end end, Readers).

%% @doc What each has got.
-spec wake([pid()]) -> [{Numbers :: [pos_integer()], Dropped :: non_neg_integer(), open | 1000..4999}].
wake(Sleepers) ->
    [Pid ! wake || Pid <- Sleepers],
    [receive {woken, Pid, Got} -> Got after 2 * ?WAIT -> error({asleep, Pid}) end || Pid <- Sleepers].

-spec stop([pid()]) -> ok.
stop(Pids) ->
    lists:foreach(fun(Pid) -> unlink(Pid), exit(Pid, kill) end, Pids).
