%% SPDX-License-Identifier: MPL-2.0
%% @doc The examples of docs/CONFIGURATION.md that are there in both forms, for schema_SUITE: each block of the classic form that a block of
%% rabbitmq.conf follows, with ports and a directory of the suite's in the place of those that a reader sees.
-module(schema_docs).

-export([pairs/2, ports/0, normal/1]).

%% What the classic form says, as the environment of rabbit_socks, and the lines of rabbitmq.conf.
-type pair() :: {[{atom(), term()}], string()}.

-spec text() -> string().
text() ->
    {ok, Text} = file:read_file(filename:join([os:getenv("RABBIT_SOCKS_ROOT"), "docs", "CONFIGURATION.md"])),
    unicode:characters_to_list(Text).

%% @doc The ports of the examples.
-spec ports() -> [string()].
ports() ->
    {match, Ports} = re:run(text(), "^socks\\.listeners\\.\\w+\\.port = ([0-9]+)$", [unicode, multiline, global, {capture, all_but_first, list}]),
    lists:usort(lists:append(Ports)).

%% @doc `Ports' has another for each port of the examples, `Directory' stands for /etc/rabbitmq.
-spec pairs(#{string() => inet:port_number()}, file:filename()) -> [pair()].
pairs(Ports, Directory) ->
    Text = maps:fold(
        fun(Old, New, Acc) -> re:replace(Acc, "\\b" ++ Old ++ "\\b", integer_to_list(New), [unicode, global, {return, list}]) end,
        string:replace(text(), "/etc/rabbitmq", Directory, all), Ports),
    {match, Pairs} = re:run(Text, "```erlang\n([^`]*)```\n\n```ini\n([^`]*)```", [unicode, global, {capture, all_but_first, list}]),
    [{environment(Classic), Conf} || [Classic, Conf] <- Pairs].

%% A whole rabbitmq.config, or one entry of `listeners'.
environment(Classic) ->
    {ok, Tokens, _} = erl_scan:string(string:trim(Classic, trailing, ".\n") ++ "."),
    case erl_parse:parse_term(Tokens) of
        {ok, [{rabbit_socks, Environment}]} -> Environment;
        {ok, Listener} -> [{listeners, [Listener]}]
    end.

%% @doc Options and entries in one order, since theirs means nothing. That of other lists does.
-spec normal(term()) -> term().
normal(List) when is_list(List) ->
    Normal = [normal(Element) || Element <- List],
    case lists:all(fun is_tuple/1, Normal) of
        true -> lists:sort(Normal);
        false -> Normal
    end;
normal(Tuple) when is_tuple(Tuple) -> list_to_tuple([normal(Element) || Element <- tuple_to_list(Tuple)]);
normal(Other) -> Other.
