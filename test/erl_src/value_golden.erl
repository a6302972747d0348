%% SPDX-License-Identifier: MPL-2.0
%% @doc Examples of values, as terms and as JSON text: the source of test/vectors/value.golden.
%%
%% What the edge makes of JSON is written as the edge writes it, which is what term_to_binary writes too; so keys are in
%% Erlang's order. What the node sends is there in both encodings of today: see link_golden.
-module(value_golden).

-export([examples/0, lines/0, read/1]).

-type direction() :: node | edge | refused.
-type example() :: {direction(), Name :: string(), term(), Attachments :: [binary()], Json :: binary()}.
-type line() :: {direction(), Name :: string(), Term :: binary(), Attachments :: [binary()], Json :: binary()}.
-export_type([direction/0, example/0, line/0]).

%% @doc node: a term and the JSON text that the edge makes of it. edge: the other way. refused: a term that no JSON text
%% has a place for, with what the edge calls it.
-spec examples() -> [example()].
examples() ->
    [{Direction, Name, Term, [], Json} || {Name, Term, Json} <- both(), Direction <- [node, edge]] ++
        [{Direction, Name, Term, Bytes, Json} || {Name, Term, Bytes, Json} <- binaries(), Direction <- [node, edge]] ++
        [{node, Name, Term, [], Json} || {Name, Term, Json} <- node_only()] ++
        [{edge, Name, Term, [], Json} || {Name, Term, Json} <- edge_only()] ++
        [{refused, Name, Term, [], What} || {Name, Term, What} <- refused()].

%% @doc The golden file, without its comments.
-spec lines() -> [line()].
lines() ->
    [
        {Direction, Name, term_to_binary(Term, [{minor_version, Minor}]), Bytes, Json}
     || {Direction, Name, Term, Bytes, Json} <- examples(),
        Minor <- minors(Direction)
    ].

minors(edge) -> [2];
minors(_) -> [1, 2].

%% @doc The lines of a golden file.
-spec read(file:name_all()) -> [line()].
read(Path) ->
    {ok, Text} = file:read_file(Path),
    [
        {binary_to_existing_atom(Direction), binary_to_list(Name), binary:decode_hex(Hex), attachments(Bytes), iolist_to_binary(lists:join(<<" ">>, Json))}
     || Line <- binary:split(Text, <<"\n">>, [global]),
        Line =/= <<>>,
        binary:first(Line) =/= $#,
        [Direction, Name, Hex, Bytes | Json] <- [binary:split(Line, <<" ">>, [global])]
    ].

attachments(<<"-">>) -> [];
attachments(Bytes) -> [binary:decode_hex(Hex) || Hex <- lists:droplast(binary:split(Bytes, <<";">>, [global]))].

