# The project's commands. `make run` and `make test` are all a newcomer needs; each sets a fresh machine up by itself.
# Needs only Python 3.11 or 3.12 with pip, and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
SAMPLE := data/sample/encuesta_fibra.xlsx
STAMP := $(VENV)/.installed

.PHONY: setup run test test-system ui bench bench-api bench-quality lint docs lock

setup: $(STAMP)

# The lock names every package with its hash; uv installs it repeatably and compiles it, so that first runs are fast too.
$(STAMP): requirements.lock pyproject.toml setup.py
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode --requirement requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	touch $@

run: setup
	$(BIN)/fiber run $(SAMPLE)

ui: setup
	$(BIN)/fiber ui

# What the tests need from the operating system: a browser and its fonts.
test-system:
	sh .ci/system-packages

test: setup test-system
	$(BIN)/python -m pytest -n 2 --dist loadgroup --durations=25

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	$(BIN)/python -m bench.scale

bench-api: setup
	$(BIN)/python -m bench.api
	$(BIN)/python -m bench.api_services

bench-quality: setup
	$(BIN)/python -m bench.quality

docs: setup
	$(BIN)/python -m fiber_pipeline.tables.page docs/tables.md
	$(BIN)/python -m fiber_pipeline.cli.settings_page docs/settings.md
	$(BIN)/python -m fiber_pipeline.outputs.guide_page docs/guia.md

lock: setup
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --python-version 3.11 --output-file requirements.lock
