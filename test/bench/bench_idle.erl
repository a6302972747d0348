%% SPDX-License-Identifier: MPL-2.0
%% @doc What an open connection that says nothing adds to each process of a server.
-module(bench_idle).

-export([measure/3]).

-define(CONNECTIONS, 2000).
%% Opened and closed before, so that what a server takes once is not counted.
-define(WARM, 200).

-spec measure(file:filename(), string(), [bench_peers:peer()]) -> ok.
measure(Load, Mode, Peers) ->
    io:format("~n~ts, bytes a connection, ~b connections~n", [Mode, ?CONNECTIONS]),
    lists:foreach(fun(Peer) -> peer(Load, Mode, Peer) end, Peers).

peer(Load, Mode, #{name := Name, memory := Memory} = Peer) ->
    close(open(Load, Mode, Peer, ?WARM)),
    Before = settled(Memory),
    Port = open(Load, Mode, Peer, ?CONNECTIONS),
    After = settled(Memory),
    io:format("  ~-9s ~ts~n", [Name, lists:join(", ", [io_lib:format("~ts ~b", [What, round((A - B) / ?CONNECTIONS)])
                               || {{What, B}, {What, A}} <- lists:zip(Before, After)])]),
    close(Port).

open(Load, Mode, #{port := Port, path := Path} = Peer, Connections) ->
    Opened = open_port({spawn_executable, Load}, [{args, [maps:get(dialect, Peer, "") ++ Mode, "127.0.0.1", integer_to_list(Port), Path, integer_to_list(Connections)]},
                                                  {line, 1000}, exit_status, use_stdio]),
    receive
        {Opened, {data, {eol, "ready" ++ _}}} -> Opened;
        {Opened, Other} -> error({load, Other})
    after 60_000 -> error({load, timeout})
    end.

close(Port) ->
    true = port_close(Port),
    timer:sleep(1000).

%% When what the handshakes needed has been given back, and silent sessions hibernate.
settled(Memory) ->
    timer:sleep(3000),
    Memory().
