%% SPDX-License-Identifier: MPL-2.0
%% @doc Requests of polling clients that came to the wrong node of a cluster: from the edge that has the client's connection, by
%% Erlang distribution, to the edge that has the client, and the answer back. So a balancer needs no sticky sessions.
%%
%% A client's name ends with the tag of its node, which is computed from the node's name: nobody is asked where a client is. Of
%% each request there is one process here and one there, and each ends when the other does. Whatever goes wrong (no such node,
%% no such client, the node or its edge gone) the edge hears `unanswered' and treats the name as one that it does not know. None of
%% it is logged: clients choose what they ask for.
-module(rabbit_socks_forward).

-export([tag/0, start/4]).
-export([serve/4]).

-define(TAG, 8). % characters
%% An answer that comes in pieces is put together. One that never ends is none of a poll.
-define(MAX_ANSWER, 16#3000000).

-type answer() :: {answer, Status :: pos_integer(), [{binary(), binary()}], iodata()} | unanswered.

%% @doc What names of this node's clients end with; none when nothing is forwarded.
-spec tag() -> {ok, binary()} | none.
tag() ->
    case application:get_env(rabbit_socks, forward, true) of
        false -> none;
        _ -> {ok, tag(node())}
    end.

tag(Node) ->
    Text = base64:encode(crypto:hash(sha256, atom_to_binary(Node))),
    << <<(url_safe(C))>> || <<C>> <= binary:part(Text, 0, ?TAG) >>.

url_safe($+) -> $-;
url_safe($/) -> $_;
url_safe(C) -> C.

%% @doc The process of one request, which the edge calls Id. It ends when the answer has been written; until then it has the
%% Ref `{forward, Id}'.
-spec start(pos_integer(), binary(), map(), rabbit_socks_link:link()) -> pid().
start(Id, Name, Request, Link) ->
    %% Not before it has the Ref: it may be done at once, and gives it back.
    Pid = spawn(fun() -> receive go -> forward(Id, owner(Name), Name, Request, Link) end end),
    ok = rabbit_socks_edge_table:put_ref({forward, Id}, Pid),
    Pid ! go,
    Pid.

forward(Id, Owner, Name, Request, Link) ->
    Answer = ask(Owner, Name, Request),
    ok = rabbit_socks_edge_table:close_ref({forward, Id}),
    ok = rabbit_socks_link:write(Link, command(Id, Answer)).

command(Id, {answer, Status, Headers, Body}) -> {answer, Id, Status, Headers, iolist_to_binary(Body)};
command(Id, unanswered) -> {unanswered, Id}.

%% Of the nodes that this one is connected to, as those of a cluster are.
owner(Name) when byte_size(Name) > ?TAG ->
    Tag = binary:part(Name, byte_size(Name), -?TAG),
    case [Node || Node <- nodes(), tag(Node) =:= Tag] of
        [Node | _] -> {ok, Node};
        [] -> none
    end;
owner(_) ->
    none.

%% The other side ends its process when it sees the end of ours. A node without this plugin, or with another version of it,
%% answers by an exception.
-spec ask({ok, node()} | none, binary(), map()) -> answer().
ask(none, _, _) ->
    unanswered;
ask({ok, Node}, Name, Request) ->
    Asked = erpc:send_request(Node, ?MODULE, serve, [rabbit_socks_proto:version(), self(), Name, Request]),
    %% A poll may wait for long, and as many as there are clients: not with what they have said.
    true = erlang:garbage_collect(),
    try erpc:receive_response(Asked)
    catch
        error:{erpc, _} -> unanswered;
        error:{exception, _, _} -> unanswered;
        exit:_ -> unanswered
    end.

%% @doc Called by another node: gives the request to our edge, for our client of that name.
-spec serve(pos_integer(), pid(), binary(), map()) -> answer().
serve(Version, From, Name, Request) ->
    case {rabbit_socks_proto:version(), rabbit_socks_edge:open_ref()} of
        {Version, {ok, Ref}} ->
            Monitor = erlang:monitor(process, From),
            case rabbit_socks_edge:command({forwarded, Ref, Name, Request}) of
                ok ->
                    true = erlang:garbage_collect(), % as there
                    await(Ref, Monitor);
                {error, not_running} -> unanswered
            end;
        _ ->
            unanswered
    end.

await(Ref, Monitor) ->
    receive
        {rabbit_socks_edge, Ref, {response, Status, Headers, Body}} -> {answer, Status, Headers, Body};
        {rabbit_socks_edge, Ref, {response_start, Status, Headers}} -> gather(Ref, Monitor, {answer, Status, Headers, []});
        {rabbit_socks_edge, Ref, _} -> unanswered;
        {'DOWN', Monitor, process, _, _} -> withdraw(Ref)
    end.

gather(Ref, Monitor, {answer, Status, Headers, Body}) ->
    receive
        {rabbit_socks_edge, Ref, {bytes, Data}} ->
            More = [Body | Data],
            case iolist_size(More) =< ?MAX_ANSWER of
                true -> gather(Ref, Monitor, {answer, Status, Headers, More});
                false -> withdraw(Ref)
            end;
        {rabbit_socks_edge, Ref, finish} -> {answer, Status, Headers, Body};
        {'DOWN', Monitor, process, _, _} -> withdraw(Ref)
    end.

%% The edge takes it for the end of the client's connection.
withdraw(Ref) ->
    ok = rabbit_socks_edge_table:close_ref(Ref),
    _ = rabbit_socks_edge:command({gone, Ref}),
    unanswered.
