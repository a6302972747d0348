%% SPDX-License-Identifier: MPL-2.0
%% @doc Descriptors arrive at the other end of the channel, and nothing of it stays behind.
-module(rabbit_socks_fd_tests).

-include_lib("eunit/include/eunit.hrl").

fd_test_() ->
    [{atom_to_list(Name), fun() ->
          Directory = string:trim(os:cmd("mktemp -d /tmp/rabbit_socks_test.XXXXXX")),
          try Test(Directory) after os:cmd("rm -rf " ++ Directory) end
      end} || {Name, Test} <- [
        {sent, fun sent/1},
        {not_sent, fun not_sent/1},
        {own_path_each, fun own_path_each/1},
        {long_directory, fun long_directory/1},
        {no_directory, fun no_directory/1}]].

sent(Directory) ->
    {ok, Listening, Path} = rabbit_socks_fd:listen(Directory),
    ?assertEqual(select, rabbit_socks_fd:accept(Listening)),
    Peer = connect(Path),
    receive {'$socket', Listening, select, _} -> ok end,
    {ok, Channel} = rabbit_socks_fd:accept(Listening),
    ok = rabbit_socks_fd:close(Listening, Path),
    ?assertEqual({ok, []}, file:list_dir(Directory)),
    {ok, Tcp} = gen_tcp:listen(0, []),
    {ok, Fd} = inet:getfd(Tcp),
    {ok, Port} = inet:port(Tcp),
    Id = 1 bsl 56 - 1,
    ok = rabbit_socks_fd:send(Channel, Id, Fd),
    ok = gen_tcp:close(Tcp),
    {ok, #{iov := [<<Id:64>>], ctrl := [#{type := rights, data := <<Copy:32/native>>}]}} = socket:recvmsg(Peer),
    %% The copy listens on.
    {ok, Socket} = socket:open(Copy),
    ?assertMatch({ok, #{port := Port}}, socket:sockname(Socket)),
    [ok = socket:close(S) || S <- [Socket, Peer, Channel]].

not_sent(Directory) ->
    {Channel, Peer} = pair(Directory),
    ?assertMatch({error, _}, rabbit_socks_fd:send(Channel, 1, 99999)),
    ok = socket:close(Peer),
    {ok, Tcp} = gen_tcp:listen(0, []),
    {ok, Fd} = inet:getfd(Tcp),
    ?assertMatch({error, _}, rabbit_socks_fd:send(Channel, 1, Fd)),
    ok = rabbit_socks_fd:close(Channel),
    ?assertMatch({error, _}, rabbit_socks_fd:send(Channel, 1, Fd)).

own_path_each(Directory) ->
    {ok, A, PathA} = rabbit_socks_fd:listen(Directory),
    {ok, B, PathB} = rabbit_socks_fd:listen(Directory),
    ?assertNotEqual(PathA, PathB),
    ok = rabbit_socks_fd:close(A, PathA),
    ok = rabbit_socks_fd:close(B, PathB).

%% 108 bytes are all that a socket's path may have, counted as bytes: a private directory elsewhere then.
long_directory(Directory) ->
    [begin
        Long = filename:join(Directory, Name),
        ok = file:make_dir(Long),
        {ok, Listening, Path} = rabbit_socks_fd:listen(Long),
        ?assertEqual("/tmp", filename:dirname(filename:dirname(Path))),
        ?assertMatch("drwx------" ++ _, os:cmd("ls -ld " ++ filename:dirname(Path))),
        ok = socket:close(connect(Path)),
        ok = rabbit_socks_fd:close(Listening, Path),
        ?assertNot(filelib:is_dir(filename:dirname(Path))),
        ?assertEqual({ok, []}, file:list_dir(Long))
     end || Name <- [lists:duplicate(100, $x), lists:duplicate(45, 16#e4)]].

no_directory(Directory) ->
    {error, Text} = rabbit_socks_fd:listen(filename:join(Directory, "none")),
    ?assertMatch("cannot open the socket " ++ _, Text).

pair(Directory) ->
    {ok, Listening, Path} = rabbit_socks_fd:listen(Directory),
    Peer = connect(Path),
    {ok, Channel} = rabbit_socks_fd:accept(Listening),
    ok = rabbit_socks_fd:close(Listening, Path),
    {Channel, Peer}.

connect(Path) ->
    {ok, Peer} = socket:open(local, seqpacket, default),
    ok = socket:connect(Peer, #{family => local, path => Path}),
    Peer.
