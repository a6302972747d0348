%% SPDX-License-Identifier: MPL-2.0
%% @doc RabbitMQ for browsers: a callback module whose clients log in, publish, subscribe, consume and read streams with events. docs/BRIDGE.md is for
%% those who write clients.
-module(rabbit_socks_amqp).
-behaviour(rabbit_socks_callback).

-include_lib("kernel/include/logger.hrl").

-export([subprotocol_name/0, init/3, resume/2, open/3, handle_event/4, handle_ack/3, handle_info/2, terminate/1]).

%% Each costs the broker a hash, or a question to some directory.
-define(MAX_REFUSALS, 3).

-record(bridge, {
    options :: rabbit_socks_amqp_options:options(),
    peer :: {binary(), inet:port_number()} | undefined, % never, once it has begun
    acknowledges :: boolean(), % the client can
    login :: rabbit_socks_amqp_login:login() | none,
    login_timer = none :: reference() | none,
    expiry = rabbit_socks_amqp_expiry:new() :: rabbit_socks_amqp_expiry:expiry(), % of the login
    refusals = 0 :: non_neg_integer(), % of logins
    writer :: rabbit_socks_amqp_answer:writer() | undefined,
    publishing = rabbit_socks_amqp_publishing:new() :: rabbit_socks_amqp_publishing:publishing(),
    subscriptions = rabbit_socks_amqp_subscriptions:new() :: rabbit_socks_amqp_subscriptions:subscriptions(),
    consumers = rabbit_socks_amqp_consumers:new() :: rabbit_socks_amqp_consumers:consumers(),
    position = none :: binary() | none, % the client's word, until it has logged in
    streams :: rabbit_socks_amqp_streams:streams()
}).

%% For clients without a library.
-spec subprotocol_name() -> string().
subprotocol_name() -> "rabbit-socks.json".

