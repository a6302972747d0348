%% SPDX-License-Identifier: MPL-2.0
%% @doc For tests of sessions: one at a time, with a link that shows what it writes and session_callback as its module.
-module(session_world).

-export([run/1, info/0, shown/0, start/2, start/4, opened/2, settled/2, echo/0, called/1, calls/0, ended/1]).

-define(WAIT, 10000).
-define(ID, 77).

%% @doc Every session has the id 77.
-spec run(fun((rabbit_socks_link:link()) -> term())) -> term().
run(Test) ->
    Link = link_port:open(),
    ok = rabbit_socks_connections:create(),
    process_flag(trap_exit, true),
    edge_world:capture_log(),
    try
        Test(Link)
    after
        edge_world:release_log(),
        catch link_port:close(Link),
        ets:delete(rabbit_socks_connections),
        edge_world:flush()
    end.

-spec info() -> map().
info() -> #{path => [<<"a">>, <<"ü"/utf8>>], query => <<"q=1">>, certificate => none}.

%% @doc The same as a callback module sees it.
-spec shown() -> map().
shown() -> (maps:remove(certificate, info()))#{peer_certificate => none, peer_certificate_name => none}.

%% @doc For start/2: what session_callback does.
-spec echo() -> fun().
echo() ->
    fun(handle_frame, [Frame], Send) -> Send(Frame); (_, _, _) -> ok end.

-spec start(rabbit_socks_link:link(), fun()) -> pid().
start(Link, Does) ->
    start(Link, session_callback, {self(), Does}, {64, 262144}).

-spec start(rabbit_socks_link:link(), module(), term(), {pos_integer(), pos_integer()}) -> pid().
start(Link, Module, Options, Window) ->
    {ok, Pid} = rabbit_socks_session:start_link(Link, {?ID, Module, Options, info(), Window}),
    Pid.

-spec opened(rabbit_socks_link:link(), fun()) -> pid().
opened(Link, Does) ->
    Pid = start(Link, Does),
    {accept, ?ID, Pid, []} = link_port:packet(Link),
    Pid.

%% @doc What the session wrote for the messages it has got, or none.
-spec settled(pid(), rabbit_socks_link:link()) -> term().
settled(Pid, Link) ->
    _ = sys:get_status(Pid),
    Mark = make_ref(),
    ok = rabbit_socks_link:write(Link, Mark),
    case link_port:packet(Link) of
        Mark -> none;
        [Command, Mark] -> Command;
        [_ | _] = Commands when hd(tl(Commands)) =/= Mark ->
            case lists:last(Commands) of
                Mark -> lists:droplast(Commands);
                _ -> Mark = link_port:packet(Link), Commands
            end;
        Command -> Mark = link_port:packet(Link), Command
    end.

-spec called(atom()) -> [term()].
called(Name) ->
    receive {called, Name, Arguments} -> Arguments after ?WAIT -> error({not_called, Name}) end.

-spec calls() -> [{called, atom(), [term()]}].
calls() ->
    receive {called, _, _} = Call -> [Call | calls()] after 0 -> [] end.

%% @doc The reason.
-spec ended(pid()) -> term().
ended(Pid) ->
    receive {'EXIT', Pid, Reason} -> Reason after ?WAIT -> error(alive) end.
