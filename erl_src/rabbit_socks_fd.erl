%% SPDX-License-Identifier: MPL-2.0
%% @doc Hands descriptors to the edge: a Unix socket in a private directory to which the edge connects, and one message of
%% eight bytes with a descriptor for each. The only module that knows SCM_RIGHTS.
-module(rabbit_socks_fd).

-export([listen/1, accept/1, send/3, close/1, close/2]).

%% Bytes in the path of a Unix socket (unix(7)), less its final zero.
-define(MAX_PATH, 107).
%% For data directories that are deeper than that, such as those of long node names.
-define(SHORT, "/tmp").

%% @doc Listens in that directory, which nobody else can look into. Another path each time: an edge that is still ending has
%% its own.
-spec listen(file:filename()) -> {ok, socket:socket(), Path :: file:filename()} | {error, string()}.
listen(Directory) ->
    case path(Directory) of
        {ok, Path} ->
            case open(Path) of
                {ok, Socket} -> {ok, Socket, Path};
                {error, Reason} ->
                    ok = forget(Path),
                    {error, lists:flatten(io_lib:format("cannot open the socket ~ts: ~0tp", [Path, Reason]))}
            end;
        {error, Reason} ->
            {error, lists:flatten(io_lib:format("cannot make a private directory in " ?SHORT " (~ts), and the data directory's path is too "
                                                "long for a socket; set the key 'edge_directory' of rabbit_socks to a shorter one",
                                                [file:format_error(Reason)]))}
    end.

path(Directory) ->
    Path = filename:join(Directory, "fd." ++ integer_to_list(erlang:unique_integer([positive]))),
    case byte_size(unicode:characters_to_binary(Path)) =< ?MAX_PATH of
        true -> {ok, Path};
        false -> private_path(?SHORT)
    end.

%% A directory that exists already is somebody else's: make_dir fails then.
private_path(Parent) ->
    Name = "rabbit_socks." ++ binary_to_list(binary:encode_hex(crypto:strong_rand_bytes(8))),
    Directory = filename:join(Parent, Name),
    case file:make_dir(Directory) of
        ok ->
            ok = file:change_mode(Directory, 8#700),
            {ok, filename:join(Directory, "fd")};
        {error, _} = Error ->
            Error
    end.

open(Path) ->
    case socket:open(local, seqpacket, default) of
        {ok, Socket} ->
            case bind(Socket, Path) of
                ok -> {ok, Socket};
                {error, _} = Error ->
                    ok = close(Socket),
                    Error
            end;
        {error, _} = Error ->
            Error
    end.

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

%% @doc Of a listening socket, with its path.
-spec close(socket:socket(), file:filename()) -> ok.
close(Socket, Path) ->
    ok = close(Socket),
    forget(Path).

forget(Path) ->
    _ = file:delete(Path),
    _ = lists:prefix(?SHORT "/rabbit_socks.", Path) andalso file:del_dir(filename:dirname(Path)),
    ok.
