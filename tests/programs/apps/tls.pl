#!/usr/bin/perl
# A server and a client on perl's IO::Socket::SSL and Net::SSLeay.
#
# usage: tls.pl server|client OPTIONS, where OPTIONS is a JSON object: ca, version, for the server cert, key,
# verify, alpn, names; for the client port, host, cert, key, alpn, times, sizes. The server prints its port, then
# a JSON object for each connection; the client one for each connection.
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use IO::Socket::SSL;
use JSON::PP;

$| = 1;
$SIG{PIPE} = 'IGNORE';
my $json = JSON::PP->new->canonical;
my ($role, $options) = ($ARGV[0], $json->decode($ARGV[1]));
my $version = $options->{version} eq '1.3' ? 'TLSv1_3' : 'SSLv23:!SSLv3:!TLSv1:!TLSv1_1:!TLSv1_3';
$role eq 'server' ? server() : client();

sub facts {
    my ($tls) = @_;
    my $ssl = $tls->_get_ssl_object;
    my ($finished, $theirs) = ('', '');
    Net::SSLeay::get_finished($ssl, $finished, 64);
    Net::SSLeay::get_peer_finished($ssl, $theirs, 64);
    return {
        version => $tls->get_sslversion,
        cipher => $tls->get_cipher,
        reused => $tls->get_session_reused ? 1 : 0,
        peer => scalar $tls->peer_certificate('cn'),
        alpn => scalar $tls->alpn_selected,
        shutdown => Net::SSLeay::get_shutdown($ssl),
        finished => unpack('H*', $finished),
        finished_there => unpack('H*', $theirs),
        exported => unpack('H*', Net::SSLeay::export_keying_material($ssl, 16, 'EXPERIMENTAL test')),
    };
}

sub pattern { my ($size) = @_; return substr('0123456789abcdef' x ($size / 16 + 1), 0, $size); }

sub read_all {
    my ($tls, $size) = @_;
    my $data = '';
    while (length $data < $size) {
        my $count = sysread($tls, $data, $size - length $data, length $data);
        return $data unless $count;
    }
    return $data;
}

sub write_all {
    my ($tls, $data) = @_;
    my $done = 0;
    while ($done < length $data) {
        my $count = syswrite($tls, $data, length($data) - $done, $done);
        die "write: $SSL_ERROR" unless $count;
        $done += $count;
    }
}

# Each size in both directions: whether all arrived intact.
sub transfers {
    my ($tls) = @_;
    my $intact = 1;
    for my $size (@{ $options->{sizes} // [100] }) {
        write_all($tls, "down $size\n");
        $intact &&= read_all($tls, $size) eq pattern($size);
        write_all($tls, "up $size\n" . pattern($size));
        my $answer = read_all($tls, 65);
        die "read: $SSL_ERROR" unless length $answer;
        $intact &&= $answer eq sha256_hex(pattern($size)) . "\n";
    }
    return $intact;
}

sub server {
    my $context = IO::Socket::SSL::SSL_Context->new(
        SSL_server => 1,
        SSL_version => $version,
        SSL_cert_file => $options->{cert},
        SSL_key_file => $options->{key},
        SSL_ca_file => $options->{ca},
        SSL_passwd_cb => sub { $options->{password} // '' },
        SSL_verify_mode => $options->{verify} ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_NONE,
        SSL_session_id_context => 'perl',
        $options->{alpn} ? (SSL_alpn_protocols => $options->{alpn}) : (),
    ) or return print $json->encode({ error => "$SSL_ERROR" }), "\n";
    my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 10, ReuseAddr => 1) or die $!;
    print $listener->sockport, "\n";
    while (my $tcp = $listener->accept) {
        my $tls = IO::Socket::SSL->start_SSL($tcp, SSL_server => 1, SSL_reuse_ctx => $context);
        if (!$tls) {
            print $json->encode({ error => "$SSL_ERROR" }), "\n";
            next;
        }
        print $json->encode({ %{ facts($tls) }, name => scalar $tls->get_servername }), "\n";
        while (defined(my $line = <$tls>)) {
            if ($line =~ /^down (\d+)/) { write_all($tls, pattern($1)); }
            elsif ($line =~ /^up (\d+)/) { write_all($tls, sha256_hex(read_all($tls, $1)) . "\n"); }
            else { last; }
        }
        $tls->close;
    }
}

sub client {
    my $host = $options->{host} // 'one.test';
    my $context = IO::Socket::SSL::SSL_Context->new(
        SSL_version => $version,
        SSL_ca_file => $options->{ca},
        SSL_verify_mode => SSL_VERIFY_PEER,
        SSL_session_cache_size => 10,
        $options->{cert} ? (SSL_cert_file => $options->{cert}, SSL_key_file => $options->{key}) : (),
        $options->{alpn} ? (SSL_alpn_protocols => $options->{alpn}) : (),
        $options->{ciphers} ? (SSL_cipher_list => $options->{ciphers}) : (),
    ) or return print $json->encode({ error => "$SSL_ERROR" }), "\n";
    for (1 .. $options->{times} // 1) {
        my $tls = IO::Socket::SSL->new(
            PeerAddr => '127.0.0.1', PeerPort => $options->{port}, SSL_reuse_ctx => $context,
            SSL_hostname => $host, SSL_verifycn_name => $host, SSL_verifycn_scheme => 'http',
            SSL_session_key => 'server',
        );
        if (!$tls) {
            print $json->encode({ error => "$SSL_ERROR" }), "\n";
            next;
        }
        my $intact = eval { transfers($tls) };
        if ($@) {    # the server has refused the certificate after the client's handshake
            print $json->encode({ error => "$@" }), "\n";
            next;
        }
        my $facts = facts($tls);
        write_all($tls, "end\n");
        my $end = sysread($tls, my $rest, 1);
        print $json->encode({ %$facts, intact => $intact ? 1 : 0, end => $end, error => $end ? "$SSL_ERROR" : '' }), "\n";
        $tls->close(SSL_fast_shutdown => 0);
    }
}