both() ->
    [
        {"null", null, <<"null">>},
        {"true", true, <<"true">>},
        {"false", false, <<"false">>},
        {"zero", 0, <<"0">>},
        {"byte", 255, <<"255">>},
        {"beyond-byte", 256, <<"256">>},
        {"minus-one", -1, <<"-1">>},
        {"28-bits", 16#8000000, <<"134217728">>},
        {"32-bits", 16#7fffffff, <<"2147483647">>},
        {"32-bits-least", -16#80000000, <<"-2147483648">>},
        {"33-bits", 16#80000000, <<"2147483648">>},
        {"33-bits-negative", -16#80000001, <<"-2147483649">>},
        {"53-bits", 9007199254740993, <<"9007199254740993">>},
        {"64-bits", 16#7fffffffffffffff, <<"9223372036854775807">>},
        {"64-bits-least", -16#8000000000000000, <<"-9223372036854775808">>},
        {"float", 1.5, <<"1.5">>},
        {"float-negative", -0.1, <<"-0.1">>},
        {"float-largest", 1.7976931348623157e308, <<"1.7976931348623157e+308">>},
        {"float-least", 5.0e-324, <<"5e-324">>},
        {"text-empty", <<>>, <<"\"\"">>},
        {"text", <<"grüße € 😀"/utf8>>, <<"\"grüße € 😀\""/utf8>>},
        {"text-escapes", <<"a\"b\\c\n\0">>, <<"\"a\\\"b\\\\c\\n\\u0000\"">>},
        {"list-empty", [], <<"[]">>},
        {"list-of-empty", [[], [], [[]]], <<"[[],[],[[]]]">>},
        {"list-packed", [0, 1, 255], <<"[0,1,255]">>},
        {"list-nearly-packed", [0, 1, 256], <<"[0,1,256]">>},
        {"list-below-packed", [-1, 0], <<"[-1,0]">>},
        {"list-of-packed", [[1], [2, 3], <<"x">>, [4]], <<"[[1],[2,3],\"x\",[4]]">>},
        {"list-mixed", [1, 2.5, <<"a">>, null, true, [], #{}], <<"[1,2.5,\"a\",null,true,[],{}]">>},
        {"list-deep", nested(64), <<(binary:copy(<<"[">>, 64))/binary, (binary:copy(<<"]">>, 64))/binary>>},
        {"map-empty", #{}, <<"{}">>},
        {"map", #{<<"a">> => 1, <<"b">> => [2, #{<<"c">> => null}]}, <<"{\"a\":1,\"b\":[2,{\"c\":null}]}">>},
        {"map-of-maps", #{<<>> => #{<<>> => #{}}, <<"__proto__">> => false}, <<"{\"\":{\"\":{}},\"__proto__\":false}">>},
        {"map-with-odd-keys", #{<<"1">> => 1, <<"null">> => 2, <<"ü"/utf8>> => 3}, <<"{\"1\":1,\"null\":2,\"ü\":3}"/utf8>>},
        {"placeholder-without-attachments", #{<<"_placeholder">> => true, <<"num">> => 0}, <<"{\"_placeholder\":true,\"num\":0}">>}
    ].

binaries() ->
    [
        {"binary", {binary, <<0, 255, 131>>}, [<<0, 255, 131>>], place(0)},
        {"binary-empty", {binary, <<>>}, [<<>>], place(0)},
        {"binary-twice", [<<"pair">>, {binary, <<1>>}, #{<<"k">> => {binary, <<>>}}], [<<1>>, <<>>],
            <<"[\"pair\",", (place(0))/binary, ",{\"k\":", (place(1))/binary, "}]">>}
    ].

place(Number) -> <<"{\"_placeholder\":true,\"num\":", (integer_to_binary(Number))/binary, "}">>.

nested(1) -> [];
nested(N) -> [nested(N - 1)].

node_only() ->
    [
        {"undefined", undefined, <<"null">>},
        {"atom", ok, <<"\"ok\"">>},
        {"atom-empty", '', <<"\"\"">>},
        {"atom-latin", 'grüße', <<"\"grüße\""/utf8>>},
        {"atom-greek", 'Ω', <<"\"Ω\""/utf8>>},
        {"float-whole", 1.0, <<"1">>},
        {"float-minus-zero", -0.0, <<"-0">>},
        {"64-bits-unsigned", 16#ffffffffffffffff, <<"18446744073709551616">>},
        {"65-bits", -16#8000000000000001, <<"-9223372036854775808">>},
        {"bignum-half-even", (1 bsl 116) + (1 bsl 63), <<"8.307674973655724e+34">>},
        {"bignum-above-half", (1 bsl 116) + (1 bsl 63) + 1, <<"8.307674973655726e+34">>},
        {"bignum-largest", (1 bsl 1024) - (1 bsl 970) - 1, <<"1.7976931348623157e+308">>},
        {"characters", "ab", <<"[97,98]">>},
        {"map-keys", #{-1 => a, 7 => b, ok => c, <<"k">> => d}, <<"{\"-1\":\"a\",\"7\":\"b\",\"ok\":\"c\",\"k\":\"d\"}">>},
        {"map-key-large", #{16#7fffffffffffffff => 1}, <<"{\"9223372036854775807\":1}">>},
        {"map-key-undefined", #{undefined => undefined}, <<"{\"undefined\":null}">>},
        {"map-key-latin", #{'ü' => 1}, <<"{\"ü\":1}"/utf8>>},
        {"map-keys-of-equal-text", #{a => 1, <<"a">> => 2}, <<"{\"a\":1,\"a\":2}">>}
    ].

edge_only() ->
    [
        {"spaces", [1, #{<<"a">> => 2}], <<" [ 1 , { \"a\" : 2 } ]">>},
        {"escapes", <<"é😀/"/utf8>>, <<"\"\\u00e9\\ud83d\\ude00\\/\"">>},
        {"float-of-whole", 1.0, <<"1.0">>},
        {"float-of-exponent", 100.0, <<"1e2">>},
        {"unsigned-64-bits", 18446744073709551616.0, <<"18446744073709551615">>},
        {"key-twice", #{<<"a">> => 2}, <<"{\"a\":1,\"a\":2}">>},
        {"key-thrice", #{<<"a">> => [3], <<"b">> => 4}, <<"{\"a\":{\"b\":1,\"b\":2},\"a\":2,\"a\":[3],\"b\":4}">>},
        {"key-twice-within", [#{<<"a">> => #{<<"b">> => 2}, <<"c">> => 3}], <<"[{\"a\":1,\"a\":{\"b\":1,\"b\":2},\"c\":3}]">>}
    ].

refused() ->
    [
        {"pid", pid(), <<"a pid">>},
        {"port", binary_to_term(<<131, $x, 119, 13, "nonode@nohost", 7:64, 0:32>>), <<"a port">>},
        {"reference", binary_to_term(<<131, $Z, 3:16, 119, 13, "nonode@nohost", 0:32, 1:32, 2:32, 3:32>>), <<"a reference">>},
        {"fun", fun erlang:halt/0, <<"a fun">>},
        {"bit-string", <<1:3>>, <<"a bit string">>},
        {"improper", [a | b], <<"an improper list">>},
        {"improper-packed", [1, 2 | <<"b">>], <<"an improper list">>},
        {"not-utf8", <<"a", 255>>, <<"a binary that is not UTF-8">>},
        {"integer-too-large", (1 bsl 1024) - (1 bsl 970), <<"an integer too large for a float">>},
        {"integer-far-too-large", -(1 bsl 2100), <<"an integer too large for a float">>},
        {"too-deep", nested(65), <<"a term nested too deep">>},
        {"too-deep-packed", lists:foldl(fun(_, Inner) -> [Inner] end, "ab", lists:seq(1, 64)), <<"a term nested too deep">>},
        {"too-deep-map", lists:foldl(fun(_, Inner) -> #{<<>> => Inner} end, #{}, lists:seq(1, 64)), <<"a term nested too deep">>}
    ] ++
        [
            {"tuple-" ++ Name, Tuple, <<"a tuple that is not {binary, Binary}">>}
         || {Name, Tuple} <- [{"none", {}}, {"text", {<<"binary">>, <<>>}}, {"list", {binary, [1]}}, {"three", {binary, <<>>, 1}}, {"other", {utf8, <<>>}}]
        ] ++
        [
            {"key-" ++ Name, #{Key => 1}, <<"a map's key that is no binary, atom or small integer">>}
         || {Name, Key} <- [{"float", 1.5}, {"list", []}, {"tuple", {binary, <<>>}}, {"pid", pid()}, {"bignum", 1 bsl 63}]
        ] ++
        [{"key-not-utf8", #{<<255>> => 1}, <<"a binary that is not UTF-8">>}, {"within", [ok, #{a => [pid()]}, {}], <<"a pid">>}].

pid() -> binary_to_term(<<131, 88, 119, 13, "nonode@nohost", 77:32, 0:32, 0:32>>).
