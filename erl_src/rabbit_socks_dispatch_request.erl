%% SPDX-License-Identifier: MPL-2.0
%% @doc Requests of the broker's web server as the terms of the link, and answers of the edge back (`docs/PORT_PROTOCOL.md').
-module(rabbit_socks_dispatch_request).

-export([find/1, term/3, headers/1, limit/2]).

%% Those fields are the web server's own: it counts the body and keeps the connection.
-define(HOP, [<<"connection">>, <<"content-length">>, <<"keep-alive">>, <<"transfer-encoding">>]).

%% @doc The context that a request is for. The broker's own selector finds a prefix anywhere in a path: here it is at its start.
-spec find(cowboy_req:req()) -> {ok, rabbit_socks_listeners:row(), Rest :: binary()} | error.
find(#{sock := {_, Port}, path := Path}) ->
    rabbit_socks_listeners:context(Port, Path).

-spec term(cowboy_req:req(), Rest :: binary(), Body :: binary()) -> map().
term(#{method := Method, path := Path, qs := Query, headers := Headers, peer := Peer, sock := Local, scheme := Scheme} = Req,
     Rest, Body) ->
    certificate(Req, #{method => Method,
      target => with_query(Path, Query),
      path => with_query(Rest, Query),
      headers => maps:to_list(Headers),
      peer => address(Peer),
      local => address(Local),
      secure => Scheme =:= <<"https">>,
      body => Body}).

%% Of a client that showed one.
certificate(#{cert := Der}, Request) when is_binary(Der) -> Request#{certificate => Der};
certificate(_, Request) -> Request.

with_query(Path, <<>>) -> Path;
with_query(Path, Query) -> <<Path/binary, $?, Query/binary>>.

%% An IPv4 address that came mapped into IPv6 is shown as IPv4, as the edge shows it.
address({{0, 0, 0, 0, 0, 16#FFFF, High, Low}, Port}) ->
    <<A, B, C, D>> = <<High:16, Low:16>>,
    address({{A, B, C, D}, Port});
address({Ip, Port}) ->
    {list_to_binary(inet:ntoa(Ip)), Port}.

%% @doc Fields of an answer for the web server: a map, where a field that comes twice is one with a list of values.
-spec headers([{binary(), binary()}]) -> #{binary() => iodata()}.
headers(Fields) ->
    lists:foldl(fun({Name0, Value}, Acc) ->
        Name = string:lowercase(Name0),
        case {lists:member(Name, ?HOP), Acc} of
            {true, _} -> Acc;
            {false, #{Name := Before}} -> Acc#{Name := [Before, <<", ">>, Value]};
            {false, _} -> Acc#{Name => Value}
        end
    end, #{}, Fields).

%% @doc A limit of a listener, by its name, with the edge's default.
-spec limit(max_body | body_timeout | open_timeout | poll_timeout | send_queue_hard, rabbit_socks_listeners:row()) ->
    non_neg_integer().
limit(Name, #{listener := #{config := Config}}) ->
    maps:get(Name, Config, default(Name)).

default(max_body) -> 1000000;
default(body_timeout) -> 30000;
default(open_timeout) -> 10000;
default(poll_timeout) -> 20000;
default(send_queue_hard) -> 1048576.
