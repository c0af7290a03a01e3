# `make run` tries the system, `make test` tests it (`make test-all`: slow tests too), `make check` checks the code. Needs Python ≥ 3.11 and nothing else.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test test-all coverage check bench lock audit clean

INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

$(VENV)/.installed: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed.")'
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	$(INSTALL) -r requirements-dev.txt
	@touch $@

run: $(VENV)/.installed
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py load_demo --if-empty
	@echo "Open http://localhost:$(PORT)/ in your browser. Stop with Ctrl+C."
	@$(BIN)/python manage.py runserver $(PORT)

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not slow"

test-all: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n auto --dist worksteal --durations=10

# How much of the code the short tests run. Apart from the checks, since code that is watched takes twice the time.
coverage: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not slow and not browser" --cov --cov-report=term:skip-covered

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python manage.py makemigrations --check --dry-run
	DEBUG=0 SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') $(BIN)/python manage.py check --deploy --fail-level WARNING

# What everything costs at 1 % and at full size, in databases that are kept (see tests/bench/costs/__init__.py).
bench: $(VENV)/.installed-dev
	$(BIN)/python -m tests.bench.costs $(BENCH)

# After a change of a version in requirements*.in. (What these need in turn stays as it is; LOCK_OPTIONS=--upgrade moves it.)
lock: $(VENV)/.installed-dev
	$(LOCK) $(LOCK_OPTIONS) requirements.in -o requirements.txt
	$(LOCK) $(LOCK_OPTIONS) requirements-dev.in -o requirements-dev.txt

# Known vulnerabilities of what the application runs on; needs the internet.
audit: $(VENV)/.installed-dev
	$(BIN)/uv tool run pip-audit==2.10.1 --disable-pip --require-hashes --requirement requirements.txt

clean:
	rm -rf $(VENV) staticfiles
