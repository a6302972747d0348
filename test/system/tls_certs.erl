%% SPDX-License-Identifier: MPL-2.0
%% @doc Certificates for suites, made by the openssl program when they are needed: none is kept in the project.
%%
%% `directory/1' makes all of them in a directory: two authorities ("ca", "other"), of the first an intermediate ("sub") and
%% end entities, each NAME.pem with NAME.key. Paths are given by pem/2 and key/2.
-module(tls_certs).

-include_lib("public_key/include/public_key.hrl").

-export([directory/1, pem/2, key/2, der/2, issue/4, copy/3]).

-type directory() :: file:filename().

-define(CONFIG,
    "[req]\ndistinguished_name=dn\n[dn]\n"
    "[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign,cRLSign\n"
    "[end]\nbasicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost,DNS:second.example\n").

-spec directory(directory()) -> directory().
directory(Directory) ->
    ok = filelib:ensure_path(Directory),
    ok = file:write_file(filename:join(Directory, "config"), ?CONFIG),
    [authority(Directory, Name) || Name <- ["ca", "other"]],
    issue(Directory, "sub", "ca", "-extensions ca"),
    issue(Directory, "server", "ca", ""),
    issue(Directory, "second", "ca", ""),
    issue(Directory, "renewed", "ca", ""),
    issue(Directory, "client", "ca", ""),
    issue(Directory, "deep", "sub", ""),
    issue(Directory, "stranger", "other", ""),
    issue(Directory, "late", "ca", ""),
    over(Directory, "late", "ca"),
    {ok, Deep} = file:read_file(pem(Directory, "deep")),
    {ok, Sub} = file:read_file(pem(Directory, "sub")),
    ok = file:write_file(pem(Directory, "chain"), [Deep, Sub]),
    {ok, Ca} = file:read_file(pem(Directory, "ca")),
    ok = file:write_file(pem(Directory, "bundle"), [Sub, Ca]),
    copy(Directory, {"deep", key}, {"chain", key}),
    run(Directory, "openssl pkcs8 -topk8 -v2 aes-256-cbc -passout pass:open+sesame -in server.key -out locked.key"),
    copy(Directory, {"server", pem}, {"locked", pem}),
    Directory.

authority(Directory, Name) ->
    run(Directory, ["openssl req -x509 -config config -extensions ca -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 ",
                    "-subj /O=Suite/CN=", Name, " -keyout ", Name, ".key -out ", Name, ".pem"]).

%% @doc A further certificate, signed by an authority.
-spec issue(directory(), string(), string(), string()) -> ok.
issue(Directory, Name, Authority, Options) ->
    run(Directory, ["openssl req -config config -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /O=Suite/CN=", Name,
                    " -keyout ", Name, ".key -out ", Name, ".csr"]),
    Extensions = case string:find(Options, "-extensions") of nomatch -> " -extensions end "; _ -> " " end,
    run(Directory, ["openssl x509 -req -in ", Name, ".csr -CA ", Authority, ".pem -CAkey ", Authority, ".key -CAcreateserial -out ",
                    Name, ".pem -days 2 -extfile config", Extensions, Options]).

%% The same certificate, but its time is over. The program openssl makes none with a negative number of days any more.
over(Directory, Name, Authority) ->
    #'OTPCertificate'{tbsCertificate = Certificate} = public_key:pkix_decode_cert(der(Directory, Name), otp),
    {ok, Pem} = file:read_file(key(Directory, Authority)),
    [Key] = [public_key:pem_entry_decode(Entry) || Entry <- public_key:pem_decode(Pem), element(1, Entry) =/= 'EcpkParameters'],
    Validity = #'Validity'{notBefore = {utcTime, "200101000000Z"}, notAfter = {utcTime, "200102000000Z"}},
    Der = public_key:pkix_sign(Certificate#'OTPTBSCertificate'{validity = Validity}, Key),
    ok = file:write_file(pem(Directory, Name), public_key:pem_encode([{'Certificate', Der, not_encrypted}])).

-spec pem(directory(), string()) -> file:filename().
pem(Directory, Name) -> filename:join(Directory, Name ++ ".pem").

-spec key(directory(), string()) -> file:filename().
key(Directory, Name) -> filename:join(Directory, Name ++ ".key").

-spec der(directory(), string()) -> binary().
der(Directory, Name) ->
    {ok, Pem} = file:read_file(pem(Directory, Name)),
    [{'Certificate', Der, not_encrypted} | _] = public_key:pem_decode(Pem),
    Der.

%% @doc Puts another file in the place of one in a single step, as programs do that renew certificates.
-spec copy(directory(), {string(), pem | key}, {string(), pem | key}) -> ok.
copy(Directory, From, To) ->
    {ok, _} = file:copy(path(Directory, From), path(Directory, To) ++ ".new"),
    ok = file:rename(path(Directory, To) ++ ".new", path(Directory, To)).

path(Directory, {Name, pem}) -> pem(Directory, Name);
path(Directory, {Name, key}) -> key(Directory, Name).

run(Directory, Command) ->
    Output = os:cmd(["cd '", Directory, "' && ", Command, " 2>&1 && echo done"]),
    case string:find(Output, "done") of
        nomatch -> error({openssl, lists:flatten(Command), Output});
        _ -> ok
    end.
