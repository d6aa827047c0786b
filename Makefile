# Handrail. `make help` lists every verb. Nothing but python3 and make is needed; the rest is installed below.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
READY := $(VENV)/.ready
export HANDRAIL_HOME ?= $(CURDIR)/.handrail

.DEFAULT_GOAL := help
.PHONY: help setup run test test-fast test-servers test-journeys test-deep check format node nodes-check bench lock clean

help: ## List every verb
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Install everything, exactly as pinned, into ./.venv

$(READY): requirements/dev.txt requirements/uv.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Handrail needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@$(UV) pip sync --quiet --require-hashes --python $(BIN)/python requirements/dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(READY)

run: $(READY) ## Set up, then run the support-triage example on its tickets
	@$(BIN)/python examples/support-triage/start.py

test: test-fast test-servers test-journeys ## Everything: the fast suite, the contracts, the journeys

test-fast: $(READY) ## The fast suite: no server but SQLite
	@$(BIN)/pytest -q -n 2 -m "not servers and not deep and not journeys"

test-servers: $(READY) ## The contracts on real PostgreSQL and Redis, which the suite starts itself
	@$(BIN)/pytest -q -m "servers and not deep"

test-journeys: $(READY) ## From a file to a result, with real processes
	@$(BIN)/pytest -q -n 2 -m journeys

test-deep: $(READY) ## Many more random cases: 2,000 for each property
	@HYPOTHESIS_PROFILE=deep $(BIN)/pytest -q -m "not servers and not journeys" --timeout 3600

check: $(READY) ## Ruff, strict types, the law of the house, node folders, drift of generated files
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/pytest -q tests/house
	@$(BIN)/handrail nodes --check
	@$(BIN)/python docs/generate.py --check

format: $(READY) ## Put every file into shape and write the generated files
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/handrail nodes --record
	@$(BIN)/python docs/generate.py

node: $(READY) ## Scaffold a node type: make node kind=tool name=slack_message
	@$(BIN)/handrail nodes --new "$(kind).$(name)"

nodes-check: $(READY) ## Check every node folder
	@$(BIN)/handrail nodes --check

bench: $(READY) ## Run every benchmark (quick=1 for short forms)
	@for script in benchmarks/start.py benchmarks/graph.py benchmarks/engine.py benchmarks/faults.py; do \
	  $(BIN)/python $$script $(if $(quick),--quick) || failed=1; done; exit $${failed:-0}

lock: $(READY) ## Write the pins anew, with hashes for every platform
	@$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 pyproject.toml -o requirements/app.txt
	@$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 requirements/dev.in -o requirements/dev.txt
	@$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 requirements/uv.in -o requirements/uv.txt

clean: ## Remove what was installed and what runs left behind
	@rm -rf $(VENV) .handrail .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
