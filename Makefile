# make run and make test do all the set-up they need: Python 3.11 or newer, make and git are enough.

ifndef PYTHON
PYTHON := $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
endif

BIN := .venv/bin
# A stamp carries the hash of what was installed, so a changed requirement is installed by the next command.
INSTALLED := .venv/.installed-$(shell cat requirements.txt | cksum | cut -d' ' -f1)
INSTALLED_DEV := .venv/.installed-dev-$(shell cat requirements.txt requirements-dev.txt | cksum | cut -d' ' -f1)

# The whole suite runs in a process a core, each with a database of its own; one that has finished takes over from another.
WHOLE := --numprocesses logical --maxprocesses 4 --dist worksteal

.PHONY: help run test check bench assets reset-demo

help:
	@echo "make run         start Kith with its demo; Ctrl-C stops everything it started"
	@echo "make test        the whole test suite, on every core; ARGS='-k alerts' chooses"
	@echo "make check       ruff, mypy and the import contracts"
	@echo "make bench       measure, and write bench/RESULTS.md"
	@echo "make assets      fetch the stylesheet, scripts and icons of the pages"
	@echo "make reset-demo  forget what was done in the demo and load it afresh"

run: $(INSTALLED) assets
	@KITH_ENV=$${KITH_ENV:-demo} $(BIN)/flask --app wsgi up

reset-demo: $(INSTALLED) assets
	@KITH_ENV=$${KITH_ENV:-demo} $(BIN)/flask --app wsgi reset-demo

test: $(INSTALLED_DEV) assets
	$(BIN)/python -m pytest $(or $(ARGS),$(WHOLE))

check: $(INSTALLED_DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: $(INSTALLED_DEV) assets
	$(BIN)/python -m bench $(ARGS)

assets: $(INSTALLED)
	@$(BIN)/python -m app.web.assets

$(INSTALLED): | $(BIN)/pip
	@echo "Installing what Kith runs on (about a minute) ..."
	@$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt
	@touch $@

$(INSTALLED_DEV): | $(INSTALLED)
	@echo "Installing what tests and checks need (about a minute) ..."
	@$(BIN)/python -m pip install --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(BIN)/pip:
	@test -n "$(PYTHON)" || { echo "Kith needs Python 3.11 or newer."; exit 1; }
	@echo "Making the virtual environment in .venv with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv --clear .venv
