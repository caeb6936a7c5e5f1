# Two commands to know: `make run` and `make test`. `make help` lists the rest.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready

.PHONY: help setup run test fix schema migration lock bench trial-disparities trial-attacker trial-evidence trial-optimizer trial-all \
	trial-kill trial-network trial-races trial-disk trial-clock trial-backup trial-migration trial-interference \
	trial-soak trial-http trial-queries trial-codegen

help: ## lists these commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-19s %s\n", $$1, $$2}' Makefile

setup: $(STAMP) ## makes .venv with everything that run and test need

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: set PYTHON=...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "setting up (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv 2>/dev/null || true
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements.lock -e . 2>/dev/null \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock -e .
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -c 'import api.app, api.jobs, api.cli, api.graphql.schema' # keeps the bytecode
	@touch $(STAMP)

run: $(STAMP) ## loads the fictional demo, prints a suggested reallocation, and serves until Ctrl-C
	@$(BIN)/alignment demo
	@exec $(BIN)/alignment serve

test: $(STAMP) ## lints, checks types and arrows, and runs all tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto --dist loadfile

fix: $(STAMP) ## formats the code and mends what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schema: $(STAMP) ## writes the GraphQL schema to api/graphql/schema.graphql
	$(BIN)/alignment schema > api/graphql/schema.graphql

migration: $(STAMP) ## drafts a migration from the models: make migration NAME=what_changes
	$(BIN)/python -m migrations.draft "$(NAME)"

lock: ## writes requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --extra dev pyproject.toml -o requirements.lock

trial-disparities: $(STAMP) ## the simulation of the disparity rules
	$(BIN)/pytest -m trial tests/allocation/test_disparities_trial.py

trial-attacker: $(STAMP) ## all that each role can ask of Riverbend, in two worlds that differ only behind the releases
	$(BIN)/pytest -n 0 -m "trial or not trial" tests/api/test_attacker.py tests/api/test_attacker_worlds.py

trial-evidence: $(STAMP) ## the experiment on the optimizer's curse
	$(BIN)/pytest -m trial tests/allocation/evidence

trial-kill: $(STAMP) ## kill -9 of server, worker and PostgreSQL in turn under writers: TRIAL_ROUNDS=50
	$(BIN)/pytest -s -n 0 -m trial tests/trials/test_kill.py

trial-network: $(STAMP) ## a network that delays, cuts, halves and swallows: TRIAL_TURNS=3
	$(BIN)/pytest -s -n 0 -m trial tests/trials/test_network.py

trial-races: $(STAMP) ## racing and opposite transfers, equal keys: TRIAL_TRANSFERS=1000 TRIAL_EQUAL_KEYS=600
	$(BIN)/pytest -s -n 0 -m trial tests/trials/test_races.py

trial-disk: $(STAMP) ## a disk that is full; needs the right to mount a small file system
	$(BIN)/pytest -s -n 0 -m trial tests/trials/test_disk.py

trial-clock: $(STAMP) ## a wall clock that steps forward and back; needs a C compiler
	$(BIN)/pytest -s -n 0 -m trial tests/trials/test_clock.py

trial-backup: $(STAMP) ## a backup that is taken while others write
	$(BIN)/pytest -s -n 0 -m trial tests/trials/test_backup.py

trial-migration: $(STAMP) ## the newest migration down and up while others write: TRIAL_TURNS=3
	$(BIN)/pytest -s -n 0 -m trial tests/trials/test_migration.py

trial-interference: $(STAMP) ## a tenant's answers while another tenant writes and corrupts its own rows
	$(BIN)/pytest -s -n 0 -m trial tests/trials/test_interference.py

trial-soak: $(STAMP) ## memory and files of a site under good and bad requests: TRIAL_MINUTES=60
	$(BIN)/pytest -s -n 0 -m trial tests/trials/test_soak.py

trial-http: $(STAMP) ## the audits of GraphQL over HTTP; they need node and npm, and it says so where they are not
	$(BIN)/pytest -n 0 -m trial -rs -s tests/api/test_http_audit.py

trial-codegen: $(STAMP) ## others' compilers on the schema: relay, graphql-codegen, ariadne; ALIGNMENT_SCHEMA_SINCE=HEAD
	$(BIN)/pytest -n 0 -m trial -rs -s tests/api/graphql/test_codegen.py

trial-queries: $(STAMP) ## 2,000 queries that are made up from the schema
	ALIGNMENT_MADE_UP_QUERIES=2000 $(BIN)/pytest -n 0 tests/api/graphql/subjects/test_made_up_queries.py

trial-optimizer: $(STAMP) ## hundreds of random questions against programs written for scipy, conflicts and decisions too
	$(BIN)/pytest -n 0 -m trial tests/allocation/optimizer/test_oracle.py tests/allocation/test_kept.py tests/allocation/test_results.py

trial-all: $(STAMP) ## every long trial
	$(BIN)/pytest -m trial

bench: $(STAMP) ## every benchmark, each against a peer or a limit in the same run
	@for script in bench/[a-z]*.py; do echo "== $$script"; $(BIN)/python -m bench.$$(basename $$script .py) || exit 1; done
