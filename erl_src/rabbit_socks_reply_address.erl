%% SPDX-License-Identifier: MPL-2.0
%% @doc Where replies go by RabbitMQ's direct reply-to: a name that has a process of the broker's in it. A channel that is given one
%% takes it apart without a doubt: it makes an atom of a node's name, reads any term of an older form, and dies of what it did
%% not expect; of a queue's name it even calls the process. What comes from clients is looked at here before, and must be what a
%% broker of this cluster has written.
-module(rabbit_socks_reply_address).

-export([is_routable/2, is_routable/3, is_reserved/1]).

-define(PREFIX, "amq.rabbitmq.reply-to").

%% @doc May a message be published with this routing key? If it is an address, to the default exchange alone: from others it could
%% come to where dead letters go.
-spec is_routable(Exchange :: binary(), Key :: binary()) -> boolean().
is_routable(Exchange, <<?PREFIX, ".", _/binary>> = Key) -> is_routable(Exchange, Key, fun rabbit_nodes:all_running_with_hashes/0);
is_routable(_, _) -> true.

%% @private Of a cluster with these nodes, asked for when all else is right.
-spec is_routable(Exchange :: binary(), Key :: binary(), fun(() -> #{non_neg_integer() => node()})) -> boolean().
is_routable(<<>>, <<?PREFIX, ".", Address/binary>>, Nodes) ->
    case [decode(Part) || Part <- binary:split(Address, <<".">>, [global])] of
        [{ok, Process}, {ok, Key}] -> byte_size(Key) =:= 16 andalso is_process(Process, Nodes);
        _ -> false
    end;
is_routable(_, _, _) ->
    false.

%% Erlang's decoder passes over blanks, and is not asked about anything else than base64.
decode(Text) ->
    case re:run(Text, "^[A-Za-z0-9+/]+={0,2}\\z", [{capture, none}]) =:= match andalso byte_size(Text) rem 4 =:= 0 of
        true -> {ok, base64:decode(Text)};
        false -> error
    end.

%% A pid as the broker writes it, with the hash of its node's name for the name, and nothing behind it.
is_process(<<131, 88, 118, Size:16, Node:Size/binary, _Numbers:12/binary>>, Nodes) ->
    lists:member(Node, [<<"reply@", (integer_to_binary(Hash))/binary>> || Hash <- maps:keys(Nodes())]);
is_process(_, _) ->
    false.

%% @doc No queue is declared by such a name, and no dead letters go there.
-spec is_reserved(term()) -> boolean().
is_reserved(<<?PREFIX, _/binary>>) -> true;
is_reserved(_) -> false.
