#!/usr/bin/env escript
%% SPDX-License-Identifier: MPL-2.0
%% Writes test/vectors/link.golden anew from test/erl_src/link_golden.erl. Run it from the root of the repository.
main([]) ->
    {ok, link_golden, Beam} = compile:file("test/erl_src/link_golden.erl", [binary, report]),
    {module, link_golden} = code:load_binary(link_golden, "link_golden.erl", Beam),
    Head = [
        "# One example of every message of the link: direction, name, the packet in hex (without its length word).\n",
        "# node: a command, in each of the encodings that nodes use. edge: a list of events, as the edge writes it.\n",
        "# Written by tools/make_link_golden.escript from test/erl_src/link_golden.erl; read by the tests of both sides.\n"
    ],
    Lines = [
        io_lib:format("~s ~s ~s~n", [Direction, Name, string:lowercase(binary:encode_hex(Bytes))])
     || {Direction, Name, Bytes} <- link_golden:lines()
    ],
    ok = file:write_file("test/vectors/link.golden", [Head | Lines]).
