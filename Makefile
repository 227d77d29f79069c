# Orchestration only: each target is one script, and each script says what it does.
.DEFAULT_GOAL := help
.PHONY: help run dev test test-faults check bench bench-engine bench-ingest bench-live bench-web release clean-data

export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/datapulse/target

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Install what is missing, build the release, fill the demo and serve it on 127.0.0.1:3000
	@scripts/build-release.sh
	@scripts/run.sh

dev: ## The development loop: rebuild and reload at every change
	@scripts/dev.sh

test: ## Install what tests need and run every test there is
	@scripts/test.sh

test-faults: ## Break things on purpose, 200 kills among them: what was acknowledged must be there
	@scripts/test-faults.sh

check: ## Formatting, lints, documentation and the arrows between the crates
	@scripts/tools.sh
	@scripts/test-tools.sh
	@scripts/check.sh

bench: ## Measure speed and size against the targets
	@scripts/bench.sh

bench-engine: ## Measure every kind of question beside SQL by hand; EVENTS=1000000,100000000 for other sizes
	@scripts/bench.sh engine

bench-ingest: ## Measure taking events, and ten minutes of full load
	@scripts/bench.sh ingest steady

bench-live: ## Measure 5,000 live connections
	@scripts/bench.sh live

bench-web: ## Measure what a browser makes of the release: sizes, a range change, dragging, hydration
	@scripts/bench-web.sh

release: ## One file with the site and DuckDB inside: dist/datapulse
	@scripts/tools.sh without-duckdb
	@scripts/duckdb.sh static
	@scripts/build-release.sh static

clean-data: ## Throw the demo's data away
	rm -rf data
