%% SPDX-License-Identifier: MPL-2.0
%% @doc A message to an exchange that is not there any more ends its channel, which others share. The broker has taken the messages
%% of a channel in order until that one; so of those under way it can be told what became of most. Pure.
-module(rabbit_socks_amqp_doomed).

-export([sort/2]).
-export_type([fate/0]).

%% `unknown': taken, but its confirm went with the channel. `not_found': the one that ended the channel. `untouched': never taken, so
%% that it may be published again, in order.
-type fate() :: unknown | not_found | untouched.

%% @doc Of messages in the order in which they were published; the predicate says whose exchange is missing. Several of these may
%% be the one: from the first to the last of them nothing is certain. None: it was there again meanwhile, and nothing is certain at all.
-spec sort(fun((Message) -> boolean()), [Message]) -> [{fate(), Message}].
sort(IsMissing, Messages) ->
    {Behind, Rest} = lists:splitwith(fun(Message) -> not IsMissing(Message) end, lists:reverse(Messages)),
    case lists:reverse(Rest) of
        [] -> [{unknown, Message} || Message <- Messages];
        Before ->
            {Taken, [First | Others]} = lists:splitwith(fun(Message) -> not IsMissing(Message) end, Before),
            Fate = case Others of [] -> not_found; _ -> unknown end,
            [{unknown, Message} || Message <- Taken] ++ [{Fate, First}] ++ [{unknown, Message} || Message <- Others]
            ++ [{untouched, Message} || Message <- lists:reverse(Behind)]
    end.
