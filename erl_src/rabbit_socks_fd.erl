%% SPDX-License-Identifier: MPL-2.0
%% @doc Hands descriptors to the edge: a Unix socket in a private directory to which the edge connects, and one message of
%% eight bytes with a descriptor for each. The only module that knows SCM_RIGHTS.
-module(rabbit_socks_fd).

-export([listen/1, accept/1, send/3, close/1]).

%% The kernel's limit for the path of a Unix socket (unix(7)), less its final zero.
-define(MAX_PATH, 107).

-spec listen(file:filename()) -> {ok, socket:socket()} | {error, string()}.
listen(Path) when length(Path) =< ?MAX_PATH ->
    case socket:open(local, seqpacket, default) of
        {ok, Socket} ->
            case bind(Socket, Path) of
                ok -> {ok, Socket};
                {error, Reason} ->
                    _ = socket:close(Socket),
                    {error, lists:flatten(io_lib:format("cannot open the socket ~ts: ~0tp", [Path, Reason]))}
            end;
        {error, Reason} ->
            {error, lists:flatten(io_lib:format("cannot open a Unix socket: ~0tp", [Reason]))}
    end;
listen(Path) ->
    {error, lists:flatten(io_lib:format("the path ~ts is too long for a socket; set the key 'edge_directory' of rabbit_socks to a shorter one", [Path]))}.

bind(Socket, Path) ->
    case socket:bind(Socket, #{family => local, path => Path}) of
        ok -> socket:listen(Socket, 1);
        {error, _} = Error -> Error
    end.

%% @doc Never waits: `select' means that `{'$socket', Socket, select, Info}' will come when it is worth another call.
-spec accept(socket:socket()) -> {ok, socket:socket()} | select | {error, term()}.
accept(Listening) ->
    case socket:accept(Listening, nowait) of
        {ok, Socket} -> {ok, Socket};
        {select, _} -> select;
        {error, _} = Error -> Error
    end.

%% @doc The descriptor is copied into the message: the caller may close its own when this returns.
-spec send(socket:socket(), non_neg_integer(), non_neg_integer()) -> ok | {error, term()}.
send(Channel, Id, Fd) ->
    Message = #{iov => [<<Id:64>>], ctrl => [#{level => socket, type => rights, data => <<Fd:32/native>>}]},
    case socket:sendmsg(Channel, Message, [], 1000) of
        ok -> ok;
        {ok, _Rest} -> {error, truncated};
        {error, Reason} -> {error, Reason}
    end.

-spec close(socket:socket()) -> ok.
close(Socket) ->
    _ = socket:close(Socket),
    ok.
