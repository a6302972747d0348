%% SPDX-License-Identifier: MPL-2.0
%% @doc What the suite of attacks happens to, and the standing check that follows every attack: the edge is the same process and
%% lives, its descriptors, its memory and the sessions are back where they were, and a connection that was open all the time
%% has its echo, none lost and none twice.
-module(attacks_world).

-include_lib("stdlib/include/assert.hrl").

-export([start/0, open/1, close/1, check/2, quiet/1, grown/1, sanitized/1]).
-export([port/2, edge/1, rpc/4, listener/2, listener/3, unlisten/2, sessions/1, eventually/1, root/0]).
-export_type([world/0]).

-type world() :: #{
    broker := socks_broker:broker(), edge := socks_os:os_pid(), witness := pid(), sanitized := boolean(),
    fds := non_neg_integer(), rss := non_neg_integer(), sessions := non_neg_integer(), log := [binary()]
}.

-define(BACK, 5000).            % ms until everything is back
-define(SLACK, 12 * 1048576).    % of memory: what an allocator keeps of thousands of connections that are gone
-define(WAIT, 15000).

%% Ports: `plain' has every default, `short' short times.
-spec start() -> socks_broker:broker().
start() ->
    Broker = socks_broker:start(#{
        ports => [plain, short],
        config => fun(#{plain := Plain, short := Short}) ->
            [{rabbit_socks, [{listeners, [
                {{"127.0.0.1", Plain}, rabbit_socks_echo, []},
                {{"127.0.0.1", Short}, rabbit_socks_echo, [
                    {head_timeout, 1000}, {body_timeout, 1000}, {close_timeout, 1000}, {send_timeout, 2000},
                    {ping_interval, 500}, {idle_timeout, 1500}, {keep_alive_timeout, 1000}, {heartbeat_interval, 60000},
                    {session_timeout, 60000}]}]}]}]
        end
    }),
    ok = socks_broker:load(Broker, attacks_callback),
    ok = socks_broker:load(Broker, attacks_events),
    Broker.

%% @doc A witness, and how things are before the attacks.
-spec open(socks_broker:broker()) -> world().
open(Broker) ->
    Edge = socks_broker:await_edge(Broker),
    Plain = socks_broker:port(Broker, plain),
    Witness = attacks_witness:start(Plain),
    %% Buffers and pools that stay for good are there before anything is measured.
    Clients = [socks_ws:open(Plain, "/websocket/warm") || _ <- lists:seq(1, 50)],
    lists:foreach(fun(Ws) -> ok = socks_ws:send(Ws, {binary, binary:copy(<<0>>, 100000)}) end, Clients),
    lists:foreach(fun(Ws) -> {binary, _} = socks_ws:recv(Ws), socks_ws:close(Ws) end, Clients),
    ok = eventually(fun() -> sessions(#{broker => Broker}) =:= 1 end),
    #{broker => Broker, edge => Edge, witness => Witness, sessions => 1, fds => settled_fds(Edge), rss => socks_os:rss(Edge),
      log => log(Broker), sanitized => socks_os:sanitized(Edge)}.

%% The warm-up's connections are gone when the number stays.
settled_fds(Edge) ->
    Before = length(socks_os:fds(Edge)),
    timer:sleep(200),
    case length(socks_os:fds(Edge)) of
        Before -> Before;
        _ -> settled_fds(Edge)
    end.

-spec close(world()) -> ok.
close(#{witness := Witness}) -> attacks_witness:stop(Witness).

%% @doc After the attack of that name.
-spec check(world(), term()) -> ok.
check(#{edge := Edge, fds := Fds, rss := Rss, sessions := Sessions, sanitized := Sanitized, witness := Witness} = World, Id) ->
    ?assert(socks_os:alive(Edge), {edge_ended_by, Id}),
    ?assertEqual({ok, Edge}, rpc(World, rabbit_socks_edge, os_pid, []), {edge_replaced_by, Id}),
    ok = attacks_witness:echo(Witness),
    back(Id, fds, fun() -> length(socks_os:fds(Edge)) end, Fds),
    back(Id, sessions, fun() -> sessions(World) end, Sessions),
    %% The sanitizer keeps what was freed in quarantine.
    Sanitized orelse back(Id, rss, fun() -> socks_os:rss(Edge) end, Rss + ?SLACK),
    ok.

back(Id, What, Now, Most) ->
    case socks_os:wait_until(fun() -> Now() =< Most end, ?BACK, 20) of
        ok -> ok;
        {error, timeout} -> error({not_back, Id, What, Now(), Most})
    end.

%% @doc No client has written a line of the log since the world was opened.
-spec quiet(world()) -> ok.
quiet(#{broker := Broker, log := Before}) -> ?assertEqual([], log(Broker) -- Before), ok.

log(Broker) -> [Line || Line <- binary:split(socks_broker:log(Broker), <<"\n">>, [global]), binary:match(Line, <<"rabbit_socks">>) =/= nomatch].

%% @doc Bytes of memory above the baseline.
-spec grown(world()) -> integer().
grown(#{edge := Edge, rss := Rss}) -> socks_os:rss(Edge) - Rss.

%% @doc Is the edge built with AddressSanitizer?
-spec sanitized(world()) -> boolean().
sanitized(#{sanitized := Sanitized}) -> Sanitized.

-spec port(world(), plain | short) -> inet:port_number().
port(#{broker := Broker}, Name) -> socks_broker:port(Broker, Name).

-spec edge(world()) -> socks_os:os_pid().
edge(#{edge := Edge}) -> Edge.

-spec rpc(map(), module(), atom(), [term()]) -> term().
rpc(#{broker := Broker}, Module, Function, Arguments) -> socks_broker:rpc(Broker, Module, Function, Arguments).

%% @doc A further listener with these options, for attacks_callback; stop it before the standing check.
-spec listener(world(), [term()]) -> inet:port_number().
listener(World, Options) -> listener(World, attacks_callback, Options).

-spec listener(world(), module(), [term()]) -> inet:port_number().
listener(World, Module, Options) ->
    Port = socks_broker:free_port(),
    ok = rpc(World, rabbit_socks, start_listener, [{"127.0.0.1", Port}, Module, Options]),
    Port.

-spec unlisten(world(), inet:port_number()) -> ok.
unlisten(World, Port) -> ok = rpc(World, rabbit_socks, stop_listener, [{"127.0.0.1", Port}]).

%% @doc How many sessions there are.
-spec sessions(map()) -> non_neg_integer().
sessions(World) ->
    {active, Count} = lists:keyfind(active, 1, rpc(World, supervisor, count_children, [rabbit_socks_session_sup])),
    Count.

-spec eventually(fun(() -> boolean())) -> ok.
eventually(Ask) -> ok = socks_os:wait_until(Ask, ?WAIT).

%% @doc The project's own directory.
-spec root() -> file:filename().
root() -> os:getenv("RABBIT_SOCKS_ROOT", ".").
