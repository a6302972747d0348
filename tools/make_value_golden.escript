#!/usr/bin/env escript
%% SPDX-License-Identifier: MPL-2.0
%% Writes test/vectors/value.golden anew from test/erl_src/value_golden.erl. Run it from the root of the repository.
main([]) ->
    {ok, value_golden, Beam} = compile:file("test/erl_src/value_golden.erl", [binary, report]),
    {module, value_golden} = code:load_binary(value_golden, "value_golden.erl", Beam),
    Head = [
        "# Values of both sides: direction, name, the term in hex, the bytes of attachments, the JSON text.\n",
        "# node: the term, in each of the encodings that nodes use, becomes the text. edge: the text becomes the term.\n",
        "# refused: a term that is no value, and what the edge calls it. Attachments: \"-\" or each in hex with a \";\".\n",
        "# Written by tools/make_value_golden.escript from test/erl_src/value_golden.erl; read by the tests of both sides.\n"
    ],
    Lines = [
        [io_lib:format("~s ~s ~s ~s ", [Direction, Name, hex(Bytes), attachments(Attachments)]), Json, "\n"]
     || {Direction, Name, Bytes, Attachments, Json} <- value_golden:lines()
    ],
    ok = file:write_file("test/vectors/value.golden", [Head | Lines]).

attachments([]) -> "-";
attachments(Attachments) -> [[hex(Bytes), ";"] || Bytes <- Attachments].

hex(Bytes) -> string:lowercase(binary:encode_hex(Bytes)).
