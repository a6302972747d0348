%% SPDX-License-Identifier: MPL-2.0
%% @doc Terms that are the same in many processes lie in the VM once, and not in the memory of each: thousands of sessions begin
%% alike.
-module(rabbit_socks_shared).

-export([term/1]).

%% @doc The same term. It stays as long as the node runs, so that there may be few of them, and none that a client has a word in;
%% what is made of it is the caller's own again.
-spec term(Term) -> Term.
term(Term) ->
    Key = {?MODULE, Term},
    case persistent_term:get(Key, none) of
        {shared, Shared} -> Shared;
        none ->
            ok = persistent_term:put(Key, {shared, Term}),
            {shared, Shared} = persistent_term:get(Key),
            Shared
    end.
