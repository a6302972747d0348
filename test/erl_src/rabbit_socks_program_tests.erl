%% SPDX-License-Identifier: MPL-2.0
%% @doc The program is copied, made executable, replaced and removed; whatever is wrong is one line that says what to do.
-module(rabbit_socks_program_tests).

-include_lib("eunit/include/eunit.hrl").
-include_lib("kernel/include/file.hrl").

program_test_() ->
    [{atom_to_list(Name), fun() -> in_directory(Test) end} || {Name, Test} <- [
        {installed, fun installed/2},
        {other_version, fun other_version/2},
        {damaged_copy, fun damaged_copy/2},
        {wrong_machine, fun wrong_machine/2},
        {no_program, fun no_program/2},
        {missing, fun missing/2},
        {somebody_elses_directory, fun somebody_elses_directory/2},
        {no_directory, fun no_directory/2},
        {binary_names, fun binary_names/2}]].

in_directory(Test) ->
    Parent = string:trim(os:cmd("mktemp -d /tmp/rabbit_socks_test.XXXXXX")),
    Source = filename:join(Parent, "source"),
    ok = file:write_file(Source, elf("one")),
    application:set_env(rabbit_socks, edge_program, Source),
    application:set_env(rabbit_socks, edge_directory, Parent),
    try
        Test(Source, Parent)
    after
        os:cmd("rm -rf " ++ Parent),
        application:unset_env(rabbit_socks, edge_program),
        application:unset_env(rabbit_socks, edge_directory)
    end.

%% The head of the program that runs us, then anything.
elf(Rest) ->
    {ok, File} = file:open("/proc/self/exe", [read, raw, binary]),
    {ok, Head} = file:read(File, 64),
    ok = file:close(File),
    iolist_to_binary([Head, Rest]).

installed(Source, Parent) ->
    %% As zip:unzip of older releases leaves it.
    ok = file:change_mode(Source, 8#644),
    {ok, Program, Directory} = rabbit_socks_program:install(),
    ?assertEqual(file:read_file(Source), file:read_file(Program)),
    ?assertEqual([8#700, 8#700], [mode(Path) || Path <- [Program, Directory]]),
    ?assertEqual(filename:dirname(Program), Directory),
    %% Again: the same name, and not written again.
    {ok, #file_info{inode = Inode}} = file:read_file_info(Program),
    ?assertEqual({ok, Program, Directory}, rabbit_socks_program:install()),
    ?assertMatch({ok, #file_info{inode = Inode}}, file:read_file_info(Program)),
    ok = rabbit_socks_program:remove(),
    ?assertEqual({ok, ["source"]}, file:list_dir(Parent)),
    ok = rabbit_socks_program:remove().

other_version(Source, _) ->
    {ok, First, Directory} = rabbit_socks_program:install(),
    ok = file:write_file(Source, elf("two")),
    ok = file:write_file(filename:join(Directory, "fd.7"), <<>>),
    {ok, Second, Directory} = rabbit_socks_program:install(),
    ?assertNotEqual(First, Second),
    %% What is stale goes.
    ?assertEqual({ok, [filename:basename(Second)]}, file:list_dir(Directory)).

damaged_copy(_, _) ->
    {ok, Program, _} = rabbit_socks_program:install(),
    Good = file:read_file(Program),
    ok = file:write_file(Program, "damaged"),
    ok = file:change_mode(Program, 8#400),
    {ok, Program, _} = rabbit_socks_program:install(),
    ?assertEqual({Good, 8#700}, {file:read_file(Program), mode(Program)}).

wrong_machine(Source, _) ->
    <<Head:18/binary, Machine:16, Rest/binary>> = elf("x"),
    says(Source, <<Head/binary, (Machine bxor 16#0100):16, Rest/binary>>, "is for another kind of machine"),
    <<Magic:4/binary, Class, More/binary>> = elf("x"),
    says(Source, <<Magic/binary, (3 - Class), More/binary>>, "is for another kind of machine").

no_program(Source, _) ->
    [says(Source, Bytes, "is not a Linux program") || Bytes <- [<<>>, <<16#7f, "EL">>, <<"MZ", 0:800>>, <<16#7f, "ELF">>]].

says(Source, Bytes, Words) ->
    ok = file:write_file(Source, Bytes),
    {error, Text} = rabbit_socks_program:install(),
    ?assertNotEqual({nomatch, Text}, {string:find(Text, "the program " ++ Source ++ " " ++ Words), Text}),
    readable(Text).

missing(Source, _) ->
    ok = file:delete(Source),
    {error, Text} = rabbit_socks_program:install(),
    ?assertEqual("cannot read the program " ++ Source ++ ": no such file or directory; install the plugin's archive again or set the key "
                 "'edge_program' of rabbit_socks", Text).

%% A link in place of the private directory leads somewhere else.
somebody_elses_directory(_, Parent) ->
    Elsewhere = filename:join(Parent, "elsewhere"),
    ok = file:make_dir(Elsewhere),
    ok = file:make_symlink(Elsewhere, filename:join(Parent, "rabbit_socks-" ++ atom_to_list(node()))),
    {error, Text} = rabbit_socks_program:install(),
    readable(Text),
    ?assertEqual({ok, []}, file:list_dir(Elsewhere)).

no_directory(Source, _) ->
    application:set_env(rabbit_socks, edge_directory, Source),
    {error, Text} = rabbit_socks_program:install(),
    ?assertNotEqual(nomatch, string:find(Text, "'edge_directory'")),
    readable(Text).

binary_names(Source, Parent) ->
    application:set_env(rabbit_socks, edge_program, list_to_binary(Source)),
    application:set_env(rabbit_socks, edge_directory, list_to_binary(Parent)),
    ?assertMatch({ok, [_ | _], [_ | _]}, rabbit_socks_program:install()).

readable(Text) ->
    ?assert(io_lib:printable_unicode_list(Text)),
    ?assertNot(lists:member($\n, Text)).

mode(Path) ->
    {ok, #file_info{mode = Mode}} = file:read_file_info(Path),
    Mode band 8#777.
