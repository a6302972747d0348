%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_stomp_parser_tests).

-include_lib("eunit/include/eunit.hrl").

-define(LIMITS, #{command => 32, headers => 4, header => 300, head => 600, body => 100}).
-define(LARGE, #{command => 32, headers => 100, header => 102_400, head => 262_144, body => 1_048_576}).

%% test/vectors/stomp.md

vectors_test_() ->
    [{Title, fun() -> vector(Input, Events) end} || {Title, Input, Events} <- vectors()].

vector(Input, Events) ->
    ?assertEqual(Events, events([Input])),
    ?assertEqual(Events, events([<<C>> || <<C>> <= Input])),
    [?assertEqual(Events, events([binary:part(Input, 0, At), binary:part(Input, At, byte_size(Input) - At)]))
     || At <- lists:seq(0, byte_size(Input))],
    ok.

there_are_vectors_test() ->
    ?assert(length(vectors()) > 25).

%% Limits that are too large to write down.

header_value_limit_test() ->
    Send = fun(Size) -> ["SEND\na:", binary:copy(<<"x">>, Size), "\n\n\0"] end,
    ?assertMatch([{frame, "SEND", [{"a", _}], <<>>}, more], events([iolist_to_binary(Send(300))], ?LIMITS)),
    each_cut(Send(301), [{error, {too_long, header, 300}}]).

header_name_limit_test() ->
    Send = fun(Size) -> ["SEND\n", binary:copy(<<"x">>, Size), ":a\n\n\0"] end,
    ?assertMatch([{frame, "SEND", [{_, "a"}], <<>>}, more], events([iolist_to_binary(Send(255))], ?LIMITS)),
    each_cut(Send(256), [{error, {too_long, header_name, 255}}]).

%% One header again and again is no new header, but the sum of the head has a limit.
head_limit_test() ->
    each_cut(["SEND\n", lists:duplicate(30, ["a:", binary:copy(<<"x">>, 20), "\n"]), "\n\0"], [{error, {too_long, head, 600}}]).

duplicates_test() ->
    Frame = iolist_to_binary(["SEND\n", lists:duplicate(500, "a:b\n"), "\n\0"]),
    ?assertEqual([{frame, "SEND", [{"a", "b"}], <<>>}, more], events([Frame], ?LARGE)).

a_hundred_headers_test() ->
    Send = fun(Count) ->
        iolist_to_binary(["SEND\n", [["h", integer_to_list(N), ":v\n"] || N <- lists:seq(1, Count)], "\n\0"])
    end,
    ?assertMatch([{frame, "SEND", _, <<>>}, more], events([Send(100)], ?LARGE)),
    ?assertEqual([{error, {too_many, headers, 100}}], events([Send(101)], ?LARGE)).

body_limit_test() ->
    Send = fun(Size) -> ["SEND\n\n", binary:copy(<<"x">>, Size), 0] end,
    ?assertMatch([{frame, "SEND", [], _}, more], events([iolist_to_binary(Send(100))], ?LIMITS)),
    each_cut(Send(101), [{error, {too_long, body, 100}}]).

%% A line that never ends is an error as soon as it cannot become a good one.
endless_lines_test() ->
    ?assertEqual([{error, {too_long, command, 32}}], events([binary:copy(<<"A">>, 34)], ?LIMITS)),
    ?assertEqual([{error, {too_long, header, 300}}], events([<<"A\n", (binary:copy(<<"b">>, 558))/binary>>], ?LIMITS)),
    ?assertEqual([{error, {too_long, body, 100}}], events([<<"A\n\n", (binary:copy(<<"b">>, 101))/binary>>], ?LIMITS)).

%% STOMP 1.0 allows blanks around what is in a header.
trim_test() ->
    Parser = rabbit_socks_stomp_parser:trim(rabbit_socks_stomp_parser:new(?LIMITS)),
    Send = <<"SEND\ndestination: /queue/a \ncontent-length: 5 \n\na\0b\0c\0">>,
    ?assertEqual([{frame, "SEND", [{"content-length", "5 "}, {"destination", "/queue/a "}], <<"a\0b\0c">>}, more],
                 drain([Send], Parser, [])),
    ?assertEqual([{error, {content_length, invalid}}], drain([<<"SEND\ncontent-length: - 5\n\n">>], Parser, [])).

%% Wherever both take an input, the broker's own parser reads the same in it.
same_as_the_brokers_parser_test_() ->
    {timeout, 60, fun() ->
        _ = rand:seed(exsss, {1, 2, 3}),
        Kinds = [same(random_frames()) || _ <- lists:seq(1, 20_000)],
        [?assert(lists:member(Kind, Kinds)) || Kind <- [frames, stricter, both_refuse]]
    end}.

same(Input) ->
    case {events([Input], ?LARGE), brokers(Input, [])} of
        {Same, Same} -> frames;
        {[{error, _} | _], [error | _]} -> both_refuse;
        {Ours, Brokers} ->
            %% The frames before an error are the same; an error that only we see is about a content-length.
            {Frames, [{error, Reason}]} = lists:split(length(Ours) - 1, Ours),
            ?assertEqual({Input, Frames}, {Input, lists:sublist(Brokers, length(Frames))}),
            case lists:last(Brokers) of
                error when length(Brokers) =:= length(Ours) -> both_refuse;
                _ ->
                    ?assertMatch({content_length, _}, Reason),
                    stricter
            end
    end.

brokers(<<>>, Events) -> lists:reverse([more | Events]);
brokers(Bytes, Events) ->
    try rabbit_stomp_frame:parse(Bytes, rabbit_stomp_frame:initial_state()) of
        {ok, {stomp_frame, Command, Headers, Body}, Rest} ->
            brokers(Rest, [{frame, Command, Headers, iolist_to_binary(Body)} | Events]);
        {more, _} -> lists:reverse([more | Events]);
        {error, _} -> lists:reverse([error | Events])
    catch
        error:_ -> lists:reverse([error | Events])
    end.

random_frames() -> iolist_to_binary([random_frame() || _ <- lists:seq(1, rand:uniform(3))]).

random_frame() ->
    [pick(["", "", "\n", "\r\n", "\0", "\n\0", "\r"]), pick(["SEND", "ACK", "SUBSCRIBE", "S\rEND"]), eol(),
     [[text(), pick([":", ":", ":", ""]), text(), eol()] || _ <- lists:seq(1, rand:uniform(4) - 1)],
     pick(["", ["content-length:", pick(["0", "3", "5", " 3", "-1", "x", "", "03"]), eol()]]), eol(),
     pick(["", "abc", "a\0c", "abcde", "a\nb"]), pick([0, 0, 0, ""])].

text() -> pick(["a", "b:c", "\\n", "\\c", "\\\\", "\\r", "\\t", "\\", "", [200], "destination", "/queue/x", " y"]).

eol() -> pick(["\n", "\n", "\r\n"]).

pick(Of) -> lists:nth(rand:uniform(length(Of)), Of).

%% Running

each_cut(Input, Events) -> vector(iolist_to_binary(Input), Events).

events(Pieces) -> events(Pieces, ?LIMITS).

events(Pieces, Limits) -> drain(Pieces, rabbit_socks_stomp_parser:new(Limits), []).

drain([Piece | Pieces], Parser, Events) ->
    case frames(rabbit_socks_stomp_parser:feed(Piece, Parser), Events) of
        {more, Parser1, Events1} -> drain(Pieces, Parser1, Events1);
        Result -> Result
    end;
drain([], _, Events) ->
    lists:reverse([more | Events]).

frames(Parser, Events) ->
    case rabbit_socks_stomp_parser:next(Parser) of
        {frame, #{command := Command, headers := Headers, body := Body}, Parser1} ->
            frames(Parser1, [{frame, Command, Headers, Body} | Events]);
        {more, Parser1} -> {more, Parser1, Events};
        {error, _} = Error -> lists:reverse([Error | Events])
    end.

%% The file

vectors() ->
    {ok, Text} = file:read_file(filename:join([root(), "test", "vectors", "stomp.md"])),
    [_ | Sections] = binary:split(Text, <<"\n## ">>, [global]),
    [section(Section) || Section <- Sections].

section(Section) ->
    [Title, Rest] = binary:split(Section, <<"\n">>),
    {binary_to_list(Title), input(fence("input", Rest)), terms(binary_to_list(fence("events", Rest)))}.

fence(Kind, Text) ->
    {match, [Inside]} = re:run(Text, "```" ++ Kind ++ "\n(.*?)\n```", [dotall, {capture, all_but_first, binary}]),
    Inside.

%% \xNN as in other vectors: Erlang itself takes \x{NN}, or two digits, and \0 as an octal number of up to three digits.
input(Text) ->
    Joined = re:replace(binary:replace(Text, <<"\n">>, <<>>, [global]), <<"\\\\0">>, <<"\\\\x00">>, [global, {return, list}]),
    {ok, [{string, _, String}], _} = erl_scan:string([$" | Joined] ++ [$"]),
    list_to_binary(String).

terms(Text) ->
    {ok, Tokens, _} = erl_scan:string(Text),
    terms(Tokens, [], []).

terms([{dot, _} = Dot | Tokens], Term, Terms) ->
    {ok, Parsed} = erl_parse:parse_term(lists:reverse([Dot | Term])),
    terms(Tokens, [], [Parsed | Terms]);
terms([Token | Tokens], Term, Terms) -> terms(Tokens, [Token | Term], Terms);
terms([], [], Terms) -> lists:reverse(Terms).

%% The project's root, from wherever the tests are run.
root() -> root(filename:absname("")).

root(Dir) ->
    case filelib:is_regular(filename:join([Dir, "test", "vectors", "stomp.md"])) of
        true -> Dir;
        false -> root(filename:dirname(Dir))
    end.
