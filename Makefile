# AlertGrade: every task a person types. `make help` lists them.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := alertgrade ledger features rules_baseline models training serving monitoring simulation
DEMO ?=
TESTS ?=
export TZ := UTC
unexport PYTHONDONTWRITEBYTECODE # where it is set every process, hundreds of a run of the tests, compiles our code again

.PHONY: help install demo test lint types arrow check verify bench lock docs clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | awk -F'\t' '{printf "  make %-9s %s\n", $$1, $$2}'

# The lock is complete (hashes, no address), so nothing is resolved on install: --no-deps.
$(VENV)/.installed: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) not found: install Python 3.11, or call make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "installing the locked dependencies into $(VENV): about two minutes, about 2 GB"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --require-hashes --no-compile -r requirements.lock
	@$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true # pip would on one core; some packages hold templates
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

install: $(VENV)/.installed ## make .venv from requirements.lock

demo: $(VENV)/.installed ## one alert end to end on a synthetic market, then the dashboard (DEMO="--check": do not stay up)
	$(BIN)/alertgrade demo $(DEMO)

test: $(VENV)/.installed ## the tests (TESTS="tests/ledger -x" for some of them)
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(TESTS)

lint: $(VENV)/.installed ## ruff: style and likely mistakes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed ## mypy --strict on our packages
	$(BIN)/mypy

arrow: $(VENV)/.installed ## import-linter: data flows one way
	$(BIN)/lint-imports

check: lint types arrow test ## what CI runs: ruff, mypy, import-linter, tests

verify: $(VENV)/.installed ## slow checks, run by hand before a release
	$(BIN)/python -m pytest -m slow
	$(BIN)/python -m benchmarks.verify

bench: $(VENV)/.installed ## benchmarks: ratios against a named alternative in the same run
	@for file in benchmarks/[!v_]*.py; do echo "== $$file"; $(BIN)/python -m benchmarks.$$(basename $$file .py) || exit 1; done

lock: ## write requirements.lock again from pyproject.toml (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --extra dev pyproject.toml -o requirements.lock

docs: $(VENV)/.installed ## build the documentation into site/
	$(BIN)/mkdocs build --strict

clean: ## remove caches and built documentation; keeps .venv and var
	rm -rf site .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
