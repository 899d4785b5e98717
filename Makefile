# Seneschal. `make help` lists what can be made.

SWIFT ?= swift
# The ordinary build for the demo: from a clean clone a debug build and the run take less time than a release build.
DEMO_CONFIGURATION ?= debug
DEMO_ARGUMENTS ?=
# Many tests wait for servers and clocks: more at a time than there are cores, and not all at once, which starves them.
TESTS_AT_A_TIME ?= 24
# What tests write is gone afterwards, and they wait for every commit: in memory, where there is half a gigabyte of it.
TEST_FOLDER ?= $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 >= 524288 { print $$6 }')

.DEFAULT_GOAL := help
.PHONY: help setup demo test bench fuzz interop format lint clean

help: ## Shows this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

setup: ## Installs the system packages that are missing, or says which ones to install
	@Scripts/setup.sh

demo: setup ## Provisions services onto virtual secure elements through a running server (DEMO_ARGUMENTS=--stay keeps it up)
	$(SWIFT) run --configuration $(DEMO_CONFIGURATION) seneschal demo $(DEMO_ARGUMENTS)

test: setup ## Builds everything and runs all tests
	-@Scripts/setup.sh --photographs
	folder="$$(mktemp -d "$(or $(TEST_FOLDER),$${TMPDIR:-/tmp})/seneschal-tests-XXXXXX")" && trap 'rm -rf "$$folder"' EXIT && \
		TMPDIR="$$folder" SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$(TESTS_AT_A_TIME) $(SWIFT) test

bench: setup ## Measures, and prints ratios
	$(SWIFT) run --configuration release benchmarks

fuzz: setup ## Runs every fuzzer for a while (SECONDS_EACH=20, FUZZ_TARGETS="apdu card-script" for some of them)
	@SWIFT="$(SWIFT)" Fuzzers/run.sh $(FUZZ_TARGETS)

interop: setup ## Runs programs that nobody here wrote against the card; skips those that are not installed
	@Tests/InteropTests/run.sh

format: ## Formats every Swift file
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks Fuzzers

lint: ## Refuses what the formatter would change
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks Fuzzers

clean: ## Removes what the build made
	$(SWIFT) package clean
