%% SPDX-License-Identifier: MPL-2.0
%% @doc Who a client of the bridge is, by what its handshake says or by a `login'.
-module(rabbit_socks_amqp_login).

-export([from_handshake/2, login/4, user/1, name/1, vhost/1, identity/1, channel/1]).
-export_type([login/0]).

-record(login, {
    user :: rabbit_socks_access:user(),
    vhost :: binary(),
    credentials :: fun(() -> rabbit_socks_access:credentials()) % so that no crash report shows them
}).

-opaque login() :: #login{}.

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

%% @doc A channel on the connection that all clients of this user share.
-spec channel(login()) -> {ok, rabbit_socks_amqp_client:channel()} | {error, term()}.
channel(Login) ->
    rabbit_socks_amqp_connection:channel(name(Login), vhost(Login), identity(Login)).
