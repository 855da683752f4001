"""Certificates for the tests, made with the `openssl` command on the system's libssl."""

import subprocess
import tempfile
from pathlib import Path

from .packages import find_program

HOSTS = ("one.test", "two.test")


class Certificates:
    """A folder of PEM files; every attribute-like name below is `folder / name`.

    ca.pem            root that the clients trust
    other-ca.pem      root that no side trusts
    one.test.pem      ECDSA leaf and its intermediate (a chain), one.test.key
    one.test.leaf.pem the same leaf without the intermediate
    two.test.pem      RSA leaf by the root, two.test.key
    expired.pem       leaf for one.test, out of date
    selfsigned.pem    leaf for one.test without an issuer
    client.pem        client certificate by the root
    stranger.pem      client certificate by other-ca

    one.test.encrypted.key and client.encrypted.key are encrypted with the password "word"; with "other" they
    give the error "bad decrypt".
    """

    def __init__(self, folder):
        self.folder = folder
        self._openssl = find_program("openssl")
        self._root("ca")
        self._root("other-ca")
        self._leaf("middle", "Reprise test intermediate", "ca", "basicConstraints=critical,CA:true")
        self._leaf("one.test", "one.test", "middle", "subjectAltName=DNS:one.test,IP:127.0.0.1")
        self._leaf("two.test", "two.test", "ca", "subjectAltName=DNS:two.test", key=("rsa", "rsa_keygen_bits:2048"))
        self._leaf("expired", "one.test", "ca", "subjectAltName=DNS:one.test", days=-1)
        self._leaf("client", "client one", "ca", "extendedKeyUsage=clientAuth")
        self._leaf("stranger", "stranger", "other-ca", "extendedKeyUsage=clientAuth")
        self._self_signed("selfsigned", "one.test", "subjectAltName=DNS:one.test")
        self._encrypted("one.test")
        self._encrypted("client")
        leaf = (folder / "one.test.pem").read_text()
        (folder / "one.test.leaf.pem").write_text(leaf)
        (folder / "one.test.pem").write_text(leaf + (folder / "middle.pem").read_text())

    def __truediv__(self, name):
        """The path of a file, as text."""
        return str(self.folder / name)

    def revoked(self, *names, issuer="ca"):
        """The text of a revocation list of `issuer` with these certificates on it."""
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            folder = Path(name)
            (folder / "index").touch()
            (folder / "index.attr").write_text("unique_subject = no\n")
            (folder / "ca.cnf").write_text(
                f"[ca]\ndefault_ca = list\n[list]\ndatabase = {folder}/index\ndefault_md = sha256\n"
            )
            about = ("ca", "-config", f"{folder}/ca.cnf", "-cert", f"{issuer}.pem", "-keyfile", f"{issuer}.key")
            for revoked in names:
                self._run(*about, "-revoke", f"{revoked}.pem")
            self._run(*about, "-gencrl", "-crldays", "30", "-out", f"{folder}/list.pem")
            return (folder / "list.pem").read_text()

    def _openssl_run(self, *words):
        return subprocess.run(
            [self._openssl, *words], cwd=self.folder, capture_output=True, text=True, timeout=60,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        )

    def _run(self, *words):
        done = self._openssl_run(*words)
        if done.returncode:
            raise RuntimeError(f"openssl {' '.join(words)}: {done.stderr}")

    def _new_key(self, name, key):
        self._run("genpkey", "-algorithm", key[0], "-pkeyopt", key[1], "-out", f"{name}.key")

    def _encrypted(self, name):
        """Encrypts a key, again where the wrong password happens to give a right padding and so another error.

        That is one salt in 256, too many for checks that compare what programs say of it.
        """
        for _ in range(10):
            self._run("pkcs8", "-topk8", "-in", f"{name}.key", "-passout", "pass:word", "-out", f"{name}.encrypted.key")
            wrong = self._openssl_run("pkey", "-in", f"{name}.encrypted.key", "-passin", "pass:other")
            if "bad decrypt" in wrong.stderr:
                return
        raise RuntimeError(f"openssl pkey says of a wrong password: {wrong.stderr}")

    def _self_signed(self, name, common_name, extension):
        self._new_key(name, ("EC", "ec_paramgen_curve:P-256"))
        self._run("req", "-x509", "-key", f"{name}.key", "-subj", f"/CN={common_name}", "-days", "30",
                  "-addext", extension, "-out", f"{name}.pem")

    def _root(self, name):
        self._self_signed(name, f"Reprise test {name}", "keyUsage=critical,keyCertSign,cRLSign")

    def _leaf(self, name, common_name, issuer, extension, *, days=30, key=("EC", "ec_paramgen_curve:P-256")):
        self._new_key(name, key)
        self._run("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={common_name}", "-addext", extension,
                  "-out", f"{name}.csr")
        self._run("x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key",
                  "-days", str(days), "-copy_extensions", "copy", "-out", f"{name}.pem")
