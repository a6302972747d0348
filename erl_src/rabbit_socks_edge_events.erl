%% SPDX-License-Identifier: MPL-2.0
%% @doc What the edge says, sent to whom it names: a session's process, a new session, the process behind a relayed request,
%% the log. Called by the reader of the link, which waits for nobody.
-module(rabbit_socks_edge_events).

-include_lib("kernel/include/logger.hrl").

-export([handle/2, session_ended/4, no_sessions/0, ref_ended/2, finish_refs/0]).

-define(DOMAIN, #{domain => [rabbitmq, socks]}).

%% @doc One event of docs/PORT_PROTOCOL.md, "Edge to node", other than hello and heartbeat.
-spec handle(term(), rabbit_socks_link:link()) -> ok.
handle({Pid, Event}, _) when is_pid(Pid) ->
    _ = Pid ! Event,
    ok;
handle({open, Session, Listener, Route, Info}, Link) ->
    open(rabbit_socks_routes:find(Listener, Route), Session, Info, Link);
handle({broadcasts, Pid, Messages, Bytes}, _) ->
    rabbit_socks_connections:broadcasts(Pid, Messages, Bytes);
handle({statistics, Statistics}, _) ->
    rabbit_socks_edge_table:counted(Statistics);
handle({forward, Id, Name, Request}, Link) ->
    Pid = rabbit_socks_forward:start(Id, Name, Request, Link),
    _ = erlang:monitor(process, Pid, [{tag, {ref, {forward, Id}}}]),
    ok;
handle({gone, Id}, _) ->
    last({forward, Id}, finish);
handle({log, Level, Text}, _) ->
    ?LOG(Level, "rabbit_socks edge: ~ts", [rabbit_socks_blame:text(Text)], ?DOMAIN);
handle({listening, _}, _) ->
    ok;
handle({response, Ref, Status, Headers, Body}, _) ->
    last(Ref, {response, Status, Headers, Body});
handle({response_start, Ref, Status, Headers}, _) ->
    relay(Ref, {response_start, Status, Headers});
handle({switch, Ref, Headers}, _) ->
    relay(Ref, {switch, Headers});
handle({bytes, Ref, Data}, _) ->
    relay(Ref, {bytes, Data});
handle({pause, Ref}, _) ->
    relay(Ref, pause);
handle({resume, Ref}, _) ->
    relay(Ref, resume);
handle({finish, Ref}, _) ->
    last(Ref, finish);
handle(Other, _) ->
    ?LOG_WARNING("rabbit_socks: unknown event of the edge: ~ts", [rabbit_socks_blame:reason(Other)], ?DOMAIN).

open({ok, {Module, Options}, Window}, Session, Info, Link) ->
    case rabbit_socks_session_sup:start_session(Link, {Session, Module, Options, Info, Window}) of
        {ok, Pid} ->
            _ = erlang:monitor(process, Pid, [{tag, {session, Session}}]),
            ok;
        {error, _} ->
            rabbit_socks_link:tell(Link, {refuse, Session, 503, <<"busy">>, []})
    end;
open(error, Session, _, Link) ->
    rabbit_socks_link:tell(Link, {refuse, Session, 404, <<"nothing is served here">>, []}).

%% @doc The process of a session has ended: who has a row of it forgets it. One that ended in order has told the edge itself. One
%% that was killed has not (`noproc': before it was watched): the edge takes the command that fits how far the session had come, and ignores the other.
-spec session_ended(non_neg_integer(), pid(), Reason :: term(), none | rabbit_socks_link:link()) -> ok.
session_ended(Session, Pid, Reason, Link) ->
    ok = rabbit_socks_connections:ended(Pid),
    tell_end(Session, Reason, Link).

tell_end(_, Reason, _) when Reason =:= normal; Reason =:= shutdown; element(1, Reason) =:= shutdown -> ok;
tell_end(Session, _, Link) ->
    ok = rabbit_socks_link:tell(Link, {refuse, Session, 500, <<"internal error">>, []}),
    rabbit_socks_link:tell(Link, {close, Session, 1011, <<"internal error">>}).

%% @doc All sessions have ended, and nobody has watched.
-spec no_sessions() -> ok.
no_sessions() ->
    rabbit_socks_connections:clear().

%% @doc The process behind a relayed request, or one that was forwarded, has ended: too early, if its Ref is still open.
-spec ref_ended(rabbit_socks_edge_table:ref(), none | rabbit_socks_link:link()) -> ok.
ref_ended(Ref, Link) ->
    case rabbit_socks_edge_table:ref(Ref) of
        {ok, _} ->
            ok = rabbit_socks_edge_table:close_ref(Ref),
            rabbit_socks_link:tell(Link, ended(Ref));
        error -> ok
    end.

ended({forward, Id}) -> {unanswered, Id};
ended(Ref) -> {gone, Ref}.

%% @doc There is no edge that could answer any more.
-spec finish_refs() -> ok.
finish_refs() ->
    lists:foreach(fun({Ref, _}) -> ok = last(Ref, finish) end, rabbit_socks_edge_table:refs()).

last(Ref, Event) ->
    ok = relay(Ref, Event),
    rabbit_socks_edge_table:close_ref(Ref).

relay(Ref, Event) ->
    _ = case rabbit_socks_edge_table:ref(Ref) of
        {ok, Pid} -> tell(Pid, Ref, Event);
        error -> ok
    end,
    ok.

%% Who forwards a request listens to the other node only.
tell(Pid, {forward, _}, finish) -> exit(Pid, shutdown);
tell(Pid, Ref, Event) -> Pid ! {rabbit_socks_edge, Ref, Event}.
