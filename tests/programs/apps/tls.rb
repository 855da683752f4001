# A server and a client on ruby's openssl; tls.pl says how they are called and what they print.
require "digest"
require "json"
require "openssl"
require "socket"

$stdout.sync = true
OPTIONS = JSON.parse(ARGV[1])
VERSION = OPTIONS["version"] == "1.3" ? OpenSSL::SSL::TLS1_3_VERSION : OpenSSL::SSL::TLS1_2_VERSION

def pattern(size) = ("0123456789abcdef" * (size / 16 + 1))[0, size]

def context
  context = OpenSSL::SSL::SSLContext.new
  context.min_version = context.max_version = VERSION
  context.ca_file = OPTIONS["ca"]
  if OPTIONS["cert"]
    chain = OpenSSL::X509::Certificate.load_file(OPTIONS["cert"])
    key = OpenSSL::PKey.read(File.read(OPTIONS["key"]), OPTIONS["password"])
    context.add_certificate(chain[0], key, chain[1..])
  end
  context.ciphers = OPTIONS["ciphers"] if OPTIONS["ciphers"]
  context
end

def facts(tls)
  peer = tls.peer_cert&.subject&.to_a&.find { |name, *| name == "CN" }
  {
    version: tls.ssl_version, cipher: tls.cipher[0], bits: tls.cipher[2], reused: tls.session_reused? ? 1 : 0,
    peer: peer && peer[1], chain: tls.peer_cert_chain&.size, alpn: tls.alpn_protocol,
    key: tls.respond_to?(:tmp_key) && tls.tmp_key&.oid, verified: tls.verify_result, state: tls.state,
    finished: tls.finished_message.unpack1("H*"), finished_there: tls.peer_finished_message.unpack1("H*"),
  }
end

def say(record) = puts(JSON.generate(record))

def server
  settings = context
  settings.session_id_context = "ruby"
  if OPTIONS["verify"]
    settings.verify_mode = OpenSSL::SSL::VERIFY_PEER | OpenSSL::SSL::VERIFY_FAIL_IF_NO_PEER_CERT
  end
  name = nil
  settings.servername_cb = ->((_, host)) { name = host; nil }
  if OPTIONS["alpn"]
    settings.alpn_select_cb = ->(offered) { (OPTIONS["alpn"] & offered).first || raise("none in common") }
  end
  listener = TCPServer.new("127.0.0.1", 0)
  puts listener.addr[1]
  loop do
    tls = OpenSSL::SSL::SSLSocket.new(listener.accept, settings)
    tls.sync_close = true
    begin
      tls.accept
      say(facts(tls).merge(name: name))
      while (line = tls.gets)
        command, size = line.split
        case command
        when "down" then tls.write(pattern(size.to_i))
        when "up" then tls.write(Digest::SHA256.hexdigest(tls.read(size.to_i)) + "\n")
        else break
        end
      end
    rescue StandardError => e
      say(error: e.message)
    end
    tls.close
  end
end

def transfers(tls)
  (OPTIONS["sizes"] || [100]).all? do |size|
    tls.write("down #{size}\n")
    down = tls.read(size) == pattern(size)
    tls.write("up #{size}\n#{pattern(size)}")
    down && tls.read(65) == Digest::SHA256.hexdigest(pattern(size)) + "\n"
  end
end

def client
  settings = context
  settings.verify_mode = OpenSSL::SSL::VERIFY_PEER
  settings.verify_hostname = true
  settings.alpn_protocols = OPTIONS["alpn"] if OPTIONS["alpn"]
  settings.session_cache_mode =
    OpenSSL::SSL::SSLContext::SESSION_CACHE_CLIENT | OpenSSL::SSL::SSLContext::SESSION_CACHE_NO_INTERNAL_STORE
  newest = nil
  settings.session_new_cb = ->((_, session)) { newest = session }
  (OPTIONS["times"] || 1).times do
    tls = OpenSSL::SSL::SSLSocket.new(TCPSocket.new("127.0.0.1", OPTIONS["port"]), settings)
    tls.sync_close = true
    tls.hostname = OPTIONS["host"] || "one.test"
    tls.session = newest if newest
    tls.connect
    intact = transfers(tls) ? 1 : 0
    seen = facts(tls)
    tls.write("end\n")
    say(seen.merge(intact: intact, end: tls.read(1).inspect))
    tls.close
  rescue StandardError => e
    say(error: e.message)
  end
end

begin
  ARGV[0] == "server" ? server : client
rescue StandardError => e
  say(error: e.message)
end
