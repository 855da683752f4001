# `make help` lists the targets.

PREFIX  ?= /usr/local
DESTDIR ?=

CARGO   ?= cargo
CMAKE   ?= cmake
CTEST   ?= ctest
# Debian's own: another python3 in PATH may bring an OpenSSL of its own.
PYTHON  ?= /usr/bin/python3

LIBRARY  := $(abspath target/release/libreprise.so)
TESTS_C  := target/tests-c
PROGRAMS ?=

.PHONY: build setup demo test test-rust test-models test-generated test-c test-programs bench fuzz install help
.DEFAULT_GOAL := build
.NOTPARALLEL:

build: ## build target/release/libreprise.so (this is what plain `make` does)
	$(CARGO) build --release

setup: ## install the Debian packages that demo and tests need, or list what is missing
	@scripts/setup

demo: setup build ## show unmodified nginx and curl on Reprise
	@$(PYTHON) tests/programs/demo.py --lib $(LIBRARY)

test: setup build ## every test: style, Rust, C and C++, real programs
	@CARGO="$(CARGO)" CMAKE="$(CMAKE)" CTEST="$(CTEST)" PYTHON="$(PYTHON)" MAKE="$(MAKE)" scripts/test

test-rust: ## format, lint and Rust tests
	$(CARGO) fmt --check
	$(CARGO) clippy --release --all-targets -- -D warnings
	$(CARGO) test --release

test-models: ## the session cache in every order of events, by loom
	scripts/loom

test-generated: build ## the generated header and the table of functions are up to date
	scripts/check-generated

test-c: build ## C and C++ tests, each on the system's libssl and on Reprise
	$(CMAKE) -S tests-c -B $(TESTS_C) -DCMAKE_BUILD_TYPE=RelWithDebInfo -DREPRISE_LIB=$(LIBRARY)
	$(CMAKE) --build $(TESTS_C) --parallel
	$(CTEST) --test-dir $(TESTS_C) --output-on-failure

test-programs: build ## real programs on Reprise (PROGRAMS="curl nginx" for some of them)
	$(PYTHON) tests/programs/run.py --lib $(LIBRARY) $(PROGRAMS)

bench: build ## compare the speed with that of the system's libssl (BENCH="handshake" for a part)
	benches/run $(BENCH)

# Fuzz targets are a cargo-fuzz package in fuzz/; each is run for FUZZ_SECONDS.
FUZZ_SECONDS ?= 60
fuzz: ## run each fuzz target for FUZZ_SECONDS (default 60)
	@test -f fuzz/Cargo.toml || { echo "there are no fuzz targets (no fuzz/Cargo.toml)"; exit 1; }
	@cd fuzz && for target in $$($(CARGO) fuzz list); do \
	    $(CARGO) fuzz run "$$target" -- -max_total_time=$(FUZZ_SECONDS) || exit 1; done

# The link is for programs linked with -lreprise: they look for the library's soname, libssl.so.3.
install: ## install library, header and launcher under PREFIX (default /usr/local)
	@test -f $(LIBRARY) || { echo "nothing to install: run \`make\` first"; exit 1; }
	install -d "$(DESTDIR)$(PREFIX)/lib/reprise" "$(DESTDIR)$(PREFIX)/include/reprise" "$(DESTDIR)$(PREFIX)/bin"
	install -m 644 $(LIBRARY) "$(DESTDIR)$(PREFIX)/lib/reprise/libreprise.so"
	ln -sf libreprise.so "$(DESTDIR)$(PREFIX)/lib/reprise/libssl.so.3"
	install -m 644 include/reprise/ssl.h "$(DESTDIR)$(PREFIX)/include/reprise/ssl.h"
	install -m 755 bin/with-reprise "$(DESTDIR)$(PREFIX)/bin/with-reprise"

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
