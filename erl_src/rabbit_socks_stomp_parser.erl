%% SPDX-License-Identifier: MPL-2.0
%% @doc STOMP frames out of a stream of bytes, however a client cuts it: several frames in one message, one frame over
%% several. The broker's own parser (rabbit_stomp_frame) has no limits, turns each byte of a head into a list cell and
%% crashes on a bad content-length; here every length and every count has a bound, and bad input is one error.
%%
%% The grammar is the one of rabbit_stomp_frame, so that a client sees no difference:
%% - CR LF is LF, escapes are those of STOMP 1.2 whatever the version, NULs and line ends between frames are skipped;
%% - the first of several equal headers counts; headers come out last first;
%% - content-length is read on SEND alone, any other body ends at its first NUL.
%% Stricter: content-length is digits. In STOMP 1.0, see trim/1, a value loses the blanks before it, a content-length those
%% behind it too.
-module(rabbit_socks_stomp_parser).

-export([new/1, feed/2, next/1, trim/1, describe/1]).
-export_type([frame/0, limits/0, parser/0, reason/0]).

%% Bytes, except `headers': how many of different names. `head' bounds their sum, repeated ones included.
-type limits() :: #{command := pos_integer(), headers := pos_integer(), header := pos_integer(),
                    head := pos_integer(), body := pos_integer()}.
-type frame() :: #{command := string(), headers := [{string(), string()}], body := binary()}.
-type reason() :: {too_long, command | header_name | header | head | body | login, pos_integer()}
                | {too_many, headers, pos_integer()}
                | {unexpected, cr | no_colon | escape}
                | {content_length, invalid | no_nul}.

%% A header's name becomes a short string of AMQP, which would break whoever reads a longer one.
-define(MAX_NAME, 255).
%% A longer number is no length (limit L16).
-define(MAX_DIGITS, 17).

-record(parser, {
    limits :: limits(),
    trim = false :: boolean(),
    term = noise :: noise | command | header | body | {body, non_neg_integer()},
    buffer = <<>> :: binary(),
    %% So many bytes of the buffer hold no end of the current term: they are not looked at again.
    seen = 0 :: non_neg_integer(),
    command = "" :: string(),
    headers = [] :: [{string(), string()}],
    names = #{} :: #{binary() => []},
    head = 0 :: non_neg_integer()
}).

-opaque parser() :: #parser{}.

-spec new(limits()) -> parser().
new(Limits) ->
    #parser{limits = Limits}.

%% @doc From now on the client speaks STOMP 1.0.
-spec trim(parser()) -> parser().
trim(Parser) ->
    Parser#parser{trim = true}.

