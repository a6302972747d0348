%% SPDX-License-Identifier: MPL-2.0
-module(rabbit_socks_shared_tests).

-include_lib("eunit/include/eunit.hrl").

%% The same for everybody, in whatever process it is asked for; and none that is another's.
shared_test() ->
    Made = fun() -> #{<<"a">> => [list_to_tuple(lists:seq(1, 10))]} end,
    Mine = rabbit_socks_shared:term(Made()),
    ?assertEqual(Made(), Mine),
    ?assert(erts_debug:same(Mine, rabbit_socks_shared:term(Made()))),
    Self = self(),
    Pid = spawn_link(fun() -> Self ! {self(), erts_debug:same(rabbit_socks_shared:term(Made()), rabbit_socks_shared:term(Made()))} end),
    ?assert(receive {Pid, Same} -> Same end),
    ?assertEqual([other], rabbit_socks_shared:term([other])),
    ?assertEqual(none, rabbit_socks_shared:term(none)).

%% It is no memory of who has it.
no_memory_test() ->
    Self = self(),
    Size = fun(Term) ->
        Pid = spawn_link(fun() -> Kept = Term(), true = garbage_collect(), Self ! {self(), process_info(self(), total_heap_size)}, Self ! {kept, Kept} end),
        receive {Pid, {total_heap_size, Words}} -> receive {kept, _} -> Words end end
    end,
    Large = fun() -> lists:seq(1, 10_000) end,
    ?assert(Size(Large) > 20_000),
    ?assert(Size(fun() -> rabbit_socks_shared:term(Large()) end) < 20_000).
