%% SPDX-License-Identifier: MPL-2.0
%% @doc `make run-broker': a throw-away broker with the plugin, which says where its pages are and lives until its input ends.
-module(socks_demo).

-export([main/0]).

%% The plugin's own port and the broker's, if they are free: addresses that can be remembered.
-define(WEB_PORT, 15690).
-define(BRIDGE_PORT, 15680).
-define(AMQP_PORT, 5672).

-spec main() -> no_return().
main() ->
    Web = prefer(?WEB_PORT),
    Bridge = prefer(?BRIDGE_PORT),
    Amqp = prefer(?AMQP_PORT),
    io:format("starting a broker...~n"),
    Broker = start(#{
        plugins => [rabbit_socks, rabbitmq_stomp, rabbit_socks_chat],
        ez => [os:getenv("RABBIT_SOCKS_EZ"), os:getenv("RABBIT_SOCKS_CHAT_EZ")],
        config => [
            {rabbit_socks_chat, [{interface, none}]},
            {rabbit, [{tcp_listeners, [{"127.0.0.1", Amqp}]}]},
            {rabbitmq_stomp, [{tcp_listeners, []}]},
            {rabbit_socks, [{listeners, [{{"127.0.0.1", Web}, routes(), []}, {{"127.0.0.1", Bridge}, rabbit_socks_amqp, []}]}]}
        ]
    }),
    Url = "http://127.0.0.1:" ++ integer_to_list(Web),
    io:format(
        "~n  index      ~ts/~n  console    ~ts/console.html~n  echo       ~ts/echo.html~n  Socket.IO  ~ts/socketio.html~n  chat       ~ts/chat.html~n  STOMP      ~ts/stomp.html~n~n"
        "  The console's user is guest, its password guest. The example of README.md finds its listener on 127.0.0.1:~b~n"
        "  AMQP on 127.0.0.1:~b, the same user; log in ~ts~n"
        "  Ctrl-C stops the broker and removes everything it wrote.~n~n",
        [Url, Url, Url, Url, Url, Url, Bridge, Amqp, maps:get(log_dir, Broker)]
    ),
    until_eof(),
    io:format("~nstopping the broker...~n"),
    ok = socks_broker:stop(Broker),
    halt(0).

%% What keeps a broker from starting is in its own words, not in a crash of ours.
start(Options) ->
    try
        socks_broker:start(Options)
    catch
        error:{broker_did_not_start, _, _, [{log, Log}, {console, Console}]} ->
            io:format(standard_error, "the broker did not start:~n~ts~n~ts~n", [Log, Console]),
            halt(1)
    end.

routes() ->
    [{"echo", rabbit_socks_echo, []}, {"amqp", rabbit_socks_amqp, []}, {"chat", rabbit_socks_chat, []}, {"stomp", rabbit_socks_stomp, []}].

until_eof() ->
    case io:get_line("") of
        Line when is_list(Line) -> until_eof();
        _ -> ok
    end.

prefer(Port) ->
    case gen_tcp:listen(Port, [{ip, {127, 0, 0, 1}}, {reuseaddr, true}]) of
        {ok, Socket} ->
            ok = gen_tcp:close(Socket),
            Port;
        {error, _} ->
            socks_broker:free_port()
    end.
