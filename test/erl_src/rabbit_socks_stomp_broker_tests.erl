%% SPDX-License-Identifier: MPL-2.0
%% @doc What differs between brokers, with processors that stand in for the real one: they do no more than write. What the
%% real one does is the business of stomp_SUITE.
-module(rabbit_socks_stomp_broker_tests).

-include_lib("eunit/include/eunit.hrl").

-export([log/2]).

-define(INFO, #{peer => {<<"192.0.2.7">>, 4711}, local => {<<"::1">>, 15674}, secure => true}).

%% The state is what initial_state/2 got.
with_processor(Body, Test) -> with_processor(Body, none, Test).

with_processor(Body, Credentials, Test) ->
    Forms = [begin {ok, Tokens, _} = erl_scan:string(Form), {ok, Parsed} = erl_parse:parse_form(Tokens), Parsed end || Form <- [
        "-module(rabbit_stomp_processor).", "-export([initial_state/2, process_frame/2]).",
        "initial_state({_, Login, Passcode, Force, _, _}, Args) -> put(configuration, {Login, Passcode, Force}), Args.", "process_frame(Frame, {Send, _, _, _} = State) -> " ++ Body ++ "."
    ]],
    {ok, Module, Code} = compile:forms(Forms),
    {module, Module} = code:load_binary(Module, "stand-in", Code),
    try Test(rabbit_socks_stomp_broker:new(?INFO, Credentials)) after code:purge(Module), code:delete(Module), code:purge(Module) end.

frame(Broker) ->
    rabbit_socks_stomp_broker:frame(#{command => "ACK", headers => [], body => <<"secret">>}, Broker).

both_ways_to_write_test_() ->
    [fun() ->
        with_processor(Write ++ ", {ok, State, none}", fun(Broker) ->
            ?assertMatch({ok, ["one", "two"], _}, frame(Broker)),
            %% Each call has its own.
            ?assertMatch({ok, ["one", "two"], _}, frame(Broker))
        end)
     end || Write <- ["Send(async, \"one\"), Send(async, \"two\")", "Send(\"one\"), Send(\"two\")"]].

the_end_keeps_what_was_written_test() ->
    with_processor("Send(\"bye\"), {stop, normal, State}", fun(Broker) -> ?assertMatch({stop, ["bye"], _}, frame(Broker)) end).

%% Nothing of a frame gets into the log with a crash.
a_crash_is_told_in_shape_only_test() ->
    ok = logger:add_handler(?MODULE, ?MODULE, #{config => self(), level => error}),
    try
        with_processor("case element(2, Frame) of \"PROBE\" -> Send(\"\"); _ -> Send(\"said\"), lists:map(Frame, []) end, {ok, State, none}",
                       fun(Broker) -> ?assertMatch({failed, ["said"], _}, frame(Broker)) end),
        Text = receive {log, Line} -> Line after 0 -> "" end,
        ?assertNotEqual(nomatch, string:find(Text, "processor failed")),
        ?assertEqual(nomatch, string:find(Text, "secret"))
    after
        logger:remove_handler(?MODULE)
    end.

%% A handler of logger.
-spec log(logger:log_event(), logger:handler_config()) -> ok.
log(#{msg := {Format, Arguments}}, #{config := Pid}) ->
    _ = Pid ! {log, lists:flatten(io_lib:format(Format, Arguments))},
    ok.

%% The rule of guest goes by this address.
the_peer_is_the_clients_test() ->
    with_processor("case element(2, Frame) of \"PROBE\" -> Send(\"\"); _ -> Send(State) end, {ok, State, none}", fun(Broker) ->
        {ok, [{_, Adapter, none, Peer}], _} = frame(Broker),
        ?assertEqual({192, 0, 2, 7}, Peer),
        ?assertEqual({amqp_adapter_info, {0, 0, 0, 0, 0, 0, 0, 1}, 15674, {192, 0, 2, 7}, 4711, <<"192.0.2.7:4711 -> ::1:15674">>,
                      {'Socks STOMP', 0}, [{ssl, true}]}, Adapter)
    end).

%% Of the record #stomp_configuration{}: what counts when CONNECT has no login. A certificate's name has no passcode.
credentials_of_the_handshake_test_() ->
    [fun() ->
        with_processor("case element(2, Frame) of \"PROBE\" -> Send(\"\"); _ -> Send(State) end, {ok, State, none}", Credentials, fun(Broker) ->
            {ok, [{_, _, Name, _}], _} = frame(Broker),
            ?assertEqual({Configured, Certificate}, {erase(configuration), Name})
        end)
     end || {Credentials, Configured, Certificate} <- [
        {none, {undefined, undefined, false}, none},
        {{password, <<"u">>, <<"p">>}, {<<"u">>, <<"p">>, false}, none},
        {{token, <<"t">>}, {<<>>, <<"t">>, false}, none},
        {{certificate, <<"CN=c">>}, {undefined, undefined, false}, <<"CN=c">>}]].

an_error_is_as_the_processors_test() ->
    Frame = iolist_to_binary(rabbit_socks_stomp_broker:error_frame("What", "Why\n")),
    ?assertEqual(<<"ERROR\nmessage:What\ncontent-type:text/plain\nversion:1.0,1.1,1.2\ncontent-length:4\n\nWhy\n", 0, "\n">>, Frame).

messages_of_others_test_() ->
    Ctx = {self(), self(), self()},
    Deliver = {'basic.deliver', <<"T_1">>, 1, false, <<>>, <<"q">>},
    Message = {amqp_msg, {'P_basic', a, b, c, d, e, f, g, h, i, j, k, l, m, n}, <<"body">>},
    [?_assertEqual(flow, rabbit_socks_stomp_broker:delivery({Deliver, Message, Ctx})),
     ?_assertEqual({unbounded, 4}, rabbit_socks_stomp_broker:delivery({Deliver, Message})),
     ?_assertEqual(no, rabbit_socks_stomp_broker:delivery({'basic.ack', 1, false}))].
