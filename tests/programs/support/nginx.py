"""nginx with our configuration, in its own folder, in the foreground."""

import os
from contextlib import contextmanager

from .scenario import listening

CONFIGURATION = """
daemon off;
master_process on;
worker_processes 2;
{user}
pid {home}/nginx.pid;
error_log stderr info;
events {{ worker_connections 256; }}
http {{
    access_log {home}/access.log;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    client_max_body_size 20m;
    keepalive_timeout 20s;
    ssl_protocols {protocol};
    {extra}
{servers}
}}
"""

SERVER = """
    server {{
        listen 127.0.0.1:{port} ssl http2 reuseport;
        server_name {host};
        ssl_certificate {cert}.pem;
        ssl_certificate_key {cert}.key;
        {settings}
        {locations}
    }}
"""

LOCATIONS = """
        root {files};
        default_type application/octet-stream;
        location = /info {{
            return 200 "$pid $ssl_protocol $ssl_cipher $ssl_session_reused id=$ssl_session_id name=$ssl_server_name verify=$ssl_client_verify dn=$ssl_client_s_dn\\n";
        }}
        location /upload/ {{ dav_methods PUT; create_full_put_path on; }}
"""


def server_block(s, port, host, *settings, cert=None, first=True, locations=""):
    """A server block; of the blocks on one port only the first carries the listen options."""
    block = SERVER.format(
        port=port,
        host=host,
        cert=s.certificates / (cert or host),
        settings="\n        ".join(settings),
        locations=LOCATIONS.format(files=s.home / "files") + locations,
    )
    return block if first else block.replace(" ssl http2 reuseport", " ssl http2")


@contextmanager
def nginx(s, servers, ports, *, extra="", role="server", side=None, protocol=None):
    """Runs nginx with these server blocks until the `with` block ends; `ports` are what it listens on."""
    (s.home / "files").mkdir(exist_ok=True)
    user = "user root;" if os.geteuid() == 0 else ""
    path = s.home / "nginx.conf"
    path.write_text(
        CONFIGURATION.format(home=s.home, user=user, protocol=protocol or s.protocol, servers=servers, extra=extra)
    )

    def ready(service):
        return service.children() and all(listening(port) for port in ports)

    words = ("-c", path, "-p", s.home, "-e", "stderr")
    with s.service("nginx", *words, ready=ready, role=role, side=side) as service:
        yield service


def parse_info(line):
    """The answer of /info as a dictionary."""
    pid, protocol, cipher, reused, *rest = line.split(" ", 7)
    facts = dict(part.split("=", 1) for part in rest)
    return {"pid": int(pid), "protocol": protocol, "cipher": cipher, "reused": reused == "r", **facts}