%% @doc Bytes of the client. The caller asks for frames until there are `more' to be fed before it feeds again, or
%% answers itself for how much it feeds meanwhile.
-spec feed(binary(), parser()) -> parser().
feed(Bytes, #parser{buffer = <<>>} = Parser) -> Parser#parser{buffer = Bytes};
feed(Bytes, #parser{buffer = Buffer} = Parser) -> Parser#parser{buffer = <<Buffer/binary, Bytes/binary>>}.

%% @doc The next whole frame. After an error the parser is of no more use.
-spec next(parser()) -> {frame, frame(), parser()} | {more, parser()} | {error, reason()}.
next(#parser{term = noise} = Parser) -> noise(Parser);
next(#parser{term = command} = Parser) -> line(Parser);
next(#parser{term = header} = Parser) -> line(Parser);
next(#parser{} = Parser) -> body(Parser).

noise(#parser{buffer = <<C, Rest/binary>>} = Parser) when C =:= $\n; C =:= 0 ->
    noise(Parser#parser{buffer = Rest});
noise(#parser{buffer = <<"\r\n", Rest/binary>>} = Parser) ->
    noise(Parser#parser{buffer = Rest});
noise(#parser{buffer = <<"\r">>} = Parser) ->
    {more, Parser};
noise(#parser{buffer = <<"\r", _/binary>>}) ->
    {error, {unexpected, cr}};
noise(#parser{buffer = <<>>} = Parser) ->
    {more, Parser#parser{buffer = <<>>}};
noise(Parser) ->
    line(Parser#parser{term = command}).

%% A line of the head: the command or a header.
line(#parser{buffer = Buffer, seen = Seen} = Parser) ->
    case binary:match(Buffer, <<"\n">>, [{scope, {Seen, byte_size(Buffer) - Seen}}]) of
        nomatch -> unfinished(Parser#parser{seen = byte_size(Buffer)});
        {End, 1} ->
            <<Line:End/binary, _, Rest/binary>> = Buffer,
            term(chop(Line), Parser#parser{buffer = Rest, seen = 0, head = Parser#parser.head + End + 1})
    end.

unfinished(#parser{term = command, seen = Seen, limits = #{command := Max}}) when Seen > Max + 1 ->
    {error, {too_long, command, Max}};
unfinished(#parser{term = header, seen = Seen, limits = #{header := Max}}) when Seen > ?MAX_NAME + 1 + Max + 1 ->
    {error, {too_long, header, Max}};
unfinished(#parser{seen = Seen, head = Head, limits = #{head := Max}}) when Head + Seen > Max ->
    {error, {too_long, head, Max}};
unfinished(Parser) ->
    {more, Parser}.

%% A line without its end. A CR that is left over is a fault.
chop(Line) ->
    Size = byte_size(Line) - 1,
    Chopped = case Line of
        <<Text:Size/binary, "\r">> -> Text;
        _ -> Line
    end,
    case binary:match(Chopped, <<"\r">>) of
        nomatch -> Chopped;
        _ -> cr
    end.

term(cr, _) ->
    {error, {unexpected, cr}};
term(_, #parser{head = Head, limits = #{head := Max}}) when Head > Max ->
    {error, {too_long, head, Max}};
term(Line, #parser{term = command, limits = #{command := Max}}) when byte_size(Line) > Max ->
    {error, {too_long, command, Max}};
term(Line, #parser{term = command} = Parser) ->
    line(Parser#parser{term = header, command = binary_to_list(Line)});
term(<<>>, #parser{term = header} = Parser) ->
    start_body(Parser);
term(Line, #parser{term = header, limits = #{header := Max}} = Parser) ->
    case binary:split(Line, <<":">>) of
        [_] -> {error, {unexpected, no_colon}};
        [Name, _] when byte_size(Name) > ?MAX_NAME -> {error, {too_long, header_name, ?MAX_NAME}};
        [_, Value] when byte_size(Value) > Max -> {error, {too_long, header, Max}};
        [Name, Value] -> header(unescape(Name), unescape(Value), Parser)
    end.

header(error, _, _) -> {error, {unexpected, escape}};
header(_, error, _) -> {error, {unexpected, escape}};
header(Name, _, #parser{names = Names} = Parser) when is_map_key(Name, Names) ->
    line(Parser);
header(_, _, #parser{names = Names, limits = #{headers := Max}}) when map_size(Names) =:= Max ->
    {error, {too_many, headers, Max}};
header(Name, Value, #parser{names = Names, headers = Headers, trim = Trim} = Parser) ->
    Header = {binary_to_list(Name), blanks(Trim, binary_to_list(Value))},
    line(Parser#parser{names = Names#{Name => []}, headers = [Header | Headers]}).

%% The processor would do it too, but what it sees and what is checked before must be the same.
blanks(true, [$\s | Value]) -> blanks(true, Value);
blanks(_, Value) -> Value.

unescape(Text) ->
    case binary:match(Text, <<"\\">>) of
        nomatch -> Text;
        _ -> unescape(Text, <<>>)
    end.

unescape(<<"\\n", Rest/binary>>, Acc) -> unescape(Rest, <<Acc/binary, "\n">>);
unescape(<<"\\r", Rest/binary>>, Acc) -> unescape(Rest, <<Acc/binary, "\r">>);
unescape(<<"\\c", Rest/binary>>, Acc) -> unescape(Rest, <<Acc/binary, ":">>);
unescape(<<"\\\\", Rest/binary>>, Acc) -> unescape(Rest, <<Acc/binary, "\\">>);
unescape(<<"\\", _/binary>>, _) -> error;
unescape(<<C, Rest/binary>>, Acc) -> unescape(Rest, <<Acc/binary, C>>);
unescape(<<>>, Acc) -> Acc.

start_body(#parser{command = "SEND", headers = Headers, trim = Trim, limits = #{body := Max}} = Parser) ->
    case lists:keyfind("content-length", 1, Headers) of
        false -> body(Parser#parser{term = body});
        {_, Text} ->
            case content_length(Text, Trim) of
                invalid -> {error, {content_length, invalid}};
                Length when Length > Max -> {error, {too_long, body, Max}};
                Length -> body(Parser#parser{term = {body, Length}})
            end
    end;
start_body(Parser) ->
    body(Parser#parser{term = body}).

content_length(Text, true) -> content_length(string:trim(Text, both, " "), false);
content_length("", false) -> invalid;
content_length(Text, false) ->
    Digits = lists:all(fun(C) -> C >= $0 andalso C =< $9 end, Text),
    case Digits andalso length(Text) =< ?MAX_DIGITS of
        true -> list_to_integer(Text);
        false -> invalid
    end.

body(#parser{term = {body, Length}, buffer = Buffer} = Parser) ->
    case Buffer of
        <<Body:Length/binary, 0, Rest/binary>> -> frame(Body, Rest, Parser);
        _ when byte_size(Buffer) > Length -> {error, {content_length, no_nul}};
        _ -> {more, Parser}
    end;
body(#parser{term = body, buffer = Buffer, seen = Seen, limits = #{body := Max}} = Parser) ->
    case binary:match(Buffer, <<0>>, [{scope, {Seen, byte_size(Buffer) - Seen}}]) of
        {End, 1} when End =< Max ->
            <<Body:End/binary, _, Rest/binary>> = Buffer,
            frame(Body, Rest, Parser);
        nomatch when byte_size(Buffer) =< Max -> {more, Parser#parser{seen = byte_size(Buffer)}};
        _ -> {error, {too_long, body, Max}}
    end.

frame(Body, Rest, #parser{command = Command, headers = Headers, limits = Limits, trim = Trim}) ->
    {frame, #{command => Command, headers => Headers, body => Body},
     #parser{limits = Limits, trim = Trim, buffer = Rest}}.

%% @doc For the client and for the log.
-spec describe(reason()) -> iodata().
describe({too_long, What, Max}) -> [name(What), " is longer than ", integer_to_list(Max), " bytes"];
describe({too_many, headers, Max}) -> ["there are more than ", integer_to_list(Max), " headers"];
describe({unexpected, cr}) -> "a carriage return that no line feed follows";
describe({unexpected, no_colon}) -> "a header without a colon";
describe({unexpected, escape}) -> "a backslash that begins no escape";
describe({content_length, invalid}) -> "content-length is no number of bytes";
describe({content_length, no_nul}) -> "there is no NUL where content-length says that the body ends".

name(command) -> "a command";
name(header_name) -> "the name of a header";
name(header) -> "a header";
name(head) -> "the head of a frame";
name(body) -> "a body";
name(login) -> "what came before the login".
