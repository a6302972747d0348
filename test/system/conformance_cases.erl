%% SPDX-License-Identifier: MPL-2.0
%% @doc RFC 6455 conformance cases in the manner of a fuzzing client, as data: each is a script for one connection to an echo endpoint.
%%
%% The sections are: 1 framing, 2 pings and pongs, 3 reserved bits, 4 opcodes, 5 fragmentation, 6 UTF-8, 7 close handling, 9 limits and many
%% messages, 10 automatic fragmentation. Steps: {send, Frames}, {chop, Octets, Frames} (the bytes of all frames in writes of that many),
%% {expect, Messages} (exactly these, in this order, before anything else) and, always last, {close, Code} (we close and expect the code back)
%% or {fails, Codes} (the peer fails the connection with one of the codes, having sent nothing else) or {closes, Codes} (its close frame carries
%% one of the codes, none: no code). {start, Text, Octets} sends the head of a text frame and only that many octets of its payload.
-module(conformance_cases).

-export([section/1]).

-type frame() :: {Fin :: 0 | 1, Rsv :: 0..7, Opcode :: 0..15, Payload :: binary()}.
-type step() :: {send, [frame()]} | {chop, pos_integer(), [frame()]} | {expect, [{text | binary | pong, binary()}]} |
                {start, binary(), pos_integer()} | {close, 1000..4999} | {fails, [1000..4999]} | {closes, [1000..4999 | none]}.
-export_type([frame/0, step/0]).

-define(NOTHING(Frames, Codes), [{send, Frames}, {fails, Codes}]).

-spec section(pos_integer()) -> [{Id :: string(), [step()]}].
section(1) ->
    [{"1." ++ integer_to_list(T) ++ "." ++ integer_to_list(N), echo(Kind, Size, Chop)}
     || {T, Kind} <- [{1, text}, {2, binary}],
        {N, Size, Chop} <- [{1, 0, whole}, {2, 125, whole}, {3, 126, whole}, {4, 127, whole}, {5, 128, whole}, {6, 65535, whole},
                            {7, 65536, whole}, {8, 65536, 997}]];
section(2) ->
    Small = <<"Hello, world!">>,
    Raw = <<0, 255, 254, 253, 252, 251, 0, 255>>,
    Ten = [ping(<<"payload-", (integer_to_binary(N))/binary>>) || N <- lists:seq(0, 9)],
    Pongs = [{pong, P} || {_, _, _, P} <- Ten],
    [{"2.1", [{send, [ping(<<>>)]}, {expect, [{pong, <<>>}]}, {close, 1000}]},
     {"2.2", [{send, [ping(Small)]}, {expect, [{pong, Small}]}, {close, 1000}]},
     {"2.3", [{send, [ping(Raw)]}, {expect, [{pong, Raw}]}, {close, 1000}]},
     {"2.4", [{send, [ping(fill(125))]}, {expect, [{pong, fill(125)}]}, {close, 1000}]},
     {"2.5", ?NOTHING([ping(fill(126))], [1002])},
     {"2.6", [{chop, 1, [ping(fill(125))]}, {expect, [{pong, fill(125)}]}, {close, 1000}]},
     {"2.7", [{send, [pong(<<>>)]}, {close, 1000}]},
     {"2.8", [{send, [pong(<<"unsolicited">>)]}, {close, 1000}]},
     {"2.9", [{send, [pong(<<"unsolicited">>), ping(<<"ping">>)]}, {expect, [{pong, <<"ping">>}]}, {close, 1000}]},
     {"2.10", [{send, Ten}, {expect, Pongs}, {close, 1000}]},
     {"2.11", [{chop, 1, Ten}, {expect, Pongs}, {close, 1000}]}];
section(3) ->
    Reserved = fun(Rsv) -> [text(<<"good">>), {1, Rsv, 1, <<"bad">>}, ping(<<>>)] end,
    [{"3.1", ?NOTHING([{1, 4, 1, <<"bad">>}], [1002])},
     {"3.2", [{send, Reserved(2)}, {expect, [{text, <<"good">>}]}, {fails, [1002]}]},
     {"3.3", [{send, [text(<<"good">>)]}, {expect, [{text, <<"good">>}]}, {send, [{1, 3, 1, <<"bad">>}, ping(<<>>)]}, {fails, [1002]}]},
     {"3.4", [{chop, 1, Reserved(4)}, {expect, [{text, <<"good">>}]}, {fails, [1002]}]},
     {"3.5", ?NOTHING([{1, 5, 2, <<0, 255>>}], [1002])},
     {"3.6", ?NOTHING([{1, 6, 9, <<"bad">>}], [1002])},
     {"3.7", ?NOTHING([{1, 7, 8, <<1000:16>>}], [1002])}];
