"""Differences that docs/differences.md lists, taken out of what programs print before it is compared.

Only what rustls cannot offer: other elements of the same lists, and their order, still count.
"""

import re

_GROUPS = ("Supported groups: ", "Shared groups: ")
_SIGNATURES = ("Requested Signature Algorithms: ", "Shared Requested Signature Algorithms: ",
               "Signature Algorithms: ", "Shared Signature Algorithms: ")
_NOT_OFFERED = re.compile(
    r"x448|secp521r1|ffdhe\d+"  # groups
    r"|rsa_pss_pss_\w+|DSA\+\w+|(ECDSA|RSA)\+SHA224"  # signatures
)
# In a request of TLS 1.3 for a certificate the PKCS #1 schemes may stand for signatures of chains;
# rustls names only what a handshake may be signed with.
_CHAINS_ONLY = re.compile(r"RSA\+SHA\d+")
# rustls keeps neither of these for the program.
_NOT_TOLD = ("Client Certificate Types: ", "Supported Elliptic Curve Point Formats: ")


# What an error says more than OpenSSL's: which feature is missing.
_NAMED = re.compile(r" \([^()]*\bReprise\b[^()]*\)?")


def without_differences(value, version):
    """`value`, text or lists of it, without those lines and elements."""
    if isinstance(value, str):
        return "\n".join(_lines(_NAMED.sub("", value).split("\n"), version))
    if isinstance(value, (list, tuple)):
        kept = [entry for entry in value if not (isinstance(entry, str) and entry.startswith(_NOT_TOLD))]
        return [without_differences(entry, version) for entry in kept]
    return value


def _lines(lines, version):
    for line in lines:
        if line.startswith(_NOT_TOLD):
            continue
        for beginning in _GROUPS + _SIGNATURES:
            if line.startswith(beginning):
                words = line[len(beginning):].split(":")
                line = beginning + ":".join(word for word in words if not _left_out(word, beginning, version))
        yield line


def _left_out(word, beginning, version):
    if _NOT_OFFERED.fullmatch(word):
        return True
    return version == "1.3" and beginning in _SIGNATURES and bool(_CHAINS_ONLY.fullmatch(word))
