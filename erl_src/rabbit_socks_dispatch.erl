%% SPDX-License-Identifier: MPL-2.0
%% @doc A listener in the broker's web context, and the only module that knows `rabbit_web_dispatch'. It registers the
%% context, looks first whether it can (an error inside the broker's registry would take every other context with it),
%% and keeps the edge told of it. What arrives goes to `rabbit_socks_dispatch_h' and `rabbit_socks_dispatch_upgrade'.
-module(rabbit_socks_dispatch).
-behaviour(gen_server).

-include_lib("kernel/include/logger.hrl").

-export([start_link/2, key/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).

-define(DOMAIN, #{domain => [rabbitmq, socks]}).
-define(DEFAULT_PORT, 15690).

-record(state, {
    key :: rabbit_socks_listeners:key(),
    listener :: rabbit_socks_config:listener(),
    id :: non_neg_integer()
}).

%% @doc The context is registered when it returns; an error is `{shutdown, Text}'.
-spec start_link(rabbit_socks_listeners:key(), rabbit_socks_config:listener()) -> {ok, pid()} | {error, term()}.
start_link(Key, Listener) ->
    gen_server:start_link(?MODULE, {Key, Listener}, []).

-spec key(rabbit_socks_config:listener()) -> rabbit_socks_listeners:key().
key(#{interface := {web, Prefix}, port := Port}) -> {web, Port, Prefix}.

-spec init({rabbit_socks_listeners:key(), rabbit_socks_config:listener()}) ->
    {ok, #state{}} | {stop, {shutdown, string()}}.
init({Key, Listener}) ->
    process_flag(trap_exit, true),
    Id = case rabbit_socks_listeners:find(Key) of
        {ok, #{id := Old}} -> Old;
        error -> id()
    end,
    State = #state{key = Key, listener = Listener, id = Id},
    %% The first request may come before register/1 has returned.
    ok = row(State, running),
    case register(State) of
        ok ->
            ok = rabbit_socks_maintenance:watch(self()),
            ok = rabbit_socks_routes:put(State#state.id, routes(State)),
            rabbit_socks_edge:monitor_up(self()),
            {ok, State};
        {error, Text} ->
            ok = rabbit_socks_listeners:delete(Key),
            {stop, {shutdown, lists:flatten(Text)}}
    end.

-spec handle_call(term(), gen_server:from(), #state{}) -> {reply, {error, unknown}, #state{}}.
handle_call(_, _, State) ->
    {reply, {error, unknown}, State}.

-spec handle_cast(term(), #state{}) -> {noreply, #state{}}.
handle_cast(_, State) ->
    {noreply, State}.

-spec handle_info(term(), #state{}) -> {noreply, #state{}} | {stop, term(), #state{}}.
handle_info({rabbit_socks_edge, up}, State) ->
    {noreply, configure(State)};
handle_info({rabbit_socks_maintenance, connections_closed}, State0) ->
    drop(State0, <<"maintenance">>, rabbit_socks_maintenance:window()),
    State = State0#state{id = id()},
    ok = rabbit_socks_routes:put(State#state.id, routes(State)),
    ok = row(State, suspended),
    {noreply, configure(State)};
handle_info({rabbit_socks_maintenance, revived}, State) ->
    ok = row(State, running),
    {noreply, State};
handle_info({gen_event_EXIT, {rabbit_socks_maintenance, _}, Reason}, State) ->
    {stop, {no_maintenance_events, Reason}, State};
handle_info(_, State) ->
    {noreply, State}.

%% After a crash the context stays: the next process finds it registered.
-spec terminate(term(), #state{}) -> ok.
terminate(Reason, State) when Reason =:= normal; Reason =:= shutdown; element(1, Reason) =:= shutdown ->
    rabbit_web_dispatch:unregister_context(name(State#state.key)),
    drop(State, <<"listener stopped">>, 0),
    rabbit_socks_listeners:delete(State#state.key);
terminate(_, _) ->
    ok.

configure(#state{id = Id, listener = #{config := Config}} = State) ->
    _ = rabbit_socks_edge:configure(Id, Config),
    State.

drop(#state{id = Id}, Reason, Window) ->
    _ = rabbit_socks_edge:remove(Id, 1001, Reason, Window),
    rabbit_socks_routes:delete(Id).

row(#state{key = {web, Port, _} = Key, id = Id, listener = #{ip := Ip} = Listener}, Status) ->
    rabbit_socks_listeners:put(Key, #{id => Id, listener => Listener, address => Ip, port => Port,
                                      protocol => protocol(Listener), state => Status}).

routes(#state{listener = #{routes := Routes}}) -> Routes.

id() -> erlang:unique_integer([positive]).

%% Registration.

register(#state{key = {web, Port, Prefix} = Key, listener = Listener}) ->
    Web = web_listener(Port, Listener),
    Path = binary_to_list(Prefix),
    case [{P, Text, L} || {P, Text, L} <- rabbit_web_dispatch_registry:list_all(), proplists:get_value(port, L) =:= Port] of
        [] ->
            case rehearse(Port, Listener) of
                ok -> register(name(Key), Web, Path);
                {error, Why} -> {error, io_lib:format("cannot listen on port ~b: ~ts", [Port, why(Why)])}
            end;
        [{P, _, _} | _] when P =:= ""; P =:= "/" ->
            {error, io_lib:format("on port ~b another application (management: 15672) has a web context for every path; "
                                  "which one got a request would depend on the order of their start: choose another "
                                  "port, for instance {port, ~b}", [Port, ?DEFAULT_PORT])};
        [{_, _, Web} | _] = Contexts ->
            case lists:keymember(Path, 1, Contexts) of
                true -> ok;
                false -> register(name(Key), Web, Path)
            end;
        [{P, Text, _} | _] ->
            {error, io_lib:format("port ~b has the web context \"~ts\" (~ts) with other listener options (ip, ssl, "
                                  "ssl_opts): choose another port or the same options", [Port, P, Text])}
    end.

register(Name, Web, Path) ->
    Dispatch = cowboy_router:compile([{'_', [{'_', rabbit_socks_dispatch_h, none}]}]),
    try rabbit_web_dispatch:register_context_handler(Name, Web, Path, Dispatch, "Rabbit Socks") of
        {ok, _} ->
            ?LOG_INFO("rabbit_socks: web context /~ts/ on port ~b", [Path, proplists:get_value(port, Web)], ?DOMAIN)
    catch
        exit:Reason -> {error, io_lib:format("the broker's web server cannot open it: ~0tP", [Reason, 40])}
    end.

%% Contexts have one name space on a node; no client has a say in these names.
name({web, ?DEFAULT_PORT, <<"socks">>}) -> socks;
name({web, Port, Prefix}) -> binary_to_atom(<<"socks_", (integer_to_binary(Port))/binary, $_, Prefix/binary>>).

web_listener(Port, #{ip := Ip, tls := Tls} = Listener) ->
    [{port, Port}, {protocol, protocol(Listener)},
     {cowboy_opts, [{stream_handlers, [rabbit_socks_dispatch_upgrade, rabbit_cowboy_stream_h, cowboy_stream_h]}]}]
    ++ [{ip, Ip} || Ip =/= any]
    ++ case Tls of
           none -> [];
           default -> [{ssl, true}];
           Hidden -> [{ssl, true}, {ssl_opts, Hidden()}]
       end.

protocol(#{tls := none}) -> 'http/socks';
protocol(_) -> 'https/socks'.

%% Opens what the broker is about to open, with the same options, and closes it.
rehearse(Port, #{ip := Ip, tls := Tls}) ->
    Options = [{port, Port}] ++ [{ip, Ip} || Ip =/= any],
    try
        case Tls of
            none -> try_listen(ranch_tcp, Options);
            default -> rehearse_tls(Options, rabbit_socks_listener:tls_options(default));
            Hidden -> rehearse_tls(Options, rabbit_socks_listener:tls_options(Hidden()))
        end
    catch
        Class:Reason -> {error, {Class, Reason}}
    end.

try_listen(Transport, Options) ->
    case Transport:listen(#{socket_opts => Options}) of
        {ok, Socket} -> Transport:close(Socket);
        {error, _} = Error -> Error
    end.

%% Files are read at the first handshake only, and a failure there would be each client's.
rehearse_tls(Options, Tls) ->
    case [{Key, File, Reason} || {Key, File} <- Tls, lists:member(Key, [certfile, keyfile, cacertfile, dhfile]),
                                 {error, Reason} <- [readable(File)]] of
        [] -> try_listen(ranch_ssl, Options ++ Tls);
        [Unreadable | _] -> {error, Unreadable}
    end.

readable(File) ->
    case file:open(File, [read, raw]) of
        {ok, Device} -> file:close(Device);
        {error, _} = Error -> Error
    end.

why({Key, File, Reason}) when is_atom(Key), is_atom(Reason) ->
    io_lib:format("its option ssl_opts names a ~ts ~0tp that cannot be read (~ts)", [Key, File, file:format_error(Reason)]);
why({exit, badarg}) -> "its option ssl_opts has something that ssl:listen/2 refuses";
why(no_cert) -> "its option ssl_opts names no certificate (certfile), nor do the broker's ssl_options";
why(eaddrinuse) -> "the port is in use by another listener or program; choose another one: {port, Port}";
why(eaddrnotavail) -> "this machine has no such address";
why(Posix) when is_atom(Posix) -> inet:format_error(Posix);
why(Other) -> io_lib:format("~0tP", [Other, 40]).
