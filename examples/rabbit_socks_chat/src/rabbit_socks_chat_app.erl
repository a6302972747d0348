%% SPDX-License-Identifier: MPL-2.0
%% @doc The application: who is in which room, and a listener. Enabling the plugin opens it, disabling it closes it.
-module(rabbit_socks_chat_app).
-behaviour(application).
-behaviour(supervisor).

-export([start/2, stop/1, init/1]).

start(_Type, _Args) ->
    {ok, Supervisor} = supervisor:start_link(?MODULE, []),
    case listen(application:get_env(rabbit_socks_chat, interface)) of
        ok -> {ok, Supervisor};
        {error, Reason} -> {error, Reason}
    end.

%% The demo pages come with rabbit_socks: chat.html is the one for us.
listen({ok, none}) -> ok;
listen({ok, Interface}) -> rabbit_socks:start_listener(Interface, [{"chat", rabbit_socks_chat, []}], []).

stop(_State) ->
    case application:get_env(rabbit_socks_chat, interface) of
        {ok, none} -> ok;
        {ok, Interface} -> rabbit_socks:stop_listener(Interface)
    end.

init([]) ->
    {ok, {#{}, [#{id => people, start => {rabbit_socks_chat_people, start_link, []}}]}}.
