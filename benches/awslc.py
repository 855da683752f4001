"""Builds AWS-LC's libssl, and `tls` with it, from the sources that the crate aws-lc-sys carries.

Its libcrypto is the very archive that the engine of Reprise is linked with, so both do the same
cryptography.
"""

import json
import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import library

FOLDER = library.TARGET / "bench" / "awslc"
PROGRAM = library.TARGET / "bench" / "tls-awslc"
FLAGS = ["-O3", "-DNDEBUG", "-DBORINGSSL_IMPLEMENTATION", "-fno-exceptions", "-fno-rtti", "-w"]


class Missing(Exception):
    """Why there can be no AWS-LC here."""


def program():
    """The program's path; it is built if it is not up to date. Raises Missing."""
    compiler = os.environ.get("CXX", "c++")
    if not shutil.which(compiler):
        raise Missing(f"needs a C++ compiler; {compiler} is not there")
    archive = libcrypto()
    sources = libssl_sources()
    # The prefix that all of the archive's names have.
    prefix = re.fullmatch(r"lib(.*)_crypto\.a", archive.name).group(1)
    headers = [f"-DBORINGSSL_PREFIX={prefix}", f"-I{archive.parent / 'include'}"]
    libssl = build_libssl(compiler, sources, archive, headers)
    build_program(compiler, libssl, archive, headers)
    return PROGRAM


def libcrypto():
    """The newest archive that cargo has built for the library."""
    found = list((library.TARGET / "release" / "build").glob("aws-lc-sys-*/out/libaws_lc_*_crypto.a"))
    if not found:
        raise Missing("the engine's libcrypto is not there; run `make` first")
    return max(found, key=lambda file: file.stat().st_mtime)


def libssl_sources():
    """The sources of libssl, without its tests, as its CMakeLists.txt names them."""
    cargo = os.environ.get("CARGO", "cargo")
    command = [cargo, "metadata", "--format-version", "1", "--offline", "--manifest-path", str(library.HERE.parent / "Cargo.toml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Missing(f"cargo metadata: {done.stderr.strip()}")
    manifests = [each["manifest_path"] for each in json.loads(done.stdout)["packages"] if each["name"] == "aws-lc-sys"]
    folder = Path(manifests[0]).parent / "aws-lc" / "ssl" if manifests else None
    if not folder or not (folder / "CMakeLists.txt").is_file():
        raise Missing("the crate aws-lc-sys has no sources of libssl")
    listed = re.search(r"add_library\(\s*ssl\s+(.*?)\)", (folder / "CMakeLists.txt").read_text(encoding="utf-8"), re.DOTALL)
    return [folder / name for name in listed.group(1).split()]


def build_libssl(compiler, sources, archive, headers):
    """Compiles and packs libssl, unless that was done with this very libcrypto."""
    target = FOLDER / "libssl.a"
    if target.exists() and target.stat().st_mtime > archive.stat().st_mtime:
        return target
    FOLDER.mkdir(parents=True, exist_ok=True)

    def compile_one(source):
        language = [compiler, "-std=c++14", *FLAGS] if source.suffix == ".cc" else [os.environ.get("CC", "cc"), "-O3", "-DNDEBUG", "-w"]
        built = FOLDER / (source.stem + ".o")
        include = f"-I{source.parent.parent / 'include'}"
        done = subprocess.run([*language, *headers, include, "-c", str(source), "-o", str(built)],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Missing(f"could not compile {source.name}: {done.stderr[:400]}")
        return str(built)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = list(pool.map(compile_one, sources))
    target.unlink(missing_ok=True)
    subprocess.run(["ar", "crs", str(target), *objects], check=True)
    return target


def build_program(compiler, libssl, archive, headers):
    """`tls`, without the measures of the cache, whose functions AWS-LC lacks."""
    sources = [file for file in library.sources() if not file.name.startswith("cache")]
    if library.is_newer(PROGRAM, [*sources, *library.HERE.glob("*.h"), libssl]):
        return
    objects = []
    for source in sources:
        built = FOLDER / f"tls-{source.stem}.o"
        command = [os.environ.get("CC", "cc"), *library.FLAGS, *headers, "-c", str(source), "-o", str(built)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Missing(f"could not compile {source.name}: {done.stderr[:400]}")
        objects.append(str(built))
    done = subprocess.run([compiler, "-pthread", "-o", str(PROGRAM), *objects, str(libssl), str(archive)],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Missing(f"could not link: {done.stderr[:400]}")
