# make demo    set up, run the main job on the sample, print where to look, serve until Ctrl-C (DEMO_EXIT=1: end after the job)
# make test    set up for development, run the tests
# See README.md for the others.

SHELL := /bin/bash
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
    $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && exit; done; echo python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
TESTS ?= tests
JOBS ?= 2
# Where containers forbid it, each process would compile all of our modules anew: half a second of each start.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup setup-dev demo run test check bench torture format translations lock clean

RUN_PACKAGES := ffmpeg=ffmpeg bwrap=bubblewrap node=nodejs npm=npm py:ensurepip=python3-venv
TEST_PACKAGES := /usr/lib/postgresql/*/bin/postgres=postgresql redis-server=redis-server chromium=chromium

setup: $(VENV)/.run

setup-dev: $(VENV)/.dev

$(VENV)/.system: scripts/system-packages.sh
	@PYTHON=$(PYTHON) scripts/system-packages.sh $(RUN_PACKAGES)
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; name one with: make PYTHON=… ")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.base: $(VENV)/.system requirements/base.lock pyproject.toml
	@echo "Installing the locked packages …"
	@$(PIP) install --require-hashes --no-deps -r requirements/base.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.run: $(VENV)/.base $(VENV)/.vendor $(VENV)/.translations
	@touch $@

$(VENV)/.vendor: $(VENV)/.base package.json package-lock.json scripts/vendor.py
	@npm ci --ignore-scripts --no-audit --no-fund --silent
	@$(BIN)/python scripts/vendor.py
	@touch $@

$(VENV)/.translations: $(VENV)/.base $(wildcard helpcenter/translations/*/LC_MESSAGES/*.po)
	@$(BIN)/pybabel --quiet compile --directory helpcenter/translations
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.lock
	@PYTHON=$(PYTHON) scripts/system-packages.sh $(TEST_PACKAGES)
	@echo "Installing the locked packages for development …"
	@$(PIP) install --require-hashes --no-deps -r requirements/dev.lock
	@touch $@

demo: setup
	@$(BIN)/python scripts/demo.py

run: setup
	@$(BIN)/helpcenter run

test: setup-dev
	@$(BIN)/pytest -n $(JOBS) --dist worksteal $(TESTS)

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/check_translations.py
	$(BIN)/python scripts/check_docs.py
	$(BIN)/python scripts/check_secrets.py

bench: setup-dev
	@$(BIN)/python -m tests.bench

torture: setup-dev
	@$(BIN)/python -m tests.torture

format: setup-dev
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

translations: setup-dev
	@$(BIN)/python scripts/update_translations.py

lock:
	@scripts/lock.sh

clean:
	rm -rf $(VENV) node_modules helpcenter/static/vendor var build
