%% SPDX-License-Identifier: MPL-2.0
%% @doc The only module that knows rabbit_access_control and the limits of users and virtual hosts: who a client is, and what it
%% may do. Any authentication backend of the broker serves, with the broker's own rules.
-module(rabbit_socks_access).

%% The broker's records have no types.
-compile(nowarn_untyped_record).

-include_lib("rabbit_common/include/rabbit.hrl").
-include_lib("rabbit_common/include/rabbit_framing.hrl").

-export([login/3, refresh/4, whose/2, name/1, expires/1, rights/1, refresh_time/0, publish/4, is_exchange/2, subscribe/5, queue/4]).
-export_type([user/0, credentials/0, refusal/0]).

%% How long a permission that was taken away may still be used, at most.
-define(REFRESH, 30000). % ms

-opaque user() :: #user{}.

%% `trusted': who it is was found out elsewhere, by a client's certificate or by the operator's configuration.
-type credentials() :: {password, User :: binary(), Password :: binary()} | {token, binary()} | {trusted, User :: binary()}.

%% A code, and words for the client.
-type refusal() :: {error, Code :: binary(), Text :: binary()}.

%% @doc Lets a client in. What is refused before the credentials are accepted does not tell which half of them was wrong, nor
%% whether there is such a virtual host.
-spec login(credentials(), VHost :: binary(), inet:ip_address()) -> {ok, user()} | refusal().
login(Credentials, VHost, Peer) ->
    accept(Credentials, [fun loopback/3, fun vhost_access/3, fun limits/3], VHost, Peer).

%% @doc Who is in shows credentials again. The broker's own way (rabbit_access_control:update_state/2) does not ask in 3.10 whose
%% they are; and limits are not asked for again, since this client is counted already.
-spec refresh(credentials(), VHost :: binary(), inet:ip_address(), user()) -> {ok, user()} | refusal().
refresh(Credentials, VHost, Peer, #user{username = Known}) ->
    Same = fun(#user{username = Name}, _, _) ->
        case Name =:= Known of
            true -> ok;
            false -> refused(<<"the credentials are another user's">>)
        end
    end,
    accept(Credentials, [Same, fun loopback/3, fun vhost_access/3], VHost, Peer).

%% @doc The name of the user whom these credentials have just let in elsewhere; a token's is told by nothing else.
-spec whose(credentials(), VHost :: binary()) -> {ok, Name :: binary()} | refusal().
whose(Credentials, VHost) ->
    case accept(Credentials, [], VHost, {0, 0, 0, 0}) of
        {ok, User} -> {ok, name(User)};
        Refusal -> Refusal
    end.

accept(Credentials, Checks, VHost, Peer) ->
    case check_login(Credentials, VHost) of
        {ok, User} -> admit([fun current/3 | Checks], User, VHost, Peer);
        {refused, _, _, _} -> refused(<<"the credentials are not accepted">>)
    end.

%% The broker's cache of logins may know a token that has expired since.
current(User, _, _) ->
    case {expires(User), now_s()} of
        {At, Now} when is_integer(At), At =< Now -> refused(<<"the credentials are not accepted">>);
        _ -> ok
    end.

check_login({password, Name, Password}, VHost) ->
    rabbit_access_control:check_user_login(Name, [{password, Password}, {vhost, VHost}]);
check_login({token, Token}, VHost) ->
    rabbit_access_control:check_user_login(<<>>, [{password, Token}, {vhost, VHost}]);
check_login({trusted, Name}, _) ->
    rabbit_access_control:check_user_login(Name, []).

admit([], User, _, _) ->
    {ok, User};
admit([Check | Checks], User, VHost, Peer) ->
    case Check(User, VHost, Peer) of
        ok -> admit(Checks, User, VHost, Peer);
        Refusal -> Refusal
    end.

loopback(#user{username = Name}, _, Peer) ->
    case rabbit_access_control:check_user_loopback(Name, Peer) of
        ok -> ok;
        not_allowed -> refused(<<"this user may log in from the broker's own machine only">>)
    end.

vhost_access(User, VHost, Peer) ->
    Check = fun() -> rabbit_access_control:check_vhost_access(User, VHost, {ip, Peer}, #{}) end,
    case allowed(Check) andalso rabbit_vhost_sup_sup:is_vhost_alive(VHost) of
        true -> ok;
        false -> refused(<<"this user has no access to the virtual host">>)
    end.

limits(#user{username = Name}, VHost, _) ->
    try {rabbit_vhost_limit:is_over_connection_limit(VHost), rabbit_auth_backend_internal:is_over_connection_limit(Name)} of
        {false, false} -> ok;
        _ -> {error, <<"too_many">>, <<"too many connections of this user or virtual host">>}
    catch
        throw:{error, {no_such_vhost, _}} -> refused(<<"this user has no access to the virtual host">>)
    end.

-spec name(user()) -> binary().
name(#user{username = Name}) -> Name.

%% @doc When the user's rights end by themselves, in seconds since 1970. The broker says it since 4.0, but not of those that its
%% cache has let in; a token's own word is in what its backend keeps.
-spec expires(user()) -> integer() | never.
expires(#user{authz_backends = Backends} = User) ->
    Told = [Module:Function(User) || {Module, Function} <- [{rabbit_access_control, expiry_timestamp}], erlang:function_exported(Module, Function, 1)],
    case [trunc(At) || At <- Told ++ [maps:get(<<"exp">>, claims(Kept), never) || {_, Kept} <- Backends], is_number(At)] of
        [] -> never;
        Ends -> lists:min(Ends)
    end.

%% @doc What decides on what the user may do: its name, so that it is the same for all who have that; or the credentials, which
%% may be others for the next of that name.
-spec rights(user()) -> of_name | of_credentials.
rights(#user{authz_backends = Backends} = User) ->
    Claims = [Kept || {_, Kept} <- Backends, claims(Kept) =/= #{}],
    case Claims =/= [] orelse rabbit_access_control:permission_cache_can_expire(User) of
        true -> of_credentials;
        false -> of_name
    end.

%% Of a token that has been verified: a map, wrapped in newer brokers.
claims(Kept) when is_map(Kept) -> Kept;
claims(Kept) when is_function(Kept, 0) ->
    case Kept() of
        Claims when is_map(Claims) -> Claims;
        _ -> #{}
    end;
claims(_) -> #{}.

%% @doc After how many ms that was allowed and goes on is asked for again.
-spec refresh_time() -> pos_integer().
refresh_time() -> application:get_env(rabbit_socks, permission_refresh, ?REFRESH).

%% Tokens go by the clock on the wall.
now_s() -> erlang:monotonic_time(second) + erlang:time_offset(second).

%% @doc May the user publish there? Asked before anything is published, since the broker answers by closing the channel, which
%% others share.
-spec publish(user(), VHost :: binary(), Exchange :: binary(), Key :: binary()) -> ok | refusal().
publish(User, VHost, Exchange, Key) ->
    Resource = rabbit_misc:r(VHost, exchange, Exchange),
    case {resource(User, Resource, write), rabbit_exchange:lookup(Resource)} of
        {false, _} -> refused(Exchange, <<"write to">>);
        {true, {error, not_found}} -> no_exchange(Exchange);
        {true, {ok, #exchange{internal = true}}} -> refused(Exchange, <<"publish to the internal">>);
        {true, {ok, Found}} ->
            case topic(User, Found, write, [Key], VHost) of
                true -> ok;
                false -> refused(Exchange, <<"publish with this routing key to">>)
            end
    end.

%% @doc Is there such an exchange at present?
-spec is_exchange(VHost :: binary(), Exchange :: binary()) -> boolean().
is_exchange(VHost, Exchange) -> rabbit_exchange:exists(rabbit_misc:r(VHost, exchange, Exchange)).

%% @doc May the user have a queue of this name that is bound with these keys? What a shared subscription shows is what the user
%% could have read with a queue of its own.
-spec subscribe(user(), VHost :: binary(), Exchange :: binary(), Keys :: [binary()], Queue :: binary()) -> ok | refusal().
subscribe(User, VHost, Exchange, Keys, Queue) ->
    Resource = rabbit_misc:r(VHost, exchange, Exchange),
    Own = rabbit_misc:r(VHost, queue, Queue),
    MayHave = lists:all(fun(Permission) -> resource(User, Own, Permission) end, [configure, write, read]),
    case {MayHave, resource(User, Resource, read), rabbit_exchange:lookup(Resource)} of
        {false, _, _} ->
            {error, <<"access_refused">>, <<"this user may not have queues whose names begin with 'socks-subscription-'">>};
        {true, false, _} -> refused(Exchange, <<"read from">>);
        {true, true, {error, not_found}} -> no_exchange(Exchange);
        {true, true, {ok, Found}} ->
            case topic(User, Found, read, Keys, VHost) of
                true -> ok;
                false -> refused(Exchange, <<"read these routing keys from">>)
            end
    end.

%% @doc May the user do that with a queue?
-spec queue(user(), VHost :: binary(), Queue :: binary(), configure | write | read) -> ok | refusal().
queue(User, VHost, Queue, Permission) ->
    case resource(User, rabbit_misc:r(VHost, queue, Queue), Permission) of
        true -> ok;
        false ->
            {error, <<"access_refused">>, <<"this user may not ", (atom_to_binary(Permission))/binary, " the queue '", Queue/binary, "'">>}
    end.

resource(User, Resource, Permission) ->
    allowed(fun() -> rabbit_access_control:check_resource_access(User, Resource, Permission, #{}) end).

%% Topic permissions are of topic exchanges alone.
topic(#user{username = Name} = User, #exchange{type = topic, name = Exchange}, Permission, Keys, VHost) ->
    Variables = #{<<"username">> => Name, <<"vhost">> => VHost},
    Resource = Exchange#resource{kind = topic},
    lists:all(fun(Key) ->
        Context = #{routing_key => Key, variable_map => Variables},
        allowed(fun() -> rabbit_access_control:check_topic_access(User, Resource, Permission, Context) end)
    end, Keys);
topic(_, _, _, _, _) ->
    true.

%% The broker's checks say no by leaving.
allowed(Check) ->
    try Check() of
        ok -> true
    catch
        exit:#amqp_error{} -> false
    end.

refused(Text) ->
    {error, <<"access_refused">>, Text}.

refused(Exchange, What) ->
    refused(<<"this user may not ", What/binary, " exchange '", Exchange/binary, "'">>).

no_exchange(Exchange) ->
    {error, <<"not_found">>, <<"there is no exchange '", Exchange/binary, "'">>}.
