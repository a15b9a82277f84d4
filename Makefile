# make serve, make test: nothing else has to be typed first. Needs Python 3.11 or newer.
SHELL := /bin/sh
HOST ?= 127.0.0.1
PORT ?= 7860
RUN := .venv/bin/python -m
STAMP := .venv/.installed
PEERS := .venv/.peers
# Data sets too large to be committed; without them what needs them is skipped, with the reason.
SHARED := $(or $(REPONDEUR_SHARED),../shared)
# True for a Python that is new enough and has pip (of an environment) or can make an environment that has it.
FIT := import sys; assert sys.version_info >= (3, 11); import venv, ensurepip
READY := import sys; assert sys.version_info >= (3, 11); import pip
CANDIDATES := python3.11 python3.12 python3.13 python3 python3.14 python
PYTHON ?= $(shell for each in $(CANDIDATES); do \
	if "$$each" -c "$(FIT)" 2>/dev/null; then echo "$$each"; break; fi; done)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.DEFAULT_GOAL := help
.PHONY: help setup serve test check bench bench-peers clean

help:  ## Show what there is to type
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

setup: $(STAMP)  ## Make .venv and install into it (done by the others when needed)

# Installed once, and again when pyproject.toml changes.
$(STAMP): pyproject.toml
	@.venv/bin/python -c "$(READY)" 2>/dev/null || { \
	  python="$(PYTHON)"; \
	  if [ -z "$$python" ] || ! "$$python" -c "$(FIT)"; then \
	    echo "Répondeur needs Python 3.11 or newer with its venv module; found: $$($${python:-python3} --version 2>&1)." >&2; \
	    echo "Install one (Debian, Ubuntu: apt install python3 python3-venv) or name it: make setup PYTHON=/path/to/python3.12" >&2; \
	    exit 1; fi; \
	  echo "Making .venv with $$("$$python" --version)"; \
	  "$$python" -m venv --clear .venv; }
	@echo "Installing into .venv (once; a few minutes)"
	@$(RUN) pip install -qq --progress-bar off -e ".[dev]"
	@touch $@

serve: $(STAMP)  ## Open the page on http://127.0.0.1:7860
	@.venv/bin/repondeur serve --host $(HOST) --port $(PORT)

test: $(STAMP)  ## Run the tests
	@$(RUN) pytest -q

check: $(STAMP)  ## What CI holds: format, lint, types, import arrows, tests
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
	.venv/bin/lint-imports
	$(RUN) pytest -q

bench: $(STAMP)  ## Time the product
	@$(RUN) tests.benchmarks.speed

bench-peers: $(PEERS)  ## Time it beside other stacks (installs them; needs the data, see REPONDEUR_SHARED)
	@$(RUN) tests.benchmarks.peers --data "$(SHARED)/data"

$(PEERS): $(STAMP)
	@echo "Installing the other stacks into .venv (once)"
	@$(RUN) pip install -qq --progress-bar off -e ".[dev,peers]"
	@touch $@

clean:  ## Remove .venv, caches and what was built
	rm -rf .venv build dist *.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
