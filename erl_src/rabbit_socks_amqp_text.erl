%% SPDX-License-Identifier: MPL-2.0
%% @doc What a client sent, shown in words for it.
-module(rabbit_socks_amqp_text).

-export([shown/1]).

-define(MAX_SHOWN, 64).

%% @doc The beginning of a text, at a character's border.
-spec shown(binary()) -> binary().
shown(Text) when byte_size(Text) =< ?MAX_SHOWN -> Text;
shown(Text) ->
    Cut = binary:part(Text, 0, ?MAX_SHOWN),
    case unicode:characters_to_binary(Cut) of
        Whole when is_binary(Whole) -> Whole;
        {_, Whole, _} -> Whole
    end.
