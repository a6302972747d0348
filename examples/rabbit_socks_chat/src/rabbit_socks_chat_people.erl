%% SPDX-License-Identifier: MPL-2.0
%% @doc Who is in which room under what name. rabbit_socks knows to whom a broadcast goes; names are the chat's own affair.
-module(rabbit_socks_chat_people).
-behaviour(gen_server).

-export([start_link/0, enter/2, leave/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% @doc The calling process is Name in Room, until it leaves or ends; the answer is who else is there, or `taken'.
enter(Room, Name) -> gen_server:call(?MODULE, {enter, Room, Name}).

leave() -> gen_server:call(?MODULE, leave).

%% #{{Room, Name} => {Pid, Monitor}}
init([]) -> {ok, #{}}.

handle_call({enter, Room, Name}, _, People) when is_map_key({Room, Name}, People) ->
    {reply, taken, People};
handle_call({enter, Room, Name}, {Pid, _}, People) ->
    Others = lists:sort([Other || {InRoom, Other} <- maps:keys(People), InRoom =:= Room]),
    {reply, {ok, Others}, People#{{Room, Name} => {Pid, erlang:monitor(process, Pid)}}};
handle_call(leave, {Pid, _}, People) ->
    {reply, ok, forget(Pid, People)}.

handle_cast(_, People) -> {noreply, People}.

handle_info({'DOWN', _, process, Pid, _}, People) -> {noreply, forget(Pid, People)};
handle_info(_, People) -> {noreply, People}.

forget(Pid, People) ->
    maps:filter(fun(_, {Owner, Monitor}) -> Owner =/= Pid orelse not erlang:demonitor(Monitor, [flush]) end, People).
