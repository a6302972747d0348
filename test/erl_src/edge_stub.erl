%% SPDX-License-Identifier: MPL-2.0
%% @doc Stands in for `rabbit_socks_edge' and `rabbit_socks_routes' in tests of what calls them: no program runs, and each call
%% is a message `{edge, Function, Args, Caller}' to the process that installed the stub; that of `adopt' has a copy of the
%% connection, a `socket', in place of the descriptor. While the stub is `down' there is no edge.
-module(edge_stub).

-export([install/0, uninstall/0, down/0, up/0, event/2, called/2]).

-define(FUNCTIONS, [{rabbit_socks_edge, [{listen, 3}, {unlisten, 1}, {configure, 2}, {remove, 4}, {monitor_up, 1},
                                         {open_ref, 0}, {command, 1}, {adopt, 3}]},
                    {rabbit_socks_routes, [{put, 2}, {delete, 1}]}]).

-spec install() -> ok.
install() ->
    true = register(?MODULE, self()),
    persistent_term:put(?MODULE, up),
    lists:foreach(fun load/1, ?FUNCTIONS).

-spec uninstall() -> ok.
uninstall() ->
    true = unregister(?MODULE),
    lists:foreach(fun({Module, _}) -> code:purge(Module), code:delete(Module), code:purge(Module) end, ?FUNCTIONS).

-spec down() -> ok.
down() -> persistent_term:put(?MODULE, down).

-spec up() -> ok.
up() -> persistent_term:put(?MODULE, up).

%% @doc What the edge says about a Ref, to whoever opened it.
-spec event({pid(), integer()}, term()) -> ok.
event({Pid, Ref}, Event) ->
    Pid ! {rabbit_socks_edge, Ref, Event},
    ok.

-spec called(atom(), [term()]) -> term().
called(adopt, [Ref, Buffer, Fd]) ->
    %% The caller closes its descriptor when this returns.
    {ok, Copy} = socket:open(Fd, #{dup => true}),
    ok = socket:setopt(Copy, otp, controlling_process, whereis(?MODULE)),
    ?MODULE ! {edge, adopt, [Ref, Buffer, Copy], self()},
    ok;
called(Function, Args) ->
    ?MODULE ! {edge, Function, Args, self()},
    case {persistent_term:get(?MODULE), Function} of
        {up, open_ref} -> {ok, erlang:unique_integer([positive])};
        {up, monitor_up} -> hd(Args) ! {rabbit_socks_edge, up}, ok;
        {down, Function} when Function =/= monitor_up, Function =/= put, Function =/= delete -> {error, not_running};
        _ -> ok
    end.

load({Module, Functions}) ->
    Export = [io_lib:format("~s/~b", [Name, Arity]) || {Name, Arity} <- Functions],
    Lines = [io_lib:format("-module(~s).", [Module]), io_lib:format("-export([~s]).", [lists:join(",", Export)])
             | [clause(Name, [[$A, integer_to_list(N)] || N <- lists:seq(1, Arity)]) || {Name, Arity} <- Functions]],
    {ok, Module, Code} = compile:forms([form(lists:flatten(Line)) || Line <- Lines]),
    {module, Module} = code:load_binary(Module, "edge_stub", Code),
    ok.

clause(Name, Args) ->
    List = lists:join(",", Args),
    io_lib:format("~s(~s) -> edge_stub:called(~s, [~s]).", [Name, List, Name, List]).

form(Text) ->
    {ok, Tokens, _} = erl_scan:string(Text),
    {ok, Form} = erl_parse:parse_form(Tokens),
    Form.
