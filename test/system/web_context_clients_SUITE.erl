%% SPDX-License-Identifier: MPL-2.0
%% @doc The same client libraries through the broker's own web server, plain and TLS, beside a running management plugin: the
%% drafts that can be had that way (hixie-75 cannot, see CONFIGURATION.md) and Socket.IO 0.6 in Chromium.
-module(web_context_clients_SUITE).

-export([all/0, suite/0, groups/0, init_per_suite/1, end_per_suite/1, init_per_group/2, end_per_group/2]).
-export([perl_hixie_76/1, perl_rfc6455/1, ruby_hixie_76/1, ruby_hybi_7/1, ruby_rfc6455/1, node_hybi_8/1, node_rfc6455/1]).
-export([websocket/1, xhr_polling/1, jsonp_polling/1, management/1]).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

suite() -> [{timetrap, {minutes, 4}}].

all() -> [{group, plain}, {group, tls}, management].

%% The Perl and Ruby programs know no TLS.
groups() ->
    [{plain, [], [perl_hixie_76, perl_rfc6455, ruby_hixie_76, ruby_hybi_7, ruby_rfc6455, node_hybi_8, node_rfc6455,
                  websocket, xhr_polling, jsonp_polling]},
     {tls, [], [node_hybi_8, node_rfc6455, websocket, xhr_polling, jsonp_polling]}].

init_per_suite(Config) ->
    [ok = socks_node:npm(socks_node:dir(Dir)) || Dir <- ["drafts", "socketio06"]],
    Broker = socks_broker:start(#{
        ports => [web, management],
        plugins => [rabbit_socks, rabbitmq_management],
        config => fun(#{web := Web, management := Management}) ->
            [{rabbitmq_management, [{listener, [{port, Management}]}]},
             {rabbit_socks, [{listeners, [{rabbit_mochiweb, rabbit_socks_echo, [{port, Web}]}]}]}]
        end
    }),
    [{broker, Broker} | Config].

end_per_suite(Config) -> socks_broker:stop(?config(broker, Config)).

init_per_group(plain, Config) ->
    [{port, socks_broker:port(?config(broker, Config), web)}, {prefix, "socks"}, {tls, ""} | Config];
init_per_group(tls, Config) ->
    [{port, listeners_world:tls_listener(Config, {rabbit_web_dispatch, "tls"}, rabbit_socks_echo)}, {prefix, "tls"}, {tls, "s"} | Config].

end_per_group(_, _) -> ok.

perl_hixie_76(Config) -> perl("draft-ietf-hybi-00", Config).
perl_rfc6455(Config) -> perl("draft-ietf-hybi-17", Config).

ruby_hixie_76(Config) -> ruby("76", text, Config).
ruby_hybi_7(Config) -> ruby("7", text, Config), ruby("7", binary, Config).
ruby_rfc6455(Config) -> ruby("13", text, Config), ruby("13", binary, Config).

node_hybi_8(Config) -> node("8", Config).
node_rfc6455(Config) -> node("13", Config).

websocket(Config) -> chromium("websocket", Config).
xhr_polling(Config) -> chromium("xhr-polling", Config).
jsonp_polling(Config) -> chromium("jsonp-polling", Config).

%% Its own port serves it still, and nothing of ours.
management(Config) ->
    C = socks_client:connect(socks_broker:port(?config(broker, Config), management)),
    {200, _, Page} = socks_client:get(C, "/"),
    ?assertNotEqual(nomatch, string:find(Page, "RabbitMQ Management")),
    {404, _, _} = socks_client:get(C, "/websocket/"),
    socks_client:close(C).

perl(Draft, Config) ->
    run("drafts", "perl", ["echo.pl", "127.0.0.1", port(Config), path("/websocket/draft", Config), Draft]).

ruby(Version, Kind, Config) ->
    run("drafts", "ruby", ["echo.rb", "127.0.0.1", port(Config), path("/websocket/draft", Config), Version, atom_to_list(Kind)]).

node(Version, Config) ->
    run("drafts", "node", ["echo.mjs", url("ws", Config) ++ path("/websocket/draft", Config), Version]).

chromium(Transport, Config) ->
    run("socketio06", "node", ["client.mjs", "0.6.18", Transport, url("http", Config), ?config(prefix, Config) ++ "/socket.io/echo"]).

port(Config) -> integer_to_list(?config(port, Config)).
path(Path, Config) -> "/" ++ ?config(prefix, Config) ++ Path.
url(Scheme, Config) -> Scheme ++ ?config(tls, Config) ++ "://127.0.0.1:" ++ port(Config).

run(Dir, Program, Args) ->
    {Status, Output} = socks_node:run(socks_node:dir(Dir), Program, Args, 150_000),
    ct:log("~ts ~p: ~ts", [Program, Args, Output]),
    ?assertEqual({Args, 0, <<"ok\n">>}, {Args, Status, Output}).
