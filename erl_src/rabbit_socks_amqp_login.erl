%% SPDX-License-Identifier: MPL-2.0
%% @doc Who a client of the bridge is, by what its handshake says or by a `login'.
-module(rabbit_socks_amqp_login).

-export([from_handshake/2, login/4, user/1, name/1, vhost/1, identity/1, connection/1, channel/1]).
-export_type([login/0]).

-record(login, {
    user :: rabbit_socks_access:user(),
    vhost :: binary(),
    credentials :: fun(() -> rabbit_socks_access:credentials()) % so that no crash report shows them
}).

-opaque login() :: #login{}.

%% @doc `none': the client has to say who it is. Socket.IO's `auth' comes before the operator's default user.
-spec from_handshake(rabbit_socks_callback:info(), rabbit_socks_amqp_options:options()) ->
    {ok, login()} | none | rabbit_socks_access:refusal().
from_handshake(#{auth := Auth, peer := Peer}, Options) ->
    case rabbit_socks_amqp_command:credentials(Auth) of
        {ok, Credentials, VHost} -> login(Credentials, VHost, Peer, Options);
        {error, Text} -> {error, <<"bad_request">>, Text};
        none -> default_user(Peer, Options)
    end.

default_user(Peer, #{default_user := User} = Options) when is_binary(User) -> login({trusted, User}, default, Peer, Options);
default_user(_, _) -> none.

-spec login(rabbit_socks_access:credentials(), VHost :: binary() | default, Peer :: {binary(), inet:port_number()},
            rabbit_socks_amqp_options:options()) -> {ok, login()} | rabbit_socks_access:refusal().
login(Credentials, default, Peer, #{vhost := VHost} = Options) ->
    login(Credentials, VHost, Peer, Options);
login(Credentials, VHost, {Text, _}, _) ->
    {ok, Address} = inet:parse_address(binary_to_list(Text)),
    case rabbit_socks_access:login(Credentials, VHost, Address) of
        {ok, User} -> {ok, #login{user = User, vhost = VHost, credentials = fun() -> Credentials end}};
        Refusal -> Refusal
    end.

-spec user(login()) -> rabbit_socks_access:user().
user(#login{user = User}) -> User.

-spec name(login()) -> binary().
name(#login{user = User}) -> rabbit_socks_access:name(User).

-spec vhost(login()) -> binary().
vhost(#login{vhost = VHost}) -> VHost.

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

%% @doc The AMQP connection of this user, shared; whoever asks is attached to it.
-spec connection(login()) -> {ok, rabbit_socks_amqp_client:connection()} | {error, term()}.
connection(Login) ->
    rabbit_socks_amqp_connection:attach(name(Login), vhost(Login), identity(Login)).

%% @doc A channel of its own on that connection, linked to whoever asks.
-spec channel(login()) -> {ok, rabbit_socks_amqp_client:channel()} | {error, term()}.
channel(Login) ->
    rabbit_socks_amqp_connection:channel(name(Login), vhost(Login), identity(Login)).
