%% SPDX-License-Identifier: MPL-2.0
%% @doc Starts, stops and lists listeners. It stands beside the edge in the supervision tree, not below it: when an edge
%% dies the listening sockets stay open, connections wait in their backlog, and the next edge is handed the same ones.
-module(rabbit_socks_listener_sup).
-behaviour(supervisor).

-include_lib("kernel/include/logger.hrl").

-export([start_link/0, start_configured/0, start_listener/3, stop_listener/1, listeners/0]).
-export([init/1]).

-define(DOMAIN, #{domain => [rabbitmq, socks]}).

-spec start_link() -> supervisor:startlink_ret().
start_link() ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, []).

-spec init([]) -> {ok, {supervisor:sup_flags(), [supervisor:child_spec()]}}.
init([]) ->
    ok = rabbit_socks_listeners:create(),
    {ok, {#{strategy => one_for_one, intensity => 10, period => 10}, []}}.

%% @doc Starts what the application environment `listeners' names. Each bad entry is one line in the log.
-spec start_configured() -> ok.
start_configured() ->
    case application:get_env(rabbit_socks, listeners, []) of
        Entries when is_list(Entries), length(Entries) >= 0 ->
            lists:foreach(fun start_configured/1, Entries);
        Other ->
            ?LOG_ERROR("rabbit_socks: the key 'listeners' must be a list of listeners, not ~0tP; none is started",
                       [Other, 20], ?DOMAIN)
    end.

start_configured(Entry) ->
    case start_entry(Entry) of
        ok -> ok;
        {error, Text} ->
            ?LOG_ERROR("rabbit_socks: listener ~ts is not started: ~ts",
                       [rabbit_socks_config:describe(Entry), Text], ?DOMAIN)
    end.

%% @doc Module may be a list of routes. All addresses of the interface are opened, or none.
-spec start_listener(term(), module() | [term()], term()) -> ok | {error, Readable :: string()}.
start_listener(Interface, Module, Options) ->
    start_entry({Interface, Module, Options}).

start_entry(Entry) ->
    case rabbit_socks_config:check(Entry) of
        {ok, #{interface := {web, _}} = Listener} ->
            Key = rabbit_socks_dispatch:key(Listener),
            start([{Key, {rabbit_socks_dispatch, start_link, [Key, Listener]}}], []);
        {ok, Listener} ->
            case rabbit_socks_listener:addresses(Listener) of
                {ok, Addresses} -> start([child(Listener, Address) || Address <- Addresses], []);
                {error, _} = Error -> Error
            end;
        {error, _} = Error ->
            Error
    end.

child(Listener, Address) ->
    Key = rabbit_socks_listener:key(Listener, Address),
    {Key, {rabbit_socks_listener, start_link, [Key, Listener, Address]}}.

start([], _) ->
    ok;
start([{Key, {Module, _, _} = Start} | Rest], Started) ->
    Spec = #{id => Key, start => Start, restart => transient, shutdown => 10000, modules => [Module]},
    case supervisor:start_child(?MODULE, Spec) of
        {ok, _} ->
            start(Rest, [Key | Started]);
        {error, Reason} ->
            lists:foreach(fun stop/1, Started),
            {error, text(Reason)}
    end.

text({already_started, _}) -> "a listener with the same address and port is started already; stop that one or choose another port";
text({{shutdown, Text}, _Child}) -> Text;
text({shutdown, Text}) -> Text;
text(Reason) -> lists:flatten(io_lib:format("~0tP", [Reason, 40])).

%% @doc Stops what was started with this interface, or listens on its port when that was chosen freely.
-spec stop_listener(term()) -> ok | {error, not_found}.
stop_listener(Name) ->
    Found = case rabbit_socks_config:interface(Name) of
        {ok, Interface} -> [Key || {Key, Row} <- rabbit_socks_listeners:all(), matches(Interface, Row)];
        {error, _} -> []
    end,
    lists:foreach(fun stop/1, Found),
    case Found of
        [] -> {error, not_found};
        _ -> ok
    end.

matches(Interface, #{listener := #{interface := Interface}}) -> true;
matches({port, Address, Port}, #{listener := #{interface := {port, Address, 0}}, port := Port}) -> true;
matches(_, _) -> false.

stop(Key) ->
    _ = supervisor:terminate_child(?MODULE, Key),
    _ = supervisor:delete_child(?MODULE, Key),
    ok.

%% @doc One map for each address that is listened on.
-spec listeners() -> [#{atom() => term()}].
listeners() ->
    [maps:merge(maps:with([address, port, protocol, state], Row),
                #{interface => Name,
                  routes => [{unicode:characters_to_list(lists:join("/", Prefix)), Module}
                             || {{Module, _}, #{prefix := Prefix}} <- lists:zip(Routes, Configs)]})
     || {_, #{listener := #{name := Name, routes := Routes, config := #{routes := Configs}}} = Row}
            <- rabbit_socks_listeners:all()].
