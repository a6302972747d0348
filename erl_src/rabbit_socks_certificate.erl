%% SPDX-License-Identifier: MPL-2.0
%% @doc A client's certificate, as a callback module is shown it: the certificate and the name in it that the broker logs
%% clients in by. The only module that knows `rabbit_ssl'.
%%
%% Which part of the certificate is the name say the broker's `ssl_cert_login_from' and its companions. What the broker's
%% `ssl_options' say of verification is not asked: that is for its own listeners, and a certificate that comes here was
%% verified by whoever ended the TLS.
-module(rabbit_socks_certificate).

-include_lib("kernel/include/logger.hrl").

-export([show/1, name/1]).

-define(DOMAIN, #{domain => [rabbitmq, socks]}).
-define(COMMON_NAME, {2, 5, 4, 3}).

%% @doc Info of the edge's open event, to the one that init/3 gets.
-spec show(map()) -> rabbit_socks_callback:info().
show(#{certificate := Certificate} = Info) ->
    Name = case Certificate of
        none -> none;
        Der -> name(Der)
    end,
    (maps:remove(certificate, Info))#{peer_certificate => Certificate, peer_certificate_name => Name}.

%% @doc `none' when the certificate has no such name.
-spec name(Der :: binary()) -> binary() | none.
name(Der) ->
    try
        name(application:get_env(rabbit, ssl_cert_login_from, distinguished_name), Der)
    catch
        %% OpenSSL reads what OTP does not.
        Class:Reason:Stack ->
            ?LOG_WARNING("rabbit_socks: no name in a client's certificate: ~ts ~ts at ~ts",
                         [Class, rabbit_socks_blame:reason(Reason), rabbit_socks_blame:stack(Stack)], ?DOMAIN),
            none
    end.

name(distinguished_name, Der) ->
    binary(rabbit_ssl:peer_cert_subject(Der));
name(common_name, Der) ->
    case rabbit_ssl:peer_cert_subject_items(Der, ?COMMON_NAME) of
        not_found -> none;
        Names -> binary(lists:join(",", Names))
    end;
name(subject_alt_name, Der) ->
    name(subject_alternative_name, Der);
name(subject_alternative_name, Der) ->
    Type = san_type(application:get_env(rabbit, ssl_cert_login_san_type, dns)),
    Index = application:get_env(rabbit, ssl_cert_login_san_index, 0),
    Names = [Name || {T, _} = Name <- rabbit_cert_info:subject_alternative_names(Der), T =:= Type],
    case lists:nthtail(min(Index, length(Names)), Names) of
        [] -> none;
        [{otherName, {'AnotherName', _, Value}} | _] -> rabbit_cert_info:sanitize_other_name(rabbit_data_coercion:to_binary(Value));
        [{_, Value} | _] -> rabbit_data_coercion:to_binary(Value)
    end.

san_type(dns) -> dNSName;
san_type(ip) -> iPAddress;
san_type(email) -> rfc822Name;
san_type(uri) -> uniformResourceIdentifier;
san_type(other_name) -> otherName;
san_type(Other) -> Other.

%% As rabbit_ssl writes it; characters that it has no byte for are UTF-8.
binary(Text) ->
    try
        iolist_to_binary(Text)
    catch
        error:badarg -> unicode:characters_to_binary(Text)
    end.
