%% SPDX-License-Identifier: MPL-2.0
%% @doc The only module that knows the broker's STOMP plugin (rabbit_stomp_*) and what its processor is sent by the
%% broker. What differs between the brokers from 3.10.8 to 4.0.5 is settled here.
%%
%% The processor writes through a function. What it writes during one call is collected and handed back with the call's
%% result, in order, so that the caller alone decides what becomes of it. The processor keeps transactions in the process
%% dictionary and is linked to its AMQP connection and channel: one process has at most one processor, and traps exits.
-module(rabbit_socks_stomp_broker).

%% The broker's records have no types.
-compile(nowarn_untyped_record).

-include_lib("kernel/include/logger.hrl").
-include_lib("amqp_client/include/amqp_client.hrl").
-include_lib("rabbitmq_stomp/include/rabbit_stomp.hrl").
-include_lib("rabbitmq_stomp/include/rabbit_stomp_frame.hrl").

-export([available/0, new/2, frame/2, logged_in/1, whose/1, version/1, delivery/1, handle/2, close/1]).
-export([error_frame/2, is_error/1, blocked/0]).
-export_type([broker/0, result/0, subscription/0]).

-record(broker, {
    processor :: term(),
    credentials :: fun(() -> rabbit_socks_credentials:credentials() | none) % so that no crash report shows them
}).

-opaque broker() :: #broker{}.

%% `stop': the conversation is over, its AMQP connection closed. `failed': the processor crashed; it has been logged.
-type result() :: {ok | stop | failed, [iodata()], broker()}.
-type subscription() :: {id | destination, string()}.

-define(OUT, {?MODULE, out}).

%% @doc The plugin's code is in reach only while the plugin is enabled.
-spec available() -> boolean().
available() ->
    code:ensure_loaded(rabbit_stomp_processor) =:= {module, rabbit_stomp_processor}.

