# Ballast: `make demo` shows it, `make test` proves it. Both set up whatever they need.
PYTHON ?= python3
PY := .venv/bin/python
SERVE ?= 1
RESET ?= 0
PORTFOLIO ?=
TESTS ?= tests
SEEDS ?= 20
SEED ?=
FAULT ?=

DEMO_FLAGS := $(if $(filter 0,$(SERVE)),--no-serve) $(if $(filter 1,$(RESET)),--reset) \
	$(if $(PORTFOLIO),--portfolio "$(PORTFOLIO)")

.DEFAULT_GOAL := help
.PHONY: help demo stack test faults stop clean distclean lint format contracts screenshots requirements \
	setup setup-dev setup-deep contracts-deep differential mutation mutation-all coverage

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | \
		awk -F ':.*## ' '{ printf "  make %-13s %s\n", $$1, $$2 }'
	@echo
	@echo "  make demo takes SERVE=0 (end after the report), RESET=1 (start over) and"
	@echo "  PORTFOLIO=PATH (a portfolio file, or a directory of them)."

demo: setup ## Run the main job on the embedded stack, report, and serve the portal
	@BALLAST_STOP_WITH_PARENT=1 exec $(PY) manage.py demo $(DEMO_FLAGS)

stack: setup ## Run the embedded stack alone and serve until Ctrl-C
	@BALLAST_STOP_WITH_PARENT=1 exec $(PY) manage.py devstack

test: lint ## Run the whole suite: style and types, Foundry's tests, then Python's
	@$(PY) scripts/forge.py test
	@$(PY) -m pytest -n 2 --dist loadgroup $(TESTS)

faults: setup-dev ## Prove the settlement engine against every fault, with SEEDS seeds (SEED=n FAULT=name replays one)
	@FAULT_SEEDS=$(SEEDS) FAULT_SEED=$(SEED) $(PY) -m pytest -n 2 --dist load tests/faults \
		$(if $(FAULT),-k $(FAULT))

stop: ## Stop what runs in this checkout
	@if [ -x $(PY) ]; then $(PY) manage.py devstack --stop; else echo "Nothing is set up."; fi

clean: stop ## Remove the data (database, chain, evidence, logs); keep .venv and node_modules
	@$(PYTHON) scripts/clean.py

distclean: clean ## Remove .venv and node_modules too
	@rm -rf .venv node_modules

lint: setup-dev ## Check style, types and the import direction
	@$(PY) -m ruff check . && $(PY) -m ruff format --check .
	@$(PY) -m mypy --strict contracts $(filter-out contracts/%,$(wildcard */domain))
	@.venv/bin/lint-imports

format: setup-dev ## Format the Python sources
	@$(PY) -m ruff check --fix . && $(PY) -m ruff format .

contracts: setup-dev ## Compile the contracts and write contracts/artifacts
	@$(PY) scripts/forge.py build contracts/src
	@$(PY) -m contracts.artifacts

contracts-deep: setup-deep ## Prove the contracts at length: deep invariants, halmos, slither, mutants (an hour)
	@$(PY) scripts/deep.py

differential: setup-dev ## Compare each formula of Python with Solidity's in CASES drawn cases (10000) by SEED
	@DIFFERENTIAL_CASES=$(or $(CASES),10000) DIFFERENTIAL_SEED=$(or $(SEED),ballast) \
		$(PY) -m pytest -q tests/chain/contracts/test_differential.py

coverage: setup-dev ## Measure which branches of the contracts the tests take, and list those that none takes
	@$(PY) -m scripts.branches

mutation: setup-dev ## Run a seeded sample of 400 mutants of the core contracts
	@$(PY) -m scripts.mutation --sample 400

mutation-all: setup-dev ## Run every mutant of the core contracts (hours)
	@$(PY) -m scripts.mutation

screenshots: setup-dev ## Photograph the running portal and admin into .ballast/screenshots
	@$(PY) -m tests.screenshots

requirements: setup-dev ## Compile the hash-pinned requirements*.txt from requirements*.in
	@for name in requirements requirements-dev requirements-node requirements-tools requirements-deep; do \
		.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			$$name.in -o $$name.txt || exit 1; \
	done

setup: ## Set up what the demo needs (virtual environment, packages, node)
	@$(PYTHON) scripts/bootstrap.py

setup-dev: ## Set up what tests and checks need on top
	@$(PYTHON) scripts/bootstrap.py --dev

setup-deep: setup-dev ## Set up what the long proofs need on top, in an environment of its own
	@$(PY) scripts/bootstrap.py --deep
