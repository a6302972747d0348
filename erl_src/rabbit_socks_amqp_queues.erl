%% SPDX-License-Identifier: MPL-2.0
%% @doc What clients do with queues: declare, bind, purge, delete. The broker checks their permissions. Each has a channel of its
%% own, since the broker says no by closing it.
-module(rabbit_socks_amqp_queues).

-export([run/4]).

-spec run(rabbit_socks_amqp_client:queue_command(), rabbit_socks_amqp_answer:ack(), rabbit_socks_amqp_answer:writer(),
          rabbit_socks_amqp_login:login()) -> ok.
run(Command, Ack, Writer, Login) ->
    case rabbit_socks_amqp_login:channel(Login) of
        {ok, Channel} ->
            Result = rabbit_socks_amqp_client:queue(Channel, Command),
            ok = rabbit_socks_amqp_client:close_channel(Channel),
            case Result of
                {ok, Fields} ->
                    rabbit_socks_amqp_answer:ok(Writer, Ack, maps:from_list([{atom_to_binary(Name), Value} || {Name, Value} <- maps:to_list(Fields)]));
                Failure ->
                    rabbit_socks_amqp_answer:failure(Writer, Ack, Failure, #{})
            end;
        {error, _} ->
            rabbit_socks_amqp_answer:error(Writer, Ack, <<"unavailable">>, <<"the broker takes no connection for this user at present">>, #{})
    end.
