# ValueTrack needs Python 3.11 or newer and make; everything else is installed into .venv.
#   make run     start ValueTrack on this machine (Ctrl-C stops it)
#   make test    the whole test suite, browser tests included; ARGS="-k name" for a part of it
#   make check   style, types, layers, migrations, deployment settings, translations
#   make bench   measure speed and size; SMALL=1 for a tenth of the data
#   make lock    choose versions anew from the ranges in pyproject.toml (needs uv)

.PHONY: help run test check bench lock

PYTHON_CANDIDATES := $(or $(PYTHON),python3.13 python3.12 python3.11 python3)
IN_VENV := .venv/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

help:
	@sed -n '1,/^$$/s/^# *//p' Makefile

run: .venv/.installed
	@exec $(IN_VENV) manage.py up

test: .venv/.installed
	$(IN_VENV) -m pytest -n 2 --dist loadfile $(ARGS)

# A deployment check needs the settings of a deployment; these addresses are never connected to.
check: DEPLOYMENT = VALUETRACK_MODE=production ALLOWED_HOSTS=valuetrack.example \
	SECRET_KEY=$$($(IN_VENV) -c 'import secrets; print(secrets.token_urlsafe(60))') \
	DATABASE_URL=postgresql://valuetrack@database.example/valuetrack REDIS_URL=redis://queue.example:6379/0 \
	EMAIL_URL=submission://valuetrack@mail.example:587 PUBLIC_URL=https://valuetrack.example
check: .venv/.installed
	$(IN_VENV) -m ruff check .
	$(IN_VENV) -m ruff format --check .
	$(IN_VENV) -m mypy .
	.venv/bin/lint-imports
	$(IN_VENV) manage.py makemigrations --check --dry-run
	@echo "$(IN_VENV) manage.py check --deploy --fail-level WARNING"
	@$(DEPLOYMENT) $(IN_VENV) manage.py check --deploy --fail-level WARNING
	$(IN_VENV) manage.py compile_translations --check

bench: .venv/.installed
	$(IN_VENV) -m bench $(ARGS)

# Two lists of the same versions: with the tools of development, and without them for the image.
lock:
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --group dev \
		pyproject.toml -o requirements.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --constraint requirements.lock \
		pyproject.toml -o requirements.runtime.lock

# Made anew when the versions change. The stamp is written last: an interrupted install is repeated.
.venv/.installed: requirements.lock
	@if .venv/bin/python -m pip --version >/dev/null 2>&1; then exit 0; fi; \
	found=; \
	for candidate in $(PYTHON_CANDIDATES); do \
		"$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		found=$$candidate; \
		"$$candidate" -c 'import ensurepip, venv' 2>/dev/null && break; \
		found="$$candidate without venv"; \
	done; \
	case $$found in \
	"") echo "ValueTrack needs Python 3.11 or newer: install it, or name one with make PYTHON=/path/to/python3." >&2; \
		exit 1;; \
	*" without venv") echo "$$found: install it first (on Debian and Ubuntu: apt install python3-venv)." >&2; \
		exit 1;; \
	esac; \
	echo "Making .venv with $$found …"; \
	"$$found" -m venv --clear .venv
	@echo "Installing the locked versions into .venv …"
	@$(IN_VENV) -m pip install --quiet --require-hashes --requirement requirements.lock
	@touch .venv/.installed
