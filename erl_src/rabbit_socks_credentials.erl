%% SPDX-License-Identifier: MPL-2.0
%% @doc What a client's handshake says of who it is. For callback modules: nothing is looked up or verified here, but the
%% certificate, which was verified before it came so far.
%%
%% What was meant for this connection comes before what goes along with every one. The first that is there counts:
%% 1. `Authorization: Basic' (RFC 7617, in UTF-8). Other schemes are not for us, and passed over;
%% 2. the cookie that was configured. Its value is a token, percent-decoded as pages write cookies; an empty one is none;
%% 3. the name in the TLS client's certificate.
%% One that is there and malformed is an error, not a reason to try the next: nobody becomes somebody else by a mistake.
-module(rabbit_socks_credentials).

-export([from_info/2]).
-export_type([credentials/0, options/0]).

-type credentials() :: {password, User :: binary(), Password :: binary()} | {token, binary()} | {certificate, Name :: binary()}.

%% Where to look. Not given: `basic' and `certificate' are true, there is no cookie.
-type options() :: [{basic | certificate, boolean()} | {cookie, none | iodata()}]
                 | #{basic => boolean(), certificate => boolean(), cookie => none | iodata()}.

%% Bytes. The head of a request has no more; a token may be as long as that allows.
-define(MAX_FIELD, 16_384).
-define(MAX_USER, 255).
%% Limit L15.
-define(MAX_COOKIES, 100).

%% @doc The text of an error is ours: nothing in it comes from the client.
-spec from_info(rabbit_socks_callback:info(), options()) -> credentials() | none | {error, Text :: binary()}.
from_info(Info, Options) when is_list(Options) ->
    from_info(Info, maps:from_list(Options));
from_info(Info, Options) ->
    try
        first([fun basic/2, fun cookie/2, fun certificate/2], Info,
              maps:merge(#{basic => true, certificate => true, cookie => none}, Options))
    catch
        throw:{malformed, Text} -> {error, Text}
    end.

first([Source | Sources], Info, Options) ->
    case Source(Info, Options) of
        none -> first(Sources, Info, Options);
        Credentials -> Credentials
    end;
first([], _, _) ->
    none.

%% The values of a header field. A request has one of these two.
fields(Name, #{headers := Headers}) ->
    [Value || {N, Value} <- Headers, N =:= Name].

%% Authorization

basic(_, #{basic := false}) ->
    none;
basic(Info, _) ->
    case fields(<<"authorization">>, Info) of
        [] -> none;
        [Field] when byte_size(Field) > ?MAX_FIELD -> malformed(<<"the field Authorization is too long">>);
        [Field] -> scheme(binary:split(Field, <<" ">>));
        _ -> malformed(<<"there is more than one field Authorization">>)
    end.

scheme([Scheme | Rest]) ->
    case string:lowercase(ascii(Scheme)) of
        <<"basic">> -> user_pass(decode(blanks(iolist_to_binary(Rest))));
        _ -> none
    end.

%% Functions of strings fail on what is no UTF-8.
ascii(Text) -> << <<(case C < 128 of true -> C; false -> $? end)>> || <<C>> <= Text >>.

%% Erlang's decoder passes over blanks, and is not asked about anything else than base64.
decode(Text) ->
    case re:run(Text, "^[A-Za-z0-9+/]+={0,2}\\z", [{capture, none}]) =:= match andalso byte_size(Text) rem 4 =:= 0 of
        true -> base64:decode(Text);
        false -> malformed(<<"the field Authorization is not Basic with base64">>)
    end.

user_pass(Pair) ->
    case plain(Pair) andalso binary:split(Pair, <<":">>) of
        [User, _] when byte_size(User) > ?MAX_USER -> malformed(<<"the user name is longer than 255 bytes">>);
        [User, Password] -> {password, User, Password};
        [_] -> malformed(<<"the field Authorization has no colon between user and password">>);
        false -> malformed(<<"user and password must be UTF-8 without control characters">>)
    end.

%% Of a name that comes into logs: UTF-8, and nothing that moves a cursor or begins a line.
plain(Text) ->
    case unicode:characters_to_list(Text) of
        Characters when is_list(Characters) -> lists:all(fun(C) -> C >= $\s andalso (C < 127 orelse C > 159) end, Characters);
        _ -> false
    end.

%% Cookies

cookie(_, #{cookie := none}) ->
    none;
cookie(Info, #{cookie := Name}) ->
    Fields = fields(<<"cookie">>, Info),
    lists:sum([byte_size(Field) || Field <- Fields]) > ?MAX_FIELD andalso malformed(<<"the cookies are too long">>),
    Pairs = lists:append([binary:split(Field, <<";">>, [global]) || Field <- Fields]),
    length(Pairs) > ?MAX_COOKIES andalso malformed(<<"there are more than 100 cookies">>),
    token(lists:usort(values(iolist_to_binary(Name), Pairs))).

values(Name, Pairs) ->
    [unquoted(blanks(Value)) || Pair <- Pairs, [Key, Value] <- [binary:split(Pair, <<"=">>)], blanks(Key) =:= Name].

%% Without those at both ends; each byte is looked at once.
blanks(<<C, Rest/binary>>) when C =:= $\s; C =:= $\t -> blanks(Rest);
blanks(<<>>) -> <<>>;
blanks(Text) ->
    Size = byte_size(Text) - 1,
    case Text of
        <<Most:Size/binary, C>> when C =:= $\s; C =:= $\t -> blanks(Most);
        _ -> Text
    end.

unquoted(<<$", Rest/binary>>) when byte_size(Rest) > 0 ->
    Size = byte_size(Rest) - 1,
    case Rest of
        <<Value:Size/binary, $">> -> Value;
        _ -> <<$", Rest/binary>>
    end;
unquoted(Value) ->
    Value.

%% A page of a neighbouring host may set a cookie of the same name: which of the two comes first says nothing.
token([]) -> none;
token([<<>>]) -> none;
token([Value]) ->
    Token = percent(Value, <<>>),
    plain(Token) orelse malformed(<<"the cookie's value must be UTF-8 without control characters">>),
    {token, Token};
token(_) -> malformed(<<"the cookie is there twice, with two values">>).

percent(<<$%, High, Low, Rest/binary>>, Acc) -> percent(Rest, <<Acc/binary, (hex(High)):4, (hex(Low)):4>>);
percent(<<$%, _/binary>>, _) -> malformed(<<"a percent sign in the cookie's value begins no escape">>);
percent(<<C, Rest/binary>>, Acc) -> percent(Rest, <<Acc/binary, C>>);
percent(<<>>, Acc) -> Acc.

hex(C) when C >= $0, C =< $9 -> C - $0;
hex(C) when C >= $A, C =< $F -> C - $A + 10;
hex(C) when C >= $a, C =< $f -> C - $a + 10;
hex(_) -> malformed(<<"a percent sign in the cookie's value begins no escape">>).

%% Certificate

certificate(_, #{certificate := false}) -> none;
certificate(#{peer_certificate_name := none}, _) -> none;
certificate(#{peer_certificate_name := Name}, _) ->
    plain(Name) orelse malformed(<<"the name in the certificate must be UTF-8 without control characters">>),
    {certificate, Name}.

-spec malformed(binary()) -> no_return().
malformed(Text) ->
    throw({malformed, Text}).
