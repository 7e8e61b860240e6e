# make demo: see Laurels at work.  make test: run the tests.  make help: the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV ?= $(BIN)/uv
ARGS ?=

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test check format lint types contracts lock clean

help: ## Say what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

demo: $(VENV)/.installed ## Run a recorded community through the whole flow, then serve the desk (ARGS="--archive FILE")
	@$(BIN)/laurels demo $(ARGS)

test: $(VENV)/.installed-dev ## Run the tests (ARGS="tests/store -x")
	@$(BIN)/python -m pytest $(ARGS)

check: format lint types contracts test ## All that CI asks of a change

format: $(VENV)/.installed-dev ## Show what is not formatted
	@$(BIN)/ruff format --check .

lint: $(VENV)/.installed-dev ## Look for mistakes
	@$(BIN)/ruff check .

types: $(VENV)/.installed-dev ## Check the types
	@$(BIN)/mypy

contracts: $(VENV)/.installed-dev ## Check who may import whom
	@$(BIN)/lint-imports

lock: ## Choose the newest versions that fit pyproject.toml and write their hashes down
	@$(UV) pip compile $(LOCK) --group build -o requirements.lock pyproject.toml
	@$(UV) pip compile $(LOCK) --group build --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml

LOCK := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-annotate --custom-compile-command "make lock"

clean: ## Remove .venv and what the tools left behind
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist *.egg-info

# The stamps lie inside .venv, so one made by hand is completed and a removed one is made again.
$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/.made
	@$(call install,requirements.lock)
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock pyproject.toml | $(VENV)/.made
	@$(call install,requirements-dev.lock)
	@touch $(VENV)/.installed $@

define install
	echo "Installing $(1) into $(VENV) (once; it takes a minute or two) ..." >&2; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1) && \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
endef

$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "There is no $(PYTHON) here. Name another: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Laurels needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V). Name another: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) comes without venv. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@
