# Belvedere: `make run` and `make test` are all a newcomer needs. `make help` lists the rest.

PORT ?= 8000
WORKSPACE ?= workspace
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
WEB := src/belvedere/app/web/index.html
WEB_SOURCES := $(shell find web -type f -not -path "*/node_modules/*" -not -path "*/fixtures/*" 2>/dev/null)
EXTRAS := --extra dev --extra postgres --extra docs

export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_NO_INPUT = 1
# Compiled imports are kept: without them every command and every test process compiles its libraries anew, some seconds each.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install run test bench lint docs lock clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' Makefile | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

install: $(STAMP)  ## put the locked packages and Belvedere itself into .venv

# --no-compile halves the time: Python compiles what it imports, when it first does.
# Only a change of the lock or of pyproject.toml installs again; otherwise nothing here touches the network.
$(STAMP): requirements.lock pyproject.toml scripts/find_python.sh
	@python="$$(sh scripts/find_python.sh)" && sh scripts/make_venv.sh "$$python" $(VENV)
	@echo "Installing $$(grep -c '==' requirements.lock) locked packages into $(VENV) (a few minutes, once) …"
	@$(BIN)/python -m pip install --quiet --no-compile --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

# The installation builds the pages; a change in web/ builds them again.
$(WEB): $(WEB_SOURCES) | $(STAMP)
	@if command -v npm >/dev/null; then sh scripts/build_web.sh >/dev/null && touch $(WEB); \
	else echo "The pages are not built: they need Node.js 20.19 or newer. Everything else works." >&2; fi

run: $(STAMP) $(WEB)  ## prepare the demonstration workspace and serve it on 127.0.0.1:8000 (PORT=… for another)
	@exec $(BIN)/belvedere up --demo --workspace "$(WORKSPACE)" --port "$(PORT)"

test: $(STAMP) $(WEB)  ## run every test
	@sh scripts/check_machine.sh
	@$(BIN)/python -m pytest -n 2 --dist loadfile

bench: $(STAMP)  ## measure one topic: make bench NAME=store
	@$(BIN)/python -m bench "$(NAME)"

lint: $(STAMP)  ## style, imports, formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

docs: $(STAMP)  ## build the documentation into site/
	@$(BIN)/python -m belvedere.ontology.pages docs/reference
	@$(BIN)/python -m belvedere.reference.page docs/reference/reference-tables.md
	@$(BIN)/python -m belvedere.app.command_pages docs/guides/command-line.md
	@$(BIN)/python scripts/build_notebook.py docs/notebooks/epidemiologist.py docs/guides/notebook.md
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet --site-dir site
	@echo "Documentation: site/index.html"

# One lock for every Python we support; the build backend is in it, so that installing needs nothing else.
lock: $(STAMP)  ## choose versions anew and write requirements.lock
	@$(BIN)/python scripts/build_requirements.py | $(BIN)/uv pip compile pyproject.toml - $(EXTRAS) --upgrade --quiet \
		--universal --fork-strategy fewest --python-version 3.11 \
		--generate-hashes --no-header --no-emit-index-url --output-file requirements.lock

clean:  ## remove what the other targets made (the workspace stays)
	rm -rf $(VENV) site .pytest_cache .ruff_cache .hypothesis
	find src tests bench scripts -name __pycache__ -type d -prune -exec rm -rf {} +
