%% SPDX-License-Identifier: MPL-2.0
%% @doc Who a client of the bridge is, by what its handshake says or by a `login'.
-module(rabbit_socks_amqp_login).

-export([from_handshake/2, login/4, refresh/4, user/1, name/1, vhost/1, expires/1, share/1, identity/1, channel/1]).
-export_type([login/0, share/0]).

-record(login, {
    user :: rabbit_socks_access:user(),
    vhost :: binary(),
    credentials :: fun(() -> rabbit_socks_access:credentials()) % so that no crash report shows them
}).

-opaque login() :: #login{}.

%% What those have in common who may use one AMQP connection. The last is what their rights are of, where the name does not
%% tell: a token's digest.
-type share() :: {User :: binary(), VHost :: binary(), of_name | binary()}.

%% @doc `none': the client has to say who it is. What Socket.IO's `auth' says comes before what browsers add by themselves, and
%% that before the operator's default user.
-spec from_handshake(rabbit_socks_callback:info(), rabbit_socks_amqp_options:options()) ->
    {ok, login()} | none | rabbit_socks_access:refusal().
from_handshake(#{auth := Auth, peer := Peer} = Info, Options) ->
    case rabbit_socks_amqp_command:credentials(Auth) of
        {ok, Credentials, VHost} -> login(Credentials, VHost, Peer, Options);
        {error, Text} -> {error, <<"bad_request">>, Text};
        none -> from_request(rabbit_socks_credentials:from_info(Info, maps:with([basic, certificate, cookie], Options)), Peer, Options)
    end.

from_request({error, Text}, _, _) -> {error, <<"bad_request">>, Text};
from_request({certificate, Name}, Peer, Options) -> login({trusted, Name}, default, Peer, Options);
from_request(none, _, #{default_user := none}) -> none;
from_request(none, Peer, #{default_user := User} = Options) -> login({trusted, User}, default, Peer, Options);
from_request(Credentials, Peer, Options) -> login(Credentials, default, Peer, Options).

-spec login(rabbit_socks_access:credentials(), VHost :: binary() | default, Peer :: {binary(), inet:port_number()},
            rabbit_socks_amqp_options:options()) -> {ok, login()} | rabbit_socks_access:refusal().
login(Credentials, default, Peer, #{vhost := VHost} = Options) ->
    login(Credentials, VHost, Peer, Options);
login(Credentials, VHost, {Text, _}, _) ->
    new(rabbit_socks_access:login(Credentials, VHost, address(Text)), VHost, Credentials).

%% @doc New credentials of the same user, in the same virtual host.
-spec refresh(rabbit_socks_access:credentials(), VHost :: binary() | default, Peer :: {binary(), inet:port_number()}, login()) ->
    {ok, login()} | rabbit_socks_access:refusal().
refresh(Credentials, Given, {Text, _}, #login{user = User, vhost = VHost}) when Given =:= default; Given =:= VHost ->
    new(rabbit_socks_access:refresh(Credentials, VHost, address(Text), User), VHost, Credentials);
refresh(_, _, _, _) ->
    {error, <<"bad_request">>, <<"a connection stays in its virtual host">>}.

address(Text) ->
    {ok, Address} = inet:parse_address(binary_to_list(Text)),
    Address.

new({ok, User}, VHost, Credentials) -> {ok, #login{user = User, vhost = VHost, credentials = fun() -> Credentials end}};
new(Refusal, _, _) -> Refusal.

-spec user(login()) -> rabbit_socks_access:user().
user(#login{user = User}) -> User.

-spec name(login()) -> binary().
name(#login{user = User}) -> rabbit_socks_access:name(User).

-spec vhost(login()) -> binary().
vhost(#login{vhost = VHost}) -> VHost.

-spec expires(login()) -> integer() | never.
expires(#login{user = User}) -> rabbit_socks_access:expires(User).

%% @doc Two clients of one name whose tokens differ may do different things: they share nothing that acts for them.
-spec share(login()) -> share().
share(#login{user = User, vhost = VHost, credentials = Credentials} = Login) ->
    Rights = case {rabbit_socks_access:rights(User), Credentials()} of
        {of_credentials, {token, Token}} -> crypto:hash(sha256, Token);
        {of_credentials, {password, _, Password}} -> crypto:hash(sha256, Password);
        _ -> of_name
    end,
    {name(Login), VHost, Rights}.

%% @doc What an AMQP connection of this user's is opened with.
-spec identity(login()) -> rabbit_socks_amqp_connection:identity().
identity(#login{credentials = Credentials} = Login) ->
    Name = name(Login),
    fun() ->
        case Credentials() of
            {password, _, Password} -> {Name, Password};
            {token, Token} -> {Name, Token};
            {trusted, _} -> {Name, none}
        end
    end.

%% @doc A channel on the connection that all who share() have.
-spec channel(login()) -> {ok, rabbit_socks_amqp_client:channel()} | {error, term()}.
channel(Login) ->
    rabbit_socks_amqp_connection:channel(share(Login), identity(Login)).
