# Three habits: `make run` shows the product, `make check` before each commit, `make test` before each push.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

bin := .venv/bin
pip := $(bin)/python -m pip install --quiet --disable-pip-version-check
done := .venv/done
workers ?= 2
home ?= var/demo
args ?=
compile := $(bin)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-options \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

.PHONY: help setup setup-dev run test check soak pictures bench docs translations lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(done)-package $(done)-assets ## make .venv/bin/carnet and all that it needs

setup-dev: setup $(done)-dev ## the same, with the tools that test and check it

run: setup ## create (once) and serve a fictional practice; prints how to sign in
	@$(bin)/carnet --home $(home) demo $(args)

test: setup-dev ## every test, both databases, real browser
	@tools/setup test-packages
	@$(bin)/python -m pytest -n $(workers) --dist loadfile -rs

doors := web api cli bench house/test_queries.py house/test_urls.py
check: setup-dev ## format, lint, types, import contracts, unit tests (none of a door: screens, FHIR, commands): under two minutes
	@$(bin)/ruff format --check
	@$(bin)/ruff check
	@$(bin)/mypy
	@$(bin)/lint-imports --no-cache
	@$(bin)/python -m pytest -n $(workers) --dist loadfile -m "not journey and not slow and not shared" $(doors:%=--ignore=tests/%)

soak: setup-dev ## the long tests: hundreds of kills during writes, twenty thousand searches
	@tools/setup test-packages
	@CARNET_TEST_KILLS=300 $(bin)/python -m pytest tests/record/test_crash.py
	@CARNET_TEST_QUESTIONS=20000 $(bin)/python -m pytest tests/store/search/test_anything.py tests/store/search/test_along.py
	@$(bin)/python -m pytest --hypothesis-profile=default $$(grep -rlE '^@given' tests)

pictures: setup-dev ## every screen, light, dark and telephone, into docs/pictures
	@tools/setup test-packages
	@$(bin)/python tools/pictures.py

bench: setup-dev ## measure on both databases, and write the figures into README.md
	@tools/setup test-packages
	@$(bin)/python tools/readme_figures.py

docs: setup-dev ## the generated parts of docs/
	@$(bin)/python tools/module_graph.py
	@if [ -d ../shared/data/interop ]; then $(bin)/python tools/cda_table.py ../shared/data/interop/cda-*; fi

translations: setup-dev ## gather new sentences into locale/en; prints what waits for its English words
	@$(bin)/python tools/extract_messages.py

lock: setup-dev ## pin the Python dependencies of pyproject.toml anew, with their hashes
	@export CUSTOM_COMPILE_COMMAND="make lock"; \
	$(compile) --build-deps-for editable --extra assets --output-file requirements.lock pyproject.toml; \
	$(compile) --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

clean: ## forget everything that setup made
	@rm -rf .venv node_modules build src/carnet.egg-info src/carnet/web/shell/static/vendor src/carnet/fhir/schema
	@find src -name '*.mo' -delete

# Each step leaves a mark in .venv, so that a second call has nothing to do.

.venv/pyvenv.cfg:
	@echo "Making .venv"
	@tools/setup venv

$(done)-locked: requirements.lock | .venv/pyvenv.cfg
	@echo "Installing the Python libraries (pinned, with hashes)"
	@$(pip) --require-hashes -r requirements.lock
	@touch $@

$(done)-dev: requirements-dev.lock $(done)-locked
	@echo "Installing the tools for tests (pinned, with hashes)"
	@$(pip) --require-hashes -r requirements-dev.lock
	@touch $@

$(done)-package: pyproject.toml $(done)-locked
	@$(pip) --no-deps --no-build-isolation -e .
	@touch $@

$(done)-node: package-lock.json .npmrc | .venv/pyvenv.cfg
	@tools/setup node
	@echo "Fetching the page assets (pinned, with hashes)"
	@npm ci --ignore-scripts --silent </dev/null
	@touch $@

$(done)-assets: $(done)-node $(done)-package $(wildcard tools/build_*.py) $(shell find src -name '*.po' -o -name '*.html')
	@echo "Building the page assets, translations and FHIR tables"
	@$(bin)/python tools/build_assets.py
	@$(bin)/python tools/build_fhir.py
	@touch $@