%% @doc Info as a callback module's init/3 gets it. The peer is the real one: the broker's rule that `guest' logs in from
%% this machine alone goes by it. Credentials are those of a CONNECT that has no login.
-spec new(map(), rabbit_socks_credentials:credentials() | none) -> broker().
new(#{peer := {PeerText, PeerPort}, local := {LocalText, LocalPort}, secure := Secure}, Credentials) ->
    Peer = address(PeerText),
    Name = iolist_to_binary([PeerText, $:, integer_to_binary(PeerPort), " -> ",
                             LocalText, $:, integer_to_binary(LocalPort)]),
    Adapter = #amqp_adapter_info{
        protocol = {'Socks STOMP', 0},
        name = Name,
        host = address(LocalText),
        port = LocalPort,
        peer_host = Peer,
        peer_port = PeerPort,
        additional_info = [{ssl, Secure}]
    },
    {Configuration, Certificate} = configuration(Credentials),
    #broker{processor = rabbit_stomp_processor:initial_state(Configuration, {send(Configuration, Adapter), Adapter, Certificate, Peer}),
            credentials = fun() -> Credentials end}.

address(Text) ->
    {ok, Address} = inet:parse_address(binary_to_list(Text)),
    Address.

%% What the processor takes for a missing login, and the name that is logged in without a passcode. A token is a passcode that
%% tells the user's name itself.
configuration(Credentials) ->
    Default = rabbit_stomp:parse_default_user(
        application:get_env(rabbitmq_stomp, default_user, []),
        #stomp_configuration{ssl_cert_login = false, implicit_connect = false}),
    case Credentials of
        none -> {Default, none};
        {password, User, Password} -> {Default#stomp_configuration{default_login = User, default_passcode = Password}, none};
        {token, Token} -> {Default#stomp_configuration{default_login = <<>>, default_passcode = Token}, none};
        {certificate, Name} -> {Default, Name}
    end.

%% The processor's function for writing has lost its first argument on the way to 4.0. Which of them this processor calls
%% is tried, not derived from version numbers: a command before CONNECT makes it write, and does nothing else.
send(Configuration, Adapter) ->
    Both = fun(_Sync, Data) -> collect(Data) end,
    State = rabbit_stomp_processor:initial_state(Configuration, {Both, Adapter, none, {127, 0, 0, 1}}),
    put(?OUT, []),
    try rabbit_stomp_processor:process_frame(#stomp_frame{command = "PROBE", headers = [], body_iolist = []}, State) of
        _ -> Both
    catch
        error:{badarity, _} -> fun collect/1
    after
        erase(?OUT)
    end.

collect(Data) ->
    put(?OUT, [Data | get(?OUT)]),
    ok.

%% @doc What the client sent. The frame has been checked by rabbit_socks_stomp_guard: a second CONNECT would crash it.
-spec frame(rabbit_socks_stomp_parser:frame(), broker()) -> result().
frame(#{command := Command, headers := Headers, body := Body}, #broker{processor = Processor} = Broker) ->
    Frame = #stomp_frame{command = Command, headers = Headers, body_iolist = [Body]},
    run(fun() -> rabbit_stomp_processor:process_frame(Frame, Processor) end, Broker).

-spec logged_in(broker()) -> boolean().
logged_in(#broker{processor = Processor}) ->
    rabbit_stomp_processor:info(channel, Processor) =/= none.

%% @doc The user and the virtual host of the AMQP connection that the processor has opened and linked to this process. For who
%% shows nothing but a token the broker itself has no name.
-spec whose(broker()) -> {User :: binary(), VHost :: binary()} | none.
whose(#broker{credentials = Credentials}) ->
    {links, Links} = process_info(self(), links),
    case {rabbit_socks_tracking:user([Pid || Pid <- Links, is_pid(Pid)]), Credentials()} of
        {{<<>>, VHost}, {token, _} = Token} ->
            case rabbit_socks_access:whose(Token, VHost) of
                {ok, Name} -> {Name, VHost};
                {error, _, _} -> {<<>>, VHost}
            end;
        {Known, _} -> Known
    end.

%% @doc "1.0", "1.1" or "1.2", once logged in.
-spec version(broker()) -> string() | none.
version(#broker{processor = Processor}) ->
    rabbit_stomp_processor:info(version, Processor).

%% @doc Is this message a delivery? `flow' has a bound: the channel waits until the delivery has been handled. Others
%% (of quorum queues and streams) are limited by their prefetch alone, so their bytes are told.
-spec delivery(term()) -> no | flow | {unbounded, non_neg_integer()}.
delivery({#'basic.deliver'{}, #amqp_msg{}, _Context}) -> flow;
delivery({#'basic.deliver'{}, #amqp_msg{payload = Payload}}) -> {unbounded, byte_size(Payload)};
delivery(_) -> no.

%% @doc Any other message that the session's process got. `credit': what blocked() says may have changed.
-spec handle(term(), broker()) ->
    result() | {cancelled, subscription(), result()} | {heartbeats, non_neg_integer(), non_neg_integer()} |
    credit | none.
handle({#'basic.deliver'{} = Delivery, #amqp_msg{} = Message}, Broker) ->
    handle({Delivery, Message, undefined}, Broker);
handle({#'basic.deliver'{} = Delivery, #amqp_msg{props = Properties, payload = Payload}, Context},
       #broker{processor = P} = Broker) ->
    run(fun() -> rabbit_stomp_processor:send_delivery(Delivery, Properties, Payload, Context, P) end, Broker);
handle(#'basic.ack'{delivery_tag = Tag, multiple = Multiple}, #broker{processor = P} = Broker) ->
    run(fun() -> rabbit_stomp_processor:flush_pending_receipts(Tag, Multiple, P) end, Broker);
handle(#'basic.nack'{delivery_tag = Tag, multiple = Multiple}, #broker{processor = P} = Broker) ->
    %% The processor knows no refusal. Its receipts for these tags name the SENDs that the broker has not taken.
    {Result, Out, Broker1} = run(fun() -> rabbit_stomp_processor:flush_pending_receipts(Tag, Multiple, P) end, Broker),
    {Result, [refusal(iolist_to_binary(Receipt)) || Receipt <- Out], Broker1};
handle(#'basic.cancel'{consumer_tag = Tag}, #broker{processor = P} = Broker) ->
    {cancelled, subscription(Tag), run(fun() -> rabbit_stomp_processor:cancel_consumer(Tag, P) end, Broker)};
handle({'EXIT', From, Reason}, #broker{processor = P} = Broker) ->
    case {rabbit_stomp_processor:info(channel, P), Reason} of
        %% A channel that ends with its connection: that one's end is on its way, and tells why.
        {From, {shutdown, {connection_closing, _}}} -> none;
        _ -> run(fun() -> rabbit_stomp_processor:handle_exit(From, Reason, P) end, Broker)
    end;
handle({start_heartbeats, {Send, Receive}}, _) ->
    {heartbeats, Send * 1000, Receive * 1000};
handle({bump_credit, Message}, _) ->
    _ = credit_flow:handle_bump_msg(Message),
    credit;
handle(_, _) ->
    none.    % basic.consume_ok, basic.cancel_ok, and whatever else a process may get

subscription(Tag) ->
    case rabbit_stomp_util:tag_to_id(Tag) of
        {ok, {internal, Id}} -> {id, Id};
        {ok, {queue, Destination}} -> {destination, Destination};
        {error, {unknown, Other}} -> {id, Other}
    end.

refusal(<<"RECEIPT\nreceipt-id:", Rest/binary>>) ->
    [Id, _] = binary:split(Rest, <<"\n">>),
    error_frame("Message not accepted", ["receipt-id:", Id, $\n], "The broker has refused the message of this SEND.\n").

run(Fun, Broker) ->
    put(?OUT, []),
    try Fun() of
        {ok, Processor, _Connection} -> {ok, out(), Broker#broker{processor = Processor}};
        {stop, _Reason, Processor} -> {stop, out(), Broker#broker{processor = Processor}};
        unknown_exit -> {stop, out(), Broker};
        Processor -> {ok, out(), Broker#broker{processor = Processor}}
    catch
        Class:Reason:Stack ->
            %% Arguments and values may hold what the client sent, credentials too: only the shape is told.
            ?LOG_ERROR("STOMP: the broker's processor failed: ~tp ~tp in ~tp",
                       [Class, shape(Reason), [{M, F, arity(A)} || {M, F, A, _} <- Stack]],
                       #{domain => [rabbitmq, socks]}),
            {failed, out(), Broker}
    end.

shape(Reason) when is_atom(Reason) -> Reason;
shape(Reason) when is_tuple(Reason), tuple_size(Reason) > 0, is_atom(element(1, Reason)) -> {element(1, Reason), '...'};
shape(_) -> '...'.

arity(Arguments) when is_list(Arguments) -> length(Arguments);
arity(Arity) -> Arity.

out() ->
    lists:reverse(erase(?OUT)).

%% @doc Closes the AMQP connection, if there is one: what the client has not acknowledged goes back to its queues.
-spec close(broker()) -> broker().
close(#broker{processor = Processor} = Broker) ->
    Broker#broker{processor = rabbit_stomp_processor:flush_and_die(Processor)}.

%% @doc An ERROR as the processor sends them. Message and Detail are texts of ours, so there is nothing to escape.
-spec error_frame(iodata(), iodata()) -> iodata().
error_frame(Message, Detail) ->
    error_frame(Message, [], Detail).

error_frame(Message, Headers, Detail) ->
    ["ERROR\nmessage:", Message, "\ncontent-type:text/plain\nversion:", lists:join($,, ?SUPPORTED_VERSIONS), $\n, Headers,
     "content-length:", integer_to_binary(iolist_size(Detail)), "\n\n", Detail, 0,
     case application:get_env(rabbitmq_stomp, trailing_lf, true) of
         true -> "\n";
         false -> ""
     end].

%% @doc Of what the processor has written.
-spec is_error(iodata()) -> boolean().
is_error(Written) ->
    case iolist_to_binary(Written) of
        <<"ERROR\n", _/binary>> -> true;
        _ -> false
    end.

%% @doc Has this process published more than the broker can take at present? A `credit' message tells when to ask again.
-spec blocked() -> boolean().
blocked() ->
    credit_flow:blocked().
