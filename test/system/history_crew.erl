%% SPDX-License-Identifier: MPL-2.0
%% @doc All clients of one kind in a history: they publish with the same key, and read where that comes out.
-module(history_crew).

-export([start/2, finish/1, stop/1]).
-export_type([kind/0, options/0, crew/0]).

-type kind() :: history_client:kind() | {npm, Version :: string(), Transport :: string()}.
-type options() :: #{port := inet:port_number(), kind := kind(), key := binary(),
                     places := [{history_checker:place(), Key :: binary(), history_client:source()}]}.
-opaque crew() :: {raw, Producers :: [pid()], Readers :: [pid()]} | {npm, pid()}.

-define(PRODUCERS, 2).
-define(BATCH, 8).
-define(PAUSE, 60). % ms between two batches: the machine has other things to do

%% @doc Linked to the caller.
-spec start(options(), history_log:log()) -> crew().
start(#{kind := {npm, _, _}} = Options, Log) ->
    {npm, history_npm:start(Options#{batch => ?BATCH, pause => ?PAUSE}, Log)};
start(#{key := Key, places := Places} = Options, Log) ->
    Readers = [history_reader:start(Options#{name => N, place => Place, source => Source}, Log)
               || {Place, _, Source} <- Places, N <- lists:seq(1, readers(Place))],
    Producers = [history_producer:start(Options#{name => <<Key/binary, $/, (integer_to_binary(N))/binary>>, batch => ?BATCH, pause => ?PAUSE}, Log)
                 || N <- lists:seq(1, ?PRODUCERS)],
    {raw, Producers, Readers}.

%% A queue is shared; a place of one reader's is what it saw.
readers({_, certain}) -> 2;
readers(_) -> 1.

%% @doc Nothing new is published; returns when everything has its confirm.
-spec finish(crew()) -> ok.
finish({raw, Producers, _}) -> lists:foreach(fun history_producer:finish/1, Producers);
finish({npm, Pid}) -> history_npm:finish(Pid).

%% @doc Nothing is read any more.
-spec stop(crew()) -> ok.
stop({raw, _, Readers}) -> lists:foreach(fun history_reader:stop/1, Readers);
stop({npm, Pid}) -> history_npm:stop(Pid).
