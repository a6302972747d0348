%% SPDX-License-Identifier: MPL-2.0
%% @doc What the clients of Socket.IO are to do, what they did, and the two tables of it in docs/CLIENTS.md, each between its
%% marks: which cases passed, and where rabbit_socks differs from the servers of npm.
-module(socketio_clients_table).

-export([planned/1, name/1, results/1, forget/1, remember/2, rendered/2, documented/1, write/0]).
-export_type([run/0]).

-type run() :: {Runtime :: atom(), Version :: string(), Transport :: string()}.
-type table() :: passed | differences.

%% @doc Each run of a client with its cases, as clients.mjs lists them.
-spec planned(file:filename()) -> [{run(), [atom()]}].
planned(Dir) ->
    {0, Lines} = socks_node:run(Dir, "node", ["clients.mjs"]),
    [begin
         [Runtime, Version, Transport | Cases] = string:lexemes(Line, " "),
         {{binary_to_atom(Runtime), binary_to_list(Version), binary_to_list(Transport)}, [binary_to_atom(Case) || Case <- Cases]}
     end || Line <- string:lexemes(Lines, "\n")].

-spec name(run()) -> atom().
name({Runtime, Version, Transport}) ->
    list_to_atom(lists:flatten(io_lib:format("~ts_~ts_~ts", [Runtime, Version, Transport]))).

%% @doc Of a client's output the lines that are JSON: what each case came to.
-spec results(binary()) -> #{atom() => ok | binary()}.
results(Output) ->
    Lines = [Line || <<"{\"runtime\":", _/binary>> = Line <- binary:split(Output, <<"\n">>, [global])],
    maps:from_list([result(rabbit_json:decode(Line)) || Line <- Lines]).

result(#{<<"case">> := Case, <<"ok">> := true}) -> {binary_to_atom(Case), ok};
result(#{<<"case">> := Case, <<"error">> := Error}) -> {binary_to_atom(Case), Error}.

%% @doc Begins a new run of a suite.
-spec forget(table()) -> ok.
forget(Table) ->
    ok = filelib:ensure_dir(file(Table)),
    file:write_file(file(Table), <<>>).

-spec remember(table(), [term()]) -> ok.
remember(Table, Terms) ->
    Lines = [io_lib:format("~w.~n", [Term]) || Term <- Terms],
    file:write_file(file(Table), Lines, [append]).

%% @doc A table of what was remembered. Of `passed' a row is a client, a column a transport.
-spec rendered(table(), file:filename()) -> binary().
rendered(passed, Dir) ->
    {ok, Passed} = file:consult(file(passed)),
    Planned = planned(Dir),
    Transports = ["websocket", "polling", "upgrade", "jsonp"],
    table(["client", "in" | Transports], [row(Client, Transports, Planned, Passed) || Client <- clients(Planned)]);
rendered(differences, _) ->
    {ok, Differences} = file:consult(file(differences)),
    Reasons = lists:foldl(fun(Line, Acc) -> told(Line, Acc) end, [], Differences),
    table(["here", "for example", "npm's", "rabbit_socks", "steps"], [difference(Why, lists:reverse(Lines)) || {Why, Lines} <- lists:reverse(Reasons)]).

table(Head, Rows) ->
    Lines = [Head, ["---" || _ <- Head] | Rows],
    unicode:characters_to_binary([["| ", lists:join(" | ", Cells), " |\n"] || Cells <- Lines]).

clients(Planned) ->
    Named = [{Version, Runtime} || {{Runtime, Version, _}, _} <- Planned],
    lists:foldr(fun(Client, Acc) -> [Client | lists:delete(Client, Acc)] end, [], Named).

row({Version, Runtime}, Transports, Planned, Passed) ->
    Cells = [cell({Runtime, Version, Transport}, Planned, Passed) || Transport <- Transports],
    [package(Runtime, Version), runtime(Runtime) | Cells].

package(python, Version) -> ["python-socketio ", Version];
package(_, Version) -> ["socket.io-client ", Version].

runtime(node) -> "Node";
runtime(browser) -> "Chromium";
runtime(python) -> "Python";
runtime('node+tls') -> "Node, over TLS";
runtime('browser+tls') -> "Chromium, over TLS".

cell(Run, Planned, Passed) ->
    case {lists:keyfind(Run, 1, Planned), lists:keyfind(Run, 1, Passed)} of
        {false, _} -> "–";
        {{_, Cases}, false} -> io_lib:format("0 of ~b", [length(Cases)]);
        {{_, Cases}, {_, Good}} -> counted(Cases, Cases -- Good)
    end.

counted(Cases, []) -> io_lib:format("all ~b", [length(Cases)]);
counted(Cases, Bad) ->
    io_lib:format("~b of ~b, not ~ts", [length(Cases) - length(Bad), length(Cases), lists:join(", ", [atom_to_list(Case) || Case <- Bad])]).

%% One row a reason, with the first step that has it.
told(#{<<"why">> := Why} = Line, Acc) ->
    case lists:keyfind(Why, 1, Acc) of
        {_, Lines} -> lists:keyreplace(Why, 1, Acc, {Why, [Line | Lines]});
        false -> [{Why, [Line]} | Acc]
    end.

difference(Why, [#{<<"reference">> := Version, <<"talk">> := Talk, <<"step">> := Step, <<"theirs">> := Theirs, <<"ours">> := Ours} | _] = Lines) ->
    [Why, [code(Step), " in *", Talk, "*"], [code(Theirs), " (", Version, ")"], code(Ours), integer_to_list(length(Lines))].

%% Code within a table: a bar would end its cell.
code(<<>>) -> "nothing";
code(Text) -> ["`", string:replace(Text, "|", "\\|", all), "`"].

%% @doc A table as docs/CLIENTS.md has it.
-spec documented(table()) -> binary().
documented(Table) ->
    {_, Text, _} = parts(Table),
    Text.

%% @doc Puts the tables of the last run into docs/CLIENTS.md.
-spec write() -> ok.
write() ->
    _ = [begin
             {Before, _, After} = parts(Table),
             ok = file:write_file(document(), [Before, rendered(Table, socks_node:dir("socketio")), After])
         end || Table <- [passed, differences], filelib:is_file(file(Table))],
    ok.

parts(Table) ->
    Name = atom_to_binary(Table),
    Begin = <<"<!-- ", Name/binary, ": make clients-table writes this -->\n">>,
    End = <<"<!-- end of ", Name/binary, " -->">>,
    {ok, Text} = file:read_file(document()),
    [Before, Rest] = binary:split(Text, Begin),
    [Body, After] = binary:split(Rest, End),
    {<<Before/binary, Begin/binary>>, Body, <<End/binary, After/binary>>}.

document() -> filename:join([os:getenv("RABBIT_SOCKS_ROOT", "."), "docs", "CLIENTS.md"]).

file(Table) -> filename:join([os:getenv("RABBIT_SOCKS_BUILD", "build"), "clients", ["socketio_", atom_to_list(Table)]]).