section(4) ->
    [{"4." ++ integer_to_list(Part) ++ "." ++ integer_to_list(Opcode),
      [{send, [text(<<"good">>)]}, {expect, [{text, <<"good">>}]}, {send, [{1, 0, Opcode, Payload}, ping(<<>>)]}, {fails, [1002]}]}
     || {Part, Opcodes} <- [{1, lists:seq(3, 7)}, {2, lists:seq(11, 15)}], Opcode <- Opcodes, Payload <- [<<>>, <<"payload">>]];
section(5) ->
    Two = [{0, 0, 1, <<"fragment1">>}, {1, 0, 0, <<"fragment2">>}],
    Between = [{0, 0, 1, <<"fragment1">>}, ping(<<"ping">>), {1, 0, 0, <<"fragment2">>}],
    Whole = {text, <<"fragment1fragment2">>},
    Many = [{0, 0, 1, <<"1">>}, {0, 0, 0, <<"2">>}, ping(<<"a">>), {0, 0, 0, <<"3">>}, {0, 0, 0, <<"4">>}, ping(<<"b">>), {1, 0, 0, <<"5">>}],
    Heard = [{pong, <<"a">>}, {pong, <<"b">>}, {text, <<"12345">>}],
    Stray = fun(Fin) -> [{Fin, 0, 0, <<"stray">>}, text(<<"whole">>)] end,
    [{"5.1", ?NOTHING([{0, 0, 9, <<"fragment1">>}, {1, 0, 0, <<"fragment2">>}], [1002])},
     {"5.2", ?NOTHING([{0, 0, 10, <<"fragment1">>}, {1, 0, 0, <<"fragment2">>}], [1002])},
     {"5.3", [{send, Two}, {expect, [Whole]}, {close, 1000}]},
     {"5.4", [{chop, 7, Two}, {expect, [Whole]}, {close, 1000}]},
     {"5.5", [{chop, 1, Two}, {expect, [Whole]}, {close, 1000}]},
     {"5.6", [{send, Between}, {expect, [{pong, <<"ping">>}, Whole]}, {close, 1000}]},
     {"5.7", [{chop, 7, Between}, {expect, [{pong, <<"ping">>}, Whole]}, {close, 1000}]},
     {"5.8", [{chop, 1, Between}, {expect, [{pong, <<"ping">>}, Whole]}, {close, 1000}]},
     {"5.9", ?NOTHING(Stray(1), [1002])},
     {"5.10", [{chop, 7, Stray(1)}, {fails, [1002]}]},
     {"5.11", [{chop, 1, Stray(1)}, {fails, [1002]}]},
     {"5.12", ?NOTHING(Stray(0), [1002])},
     {"5.13", [{chop, 7, Stray(0)}, {fails, [1002]}]},
     {"5.14", [{chop, 1, Stray(0)}, {fails, [1002]}]},
     {"5.15", [{send, Two ++ Stray(0)}, {expect, [Whole]}, {fails, [1002]}]},
     {"5.16", ?NOTHING([{0, 0, 0, <<"f1">>}, {0, 0, 1, <<"f2">>}, {1, 0, 0, <<"f3">>}], [1002])},
     {"5.17", ?NOTHING([{1, 0, 0, <<"f1">>}, {0, 0, 1, <<"f2">>}, {1, 0, 0, <<"f3">>}], [1002])},
     {"5.18", ?NOTHING([{0, 0, 1, <<"fragment1">>}, {1, 0, 1, <<"fragment2">>}], [1002])},
     {"5.19", [{send, Many}, {expect, Heard}, {close, 1000}]},
     {"5.20", [{chop, 3, Many}, {expect, Heard}, {close, 1000}]},
     {"5.21 empty fragments", [{send, [{0, 0, 1, <<>>}, {0, 0, 0, <<>>}, {1, 0, 0, <<>>}]}, {expect, [{text, <<>>}]}, {close, 1000}]}];
