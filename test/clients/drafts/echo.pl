#!/usr/bin/perl
# SPDX-License-Identifier: MPL-2.0
# An echo conversation in a given WebSocket draft with Debian's libprotocol-websocket-perl.
#
#   echo.pl HOST PORT PATH DRAFT [SUBPROTOCOL]     DRAFT as that library names it, for instance draft-hixie-75
#
# Prints "ok" and exits 0 when text comes back unchanged, in order, whole and in pieces, and the connection closes.
use strict;
use warnings;
use utf8;
use Encode qw(encode_utf8);
use IO::Socket::INET;
use Protocol::WebSocket::Frame;
use Protocol::WebSocket::Handshake::Client;

my ($host, $port, $path, $draft, $subprotocol) = @ARGV;
my $masked = $draft =~ /hybi-(?:10|17)/ ? 1 : 0;
my $socket = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port, Proto => 'tcp', Timeout => 10) or die "connect: $!\n";
$socket->autoflush(1);
local $SIG{ALRM} = sub { die "timed out\n" };
alarm 20;

my $client = Protocol::WebSocket::Handshake::Client->new(url => "ws://$host:$port$path", version => $draft);
$client->req->subprotocol($subprotocol) if defined $subprotocol;
print {$socket} $client->to_string;
until ($client->is_done) {
    my $bytes = '';
    sysread($socket, $bytes, 1) or die "the server ended the handshake\n";
    $client->parse($bytes) or die 'handshake: ' . $client->error . "\n";
}

my $reader = Protocol::WebSocket::Frame->new(version => $client->version);

sub receive {
    while (1) {
        my $message = $reader->next;
        return $message if defined $message;
        my $bytes = '';
        sysread($socket, $bytes, 4096) or die "the server closed the connection\n";
        $reader->append($bytes);
    }
}

sub frame {
    return Protocol::WebSocket::Frame->new(buffer => $_[0], version => $client->version, masked => $masked)->to_bytes;
}

my @texts = ('hello', '', "ünï€ \x{1F600}", 'x' x 1000, 'y' x 65_000, map { "message $_" } 1 .. 100);
for my $text (@texts) {
    print {$socket} frame($text);
    my $echo = receive();
    die "an echo differs\n" unless encode_utf8($echo) eq encode_utf8($text) or $echo eq encode_utf8($text);
}
# Several at once, in writes of three bytes.
my $many = join '', map { frame("piece $_") } 1 .. 20;
while (length $many) { syswrite($socket, substr($many, 0, 3, '')) }
for my $n (1 .. 20) {
    my $echo = receive();
    die "expected piece $n, got $echo\n" unless $echo eq "piece $n";
}
if ($draft eq 'draft-hixie-75') {
    shutdown($socket, 1);
} else {
    print {$socket} Protocol::WebSocket::Frame->new(type => 'close', version => $client->version, masked => $masked)->to_bytes;
}
my $rest = '';
1 while sysread($socket, $rest, 4096, length $rest);
print "ok\n";
