"""Takes out of a program's words what differs from one run to the next, and nothing else."""

import re

_RULES = (
    # OpenSSL's error lines: thread, function, file and line are not part of the message.
    (re.compile(r"[0-9A-F]{8,16}:error:"), "error:"),
    (re.compile(r"(error:[0-9A-F]+:[^:\n]*):[^:\n]*:([^:\n]*):[^:\n]*:\d+:"), r"\1:\2:"),
    (re.compile(r" ?\(_ssl\.c:\d+\)"), ""),
    (re.compile(r"127\.0\.0\.1([: ]+(port )?)\d+"), r"127.0.0.1\1PORT"),
    (re.compile(r"one\.test:\d+"), "one.test:PORT"),
    (re.compile(r"after \d+ ms"), "after N ms"),
    (re.compile(r"\b(in|after) \d+(\.\d+)? seconds"), r"\1 N seconds"),
)


def normalise(text, *folders):
    """`text` without ports, thread ids, source lines and the names of temporary folders."""
    for folder in folders:
        text = text.replace(str(folder), "DIR")
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text.strip()


def lines_with(text, *beginnings):
    """The lines, stripped, that begin with one of `beginnings`."""
    stripped = (line.strip() for line in text.splitlines())
    return [line for line in stripped if line.startswith(beginnings)]
