%% SPDX-License-Identifier: MPL-2.0
%% @doc The table of running listeners. Each listener process keeps its own row; whoever needs to find a listener reads.
%% The supervisor owns the table, so a row outlives a crash of its process, which then finds what it had opened.
-module(rabbit_socks_listeners).

-export([create/0, put/2, delete/1, find/1, all/0, context/2]).
-export_type([key/0, row/0]).

%% A port 0 is told from another port 0 by a number.
-type key() :: {port, inet:ip_address(), inet:port_number() | {0, integer()}} | {web, inet:port_number(), Prefix :: binary()}.

-type row() ::
    #{id := non_neg_integer(),          % the Listener of the link; a new one after maintenance
      listener := rabbit_socks_config:listener(),
      address := any | inet:ip_address(),
      port := inet:port_number(),       % the real one
      protocol := atom(),
      state := running | suspended}.

%% @doc Called by the process that is to own the table.
-spec create() -> ok.
create() ->
    ?MODULE = ets:new(?MODULE, [named_table, public, {read_concurrency, true}]),
    ok.

-spec put(key(), row()) -> ok.
put(Key, Row) ->
    true = ets:insert(?MODULE, {Key, Row}),
    ok.

-spec delete(key()) -> ok.
delete(Key) ->
    true = ets:delete(?MODULE, Key),
    ok.

-spec find(key()) -> {ok, row()} | error.
find(Key) ->
    case ets:lookup(?MODULE, Key) of
        [{_, Row}] -> {ok, Row};
        [] -> error
    end.

%% @doc Empty where the plugin is not running.
-spec all() -> [{key(), row()}].
all() ->
    case ets:whereis(?MODULE) of
        undefined -> [];
        Table -> lists:sort(ets:tab2list(Table))
    end.

%% @doc The web context on a port that has a path below its prefix, the longest one, with the rest of the path.
-spec context(inet:port_number(), binary()) -> {ok, row(), Rest :: binary()} | error.
context(Port, Path) ->
    Prefixes = case ets:whereis(?MODULE) of
        undefined -> [];
        Table -> ets:select(Table, [{{{web, Port, '$1'}, '_'}, [], ['$1']}])
    end,
    context(Port, Path, lists:sort(fun(A, B) -> byte_size(A) >= byte_size(B) end, Prefixes)).

context(_, _, []) ->
    error;
context(Port, Path, [Prefix | Prefixes]) ->
    Size = byte_size(Prefix),
    case {Path, find({web, Port, Prefix})} of
        {<<$/, Prefix:Size/binary>>, {ok, Row}} -> {ok, Row, <<"/">>};
        {<<$/, Prefix:Size/binary, $/, Rest/binary>>, {ok, Row}} -> {ok, Row, <<$/, Rest/binary>>};
        _ -> context(Port, Path, Prefixes)
    end.
