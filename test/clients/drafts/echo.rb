#!/usr/bin/ruby
# SPDX-License-Identifier: MPL-2.0
# An echo conversation in a given WebSocket draft with Debian's ruby-websocket.
#
#   echo.rb HOST PORT PATH VERSION [binary]       VERSION: 75, 76, 7, 8 or 13
#
# Prints "ok" and exits 0 when every message comes back unchanged and in order.
require 'socket'
require 'timeout'
require 'websocket'

host, port, path, version, kind = ARGV
version = version.to_i
type = kind == 'binary' ? :binary : :text

Timeout.timeout(20) do
  socket = TCPSocket.new(host, port.to_i)
  # The library names hixie-76 by the number 76 and the later ones by theirs.
  handshake = WebSocket::Handshake::Client.new(url: "ws://#{host}:#{port}#{path}", version: version)
  socket.write(handshake.to_s)
  # It checks the proof of hixie-76 only in the read that completes the head: give it both at once.
  answer = ''.b
  whole = -> { (head = answer.index("\r\n\r\n")) && (version != 76 || answer.size >= head + 4 + 16) }
  answer << socket.readpartial(4096) until whole.call
  handshake << answer
  raise "handshake: #{handshake.error}" unless handshake.valid?

  reader = WebSocket::Frame::Incoming::Client.new(version: handshake.version)
  messages = type == :binary ? [[0, 255, 1, 128].pack('C*'), "\x00".b * 1000] : ['hello', "\u00fcn\u00ef\u20ac \u{1F600}", 'x' * 1000]
  messages += (1..50).map { |n| "message #{n}" }
  messages.each do |message|
    frame = WebSocket::Frame::Outgoing::Client.new(version: handshake.version, data: message, type: type)
    socket.write(frame.to_s)
    echo = nil
    while (echo = reader.next).nil?
      reader << socket.readpartial(65_536)
    end
    raise "an echo differs: #{echo.inspect}" unless echo.to_s.b == message.b && echo.type == type
  end
  socket.close
end
puts 'ok'
