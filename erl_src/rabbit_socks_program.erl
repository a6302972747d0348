%% SPDX-License-Identifier: MPL-2.0
%% @doc Makes the edge's program runnable.
%%
%% RabbitMQ unpacks an .ez without its x bits (before OTP 27.1), and unpacks it again, over a running program, whenever any
%% plugin is enabled or disabled. So the program is copied to a private directory under the name of its content, made
%% executable there, and run from there.
-module(rabbit_socks_program).

-include_lib("kernel/include/file.hrl").

-export([install/0, remove/0]).

-define(NAME, "rabbit_socks_edge").

%% @doc The program's path and the private directory it is in. An error is one readable line that says what to do.
-spec install() -> {ok, Program :: file:filename(), Directory :: file:filename()} | {error, string()}.
install() ->
    Source = source(),
    Directory = directory(),
    maybe_step(file:read_file(Source), fun(Bytes) ->
        case fits(Bytes) of
            ok -> copy(Bytes, Directory);
            {error, Text} -> error_text("the program ~ts ~ts", [Source, Text])
        end
    end, "cannot read the program ~ts: ~ts; install the plugin's archive again or set the key 'edge_program' of rabbit_socks", [Source]).

%% @doc Leaves nothing behind.
-spec remove() -> ok.
remove() ->
    Directory = directory(),
    clear(Directory, []),
    _ = file:del_dir(Directory),
    ok.

source() ->
    case application:get_env(rabbit_socks, edge_program) of
        {ok, Path} -> Path;
        undefined ->
            case code:priv_dir(rabbit_socks) of
                {error, bad_name} -> filename:join("priv", ?NAME);
                Priv -> filename:join(Priv, ?NAME)
            end
    end.

directory() ->
    case application:get_env(rabbit_socks, edge_directory) of
        {ok, Parent} -> filename:join(unicode:characters_to_list(Parent), "rabbit_socks-" ++ node_name());
        undefined -> filename:join(data_directory(), "rabbit_socks")
    end.

node_name() -> [Char || Char <- atom_to_list(node()), Char =/= $/].

%% Newer brokers have a name for it that is not Mnesia's.
data_directory() ->
    Known = [{rabbit, data_dir}, {rabbit_mnesia, dir}],
    Found = [{Module, Function} || {Module, Function} <- Known, {module, Module} =:= code:ensure_loaded(Module),
                                   erlang:function_exported(Module, Function, 0)],
    case Found of
        [{Module, Function} | _] -> Module:Function();
        [] -> filename:basedir(user_cache, "rabbit_socks")
    end.

%% The same class, byte order and machine as the program that runs this virtual machine; or a script of the operator's around
%% it, as for a run under valgrind.
fits(<<"#!", _/binary>>) ->
    ok;
fits(<<16#7F, "ELF", Class, Order, _:12/binary, Machine:2/binary, _/binary>>) ->
    case head("/proc/self/exe") of
        {ok, <<16#7F, "ELF", Class, Order, _:12/binary, Machine:2/binary>>} -> ok;
        {ok, <<16#7F, "ELF", _/binary>>} -> {error, "is for another kind of machine; install the archive built for this one"};
        _ -> ok
    end;
fits(_) ->
    {error, "is not a Linux program; install the plugin's archive again or set the key 'edge_program' of rabbit_socks"}.

head(Path) ->
    case file:open(Path, [read, raw, binary]) of
        {ok, File} ->
            Read = file:read(File, 20),
            ok = file:close(File),
            Read;
        {error, _} = Error ->
            Error
    end.

copy(Bytes, Directory) ->
    Name = ?NAME "-" ++ string:lowercase(binary_to_list(binary:encode_hex(binary:part(crypto:hash(sha256, Bytes), 0, 8)))),
    Program = filename:join(Directory, Name),
    maybe_step(private(Directory), fun(_) ->
        clear(Directory, [Name]),
        maybe_step(place(Bytes, Program), fun(_) -> {ok, Program, Directory} end, "cannot write the program to ~ts: ~ts", [Program])
    end, "cannot make the private directory ~ts: ~ts; set the key 'edge_directory' of rabbit_socks to one where programs may be run", [Directory]).

private(Directory) ->
    case filelib:ensure_dir(filename:join(Directory, "x")) of
        ok ->
            case file:read_link_info(Directory) of
                {ok, #file_info{type = directory}} -> mode(Directory);
                {ok, _} -> {error, enotdir};
                {error, _} = Error -> Error
            end;
        {error, _} = Error ->
            Error
    end.

mode(Path) ->
    case file:change_mode(Path, 8#700) of
        ok -> {ok, done};
        {error, _} = Error -> Error
    end.

%% Written aside and renamed: whoever sees the name sees the whole program.
place(Bytes, Program) ->
    case file:read_file(Program) of
        {ok, Bytes} -> mode(Program);
        _ ->
            Aside = Program ++ ".new",
            _ = file:delete(Aside),
            case file:write_file(Aside, Bytes, [exclusive, raw]) of
                ok ->
                    case mode(Aside) of
                        {ok, done} -> renamed(file:rename(Aside, Program));
                        Error -> Error
                    end;
                {error, _} = Error ->
                    Error
            end
    end.

renamed(ok) -> {ok, done};
renamed(Error) -> Error.

clear(Directory, Keep) ->
    case file:list_dir(Directory) of
        {ok, Names} -> lists:foreach(fun(Name) -> file:delete(filename:join(Directory, Name)) end, Names -- Keep);
        {error, _} -> ok
    end.

maybe_step({ok, Value}, Next, _, _) -> Next(Value);
maybe_step({error, Reason}, _, Format, Arguments) -> error_text(Format, Arguments ++ [file:format_error(Reason)]).

error_text(Format, Arguments) -> {error, lists:flatten(io_lib:format(Format, Arguments))}.
