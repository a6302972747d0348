%% SPDX-License-Identifier: MPL-2.0
%% @doc Every version of WebSocket with a client library that somebody else wrote: Debian's for Perl and Ruby, npm's ws.
%% (Chromium, which speaks version 13, is in pages_SUITE.) The oldest carry text only.
-module(drafts_clients_SUITE).

-export([all/0, suite/0, groups/0, init_per_suite/1, end_per_suite/1]).
-export([perl_hixie_75/1, perl_hixie_76/1, perl_hybi_8/1, perl_rfc6455/1, perl_subprotocol/1]).
-export([ruby_hixie_75/1, ruby_hixie_76/1, ruby_hybi_7/1, ruby_hybi_8/1, ruby_rfc6455/1]).
-export([node_hybi_8/1, node_rfc6455/1, node_subprotocol/1]).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

suite() -> [{timetrap, {minutes, 2}}].

all() -> [{group, perl}, {group, ruby}, {group, node}].

groups() ->
    [{perl, [], [perl_hixie_75, perl_hixie_76, perl_hybi_8, perl_rfc6455, perl_subprotocol]},
     {ruby, [], [ruby_hixie_75, ruby_hixie_76, ruby_hybi_7, ruby_hybi_8, ruby_rfc6455]},
     {node, [], [node_hybi_8, node_rfc6455, node_subprotocol]}].

init_per_suite(Config) ->
    Dir = socks_node:dir("drafts"),
    ok = socks_node:npm(Dir),
    Broker = socks_broker:start(#{
        ports => [socks],
        config => fun(#{socks := Port}) ->
            [{rabbit_socks, [{listeners, [{{"127.0.0.1", Port}, rabbit_socks_echo, []}]}]}]
        end
    }),
    [{broker, Broker}, {dir, Dir} | Config].

end_per_suite(Config) ->
    socks_broker:stop(?config(broker, Config)).

perl_hixie_75(Config) -> perl(["draft-hixie-75"], Config).
perl_hixie_76(Config) -> perl(["draft-ietf-hybi-00"], Config).
perl_hybi_8(Config) -> perl(["draft-ietf-hybi-10"], Config).
perl_rfc6455(Config) -> perl(["draft-ietf-hybi-17"], Config).
perl_subprotocol(Config) -> perl(["draft-ietf-hybi-17", "echo"], Config).

ruby_hixie_75(Config) -> ruby("75", text, Config).
ruby_hixie_76(Config) -> ruby("76", text, Config).
ruby_hybi_7(Config) -> ruby("7", text, Config), ruby("7", binary, Config).
ruby_hybi_8(Config) -> ruby("8", text, Config), ruby("8", binary, Config).
ruby_rfc6455(Config) -> ruby("13", text, Config), ruby("13", binary, Config).

node_hybi_8(Config) -> node(["8"], Config).
node_rfc6455(Config) -> node(["13"], Config).
node_subprotocol(Config) -> node(["13", "echo"], Config).

perl(Args, Config) ->
    run("perl", ["echo.pl", "127.0.0.1", port(Config), "/websocket/draft" | Args], Config).

ruby(Version, Kind, Config) ->
    run("ruby", ["echo.rb", "127.0.0.1", port(Config), "/websocket/draft", Version, atom_to_list(Kind)], Config).

node(Args, Config) ->
    run("node", ["echo.mjs", "ws://127.0.0.1:" ++ port(Config) ++ "/websocket/draft" | Args], Config).

port(Config) ->
    integer_to_list(socks_broker:port(?config(broker, Config), socks)).

run(Program, Args, Config) ->
    {Status, Output} = socks_node:run(?config(dir, Config), Program, Args, 60_000),
    ct:log("~ts ~p: ~ts", [Program, Args, Output]),
    ?assertEqual({Args, 0, <<"ok\n">>}, {Args, Status, Output}).
