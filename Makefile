# triage365: `make run` serves, `make test` tests; `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: run
run: $(VENV)/.run ## install and serve on http://127.0.0.1:8365
	@$(BIN)/triage365 serve

.PHONY: test
test: $(VENV)/.test ## install the test extras and run every test
	@$(BIN)/python -m pytest -q

.PHONY: soak
soak: $(VENV)/.test ## run the long counts whole
	@$(BIN)/python -m pytest -q -m soak

.PHONY: check
check: $(VENV)/.test ## format, lint, types and the direction of imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m service.commands.places

.PHONY: format
format: $(VENV)/.test ## put the code into shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

.PHONY: train
train: $(VENV)/.test ## rebuild the text model and its card from the corpus
	@$(BIN)/triage365 train

.PHONY: docs
docs: $(VENV)/.test ## write the pages of the variants and of the examples
	@$(BIN)/python docs/write.py

.PHONY: pictures
pictures: $(VENV)/.test ## draw the pictures of the README and the docs
	@$(BIN)/python docs/draw.py
	@$(BIN)/python docs/screenshots.py

.PHONY: evaluate
evaluate: $(VENV)/.run ## measure held-out answers; fail below the floors in tests/floors.toml
	@$(BIN)/triage365 evaluate --floors tests/floors.toml

.PHONY: lock
lock: $(VENV)/.test ## pin the newest versions of all dependencies, with hashes
	@$(PIP) install uv
	@$(BIN)/uv pip compile pyproject.toml $(LOCK) -o constraints.txt
	@$(BIN)/uv pip compile pyproject.toml --extra test -c constraints.txt $(LOCK) -o tests/constraints.txt
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

.PHONY: clean
clean: ## remove the virtual environment and caches
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "triage365 needs Python 3.11 or newer; set PYTHON=python3.11")'
	@$(PYTHON) -m venv $(VENV) || { echo "install the venv module of Python (Debian: apt-get install python3-venv)"; exit 1; }

$(VENV)/.run: constraints.txt pyproject.toml | $(VENV)/bin/python
	@echo "installing triage365 into $(VENV) …"
	@$(PIP) install --require-hashes -r constraints.txt
	@$(PIP) install --no-deps -e .
	@touch $@

$(VENV)/.test: tests/constraints.txt pyproject.toml | $(VENV)/bin/python
	@echo "installing triage365 with its test extras into $(VENV) …"
	@$(PIP) install --require-hashes -r tests/constraints.txt
	@$(PIP) install --no-deps -e .
	@touch $@
