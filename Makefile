# Every command of this repository. `make` alone prints them; CI runs the same words.
#
# It needs Python 3.11 or newer, git and make. Everything else is installed into .venv/ from hash locks, once: .state/
# remembers what was installed from which lock, so that a second run starts at once.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input --quiet
# A lock names all there is to install, so nothing is left to resolve; and every core compiles, where pip uses one.
install_lock = $(PIP) install --no-deps --no-compile --require-hashes -r $1 && $(PY) -m compileall -q -q -j 0 $(VENV)/lib
# A value given on the command line as one word of shell, whatever characters it holds.
quoted = '$(subst ','\'',$(value $1))'
# The first interpreter that runs, is new enough and can make environments. The locks are tested on 3.11.
PYTHON ?= $(shell for each in python3.11 python3.12 python3.13 python3 python3.14 python; do \
	  "$$each" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$each"; break; }; done)

##@ Use it

.PHONY: help
help: ## Print this list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: .state/run .state/web ## Start everything and separate a song [SONG=path] [ONCE=1] [OUT=./stems] [DATA=dir] [PUBLIC_URL=https://...]
	@exec $(VENV)/bin/stripsession up $(if $(value OUT),--out $(call quoted,OUT)) \
	  $(if $(value SONG),--song $(call quoted,SONG),--demo) $(if $(value DATA),--data $(call quoted,DATA)) \
	  $(if $(value PUBLIC_URL),--public-url $(call quoted,PUBLIC_URL)) $(if $(value LISTEN),--listen $(call quoted,LISTEN)) \
	  $(if $(value PROXY),--proxy $(call quoted,PROXY)) $(if $(filter-out 0,$(ONCE)),--once)

.PHONY: doctor
doctor: .state/run ## Say what is wrong on this machine, and how to mend it
	@$(VENV)/bin/stripsession doctor

##@ Change it

.PHONY: setup
setup: .state/dev ## Install what development needs into .venv
	@echo "Ready: $$($(PY) --version) in $(VENV)/"

TEST_NEEDS := .state/dev .state/web .state/chromium .state/triton-ready .state/evaluation .state/ffmpeg .state/generator
.PHONY: test-needs
test-needs: $(TEST_NEEDS) ## What `make test` needs beyond .venv: a browser, Triton and environments of their own

.PHONY: test
test: $(TEST_NEEDS) ## Every test, on real PostgreSQL, NATS, Triton and Chromium [ARGS=pytest arguments]
	@$(if $(value ARGS),,echo "The browser client's unit tests"; $(NPM) run --silent test -- --reporter=dot)
	@exec $(PY) -m pytest $(if $(value ARGS),$(ARGS),-m "not long" --numprocesses 2 --no-loadscope-reorder)

.PHONY: check
check: .state/dev .state/web-packages ## Formatting, lints, types, import contracts, contracts, locks
	@echo "ruff format"; $(VENV)/bin/ruff format --check --quiet --output-format concise .
	@echo "ruff"; $(VENV)/bin/ruff check --quiet --output-format concise .
	@echo "mypy"; $(VENV)/bin/mypy --no-error-summary
	@echo "lint-imports"; PYTHONPATH=.:gen $(VENV)/bin/lint-imports --cache-dir .state/import-linter >.state/lint-imports.txt 2>&1 \
	  || { cat .state/lint-imports.txt; exit 1; }
	@echo "house lints"; $(PY) -m tests.lints
	@echo "buf lint"; $(VENV)/bin/buf lint protos
	@echo "buf format"; $(VENV)/bin/buf format protos --diff --exit-code
	@echo "web: types, components, format, client"; $(NPM) run --silent check
	@$(MAKE) check-breaking check-published check-gen check-client
	@echo "locks"; $(PY) requirements/relock.py check

# The first name of main under which a file is there. A shallow clone without main has nothing to compare with, and
# says so.
base_with = for ref in origin/main main; do \
  if git rev-parse --quiet --verify "$$ref:$1" >/dev/null 2>&1; then base="$$ref"; break; fi; done

# A branch may add to a contract, not break it.
.PHONY: check-breaking
check-breaking: .state/dev
	@$(call base_with,protos/buf.yaml); \
	if [ -n "$${base:-}" ]; then \
	  echo "buf breaking against $$base"; \
	  git archive --format=tar "$$base" protos >.state/contracts.tar; \
	  $(VENV)/bin/buf breaking protos --against '.state/contracts.tar#subdir=protos'; \
	else echo "buf breaking: no contracts on main here, nothing to compare with"; fi

# A branch may publish a version of the policy, not change one.
DIGESTS := services/retention/policy/digests.toml
.PHONY: check-published
check-published: .state/dev
	@$(call base_with,$(DIGESTS)); \
	if [ -n "$${base:-}" ]; then \
	  echo "published policy against $$base"; git show "$$base:$(DIGESTS)" | $(PY) -m tests.lints.published; \
	else echo "published policy: none on main here, nothing to compare with"; fi

.PHONY: check-gen
check-gen: .state/dev
	@echo "gen"; $(PY) protos/generate.py --check

.PHONY: check-client
check-client: .state/dev .state/web-packages
	@$(PY) -m services.gateway contract >.state/openapi.json
	@$(NPM) run --silent client -- --check

.PHONY: screens
screens: .state/dev .state/web .state/chromium ## Pictures of every view at three widths, light and dark, in .state/screens
	@rm -rf .state/screens && $(PY) -m tests.integration.web.screens .state/screens

.PHONY: format
format: .state/dev .state/web-packages ## Put Python, contracts and the page into their one format
	@$(VENV)/bin/ruff format . && $(VENV)/bin/ruff check --fix . && $(VENV)/bin/buf format --write protos && $(NPM) run --silent format

.PHONY: web
web: .state/web ## Build the browser client into web/dist

.PHONY: web-test
web-test: .state/dev .state/web-packages ## The browser client's unit tests alone [ARGS=src/player]
	@$(NPM) run --silent test -- $(ARGS)

.PHONY: gen
gen: .state/dev .state/web-packages ## Make gen/ anew: from protos/, and the page's client from the gateway's routes
	@$(PY) protos/generate.py
	@$(PY) -m services.gateway contract >.state/openapi.json
	@$(NPM) run --silent client

# A word of an enumeration that is newer than the client reads as unknown there, and is no fault.
CLIENTS := $(or $(value TO),.state/clients)
OF_SWIFT := enumUnknownDefaultCase=true,projectName=StripSession
OF_KOTLIN := enumUnknownDefaultCase=true,packageName=stripsession,artifactId=stripsession-client,serializationLibrary=moshi

.PHONY: clients
clients: .state/dev .state/generator ## Clients in Swift and Kotlin of the gateway's routes, in .state/clients [TO=folder]
	@$(PY) -m services.gateway contract >.state/openapi.json
	@# What the server sends to others is no operation of a client, and the generator would make one of it.
	@$(PY) -c 'import json, sys; told = json.load(sys.stdin); del told["webhooks"]; json.dump(told, sys.stdout)' \
	  <.state/openapi.json >.state/openapi-clients.json
	@$(if $(value TO),,rm -rf .state/clients;) mkdir -p '$(CLIENTS)'
	@while read -r language generator properties; do \
	  echo "$$language client in $(CLIENTS)/$$language"; \
	  .state/generator/bin/openapi-generator-cli generate -i .state/openapi-clients.json -g "$$generator" -o "$(CLIENTS)/$$language" \
	    --additional-properties "$$properties" >"$(CLIENTS)/$$language.log" 2>&1 || { cat "$(CLIENTS)/$$language.log"; exit 1; }; \
	done <<<$$'swift swift6 $(OF_SWIFT)\nkotlin kotlin $(OF_KOTLIN)'

.PHONY: lock
lock: .state/lock ## Make the locks in requirements/ anew after a change of dependencies
	@$(PY) requirements/relock.py write .state/lock-venv/bin/uv

##@ Measure it

# PyTorch and demucs are installed only where the comparison with demucs is asked for.
.PHONY: bench
bench: .state/dev .state/web .state/chromium .state/triton-ready .state/evaluation $(if $(findstring demucs,$(ARGS)),.state/demucs) ## Speed, overhead, memory against length, a first visit [ARGS="--only song", ARGS=--demucs, ARGS="--hours 10"]
	@$(PY) -m tests.bench $(ARGS)

.PHONY: eval
eval: .state/evaluation ## Score every registered model on songs with known stems: a table and a plot [ARGS="--model quartet"]
	@PYTHONPATH=. .state/evaluation/bin/python -m inference.evaluation $(ARGS)

.PHONY: property
property: .state/dev ## The property tests with examples drawn anew, ten thousand each where a test names no bound, and a hundred thousand histories of the ledger
	@HYPOTHESIS_PROFILE=long $(PY) -m pytest -m property --timeout=1800 $(ARGS)

# Not part of `make test`: each of them takes a minute and more.
.PHONY: long
long: .state/dev .state/web .state/chromium ## Every view at three widths, from right to left, by keyboard in the other theme; the default model for a GPU
	@$(PY) -m pytest -m long $(ARGS)

# Not part of `make test`: PyTorch and demucs are 1.8 GB.
.PHONY: importing-test
importing-test: .state/demucs ## Imports of HTDemucs and BS-RoFormer, with networks of random weights and hostile checkpoints
	@for check in check_reading check_streaming check_roads; do \
	  echo "$$check"; PYTHONPATH=. .state/demucs/bin/python -m inference.importing.$$check || exit 1; done

##@ Train it

.PHONY: training-setup
training-setup: .state/training ## PyTorch and what else makes the bundled model, in an environment of its own
	@echo "Ready: .state/training/bin/python; inference/training/README.md says how a model is made"

.PHONY: training-test
training-test: .state/training ## What the trainer promises (PyTorch, so apart from `make test`)
	@PYTHONPATH=. .state/training/bin/python -m pytest -q -c inference/training/pytest.ini inference/training $(ARGS)

##@ Tidy

.PHONY: clean
clean: ## Remove the environment and every cache; songs, stems and data stay
	@rm -rf $(VENV) .state .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Clean. Kept: ./stems and the data folder."

# ---- How the environment is made ------------------------------------------------------------------------------------

$(VENV)/pyvenv.cfg:
	@if [ -z "$(PYTHON)" ]; then \
	  echo "No Python 3.11 or newer with venv was found. Install one (Debian: apt install python3 python3-venv), or: make PYTHON=/path/to/python" >&2; exit 1; fi
	@"$(PYTHON)" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "PYTHON=$(PYTHON) is not a Python 3.11 or newer with venv" >&2; exit 1; }
	@echo "Making $(VENV)/ with $$("$(PYTHON)" --version)"
	@"$(PYTHON)" -m venv $(VENV)
	@touch $@

