%% SPDX-License-Identifier: MPL-2.0
%% @doc A chat: a callback module of rabbit_socks with events, acknowledgements both ways, binary and a room.
%%
%% A client enters a room under a name, says things, shares pictures and leaves:
%%   enter(Room, Name)                 answered {people: [Name…]} or {error: Text}
%%   say(Text)                         answered {} or {error: Text}
%%   share({name, type}, Bytes)        the same
%%   leave()                           the same
%% and hears entered(Name), left(Name), said(Name, Text), shared(Name, {name, type}, Bytes), and, of itself,
%% measured(Ms): how long it took to acknowledge the event `measure'.
-module(rabbit_socks_chat).
-behaviour(rabbit_socks_callback).

-export([subprotocol_name/0, init/3, open/3, handle_event/4, handle_ack/3, terminate/1]).

-define(MAX_NAME, 24).
-define(MAX_TEXT, 2000).
-define(MAX_BYTES, 262144).
-define(TYPES, [<<"image/png">>, <<"image/jpeg">>, <<"image/gif">>, <<"image/webp">>]).

%% `at' is none, or the room and the name.
-record(chat, {writer, arg, at = none}).

subprotocol_name() -> [].

%% Asked for each namespace: this chat is in the one that every client has.
init(_Path, #{namespace := Namespace}, _Options) when Namespace =:= <<"/">>; Namespace =:= none -> {ok, opening};
init(_Path, _Info, _Options) -> {error, <<"Invalid namespace">>}.

open(Writer, WriterArg, opening) ->
    {ok, #chat{writer = Writer, arg = WriterArg}}.

handle_event(<<"enter">>, [Room, Name], Ack, #chat{at = none} = Chat) ->
    case is_name(Room) andalso is_name(Name) andalso rabbit_socks_chat_people:enter(Room, Name) of
        false -> answer(Ack, #{error => <<"a room and a name have 1 to 24 characters">>}, Chat);
        taken -> answer(Ack, #{error => <<"somebody has that name already">>}, Chat);
        {ok, Others} -> entered(Room, Name, Others, Ack, Chat)
    end;
handle_event(<<"say">>, [Text], Ack, #chat{at = {Room, Name}} = Chat) ->
    case is_text(Text, ?MAX_TEXT) of
        true ->
            rabbit_socks:broadcast(room(Room), said, [Name, Text]),
            answer(Ack, #{}, Chat);
        false ->
            answer(Ack, #{error => <<"a message has 1 to 2000 characters">>}, Chat)
    end;
handle_event(<<"share">>, [#{<<"name">> := File, <<"type">> := Type}, {binary, Bytes}], Ack, #chat{at = {Room, Name}} = Chat) ->
    %% What a client says of its bytes is passed on to others: only what a picture can be.
    case is_text(File, ?MAX_TEXT) andalso lists:member(Type, ?TYPES) andalso byte_size(Bytes) =< ?MAX_BYTES of
        true ->
            rabbit_socks:broadcast(room(Room), shared, [Name, #{name => File, type => Type}, {binary, Bytes}]),
            answer(Ack, #{}, Chat);
        false ->
            answer(Ack, #{error => <<"only pictures of up to 256 KiB are shared">>}, Chat)
    end;
handle_event(<<"leave">>, [], Ack, #chat{at = {_, _}} = Chat) ->
    answer(Ack, #{}, left(Chat));
%% Any client can send anything at any time.
handle_event(_Name, _Args, Ack, Chat) ->
    answer(Ack, #{error => <<"not understood, or not now">>}, Chat).

%% How long the client took for an event and its acknowledgement.
handle_ack({measured, Begin}, {ok, _}, #chat{writer = Writer, arg = Arg} = Chat) ->
    Writer:emit(measured, [erlang:monotonic_time(millisecond) - Begin], Arg),
    {ok, Chat};
handle_ack({measured, _}, {error, _}, Chat) ->
    {ok, Chat}.

terminate(#chat{} = Chat) ->
    _ = left(Chat),
    ok;
terminate(opening) ->
    ok.

%% All of this leaves in one packet, in this order.
entered(Room, Name, Others, Ack, #chat{writer = Writer, arg = Arg} = Chat) ->
    Writer:join(room(Room), Arg),
    rabbit_socks:broadcast(room(Room), entered, [Name], #{except => [Arg]}),
    Writer:emit(measure, [], #{ack => {measured, erlang:monotonic_time(millisecond)}}, Arg),
    answer(Ack, #{people => Others ++ [Name]}, Chat#chat{at = {Room, Name}}).

left(#chat{at = none} = Chat) ->
    Chat;
left(#chat{writer = Writer, arg = Arg, at = {Room, Name}} = Chat) ->
    ok = rabbit_socks_chat_people:leave(),
    Writer:leave(room(Room), Arg),
    rabbit_socks:broadcast(room(Room), left, [Name]),
    Chat#chat{at = none}.

answer(Ack, Answer, #chat{writer = Writer, arg = Arg} = Chat) ->
    Writer:reply(Ack, [Answer], Arg),
    {ok, Chat}.

%% Rooms are of the whole node: ours have a name that no other module uses.
room(Name) -> <<"rabbit_socks_chat/", Name/binary>>.

is_name(Name) -> is_text(Name, ?MAX_NAME) andalso string:trim(Name) =:= Name.

is_text(Text, Max) -> is_binary(Text) andalso string:length(Text) >= 1 andalso string:length(Text) =< Max.
