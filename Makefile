# Everything starts here: `make` shows this list, `make run` and `make test` need nothing installed but Python 3.11 or newer.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup setup-optimiser setup-backtest setup-test run test test-long check rules flows contracts faults browser fmt bench planted docs lock

VENV ?= .venv
export VENV
BIN := $(VENV)/bin

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make .venv with the command lianjian (uv if present, else pip; only what has changed)
	@scripts/setup.sh run

setup-optimiser: ## make setup, and the extra that plans a port's whole day (some 190 MB more)
	@scripts/setup.sh optimiser

setup-backtest: ## make setup, and the extra for back-tests of rules over history (some 220 MB more)
	@scripts/setup.sh backtest

setup-test: # what test, check and bench need besides
	@scripts/setup.sh test

run: setup ## set up, then serve the platform with the demo day loaded; prints the address and who can sign in
	@$(BIN)/lianjian serve --demo

test: setup-test check rules flows contracts faults browser ## set up, then check and every suite (at most 10 minutes on 2 cores)

check: setup-test ## lint, format, types, import layers
	@scripts/check.sh

rules: setup-test ## tests/rules: no database, seconds
	@scripts/suite.sh rules 15 -n 2 --dist worksteal

flows: setup-test ## tests/flows: stories through HTTP and PostgreSQL
	@scripts/suite.sh flows 200 -n 2 --dist loadfile

contracts: setup-test ## tests/contracts: every store and adapter alike
	@scripts/suite.sh contracts 90

faults: setup-test ## tests/faults: kills and broken disks, short form
	@scripts/suite.sh faults 60

browser: setup-test ## tests/browser: the pages in Chromium
	@scripts/browser.sh
	@scripts/suite.sh browser 150

test-long: setup-test ## 5,000 examples per property, long storms, planted bugs, other Pythons (at most 40 minutes)
	@HYPOTHESIS_PROFILE=long scripts/suite.sh rules 1500 -n 2 --dist worksteal -m "long or not long"
	@HYPOTHESIS_PROFILE=long scripts/suite.sh flows 300 -m long
	@HYPOTHESIS_PROFILE=long scripts/suite.sh faults 600 -m long
	@$(MAKE) --no-print-directory planted
	@scripts/pythons.sh

planted: setup-test ## apply each bug of tests/planted to a copy; the test it names must turn red
	@$(BIN)/python scripts/planted.py

fmt: setup-test ## format, and fix what lint can fix
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .

bench: setup-test ## every figure of bench/, each as a ratio to its floor or peer
	@for figure in bench/[a-z]*.py; do [ -f "$$figure" ] || continue; echo "== $$figure"; $(BIN)/python "$$figure" || missed=1; done; exit $${missed:-0}

docs: setup ## write the pages that are generated from the code: errors, schemas, state diagrams
	@$(BIN)/lianjian docs

lock: ## remake requirements.lock and requirements-test.lock from pyproject.toml (needs uv)
	@scripts/locks.sh