# What pip and npm say of a network that is away is long, and says nothing of what to do.
not_installed = echo "Packages could not be installed; the reason stands above. They come over the network: see that this machine \
  reaches it (behind a proxy, set HTTPS_PROXY) and that the disk has 1.6 GB free, then give the same command again." >&2

# What `make run` needs. An environment that already has the development lock has all of it.
.state/run: requirements/run.txt pyproject.toml $(VENV)/pyvenv.cfg
	@mkdir -p .state
	@if [ .state/dev -nt requirements/dev.txt ] && [ .state/dev -nt $(VENV)/pyvenv.cfg ] && [ .state/dev -nt pyproject.toml ]; then :; else \
	  echo "Installing $$(grep -c == requirements/run.txt) packages from requirements/run.txt (about a minute, once)"; \
	  { $(call install_lock,requirements/run.txt); } || { $(not_installed); exit 1; }; \
	  $(PIP) install --no-deps --no-build-isolation --editable .; fi
	@touch $@

.state/dev: requirements/dev.txt pyproject.toml $(VENV)/pyvenv.cfg
	@mkdir -p .state
	@echo "Installing $$(grep -c == requirements/dev.txt) packages from requirements/dev.txt (about a minute, once)"
	@$(call install_lock,requirements/dev.txt)
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# Node and npm are in the environment; what they are called by, each other's scripts, is found there too.
NPM := PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(VENV)/bin/npm --prefix web
WEB_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' -not -path 'web/.vitest/*')

.state/web-packages: web/package-lock.json web/.npmrc | .state/run
	@echo "Installing the browser client's packages from web/package-lock.json (some seconds, once)"
	@$(NPM) ci --silent || { $(not_installed); exit 1; }
	@touch $@

.state/web: .state/web-packages $(WEB_SOURCES)
	@echo "Building the browser client"
	@$(NPM) run --silent build
	@touch $@

.state/chromium: tests/install_browser.sh tests/install_by_apt.sh
	@mkdir -p .state
	@bash tests/install_browser.sh
	@touch $@

.state/ffmpeg: tests/install_ffmpeg.sh tests/install_by_apt.sh
	@mkdir -p .state
	@bash tests/install_ffmpeg.sh
	@touch $@

.state/triton-ready: inference/requirements/triton.txt stack/triton_runtime.py tests/install_inference.py .state/dev
	@$(PY) -m tests.install_inference
	@touch $@

# Environments beside the services' own: what scores, what makes models, what they are compared with and what makes clients
# carries other, heavier things.
.state/evaluation: inference/requirements/evaluation.txt
.state/training: inference/requirements/training.txt
.state/demucs: inference/requirements/importing.txt
.state/generator: requirements/clients.txt
.state/evaluation .state/training .state/demucs .state/generator: $(VENV)/pyvenv.cfg
	@echo "Installing $$(grep -c == $(filter %.txt,$^)) packages from $(filter %.txt,$^) (a minute or more, once)"
	@rm -rf $@
	@"$(PYTHON)" -m venv $@
	@$@/bin/python -m pip --disable-pip-version-check --no-input --quiet install --require-hashes --no-deps -r $(filter %.txt,$^) || { rm -rf $@; exit 1; }
	@touch $@

.state/lock: requirements/lock.txt $(VENV)/pyvenv.cfg
	@mkdir -p .state
	@$(PY) -m venv .state/lock-venv
	@.state/lock-venv/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/lock.txt
	@touch $@
