# `make help` lists the targets.

PREFIX  ?= /usr/local
DESTDIR ?=

CARGO   ?= cargo
CMAKE   ?= cmake
CTEST   ?= ctest
# Debian's: another python3 in PATH may use another OpenSSL.
PYTHON  ?= /usr/bin/python3

LIBRARY  := $(abspath target/release/libreprise.so)
OPENER    = $(dir $(LIBRARY))libreprise_open.so
TESTS_C  := target/tests-c
PROGRAMS ?=
RUN_PROGRAMS := $(PYTHON) tests/programs/run.py

.PHONY: build setup demo test test-rust test-style test-models test-generated test-c test-pgo test-locks test-core-programs test-programs \
        programs-table bench bench-all bench-nginx pgo fuzz install uninstall help
.DEFAULT_GOAL := build
.NOTPARALLEL:

# libreprise_open.so has its own workspace (open/Cargo.toml says why).
OPEN := --release --manifest-path open/Cargo.toml --target-dir target

build: ## build the library and what the launcher needs (the default)
	$(CARGO) build --release
	$(CARGO) build $(OPEN)

setup: ## install the Debian packages that demo and tests need, or list the missing ones
	@scripts/setup

demo: setup build ## show unmodified nginx and curl on Reprise
	@$(PYTHON) tests/programs/demo.py --lib $(LIBRARY)

test: setup build ## all tests below except test-programs
	@CARGO="$(CARGO)" CMAKE="$(CMAKE)" CTEST="$(CTEST)" PYTHON="$(PYTHON)" MAKE="$(MAKE)" scripts/test

test-rust: ## format, lints and Rust tests
	$(CARGO) fmt --check
	$(CARGO) fmt --check --manifest-path open/Cargo.toml
	$(CARGO) clippy --release --all-targets -- -D warnings
	$(CARGO) clippy $(OPEN) --all-targets -- -D warnings
	$(CARGO) test $(OPEN)
	$(CARGO) test --release

test-style: ## layout of C files, shell scripts, spelling
	scripts/style

test-models: ## models of the session cache, by loom
	scripts/loom

test-generated: build ## the generated header and tables are up to date
	scripts/check-generated

test-c: build ## C and C++ tests on the system's libssl and on Reprise
	$(CMAKE) -S tests-c -B $(TESTS_C) -DCMAKE_BUILD_TYPE=RelWithDebInfo -DREPRISE_LIB=$(LIBRARY)
	$(CMAKE) --build $(TESTS_C) --parallel
	$(CTEST) --test-dir $(TESTS_C) --output-on-failure

bench-nginx: build ## processor time of nginx for a request, on the system's libssl and ours
	benches/nginx/run --library $(LIBRARY)

pgo: ## build the library with profile-guided optimisation, target/pgo/release/libreprise.so
	scripts/pgo

# After test-c, whose programs it runs.
test-pgo: build ## C tests on the build with profile-guided optimisation
	scripts/pgo test

# Two handshakes a thread are enough to see what comes again.
test-locks: build ## cache lines that resumptions on several threads contend for
	benches/locks --check --count 2 --library $(LIBRARY)

test-core-programs: build ## the real programs that servers run most often
	$(RUN_PROGRAMS) --lib $(LIBRARY) --core

test-programs: build ## all real programs, or some (PROGRAMS="curl nginx")
	@scripts/setup --all-programs
	$(RUN_PROGRAMS) --lib $(LIBRARY) $(PROGRAMS)

programs-table: ## write docs/programs.md from the results of test-programs
	$(RUN_PROGRAMS) --table

bench: build ## compare with the system's libssl and AWS-LC's, in one table (BENCH="handshake" for a part)
	benches/compare --library $(LIBRARY) $(BENCH)

bench-all: build ## the same measures and more, on the system's libssl and ours, with the spread of each
	benches/run --library $(LIBRARY) $(BENCH)

# fuzz/ is a cargo-fuzz package. Each target runs for FUZZ_SECONDS; findings are in fuzz/artifacts.
# RUSTC_BOOTSTRAP makes the stable compiler accept the flags that libFuzzer needs.
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= $$($(CARGO) fuzz list)
fuzz: export RUSTC_BOOTSTRAP = 1
fuzz: export CARGO_PROFILE_RELEASE_LTO = off
fuzz: export CARGO_PROFILE_RELEASE_CODEGEN_UNITS = 16
fuzz: ## run each fuzz target for FUZZ_SECONDS (60), or some (FUZZ_TARGETS="ticket_sealed")
	@$(CARGO) fuzz --version >/dev/null 2>&1 || \
	    { echo "cargo-fuzz is missing: $(CARGO) install cargo-fuzz (and a C++ compiler)"; exit 1; }
	@set -e; for target in $(FUZZ_TARGETS); do \
	    mkdir -p "fuzz/corpus/$$target"; \
	    $(CARGO) fuzz run "$$target" "fuzz/corpus/$$target" "fuzz/seeds/$$target" -- \
	        -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1; done

# Where `make install` puts files and `make uninstall` removes them.
LIBDIR     := $(DESTDIR)$(PREFIX)/lib
INCLUDEDIR := $(DESTDIR)$(PREFIX)/include/reprise
BINDIR     := $(DESTDIR)$(PREFIX)/bin
HEADERS    := $(wildcard include/reprise/*.h)
VERSION     = $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)

# Programs linked with -lreprise look for the soname, libssl.so.3, so a link has that name.
install: ## install library, headers and launcher under PREFIX (default /usr/local)
	@test -f $(LIBRARY) && test -f $(OPENER) || { echo "nothing to install: run \`make\` first"; exit 1; }
	install -d "$(LIBDIR)/reprise" "$(LIBDIR)/pkgconfig" "$(INCLUDEDIR)" "$(BINDIR)"
	install -m 644 $(LIBRARY) "$(LIBDIR)/reprise/libreprise.so"
	install -m 644 $(OPENER) "$(LIBDIR)/reprise/libreprise_open.so"
	ln -sf libreprise.so "$(LIBDIR)/reprise/libssl.so.3"
	install -m 644 $(HEADERS) "$(INCLUDEDIR)"
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' build/reprise.pc.in >"$(LIBDIR)/pkgconfig/reprise.pc"
	install -m 755 bin/with-reprise "$(BINDIR)/with-reprise"

uninstall: ## remove what `make install` has installed under the same PREFIX
	rm -f "$(LIBDIR)/reprise/libreprise.so" "$(LIBDIR)/reprise/libreprise_open.so" "$(LIBDIR)/reprise/libssl.so.3" \
	    $(foreach header,$(notdir $(HEADERS)),"$(INCLUDEDIR)/$(header)") \
	    "$(LIBDIR)/pkgconfig/reprise.pc" "$(BINDIR)/with-reprise"
	-rmdir "$(LIBDIR)/reprise" "$(INCLUDEDIR)"

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
