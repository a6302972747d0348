%% SPDX-License-Identifier: MPL-2.0
%% @doc RFC 6455 conformance on a real broker: every case of conformance_cases, section by section, none failed.
-module(conformance_SUITE).

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1]).
-export([framing/1, pings/1, reserved_bits/1, opcodes/1, fragmentation/1, utf8/1, closing/1, limits/1, auto_fragmentation/1]).

suite() -> [{timetrap, {minutes, 10}}].

all() -> [framing, pings, reserved_bits, opcodes, fragmentation, utf8, closing, limits, auto_fragmentation].

init_per_suite(Config) ->
    %% Section 9 sends messages of 16 MiB and messages of 65,536 fragments.
    Options = [{max_message, 16#1000000}, {max_fragments, 70000}, {send_queue_hard, 16#2000000}],
    Broker = socks_broker:start(#{
        ports => [socks],
        config => fun(#{socks := Port}) -> [{rabbit_socks, [{listeners, [{{"127.0.0.1", Port}, rabbit_socks_echo, Options}]}]}] end
    }),
    [{broker, Broker}, {port, socks_broker:port(Broker, socks)} | Config].

end_per_suite(Config) -> socks_broker:stop(proplists:get_value(broker, Config)).

framing(Config) -> section(1, Config).
pings(Config) -> section(2, Config).
reserved_bits(Config) -> section(3, Config).
opcodes(Config) -> section(4, Config).
fragmentation(Config) -> section(5, Config).
utf8(Config) -> section(6, Config).
closing(Config) -> section(7, Config).
limits(Config) -> section(9, Config).
auto_fragmentation(Config) -> section(10, Config).

section(Number, Config) ->
    Port = proplists:get_value(port, Config),
    Cases = conformance_cases:section(Number),
    true = Cases =/= [],
    Failed = [{Id, Why} || {Id, Steps} <- Cases, {failed, Why} <- [conformance_client:run(Port, "/websocket/echo", Steps)]],
    ct:pal("section ~b: ~b cases, ~b failed", [Number, length(Cases), length(Failed)]),
    case Failed of
        [] -> ok;
        _ -> ct:fail("failed: ~p", [Failed])
    end.
