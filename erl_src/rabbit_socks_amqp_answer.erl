%% SPDX-License-Identifier: MPL-2.0
%% @doc What a command is answered with: `{ok: true, …}' or `{ok: false, error: Code, message: Words}', in the acknowledgement. A
%% client that has asked for none is told of errors by an event.
-module(rabbit_socks_amqp_answer).

-export([ok/3, error/5, failure/4]).
-export_type([writer/0, ack/0]).

-type writer() :: {module(), rabbit_socks_callback:writer_arg()}.
%% Of a command: its name goes with what went wrong.
-type ack() :: {Command :: binary(), none | rabbit_socks_callback:ack()}.

-spec ok(writer(), ack(), map()) -> ok.
ok({Writer, Arg}, {_, Ack}, Fields) ->
    Writer:reply(Ack, [Fields#{<<"ok">> => true}], Arg).

-spec error(writer(), ack(), Code :: binary(), Text :: binary(), map()) -> ok.
error({Writer, Arg}, {Command, Ack}, Code, Text, Fields) ->
    Answer = Fields#{<<"ok">> => false, <<"error">> => Code, <<"message">> => Text},
    case Ack of
        none -> Writer:emit(<<"failed">>, [Command, Answer], Arg);
        _ -> Writer:reply(Ack, [Answer], Arg)
    end.

%% @doc An error of the broker's own.
-spec failure(writer(), ack(), rabbit_socks_amqp_client:failure(), map()) -> ok.
failure(Writer, Ack, {error, Number, Text}, Fields) ->
    error(Writer, Ack, code(Number), Text, Fields).

code(403) -> <<"access_refused">>;
code(530) -> <<"access_refused">>;
code(404) -> <<"not_found">>;
code(405) -> <<"locked">>;
code(406) -> <<"precondition_failed">>;
code(541) -> <<"unavailable">>;
code(_) -> <<"refused">>.
