# Two commands for a newcomer: `make run` and `make test`. Everything goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: run test check lint tools benchmarks clean

run: $(VENV)/.run
	@$(BIN)/aburra run $(ARGS)

test: $(VENV)/.dev tools check
	$(BIN)/python -m pytest $(ARGS)

check: lint
	$(BIN)/mypy
	$(BIN)/lint-imports

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

# Debian's real brokers, stores and tools, where apt and root are at hand; tests that miss one skip.
tools:
	@sh deploy/test-tools.sh

$(VENV)/bin/python:
	@sh deploy/make-venv.sh "$(PYTHON)" "$(VENV)"

$(VENV)/.run: $(VENV)/bin/python pyproject.toml
	@echo "installing into $(VENV): once, about a minute …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[run]'
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml
	@echo "installing what the tests need into $(VENV): once, about two minutes …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.run

# Three minutes; leave the machine alone meanwhile.
benchmarks: $(VENV)/.dev
	@$(BIN)/python -m benchmarks $(ARGS)

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build *.egg-info
