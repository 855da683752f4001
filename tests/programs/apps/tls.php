<?php
// A server and a client on php's streams (ssl://); tls.pl says how they are called and what they print.
// PHP has no way to offer a session.

error_reporting(E_ALL);
$options = json_decode($argv[2], true);
$errors = [];
set_error_handler(function ($level, $text) use (&$errors) {
    $errors[] = preg_replace('/^\w+\(\): /', '', $text);
    return true;
});

function pattern(int $size): string
{
    return substr(str_repeat('0123456789abcdef', intdiv($size, 16) + 1), 0, $size);
}

function say(array $record): void
{
    echo json_encode($record, JSON_UNESCAPED_SLASHES), "\n";
}

function context(array $options, bool $server)
{
    $versions = ['1.2' => STREAM_CRYPTO_PROTO_TLSv1_2, '1.3' => STREAM_CRYPTO_PROTO_TLSv1_3];
    $settings = [
        'cafile' => $options['ca'],
        'min_proto_version' => $versions[$options['version']],
        'max_proto_version' => $versions[$options['version']],
        'capture_peer_cert' => true,
        'verify_peer' => $server ? isset($options['verify']) : true,
        'verify_peer_name' => !$server,
    ];
    foreach (['cert' => 'local_cert', 'key' => 'local_pk', 'password' => 'passphrase', 'ciphers' => 'ciphers'] as $from => $to) {
        if (isset($options[$from])) {
            $settings[$to] = $options[$from];
        }
    }
    if (isset($options['alpn'])) {
        $settings['alpn_protocols'] = implode(',', $options['alpn']);
    }
    if (!$server) {
        $settings['peer_name'] = $options['host'] ?? 'one.test';
    }
    return stream_context_create(['ssl' => $settings]);
}

function facts($stream): array
{
    $crypto = stream_get_meta_data($stream)['crypto'];
    $peer = stream_context_get_options($stream)['ssl']['peer_certificate'] ?? null;
    return [
        'version' => $crypto['protocol'], 'cipher' => $crypto['cipher_name'], 'bits' => $crypto['cipher_bits'],
        'alpn' => $crypto['alpn_protocol'] ?? null,
        'peer' => $peer ? openssl_x509_parse($peer)['subject']['CN'] : null,
    ];
}

function read_all($stream, int $size): string
{
    $data = '';
    while (strlen($data) < $size && !feof($stream)) {
        $data .= fread($stream, $size - strlen($data));
    }
    return $data;
}

function write_all($stream, string $data): void
{
    for ($done = 0; $done < strlen($data); $done += $count) {
        $count = fwrite($stream, substr($data, $done, 65536));
        if (!$count) {
            return;
        }
    }
}

function server(array $options, array &$errors): void
{
    $listener = stream_socket_server('tcp://127.0.0.1:0', $code, $text, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN,
        context($options, true));
    echo explode(':', stream_socket_get_name($listener, false))[1], "\n";
    while (true) {
        $errors = [];
        $stream = stream_socket_accept($listener, 600);
        if (!@stream_socket_enable_crypto($stream, true, STREAM_CRYPTO_METHOD_TLS_SERVER)) {
            say(['error' => implode(' ', $errors)]);
            fclose($stream);
            continue;
        }
        say(facts($stream));
        while (($line = fgets($stream)) !== false) {
            [$command, $size] = explode(' ', trim($line) . ' 0');
            if ($command === 'down') {
                write_all($stream, pattern((int) $size));
            } elseif ($command === 'up') {
                write_all($stream, hash('sha256', read_all($stream, (int) $size)) . "\n");
            } else {
                break;
            }
        }
        fclose($stream);
    }
}

function client(array $options, array &$errors): void
{
    for ($number = 0; $number < ($options['times'] ?? 1); $number++) {
        $errors = [];
        $stream = stream_socket_client("ssl://127.0.0.1:{$options['port']}", $code, $text, 20, STREAM_CLIENT_CONNECT,
            context($options, false));
        if (!$stream) {
            say(['error' => implode(' ', $errors)]);
            continue;
        }
        $intact = true;
        foreach ($options['sizes'] ?? [100] as $size) {
            write_all($stream, "down $size\n");
            $intact = read_all($stream, $size) === pattern($size) && $intact;
            write_all($stream, "up $size\n" . pattern($size));
            $intact = read_all($stream, 65) === hash('sha256', pattern($size)) . "\n" && $intact;
        }
        $facts = facts($stream);
        write_all($stream, "end\n");
        $rest = read_all($stream, 1);
        // A refused certificate shows only here in TLS 1.3.
        say([...$facts, 'intact' => (int) $intact, 'rest' => $rest, 'end' => feof($stream),
            'error' => $intact ? implode(' ', $errors) : 'refused']);
        fclose($stream);
    }
}

$argv[1] === 'server' ? server($options, $errors) : client($options, $errors);