-spec init([binary()], rabbit_socks_callback:info(), term()) -> {ok, #bridge{}} | {error, term()}.
init(_, #{namespace := Namespace}, _) when Namespace =/= none, Namespace =/= <<"/">> ->
    {error, <<"Invalid namespace">>};
init(_, #{peer := Peer, generation := Generation} = Info, Given) ->
    case rabbit_socks_amqp_options:check(Given) of
        {ok, Options} ->
            Bridge = (beginning(Options, Generation))#bridge{peer = Peer},
            case rabbit_socks_amqp_login:from_handshake(Info, Options) of
                {ok, Login} -> {ok, Bridge#bridge{login = Login}};
                none -> {ok, Bridge};
                {error, Code, Text} -> {error, {Text, #{<<"error">> => Code}}}
            end;
        {error, Text} ->
            ?LOG_ERROR("~ts", [Text], #{domain => [rabbitmq, socks]}),
            {error, <<"this path is not configured properly">>}
    end.

%% What a session has not touched yet is every session's.
beginning(Options, Generation) ->
    rabbit_socks_shared:term(#bridge{options = Options, login = none, acknowledges = acknowledges(Generation),
                                     streams = rabbit_socks_amqp_streams:new(Generation =:= 'socket.io-4')}).

acknowledges(Generation) -> not lists:member(Generation, [none, 'socket.io-0.6', 'engine.io-3', 'engine.io-4']).

-spec resume(binary(), #bridge{}) -> {ok, #bridge{}}.
resume(Position, Bridge) -> {ok, Bridge#bridge{position = Position}}.

-spec open(module(), rabbit_socks_callback:writer_arg(), #bridge{}) -> {ok, #bridge{}}.
open(Writer, Arg, #bridge{login = none, options = #{login_timeout := Timeout}} = Bridge) ->
    Timer = erlang:start_timer(Timeout, self(), {rabbit_socks_amqp, login}),
    {ok, Bridge#bridge{writer = {Writer, Arg}, login_timer = Timer}};
open(Writer, Arg, Bridge) ->
    {ok, logged_in(Bridge#bridge{writer = {Writer, Arg}})}.

%% The operator sees whose connection it is. Alarms are for those who may publish.
logged_in(#bridge{login = Login, writer = {Module, Arg} = Writer, options = #{expires_notice := Notice}, position = Position,
                  publishing = Publishing, streams = Streams} = Bridge) ->
    ok = Module:identify(#{user => rabbit_socks_amqp_login:name(Login), vhost => rabbit_socks_amqp_login:vhost(Login)}, Arg),
    Sources = rabbit_socks_alarm:subscribe(),
    _ = [ok = blocked(Sources, Writer) || Sources =/= []],
    Bridge#bridge{publishing = case Sources of [] -> Publishing; _ -> rabbit_socks_amqp_publishing:blocked(Publishing) end, position = none,
                  streams = rabbit_socks_amqp_streams:resume(Position, rabbit_socks_amqp_login:vhost(Login), Writer, Streams),
                  expiry = rabbit_socks_amqp_expiry:start(rabbit_socks_amqp_login:expires(Login), Notice)}.

blocked(Sources, {Writer, Arg}) ->
    Writer:emit(<<"blocked">>, [[unicode:characters_to_binary(io_lib:format("~tp", [Source])) || Source <- Sources]], Arg).

-spec handle_event(binary(), [rabbit_socks_callback:value()], none | rabbit_socks_callback:ack(), #bridge{}) ->
    rabbit_socks_callback:result(#bridge{}).
handle_event(Name, Args, Given, #bridge{writer = Writer} = Bridge) ->
    Ack = {rabbit_socks_amqp_text:shown(Name), Given},
    case rabbit_socks_amqp_command:parse(Name, Args) of
        {ok, Command} -> result(command(Command, Ack, Bridge));
        {error, Text} ->
            ok = rabbit_socks_amqp_answer:error(Writer, Ack, <<"bad_request">>, Text, #{}),
            result(Bridge)
    end.

command({login, Credentials, VHost}, Ack, Bridge) ->
    login(Credentials, VHost, Ack, Bridge);
command(_, Ack, #bridge{login = none, writer = Writer} = Bridge) ->
    ok = rabbit_socks_amqp_answer:error(Writer, Ack, <<"not_logged_in">>, <<"log in first">>, #{}),
    Bridge;
command({refresh, Credentials, VHost}, Ack, Bridge) ->
    refresh(Credentials, VHost, Ack, Bridge);
command({publish, Message}, Ack, #bridge{publishing = Publishing, writer = Writer, login = Login, options = #{publish_timeout := Timeout}} = Bridge) ->
    Bridge#bridge{publishing = rabbit_socks_amqp_publishing:publish(Message, Ack, Writer, {Login, Timeout}, Publishing)};
command({subscribe, Exchange, Keys, Slow}, Ack,
        #bridge{subscriptions = Subscriptions, writer = Writer, login = Login, options = #{max_subscriptions := Most}} = Bridge) ->
    Bridge#bridge{subscriptions = rabbit_socks_amqp_subscriptions:subscribe({Exchange, Keys, Slow}, Ack, Writer, {Login, Most}, Subscriptions)};
command({unsubscribe, Id}, Ack, #bridge{subscriptions = Subscriptions, writer = Writer, login = Login} = Bridge) ->
    Bridge#bridge{subscriptions = rabbit_socks_amqp_subscriptions:unsubscribe(Id, Login, Ack, Writer, Subscriptions)};
command({consume, Queue, Options}, Ack,
        #bridge{consumers = Consumers, writer = Writer, login = Login, acknowledges = Acknowledges, options = #{max_consumers := Most}} = Bridge) ->
    Who = #{login => Login, most => Most, acknowledges => Acknowledges},
    Bridge#bridge{consumers = rabbit_socks_amqp_consumers:consume(Queue, Options, Ack, Writer, Who, Consumers)};
command({stream, Queue, Options}, Ack, #bridge{streams = Streams, writer = Writer, login = Login, options = #{max_streams := Most}} = Bridge) ->
    Bridge#bridge{streams = rabbit_socks_amqp_streams:stream(Queue, Options, Ack, Writer, {Login, Most}, Streams)};
command({cancel, Id}, Ack, #bridge{consumers = Consumers, streams = Streams, writer = Writer} = Bridge) ->
    case rabbit_socks_amqp_streams:is_stream(Id) of
        false -> Bridge#bridge{consumers = rabbit_socks_amqp_consumers:cancel(Id, Ack, Writer, Consumers)};
        true -> Bridge#bridge{streams = rabbit_socks_amqp_streams:cancel(Id, Ack, Writer, Streams)}
    end;
command({queue, Command}, Ack, #bridge{writer = Writer, login = Login} = Bridge) ->
    ok = rabbit_socks_amqp_queues:run(Command, Ack, Writer, Login),
    Bridge.

%% One user a connection: what has been subscribed to was this one's right.
login(_, _, Ack, #bridge{login = Login, writer = Writer} = Bridge) when Login =/= none ->
    ok = rabbit_socks_amqp_answer:error(Writer, Ack, <<"bad_request">>, <<"this connection has logged in already">>, #{}),
    Bridge;
login(Credentials, VHost, Ack, #bridge{peer = Peer, options = Options, login_timer = Timer} = Bridge) ->
    case rabbit_socks_amqp_login:login(Credentials, VHost, Peer, Options) of
        {ok, Login} ->
            _ = erlang:cancel_timer(Timer),
            ok = accepted(Login, Ack, Bridge),
            logged_in(Bridge#bridge{login = Login, login_timer = none});
        {error, Code, Text} -> refused(Code, Text, Ack, Bridge)
    end.

%% What the client has stays its own; with what right, is another matter from now on.
refresh(Credentials, VHost, Ack, #bridge{login = Old, peer = Peer, writer = Writer, publishing = Publishing, expiry = Expiry,
                                         subscriptions = Subscriptions, options = #{expires_notice := Notice}} = Bridge) ->
    case rabbit_socks_amqp_login:refresh(Credentials, VHost, Peer, Old) of
        {ok, Login} ->
            ok = accepted(Login, Ack, Bridge),
            ok = rabbit_socks_amqp_subscriptions:renew(Login, Subscriptions),
            Bridge#bridge{login = Login, expiry = rabbit_socks_amqp_expiry:restart(rabbit_socks_amqp_login:expires(Login), Notice, Expiry),
                          publishing = case rabbit_socks_amqp_login:share(Login) =:= rabbit_socks_amqp_login:share(Old) of
                              true -> Publishing;
                              false -> rabbit_socks_amqp_publishing:move(Login, Writer, Publishing)
                          end};
        {error, Code, Text} -> refused(Code, Text, Ack, Bridge)
    end.

accepted(Login, Ack, #bridge{writer = Writer}) ->
    Expires = rabbit_socks_amqp_login:expires(Login),
    Who = #{<<"user">> => rabbit_socks_amqp_login:name(Login), <<"vhost">> => rabbit_socks_amqp_login:vhost(Login)},
    rabbit_socks_amqp_answer:ok(Writer, Ack, maps:merge(Who, maps:from_list([{<<"expires">>, Expires} || Expires =/= never]))).

refused(Code, Text, Ack, #bridge{writer = {Module, Arg} = Writer, refusals = Before} = Bridge) ->
    ok = rabbit_socks_amqp_answer:error(Writer, Ack, Code, Text, #{}),
    _ = [Module:close(1008, <<"too many refused logins">>, Arg) || Before + 1 >= ?MAX_REFUSALS],
    Bridge#bridge{refusals = Before + 1}.

-spec handle_ack(rabbit_socks_amqp_consumers:tag(), {ok, [rabbit_socks_callback:value()]} | {error, timeout | disconnected | too_many}, #bridge{}) ->
    rabbit_socks_callback:result(#bridge{}).
handle_ack(Tag, Result, #bridge{consumers = Consumers} = Bridge) ->
    case rabbit_socks_amqp_consumers:acknowledged(Tag, Result, Consumers) of
        ok -> result(Bridge);
        {reply, Key, Id, Body} -> result(reply(Key, Id, Body, Bridge))
    end.

%% As if the client had published it, with its own permissions.
reply(Key, Id, Body, #bridge{writer = Writer} = Bridge) ->
    Ack = {<<"reply">>, none},
    Options = maps:from_list([{<<"correlationId">>, Id} || Id =/= undefined]),
    case rabbit_socks_amqp_command:parse(<<"publish">>, [<<>>, Key, Body, Options]) of
        {ok, Command} -> command(Command, Ack, Bridge);
        {error, Text} ->
            ok = rabbit_socks_amqp_answer:error(Writer, Ack, <<"bad_request">>, Text, #{}),
            Bridge
    end.

-spec handle_info(term(), #bridge{}) -> rabbit_socks_callback:result(#bridge{}).
handle_info({rabbit_socks_amqp, published, Ref, Outcome}, #bridge{publishing = Publishing, writer = Writer} = Bridge) ->
    result(Bridge#bridge{publishing = rabbit_socks_amqp_publishing:outcome(Ref, Outcome, Writer, Publishing)});
handle_info({rabbit_socks_amqp, replied, Ref, Envelope}, #bridge{publishing = Publishing, writer = Writer} = Bridge) ->
    result(Bridge#bridge{publishing = rabbit_socks_amqp_publishing:replied(Ref, Envelope, Writer, Publishing)});
handle_info({timeout, _, {rabbit_socks_amqp, publish, Ref}}, #bridge{publishing = Publishing, writer = Writer} = Bridge) ->
    result(Bridge#bridge{publishing = rabbit_socks_amqp_publishing:timed_out(Ref, Writer, Publishing)});
handle_info({timeout, Timer, {rabbit_socks_amqp, login}}, #bridge{login_timer = Timer, writer = {Writer, Arg}} = Bridge) ->
    ok = Writer:close(1008, <<"no login in time">>, Arg),
    result(Bridge);
handle_info({timeout, Timer, {rabbit_socks_amqp, expiry}}, #bridge{expiry = Expiry, writer = {Writer, Arg}} = Bridge) ->
    case rabbit_socks_amqp_expiry:passed(Timer, Expiry) of
        {expires, Seconds, Expiry1} ->
            ok = Writer:emit(<<"expires">>, [Seconds], Arg),
            result(Bridge#bridge{expiry = Expiry1});
        expired ->
            ok = Writer:close(1008, <<"the credentials have expired">>, Arg),
            result(Bridge);
        {wait, Expiry1} ->
            result(Bridge#bridge{expiry = Expiry1})
    end;
handle_info({timeout, _, {rabbit_socks_amqp, refresh}}, #bridge{consumers = Consumers, login = Login, writer = Writer} = Bridge) ->
    result(Bridge#bridge{consumers = rabbit_socks_amqp_consumers:refresh(Login, Writer, Consumers)});
handle_info({timeout, _, {rabbit_socks_amqp, refresh_streams}}, #bridge{streams = Streams, login = Login, writer = Writer} = Bridge) ->
    result(Bridge#bridge{streams = rabbit_socks_amqp_streams:refresh(Login, Writer, Streams)});
handle_info({rabbit_socks_amqp, revoked, Process, Text}, #bridge{subscriptions = Subscriptions, writer = Writer, login = Login} = Bridge) ->
    result(Bridge#bridge{subscriptions = rabbit_socks_amqp_subscriptions:revoked(Process, Text, Login, Writer, Subscriptions)});
handle_info({'DOWN', Monitor, process, _, _}, #bridge{publishing = Publishing, writer = Writer} = Bridge) ->
    case rabbit_socks_amqp_publishing:down(Monitor, Writer, Publishing) of
        {ok, Publishing1} -> result(Bridge#bridge{publishing = Publishing1});
        other -> result(ended(Monitor, Bridge))
    end;
handle_info({rabbit_socks_alarm, blocked, Sources}, #bridge{publishing = Publishing, writer = Writer} = Bridge) ->
    ok = blocked(Sources, Writer),
    result(Bridge#bridge{publishing = rabbit_socks_amqp_publishing:blocked(Publishing)});
handle_info({rabbit_socks_alarm, unblocked}, #bridge{publishing = Publishing, writer = {Module, Arg} = Writer, login = Login} = Bridge) ->
    ok = Module:emit(<<"unblocked">>, [], Arg),
    result(Bridge#bridge{publishing = rabbit_socks_amqp_publishing:unblocked(Login, Writer, Publishing)});
handle_info({synced, Number}, #bridge{consumers = Consumers, streams = Streams, writer = Writer} = Bridge) ->
    result(Bridge#bridge{consumers = rabbit_socks_amqp_consumers:synced(Number, Writer, Consumers),
                         streams = rabbit_socks_amqp_streams:synced(Number, Writer, Streams)});
handle_info({dropped, Count}, #bridge{writer = {Writer, Arg}} = Bridge) ->
    ok = Writer:emit(<<"dropped">>, [Count], Arg),
    result(Bridge);
%% What is sent to a client that is away takes up the room of what it has missed already.
handle_info(Behind, #bridge{consumers = Consumers, streams = Streams} = Bridge) when Behind =:= congested; Behind =:= away ->
    result(Bridge#bridge{consumers = rabbit_socks_amqp_consumers:congested(Consumers),
                         streams = rabbit_socks_amqp_streams:congested(Streams)});
handle_info(Again, #bridge{consumers = Consumers, streams = Streams, writer = Writer} = Bridge) when Again =:= drained; Again =:= back ->
    result(Bridge#bridge{consumers = rabbit_socks_amqp_consumers:drained(Writer, Consumers),
                         streams = rabbit_socks_amqp_streams:drained(Writer, Streams)});
handle_info(Message, Bridge) ->
    case rabbit_socks_amqp_client:event(Message) of
        {delivery, Id, Tag, Redelivered, Envelope} -> result(delivered(Id, Tag, Redelivered, Envelope, Bridge));
        {cancelled, Id} -> result(cancelled(Id, Bridge));
        _ -> result(Bridge)
    end.

delivered(Id, Tag, Redelivered, Envelope,
          #bridge{consumers = Consumers, streams = Streams, writer = Writer, options = #{ack_timeout := Timeout}} = Bridge) ->
    case rabbit_socks_amqp_streams:is_stream(Id) of
        false -> Bridge#bridge{consumers = rabbit_socks_amqp_consumers:delivered(Id, Tag, Redelivered, Envelope, {Writer, Timeout}, Consumers)};
        true -> Bridge#bridge{streams = rabbit_socks_amqp_streams:delivered(Id, Tag, Envelope, Writer, Streams)}
    end.

cancelled(Id, #bridge{consumers = Consumers, streams = Streams, writer = Writer} = Bridge) ->
    case rabbit_socks_amqp_streams:is_stream(Id) of
        false -> Bridge#bridge{consumers = rabbit_socks_amqp_consumers:ended(Id, Writer, Consumers)};
        true -> Bridge#bridge{streams = rabbit_socks_amqp_streams:ended(Id, Writer, Streams)}
    end.

ended(Monitor, #bridge{consumers = Consumers, streams = Streams, subscriptions = Subscriptions, writer = Writer, login = Login} = Bridge) ->
    case rabbit_socks_amqp_consumers:lost(Monitor, Writer, Consumers) of
        {ok, Consumers1} -> Bridge#bridge{consumers = Consumers1};
        other ->
            case rabbit_socks_amqp_streams:lost(Monitor, Writer, Streams) of
                {ok, Streams1} -> Bridge#bridge{streams = Streams1};
                other -> Bridge#bridge{subscriptions = rabbit_socks_amqp_subscriptions:down(Monitor, Login, Writer, Subscriptions)}
            end
    end.

%% A client is read while the broker keeps up with what it publishes.
result(#bridge{publishing = Publishing, options = #{max_publishes := Most}} = Bridge) ->
    case rabbit_socks_amqp_publishing:is_full(Publishing, Most) of
        true -> {hold, Bridge};
        false -> {ok, Bridge}
    end.

%% Subscriptions see the end of the process.
-spec terminate(#bridge{}) -> ok.
terminate(#bridge{consumers = Consumers, streams = Streams}) ->
    ok = rabbit_socks_amqp_consumers:close(Consumers),
    rabbit_socks_amqp_streams:close(Streams).
