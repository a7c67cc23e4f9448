# Every target in one line each; `make` alone lists them.
PY := .venv/bin/python

.PHONY: help venv demo test check bench evaluate simulate mutants security lock

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

venv: ## make .venv from the hash-pinned lock
	python3 -m venv .venv
	.venv/bin/pip install -q --require-hashes -r requirements-dev.lock
	.venv/bin/pip install -q --no-deps -e .

demo: ## four phone calls against the real server, then the day as a picture
	.venv/bin/gateway demo

test: ## every test, as CI runs them
	$(PY) -m pytest

check: ## exactly what CI runs: tests, lint, types, circles
	bash .ci/run

bench: ## the speed of every tool as a ratio to bare Starlette, slot search, a million appointments
	$(PY) -m benchmarks

evaluate: ## understanding of times, names, staff and services on the open samples
	$(PY) -m tests.evaluation

simulate: ## a crash at every await point x every fault, then a million seeded schedules; COUNT=n, FROM=seed, EVERY=n-th fault
	$(PY) -m tests.simulation --crashes --every $(or $(EVERY),1)
	$(PY) -m tests.simulation --count $(or $(COUNT),1000000) --from $(or $(FROM),0)

mutants: ## every planted bug of the bank, hunted by the simulator: a table with the seeds it took
	$(PY) -m tests.simulation.mutants

security: ## the whole security programme at full size (about an hour), its counts as a table
	GATEWAY_CAMPAIGN=1 TEST_SCALE=50 $(PY) -m pytest -m 'campaign or not campaign' tests/security tests/unit/auth -p no:cacheprovider

lock: ## renew the hash-pinned locks from pyproject.toml
	.venv/bin/uv lock -q
	.venv/bin/uv export -q --no-emit-project --no-dev --format requirements-txt -o requirements.lock
	.venv/bin/uv export -q --no-emit-project --format requirements-txt -o requirements-dev.lock
