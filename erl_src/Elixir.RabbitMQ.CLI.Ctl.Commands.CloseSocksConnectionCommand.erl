%% SPDX-License-Identifier: MPL-2.0
%% @doc `rabbitmqctl close_socks_connection': one session, by the name that list_socks_connections shows. The broker's own
%% command knows AMQP connections only.
-module('Elixir.RabbitMQ.CLI.Ctl.Commands.CloseSocksConnectionCommand').
-behaviour('Elixir.RabbitMQ.CLI.CommandBehaviour').
%% The behaviour is not Erlang's: dialyzer cannot read it.
-dialyzer(no_undefined_callbacks).

-export([usage/0, usage_additional/0, description/0, help_section/0]).
-export([banner/2, merge_defaults/2, validate/2, run/2, output/2]).

-spec description() -> binary().
description() -> <<"Closes the session of a WebSocket or Socket.IO client">>.

-spec help_section() -> {plugin, atom()}.
help_section() -> {plugin, socks}.

-spec usage() -> binary().
usage() -> <<"close_socks_connection <name> <explanation>">>.

-spec usage_additional() -> [{binary(), binary()}].
usage_additional() ->
    [{<<"<name>">>, <<"as list_socks_connections shows it">>},
     {<<"<explanation>">>, <<"what the client is told">>}].

-spec banner([binary()], map()) -> binary().
banner([Name, Reason], _) -> iolist_to_binary(["Closing session ", Name, ", reason: ", Reason, " ..."]).

-spec merge_defaults([binary()], map()) -> {[binary()], map()}.
merge_defaults(Arguments, Options) -> {Arguments, Options}.

-spec validate([binary()], map()) -> ok | {validation_failure, not_enough_args | too_many_args}.
validate([_, _], _) -> ok;
validate([_, _ | _], _) -> {validation_failure, too_many_args};
validate(_, _) -> {validation_failure, not_enough_args}.

-spec run([binary()], map()) -> term().
run([Name, Reason], #{node := Node} = Options) ->
    rpc:call(Node, rabbit_socks_connections, close_all, [Name, Reason], maps:get(timeout, Options, infinity)).

-spec output(term(), map()) -> ok | {error, term()} | {error, pos_integer(), [binary()]}.
output(0, _) -> {error, 65, [<<"there is no session of that name">>]}; % EX_DATAERR
output(Closed, _) when is_integer(Closed) -> ok;
output({badrpc, {'EXIT', Reason}}, _) -> {error, Reason};
output({badrpc, _} = Failed, _) -> {error, Failed}.
