%% SPDX-License-Identifier: MPL-2.0
%% @doc A session as an operator sees it: a connection, with a name, two ends, and the user whom its callback module has
%% named. It is memory of every idle session, so addresses are packed and everything else is said in words only when
%% somebody looks.
-module(rabbit_socks_connection).

-export([new/5, table_options/0, pid/1, name/1, is_told/1, user/1, identify/2, known/1, traffic_of_known/0, columns/0, column/2]).
-export([alarm_subscription/0, alarm_subscribers/0, traffic/0, kind/1]).
-export_type([connection/0, user/0, column/0]).

-record(connection, {
    pid :: pid(),
    session :: non_neg_integer(),
    module :: module(),
    peer :: packed(),
    local :: packed(),
    secure :: boolean(),
    transport :: atom(),
    protocol :: atom(),
    generation :: atom(),
    namespace :: binary() | none,
    since :: integer(), % monotonic time, ms
    traffic :: rabbit_socks_traffic:traffic(),
    user = none :: none | user(),
    alarms = false :: boolean() % subscribed to
}).

-type connection() :: #connection{}.

%% Whom the callback module has named. Not registered: the broker has the module's own AMQP connection in its list.
-type user() :: {User :: binary(), VHost :: binary(), registered | unregistered}.

%% Four or sixteen bytes of address and two of port; an address that is none is told as `unknown'.
-type packed() :: binary().

-type column() :: name | pid | node | module | user | vhost | protocol | transport | generation | namespace | ssl
                | peer_host | peer_port | host | port | connected_at | recv_cnt | recv_oct | send_cnt | send_oct.

%% @doc Info as the edge's open event has it.
-spec new(pid(), Session :: non_neg_integer(), module(), map(), rabbit_socks_traffic:traffic()) -> connection().
new(Pid, Session, Module, Info, Traffic) ->
    #connection{
        pid = Pid,
        session = Session,
        module = Module,
        peer = packed(maps:get(peer, Info, none)),
        local = packed(maps:get(local, Info, none)),
        secure = maps:get(secure, Info, false),
        transport = maps:get(transport, Info, none),
        protocol = maps:get(protocol, Info, none),
        generation = maps:get(generation, Info, none),
        namespace = maps:get(namespace, Info, none),
        since = erlang:monotonic_time(millisecond),
        traffic = Traffic
    }.

packed({Address, Port}) ->
    case inet:parse_address(binary_to_list(Address)) of
        {ok, {A, B, C, D}} -> <<A, B, C, D, Port:16>>;
        {ok, {A, B, C, D, E, F, G, H}} -> <<A:16, B:16, C:16, D:16, E:16, F:16, G:16, H:16, Port:16>>;
        {error, einval} -> <<>>
    end;
packed(none) ->
    <<>>.

unpacked(<<A, B, C, D, Port:16>>) -> {{A, B, C, D}, Port};
unpacked(<<A:16, B:16, C:16, D:16, E:16, F:16, G:16, H:16, Port:16>>) -> {{A, B, C, D, E, F, G, H}, Port};
unpacked(<<>>) -> {unknown, 0}.

%% @doc Of an ETS table of connections: the key is the pid.
-spec table_options() -> [{keypos, pos_integer()}].
table_options() -> [{keypos, #connection.pid}].

-spec pid(connection()) -> pid().
pid(#connection{pid = Pid}) -> Pid.

%% @doc One for each session: a client that polls has no address of its own, and one of Socket.IO several sessions.
-spec name(connection()) -> binary().
name(#connection{peer = Peer, local = Local, session = Session}) ->
    iolist_to_binary([place(unpacked(Peer)), " -> ", place(unpacked(Local)), " (", string:lowercase(integer_to_list(Session, 36)), $)]).

place({Host, Port}) when tuple_size(Host) =:= 8 -> [$[, text(Host), "]:", integer_to_list(Port)];
place({Host, Port}) -> [text(Host), $:, integer_to_list(Port)].

text(unknown) -> "unknown";
text(Host) -> inet:ntoa(Host).

%% @doc Does its protocol have a word that says: you are disconnected, do not come again?
-spec is_told(connection()) -> boolean().
is_told(#connection{generation = Generation}) ->
    lists:member(Generation, ['socket.io-0.9', 'socket.io-2', 'socket.io-4']).

-spec user(connection()) -> none | user().
user(#connection{user = User}) -> User.

-spec identify(user(), connection()) -> connection().
identify(User, Connection) -> Connection#connection{user = User}.

%% @doc Of an ETS table of connections: the element that is what goes through one.
-spec traffic() -> pos_integer().
traffic() -> #connection.traffic.

%% @doc What the broker is told of one that has a user.
-spec known(connection()) -> [{atom(), term()}].
known(#connection{user = {User, VHost, _}, peer = Peer, local = Local} = Connection) ->
    {PeerHost, PeerPort} = unpacked(Peer),
    {Host, Port} = unpacked(Local),
    [{pid, Connection#connection.pid},
     {name, name(Connection)},
     {node, node()},
     {user, User},
     {user_who_performed_action, User},
     {vhost, VHost},
     %% Of the types that the broker closes in its own ways, `network' and `direct', it is none.
     {type, socks},
     {protocol, protocol(Connection)},
     {connected_at, connected_at(Connection)},
     {state, running},
     {peer_host, PeerHost}, {peer_port, PeerPort}, {host, Host}, {port, Port},
     {ssl, Connection#connection.secure},
     {transport, Connection#connection.transport},
     {client_properties, [{atom_to_binary(Column), longstr, shown(column(Column, Connection))}
                          || Column <- [transport, namespace, module], not is_usual(column(Column, Connection))]}].

%% The broker keeps it for each connection: the namespace that clients are in who ask for none says nothing.
is_usual('') -> true;
is_usual(<<"/">>) -> true;
is_usual(_) -> false.

%% @doc Of an ETS table of connections: matches those that the broker knows, as `{Pid, Traffic}'.
-spec traffic_of_known() -> ets:match_spec().
traffic_of_known() ->
    Wanted = [{1, connection}, {#connection.pid, '$1'}, {#connection.traffic, '$2'}, {#connection.user, {'_', '_', registered}}],
    [{erlang:make_tuple(record_info(size, connection), '_', Wanted), [], [{{'$1', '$2'}}]}].

%% @doc Of an ETS table of connections: the element to be updated in the row of a session that subscribes to alarms.
-spec alarm_subscription() -> {pos_integer(), true}.
alarm_subscription() -> {#connection.alarms, true}.

%% @doc Of an ETS table of connections: matches those, as their pids.
-spec alarm_subscribers() -> ets:match_spec().
alarm_subscribers() ->
    [{erlang:make_tuple(record_info(size, connection), '_', [{1, connection}, {#connection.pid, '$1'}, {#connection.alarms, true}]), [], ['$1']}].

protocol(#connection{generation = none, protocol = rfc6455}) -> {'WebSocket', "RFC 6455"};
protocol(#connection{generation = none, protocol = Draft}) -> {'WebSocket', atom_to_list(Draft)};
protocol(#connection{generation = 'rabbit-socks.json'}) -> {'WebSocket', "rabbit-socks.json"};
protocol(#connection{generation = Generation}) ->
    case atom_to_list(Generation) of
        "socket.io-" ++ Version -> {'Socket.IO', Version};
        "engine.io-" ++ Version -> {'Engine.IO', Version}
    end.

%% @doc What it is counted among.
-spec kind(connection()) -> rabbit_socks_metrics:kind().
kind(#connection{transport = Transport} = Connection) -> {column(protocol, Connection), Transport}.

%% The clock of the wall, for people: nothing is timed by it.
connected_at(#connection{since = Since}) -> Since + erlang:time_offset(millisecond).

shown(Value) when is_binary(Value) -> Value;
shown(Value) when is_atom(Value) -> atom_to_binary(Value).

%% @doc What a listing can show, in the order in which it shows all of it.
-spec columns() -> [column(), ...].
columns() ->
    [name, user, vhost, protocol, transport, generation, namespace, module, ssl, peer_host, peer_port, host, port, connected_at,
     recv_cnt, recv_oct, send_cnt, send_oct, node, pid].

%% @doc What is not there is `'''.
-spec column(column(), connection()) -> binary() | atom() | integer() | pid().
column(name, Connection) -> name(Connection);
column(pid, #connection{pid = Pid}) -> Pid;
column(node, #connection{pid = Pid}) -> node(Pid);
column(module, #connection{module = Module}) -> Module;
column(user, #connection{user = {User, _, _}}) -> User;
column(vhost, #connection{user = {_, VHost, _}}) -> VHost;
column(protocol, Connection) -> {Family, Version} = protocol(Connection), iolist_to_binary([atom_to_binary(Family), $\s, Version]);
column(transport, #connection{transport = Transport}) -> Transport;
column(generation, #connection{generation = Generation}) when Generation =/= none -> Generation;
column(namespace, #connection{namespace = Namespace}) when Namespace =/= none -> Namespace;
column(ssl, #connection{secure = Secure}) -> Secure;
column(peer_host, #connection{peer = Peer}) -> {Host, _} = unpacked(Peer), list_to_binary(text(Host));
column(peer_port, #connection{peer = Peer}) -> {_, Port} = unpacked(Peer), Port;
column(host, #connection{local = Local}) -> {Host, _} = unpacked(Local), list_to_binary(text(Host));
column(port, #connection{local = Local}) -> {_, Port} = unpacked(Local), Port;
column(connected_at, Connection) -> connected_at(Connection);
column(Count, #connection{traffic = Traffic}) when Count =:= recv_cnt; Count =:= recv_oct; Count =:= send_cnt; Count =:= send_oct ->
    maps:get(Count, rabbit_socks_traffic:totals(Traffic));
column(_, #connection{}) -> ''.
