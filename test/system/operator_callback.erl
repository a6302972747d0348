%% SPDX-License-Identifier: MPL-2.0
%% @doc A callback module whose clients say in the query whose they are, `user=U&vhost=V', and which believes them. Without a
%% query it never says. All are in the room `everybody'. It leaves word of each end.
-module(operator_callback).

-export([subprotocol_name/0, init/3, open/3, handle_frame/2, terminate/1]).

-spec subprotocol_name() -> [].
subprotocol_name() -> [].

-spec init([binary()], map(), term()) -> {ok, map()}.
init(_Path, #{query := Query}, _Options) ->
    {ok, maps:with([<<"user">>, <<"vhost">>], maps:from_list(uri_string:dissect_query(Query)))}.

-spec open(module(), term(), map()) -> {ok, map()}.
open(Writer, Arg, Who) ->
    ok = case Who of
        #{<<"user">> := User, <<"vhost">> := VHost} -> Writer:identify(#{user => User, vhost => VHost}, Arg);
        _ -> ok
    end,
    ok = Writer:join(<<"everybody">>, Arg),
    {ok, Who#{writer => {Writer, Arg}}}.

-spec handle_frame({utf8 | binary, binary()}, map()) -> {ok, map()}.
handle_frame({utf8, <<"crash">>}, _) ->
    error(asked_to);
handle_frame({utf8, <<"become ", User/binary>>}, #{writer := {Writer, Arg}, <<"vhost">> := VHost} = State) ->
    ok = Writer:identify(#{user => User, vhost => VHost}, Arg),
    {ok, State};
handle_frame(Frame, #{writer := {Writer, Arg}} = State) ->
    ok = Writer:send_frame(Frame, Arg),
    {ok, State}.

-spec terminate(map()) -> ok.
terminate(#{<<"user">> := User}) -> persistent_term:put({?MODULE, User}, terminated);
terminate(_) -> ok.
