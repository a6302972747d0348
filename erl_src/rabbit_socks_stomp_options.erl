%% SPDX-License-Identifier: MPL-2.0
%% @doc The options of rabbit_socks_stomp as an operator wrote them, to a map with every one of them.
-module(rabbit_socks_stomp_options).

-export([check/1, credentials/2, parser_limits/1, guard_limits/1]).
-export_type([options/0]).

-type options() :: #{ws_frame := auto | text | binary, login_timeout := pos_integer(),
                     use_http_auth := boolean(), ssl_cert_login := boolean(), login_cookie := none | string() | binary(),
                     max_headers := pos_integer(), max_header := pos_integer(), max_head := pos_integer(),
                     max_body := pos_integer(), max_subscriptions := pos_integer(), max_transactions := pos_integer(),
                     max_transaction_bytes := pos_integer()}.

%% No larger message travels to the edge and back.
-define(MAX, 33_554_432).

%% Of an integer, the smallest and largest one.
rules() ->
    [{ws_frame, auto, [auto, text, binary]},
     {login_timeout, 10_000, {1, 3_600_000}},
     {use_http_auth, false, [true, false]},
     %% As the broker's STOMP and Web STOMP have it.
     {ssl_cert_login, application:get_env(rabbitmq_stomp, ssl_cert_login, false) =:= true, [true, false]},
     {login_cookie, none, cookie_name},
     {max_headers, 100, {1, 1_000}},
     {max_header, 102_400, {255, ?MAX}},
     {max_head, 262_144, {1_024, ?MAX}},
     {max_body, 1_048_576, {1, ?MAX}},
     {max_subscriptions, 1_000, {1, 65_535}},
     {max_transactions, 100, {1, 65_535}},
     {max_transaction_bytes, 16_777_216, {1, 1_073_741_824}}].

%% @doc A list of {Name, Value}, or a map.
-spec check(term()) -> {ok, options()} | {error, string()}.
check(Options) when is_map(Options) ->
    check(maps:to_list(Options));
check(Options) when is_list(Options) ->
    Defaults = maps:from_list([{Name, Default} || {Name, Default, _} <- rules()]),
    check(Options, Defaults);
check(_) ->
    {error, "its options are no list of {Name, Value}"}.

check([{Name, Value} | Options], Checked) ->
    case lists:keyfind(Name, 1, rules()) of
        {_, _, Allowed} ->
            case allowed(Value, Allowed) of
                true -> check(Options, Checked#{Name := Value});
                false -> error_text("the value of its option ~0tP must be ~ts", [Name, 8, describe(Allowed)])
            end;
        false -> error_text("it has no option ~0tP", [Name, 8])
    end;
check([], Checked) ->
    {ok, Checked};
check([Option | _], _) ->
    error_text("~0tP is no option", [Option, 8]).

allowed(none, cookie_name) -> true;
allowed(Value, cookie_name) when is_binary(Value); is_list(Value) ->
    try re:run(Value, "^[!#$%&'*+.^_`|~0-9A-Za-z-]+\\z", [{capture, none}]) =:= match catch error:badarg -> false end;
allowed(_, cookie_name) -> false;
allowed(Value, {Min, Max}) -> is_integer(Value) andalso Value >= Min andalso Value =< Max;
allowed(Value, Names) -> lists:member(Value, Names).

describe(cookie_name) -> "none or the name of a cookie";
describe({Min, Max}) -> io_lib:format("from ~b to ~b", [Min, Max]);
describe(Names) -> lists:join(" or ", [atom_to_list(Name) || Name <- Names]).

error_text(Format, Arguments) ->
    {error, lists:flatten(io_lib:format(Format, Arguments))}.

%% @doc Who the client is by its handshake, as far as that may log it in.
-spec credentials(rabbit_socks_callback:info(), options()) -> rabbit_socks_credentials:credentials() | none | {error, binary()}.
credentials(Info, #{use_http_auth := Basic, ssl_cert_login := Certificate, login_cookie := Cookie}) ->
    rabbit_socks_credentials:from_info(Info, #{basic => Basic, certificate => Certificate, cookie => Cookie}).

-spec parser_limits(options()) -> rabbit_socks_stomp_parser:limits().
parser_limits(#{max_headers := Headers, max_header := Header, max_head := Head, max_body := Body}) ->
    #{command => 32, headers => Headers, header => Header, head => Head, body => Body}.

-spec guard_limits(options()) -> rabbit_socks_stomp_guard:limits().
guard_limits(#{max_subscriptions := Subscriptions, max_transactions := Transactions, max_transaction_bytes := Bytes}) ->
    #{subscriptions => Subscriptions, transactions => Transactions, transaction_bytes => Bytes}.
