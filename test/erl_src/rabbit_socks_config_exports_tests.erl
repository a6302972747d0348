%% SPDX-License-Identifier: MPL-2.0
%% @doc What a callback module exports decides what the edge is told about its route.
-module(rabbit_socks_config_exports_tests).

-include_lib("eunit/include/eunit.hrl").

messages_test_() ->
    Messages = fun(Exports) ->
        Module = config_exports_module,
        Forms = [{attribute, 1, module, Module}, {attribute, 1, export, Exports},
                 {function, 1, subprotocol_name, 0, [{clause, 1, [], [], [{nil, 1}]}]}
                 | [{function, 1, Name, Arity, [{clause, 1, [{var, 1, '_'} || _ <- lists:seq(1, Arity)], [], [{atom, 1, ok}]}]}
                    || {Name, Arity} <- Exports, Name =/= subprotocol_name]],
        {module, Module} = code:load_binary(Module, "nofile", element(3, compile:forms(Forms))),
        try rabbit_socks_config:check({8080, Module, []}) of
            {ok, #{config := #{routes := [Route]}}} -> maps:with([events, frames, resumes], Route);
            {error, Text} -> Text
        after
            code:purge(Module), code:delete(Module), code:purge(Module)
        end
    end,
    Base = [{subprotocol_name, 0}, {init, 3}, {open, 3}, {terminate, 1}],
    [?_assertEqual(#{events => false, frames => true, resumes => false}, Messages([{handle_frame, 2} | Base])),
     ?_assertEqual(#{events => true, frames => false, resumes => false}, Messages([{handle_event, 4} | Base])),
     ?_assertEqual(#{events => true, frames => true, resumes => true}, Messages([{handle_event, 4}, {handle_frame, 2}, {resume, 2} | Base])),
     ?_assertNotEqual(nomatch, string:find(Messages([{handle_event, 3} | Base]), "does not export handle_frame/2"))].
