# All that is needed is Go, git and make; what else is run comes through Go's own module proxy.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOLANGCI    = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

# What make run counts: the sources of Go, without the packages that begin with c, t or v: the compiler and the tables of hexadecimal
# numbers in time and vendor are no text.
TEXT ?= $(shell go env GOROOT)/src/[!ctv]*/**/*.go
# How long make fuzz stays with each target.
FUZZTIME ?= 20s
# Which planted bugs make mutants plants: those whose names match.
MUTANTS ?= .
# How many random schedules make race and make soak tell.
RACE_SCHEDULES ?= 150
SOAK_SCHEDULES ?= 100000

WORDCOUNT = bin/wordcount run -D execution.checkpointing.dir=out/checkpoints -D execution.checkpointing.interval='300 ms' --output out/totals

define COUNT
$(WORDCOUNT) '$(TEXT)'
@bin/top out/totals
@echo 'output: out/totals   checkpoints: out/checkpoints'
endef

.DEFAULT_GOAL := help

.PHONY: help
help: ## print this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: build ## count the words of Go's own sources, from nothing, into out/
	@rm -rf out
	$(COUNT)

.PHONY: kill
kill: build ## begin as make run does, and kill -9 the job once it has committed something
	@rm -rf out
	$(WORDCOUNT) '$(TEXT)' & until ls out/totals/*.jsonl >/dev/null 2>&1; do sleep 0.02; done; kill -9 $$!; wait || true
	@echo 'killed; make resume goes on'

.PHONY: resume
resume: build ## go on with what a job that was killed or stopped has left in out/
	$(COUNT)

.PHONY: build
build: generate ## generate, and build word count into bin/
	@mkdir -p bin
	go build -o bin ./examples/wordcount/cmd/wordcount ./examples/wordcount/cmd/top

.PHONY: generate
generate: ## run go generate
	go generate ./...

.PHONY: test
test: ## run the tests: a few minutes
	go test -timeout 20m ./...

.PHONY: check
check: ## find stale generated code, and run vet, gofmt and the linters
	.ci/generated
	go vet ./...
	go vet -tags mutants ./runtime/core ./runtime/config
	@unformatted=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); \
		[[ -z $$unformatted ]] || { echo "gofmt would change:" $$unformatted; exit 1; }
	go mod tidy -diff
	go run ./.ci/passive
	go run $(STATICCHECK) ./...
	STREAMGEN_STATICCHECK="go run $(STATICCHECK)" go test -count=1 -run GeneratedCodeIsClean ./generated_test
	go run $(GOLANGCI) run ./...

.PHONY: lint
lint: ## golangci-lint alone
	go run $(GOLANGCI) run ./...

.PHONY: mutants
mutants: ## plant one bug after the other into the protocol: the simulation must find each
	go test -tags mutants -count=1 -timeout 2h -run 'TestMutants$$/found/$(MUTANTS)' -v ./runtime/core

.PHONY: options
options: ## ignore one option after the other: the test that shows it must fail
	go test -tags mutants -count=1 -timeout 30m -run 'TestIgnoredOptions$$' -v ./runtime/config

.PHONY: race
race: ## run the tests of runtime, checkpoint and serde under the race detector, with fewer schedules
	STREAMGEN_SCHEDULES=$(RACE_SCHEDULES) go test -short -race -timeout 40m ./runtime/... ./checkpoint/... ./serde/...

.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZTIME (20s)
	.ci/fuzz $(FUZZTIME)

.PHONY: bench
bench: ## measure pipelines against plain Go, checkpoints of each mode, and the generator against loading alone: some minutes
	go run ./generated_test/bench/cmd/bench
	go test -run '^$$' -bench 'Generation|CodeSize' ./generated_test

.PHONY: exact
exact: ## count all of Go's sources, word by word against other programs: some minutes
	WORDCOUNT_EXACT=1 go test -count=1 -timeout 1h -v -run Exact ./examples/wordcount

.PHONY: soak
soak: ## tell SOAK_SCHEDULES (100000) random schedules of crashes: about an hour
	STREAMGEN_SCHEDULES=$(SOAK_SCHEDULES) go test -count=1 -timeout 6h -run Schedules -v ./runtime/core ./checkpoint/...
