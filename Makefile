# `make test` is every check, from a fresh clone on a machine that has only Python 3.11 or newer and make.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# The environment is made again when what it is made of changes, and only then.
MADE := $(VENV)/made-$(shell cat requirements.lock pyproject.toml | cksum | cut -d' ' -f1)
# More than processors: many tests wait for a server to start, or for a lock.
WORKERS ?= 3
SYSTEM_POSTGRES := /usr/lib/postgresql/15/bin

# Without it each of the hundreds of commands that the tests run would compile all of its modules.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: install demo test suite suite-15 lint format types docs assets screenshots lock clean

test: lint types suite suite-15

# The virtual environment, and nothing else.
install: $(MADE)
	@echo "Installed: $(BIN)/paceline --help"

$(MADE):
	@echo "Making the virtual environment in $(VENV)"
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with PYTHON=")'
	@rm -rf $(VENV)
	@"$(PYTHON)" -m venv $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/uv.lock
	@$(PIP) install --require-hashes -r $(VENV)/uv.lock
# In a third of pip's time; and pip knows the mirror of a network that has one of its own.
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements.lock || \
		$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# A sample organization on http://127.0.0.1:8000; ARGS=--live adds changes, ARGS=--reset starts over.
demo: $(MADE)
	@$(BIN)/paceline demo $(ARGS)

lint: $(MADE)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: $(MADE)
	$(BIN)/basedpyright

suite: $(MADE)
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

# What SQL differs by most, on the oldest PostgreSQL that we promise to run on.
ON_15 := tests/facts/test_ingest.py tests/facts/test_sums.py tests/facts/test_schema.py tests/org/test_models.py \
	tests/test_wall.py

suite-15: $(MADE)
	@if [ -x $(SYSTEM_POSTGRES)/postgres ]; then \
		echo "The suite again, on PostgreSQL 15"; \
		PACELINE_TEST_POSTGRES_BIN=$(SYSTEM_POSTGRES) $(BIN)/pytest -n $(WORKERS) --dist worksteal $(ON_15); \
	else \
		echo "PostgreSQL 15 is not in $(SYSTEM_POSTGRES): the suite ran on the embedded PostgreSQL only"; \
	fi

format: $(MADE)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only .

# The reference of the commands is written by the commands themselves.
docs: $(MADE)
	$(BIN)/typer paceline.cli utils docs --name paceline --title "Commands" --output docs/reference/commands.md

# What the pages get of others, built again (with Node 20 or newer) after a version in assets/package.json changed.
assets:
	cd assets && npm ci --silent && npm run --silent build

# Pictures of every page of the demo, into docs/images/pages, which is not kept.
screenshots: $(MADE)
	$(BIN)/python -m tests.browser.pictures

# UPGRADE=--upgrade takes the newest of everything that pyproject.toml admits.
lock: $(MADE)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --extra dev $(UPGRADE) \
		pyproject.toml --output-file requirements.lock

clean:
	rm -rf $(VENV) build dist *.egg-info .hypothesis .import_linter_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
