%% SPDX-License-Identifier: MPL-2.0
%% @doc `rabbitmqctl list_socks_connections': every open session, those without a user, too. The name is how the broker's
%% command line tools find commands; they run this module in their own VM, so it asks the node for everything.
-module('Elixir.RabbitMQ.CLI.Ctl.Commands.ListSocksConnectionsCommand').
-behaviour('Elixir.RabbitMQ.CLI.CommandBehaviour').
%% The behaviour is not Erlang's: dialyzer cannot read it.
-dialyzer(no_undefined_callbacks).

-export([scopes/0, switches/0, aliases/0, usage/0, usage_additional/0, usage_doc_guides/0, description/0, help_section/0]).
-export([formatter/0, banner/2, merge_defaults/2, validate/2, run/2, output/2]).

-define(DEFAULT, [<<"name">>, <<"user">>, <<"vhost">>, <<"protocol">>, <<"transport">>, <<"port">>]).

-spec scopes() -> [atom()].
scopes() -> [ctl, diagnostics].

-spec switches() -> [{atom(), atom()}].
switches() -> [{verbose, boolean}].

-spec aliases() -> [{atom(), atom()}].
aliases() -> [{'V', verbose}].

-spec description() -> binary().
description() -> <<"Lists the sessions of WebSocket and Socket.IO clients in the cluster">>.

-spec help_section() -> {plugin, atom()}.
help_section() -> {plugin, socks}.

-spec usage() -> binary().
usage() -> <<"list_socks_connections [--verbose] [<column> ...]">>.

-spec usage_additional() -> [{binary(), binary()}].
usage_additional() ->
    [{<<"<column>">>, iolist_to_binary(["must be one of ", lists:join(", ", lists:sort(names()))])},
     {<<"--verbose">>, <<"all columns">>}].

-spec usage_doc_guides() -> [binary()].
usage_doc_guides() -> [].

names() -> [atom_to_binary(Column) || Column <- rabbit_socks_connection:columns()].

-spec formatter() -> module().
formatter() -> 'Elixir.RabbitMQ.CLI.Formatters.Table'.

-spec banner([binary()], map()) -> binary().
banner(_, _) -> <<"Listing WebSocket and Socket.IO sessions ...">>.

-spec merge_defaults([binary()], map()) -> {[binary()], map()}.
merge_defaults([], Options) -> merge_defaults(?DEFAULT, Options);
merge_defaults(Columns, Options) -> {Columns, maps:merge(#{verbose => false}, Options)}.

-spec validate([binary()], map()) -> ok | {validation_failure, {bad_argument, binary()}}.
validate(Columns, _) ->
    case lists:filter(fun(Column) -> not lists:member(Column, names()) end, Columns) of
        [] -> ok;
        [Unknown | _] -> {validation_failure, {bad_argument, iolist_to_binary(["there is no column ", Unknown])}}
    end.

-spec run([binary()], map()) -> term().
run(_, #{verbose := true} = Options) ->
    list(rabbit_socks_connection:columns(), Options);
run(Columns, Options) ->
    list([binary_to_existing_atom(Column) || Column <- Columns], Options).

list(Columns, #{node := Node} = Options) ->
    rpc:call(Node, rabbit_socks_connections, list_all, [Columns], maps:get(timeout, Options, infinity)).

-spec output(term(), map()) -> {stream, [term()]} | {error, term()}.
output(Rows, _) when is_list(Rows) -> {stream, Rows};
output({badrpc, {'EXIT', Reason}}, _) -> {error, Reason};
output({badrpc, _} = Failed, _) -> {error, Failed}.