section(6) ->
    Greek = unicode:characters_to_binary([16#3BA, 16#1F79, 16#3C3, 16#3BC, 16#3B5]),
    Bad = <<Greek/binary, 16#ED, 16#A0, 16#80, "edited">>,
    [{"6.1.1", [{send, [text(<<>>)]}, {expect, [{text, <<>>}]}, {close, 1000}]},
     {"6.1.2", [{send, [{0, 0, 1, <<>>}, {0, 0, 0, <<>>}, {1, 0, 0, <<>>}]}, {expect, [{text, <<>>}]}, {close, 1000}]},
     {"6.1.3", [{send, [{0, 0, 1, <<>>}, {0, 0, 0, Greek}, {1, 0, 0, <<>>}]}, {expect, [{text, Greek}]}, {close, 1000}]},
     {"6.2.1", [{send, [text(Greek)]}, {expect, [{text, Greek}]}, {close, 1000}]},
     {"6.2.3 one octet a fragment", [{send, octets(Greek)}, {expect, [{text, Greek}]}, {close, 1000}]},
     {"6.2.4", [{chop, 1, octets(Greek)}, {expect, [{text, Greek}]}, {close, 1000}]},
     {"6.3.1", ?NOTHING([text(Bad)], [1007])},
     {"6.3.2", ?NOTHING(octets(Bad), [1007])},
     %% Fail fast: the message is never finished, the answer comes all the same.
     {"6.4.1", ?NOTHING([{0, 0, 1, Greek}, {0, 0, 0, <<16#F4, 16#90, 16#80, 16#80>>}], [1007])},
     {"6.4.2", ?NOTHING([{0, 0, 1, <<Greek/binary, 16#F4>>}, {0, 0, 0, <<16#90>>}], [1007])},
     {"6.4.3", [{start, <<Greek/binary, 16#F4, 16#90, 16#80, 16#80, "edited">>, byte_size(Greek) + 4}, {fails, [1007]}]},
     {"6.4.4", [{start, <<Greek/binary, 16#F4, 16#90, "edited">>, byte_size(Greek) + 2}, {fails, [1007]}]}]
        ++ [{"6.v." ++ hex(T), [{send, [text(T)]}, {expect, [{text, T}]}, {close, 1000}]} || T <- valid()]
        ++ [{"6.c." ++ hex(T), [{chop, 1, [text(T)]}, {expect, [{text, T}]}, {close, 1000}]} || T <- valid()]
        ++ [{"6.i." ++ hex(T), ?NOTHING([text(T)], [1007])} || T <- invalid()]
        ++ [{"6.ic." ++ hex(T), [{chop, 1, [text(T)]}, {fails, [1007]}]} || T <- invalid()];
section(7) ->
    Close = {1, 0, 8, <<1000:16>>},
    Echo = [{send, [text(<<"Hello">>)]}, {expect, [{text, <<"Hello">>}]}],
    [{"7.1.1", Echo ++ [{close, 1000}]},
     {"7.1.1 in one write", [{send, [text(<<"Hello">>), Close]}, {expect, [{text, <<"Hello">>}]}, {closes, [1000]}]},
     {"7.1.2", [{send, [Close, Close]}, {closes, [1000]}]},
     {"7.1.3", [{send, [Close, ping(<<"late">>)]}, {closes, [1000]}]},
     {"7.1.4", [{send, [Close, text(<<"late">>)]}, {closes, [1000]}]},
     {"7.1.5", [{send, [{0, 0, 1, <<"part">>}, Close, {1, 0, 0, <<"late">>}]}, {closes, [1000]}]},
     {"7.1.6", [{send, [text(fill(262144)), text(<<"Hello">>)]}, {expect, [{text, fill(262144)}, {text, <<"Hello">>}]},
                {send, [Close, ping(<<"late">>)]}, {closes, [1000]}]},
     {"7.3.1", [{send, [{1, 0, 8, <<>>}]}, {closes, [none, 1000]}]},
     {"7.3.2", ?NOTHING([{1, 0, 8, <<"x">>}], [1002])},
     {"7.3.3", [{send, [Close]}, {closes, [1000]}]},
     {"7.3.4", [{send, [{1, 0, 8, <<1000:16, "Hello World!">>}]}, {closes, [1000]}]},
     {"7.3.5", [{send, [{1, 0, 8, <<1000:16, (fill(123))/binary>>}]}, {closes, [1000]}]},
     {"7.3.6", ?NOTHING([{1, 0, 8, <<1000:16, (fill(124))/binary>>}], [1002])},
     {"7.5.1", ?NOTHING([{1, 0, 8, <<1000:16, 16#CE, 16#BA, 16#ED, 16#A0, 16#80>>}], [1007, 1002])}]
        ++ [{"7.7." ++ integer_to_list(C), [{send, [{1, 0, 8, <<C:16>>}]}, {closes, [C]}]}
            || C <- [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]]
        ++ [{"7.9." ++ integer_to_list(C), ?NOTHING([{1, 0, 8, <<C:16, Reason/binary>>}], [1002])}
            || C <- [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535], Reason <- [<<>>, <<"reason">>]];
section(9) ->
    Sizes = [{1, 65536}, {2, 262144}, {3, 1048576}, {4, 4194304}, {5, 8388608}, {6, 16777216}],
    [{name([9, T, N]), echo(Kind, Size, whole)} || {T, Kind} <- [{1, text}, {2, binary}], {N, Size} <- Sizes]
        ++ [{name([9, T, Piece]), [{send, pieces(Op, fill(4194304), Piece)}, {expect, [{Kind, fill(4194304)}]}, {close, 1000}]}
            || {T, Op, Kind} <- [{3, 1, text}, {4, 2, binary}], Piece <- [64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304]]
        ++ [{name([9, T, Chop]), echo(Kind, 1048576, Chop)} || {T, Kind} <- [{5, text}, {6, binary}], Chop <- [64, 128, 256, 512, 1024, 2048]]
        ++ [{name([9, T, Size]), lists:append(lists:duplicate(1000, [{send, [{1, 0, Op, fill(Size)}]}, {expect, [{Kind, fill(Size)}]}])) ++ [{close, 1000}]}
            || {T, Op, Kind} <- [{7, 1, text}, {8, 2, binary}], Size <- [0, 16, 64, 256, 1024, 4096]];
section(10) ->
    [{"10.1.1", [{send, pieces(1, fill(65536), 1300)}, {expect, [{text, fill(65536)}]}, {close, 1000}]}].

echo(Kind, Size, Chop) ->
    Frames = [{1, 0, opcode(Kind), fill(Size)}],
    Send = case Chop of
               whole -> {send, Frames};
               _ -> {chop, Chop, Frames}
           end,
    [Send, {expect, [{Kind, fill(Size)}]}, {close, 1000}].

opcode(text) -> 1;
opcode(binary) -> 2.

text(Payload) -> {1, 0, 1, Payload}.
ping(Payload) -> {1, 0, 9, Payload}.
pong(Payload) -> {1, 0, 10, Payload}.

fill(Size) -> binary:copy(<<"*">>, Size).

name(Numbers) -> lists:flatten(lists:join(".", [integer_to_list(N) || N <- Numbers])).

hex(Binary) -> lists:flatten([io_lib:format("~2.16.0B", [B]) || <<B>> <= Binary]).

%% One fragment an octet.
octets(<<First, Rest/binary>>) ->
    [{0, 0, 1, <<First>>} | [{0, 0, 0, <<B>>} || <<B>> <= Rest]] ++ [{1, 0, 0, <<>>}].

pieces(Opcode, Payload, Piece) when byte_size(Payload) =< Piece ->
    [{1, 0, Opcode, Payload}];
pieces(Opcode, Payload, Piece) ->
    <<First:Piece/binary, Rest/binary>> = Payload,
    [{0, 0, Opcode, First} | pieces(0, Rest, Piece)].

valid() ->
    [<<"Hello-", 16#C2, 16#B5, "@", 16#C3, 16#9F, 16#C3, 16#B6, 16#C3, 16#A4, 16#C3, 16#BC>>, <<0>>, <<16#7F>>, <<16#C2, 16#80>>, <<16#DF, 16#BF>>, <<16#E0, 16#A0, 16#80>>,
     <<16#EF, 16#BF, 16#BF>>, <<16#ED, 16#9F, 16#BF>>, <<16#EE, 16#80, 16#80>>, <<16#EF, 16#BF, 16#BD>>, <<16#EF, 16#BF, 16#BE>>,
     <<16#F0, 16#90, 16#80, 16#80>>, <<16#F0, 16#9F, 16#BF, 16#BE>>, <<16#F0, 16#9F, 16#BF, 16#BF>>, <<16#F4, 16#8F, 16#BF, 16#BF>>].

invalid() ->
    [<<16#80>>, <<16#BF>>, <<16#80, 16#BF, 16#80>>, <<16#C0, 16#20>>, <<16#C0, 16#AF>>, <<16#C1, 16#BF>>, <<16#C2>>, <<16#DF>>, <<16#E0, 16#80>>,
     <<16#E0, 16#80, 16#AF>>, <<16#E0, 16#9F, 16#BF>>, <<16#E2, 16#41>>, <<16#EF, 16#BF>>, <<16#F0, 16#80, 16#80>>, <<16#F0, 16#80, 16#80, 16#AF>>,
     <<16#F0, 16#8F, 16#BF, 16#BF>>, <<16#F7, 16#BF, 16#BF>>, <<16#F7, 16#BF, 16#BF, 16#BF>>, <<16#F4, 16#90, 16#80, 16#80>>, <<16#F5, 16#80, 16#80, 16#80>>,
     <<16#F8, 16#88, 16#80, 16#80, 16#80>>, <<16#FB, 16#BF, 16#BF, 16#BF>>, <<16#FC, 16#84, 16#80, 16#80, 16#80, 16#80>>, <<16#FE>>, <<16#FF>>,
     <<16#FE, 16#FE, 16#FF, 16#FF>>, <<16#ED, 16#A0, 16#80>>, <<16#ED, 16#AD, 16#BF>>, <<16#ED, 16#AE, 16#80>>, <<16#ED, 16#AF, 16#BF>>,
     <<16#ED, 16#B0, 16#80>>, <<16#ED, 16#BE, 16#80>>, <<16#ED, 16#BF, 16#BF>>, <<16#ED, 16#A0, 16#80, 16#ED, 16#B0, 16#80>>, <<"a", 16#C0>>, <<"Hello", 16#FF, "world">>].
