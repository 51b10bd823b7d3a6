# Targets carry their description after two hashes; `make help` prints them.

GO        ?= go
PYTHON    ?= /usr/bin/python3
BINARY    := bin/protobench
REVISION  := $(shell git rev-parse --short=12 HEAD 2>/dev/null)
LDFLAGS   := -s -w $(if $(REVISION),-X protobench/internal/cli.revision=$(REVISION))
KERNEL    := internal/kernel
LINT      := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GREMLINS  := github.com/go-gremlins/gremlins/cmd/gremlins@v0.6.0
# What build and test compile with, the same so that they share packages. Neither keeps what a debugger reads.
COMPILE   := -trimpath -gcflags=protobench/...=-dwarf=false
SWEEP     := joint-vs-decoupled$(if $(QUICK),-quick)

export CGO_ENABLED ?= 0
# From v3 on the compiler fuses x*y + z, and results would be other bits than elsewhere. Our own code has none left to fuse
# (.ci/unfused), but the libraries have. The kernels choose at run time anyway.
export GOAMD64 := v1

.DEFAULT_GOAL := help
.PHONY: help ablation ablation-core ablation-full print-ablations build test check lint race mutants mutant-counts generate torture docs bench bench-peers clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

ablation: build ## run the default ablation and write its report (QUICK=1: a small picture of it)
	$(BINARY) run $(SWEEP)

# The core: does joint optimisation cause collapse? The rest asks what else decides. With QUICK=1 all take a few minutes, one
# seed of 128 images and 16 prototypes each: a smoke test, no outcome.
CORE  := early-collapse stop-gradient recouple prototype-lr
FULL  := $(CORE) steps modes help temperature count images dimension batch balance decoupled-estimators gmm regularizers long-tail \
	augmentation optimizer encoder prototype-free phase-diagram loss-accounting
QUICKLY := $(if $(QUICK),--set seeds=1 --set data.train=128 --set data.test=64 --set evaluate.every=20 --set prototypes.count=16)
# What the axes of two would undo.
FEWER_COUNT  := $(if $(QUICK),--set 'matrix."prototypes.count"=[16]')
FEWER_IMAGES := $(if $(QUICK),--set 'matrix."data.train"=[128]')
RESULTS := results$(if $(QUICK),/quick)

# Cells whose results are committed are not run again.
COMMITTED = @for name in $(1); do \
	  if [ -d results/reference/$$name ] && [ ! -d $(RESULTS)/$$name ]; then mkdir -p $(RESULTS); cp -r results/reference/$$name $(RESULTS)/$$name; fi; done

ablation-core: build ## run the ablations that ask for the cause of collapse, one after another (QUICK=1: a smoke test)
	$(if $(QUICK),,$(call COMMITTED,$(CORE)))
	@for name in $(CORE); do $(BINARY) run $$name $(QUICKLY) --out $(RESULTS)/$$name || exit $$?; done

ablation-full: build ## say how long all ablations take, and run them; again goes on (QUICK=1: a smoke test)
	$(if $(QUICK),,$(call COMMITTED,$(FULL)))
	@for name in $(if $(QUICK),,$(FULL)); do echo "$$name: $$($(BINARY) plan $$name 2>/dev/null | grep -o 'about .* on one core')"; done | awk '{ print; \
	  for (i = 2; i <= NF; i++) { if ($$i == "h") m += 60 * $$(i - 1); if ($$i == "min") m += $$(i - 1) } } \
	  END { if (NR) printf "all of them: about %d h %02d min on one core, finished cells included\n", m / 60, m % 60 }'
	@for name in $(FULL); do \
	  case $$name in \
	    count) set -- $(FEWER_COUNT);; \
	    images) set -- $(FEWER_IMAGES);; \
	    *) set --;; esac; \
	  if ls $(RESULTS)/*/plan.json* >/dev/null 2>&1; then set -- "$$@" --reuse $(RESULTS); fi; \
	  $(BINARY) run $$name $(QUICKLY) "$$@" --out $(RESULTS)/$$name || exit $$?; \
	done
	$(BINARY) relate live_unique@0.025 linear_fine@backbone.teacher $(FULL:%=$(RESULTS)/%) --out $(RESULTS)/diversity-vs-accuracy
	$(BINARY) relate path unique@0.025 $(FULL:%=$(RESULTS)/%) --learner joint --out $(RESULTS)/one-curve

print-ablations:
	@echo $(FULL)

build: ## build the static binary ./bin/protobench
	$(GO) build $(COMPILE) -ldflags '$(LDFLAGS)' -o $(BINARY) .

test: ## run all tests (needs no C compiler; go vet is part of lint)
	$(GO) test -vet=off $(COMPILE) -ldflags '-s -w' ./...

check: lint race ## format, vet, lint, and tests under the race detector (needs gcc)

lint: ## check format, go vet, golangci-lint and that no float expression can be fused
	@unformatted=$$(gofmt -l $$($(GO) list -f '{{.Dir}}' ./...)); \
	if [ -n "$$unformatted" ]; then echo "not formatted (run gofmt -w):"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) run $(LINT) run ./...
	@GO=$(GO) .ci/unfused

race: ## run all but the longest tests under the race detector
	CGO_ENABLED=1 $(GO) test -race -short -timeout 30m ./...

# Not with gremlins' --test-cpu: it hands go test an unknown flag, and every change counts as noticed.
mutants: ## change a package's code in small ways, one at a time, and print what its tests let pass (PKG=methods/mixture)
	@if [ -z "$(PKG)" ]; then echo "which package? make mutants PKG=methods/mixture"; exit 2; fi
	GOMAXPROCS=1 $(GO) run $(GREMLINS) unleash --workers 1 --timeout-coefficient 30 --output-statuses lct ./$(PKG)

mutant-counts: ## count a package's changes that its tests notice, faster than gremlins (PKG=stats, LAST=tests to try last)
	@if [ -z "$(PKG)" ]; then echo "which package? make mutant-counts PKG=stats"; exit 2; fi
	cd .ci/mutants && $(GO) run . $(CURDIR) $(PKG) $(LAST)

generate: ## write the kernels' assembly again (avo, a module of its own)
	cd $(KERNEL)/gen && $(GO) run . -pkg kernel -out ../kernels_amd64.s -stubs ../kernels_amd64.go
	gofmt -w $(KERNEL)/kernels_amd64.go

torture: build ## kill, damage and starve running sweeps, and compare every result with an undisturbed one (KILLS=200)
	$(GO) run ./.ci/torture -binary $(BINARY) -kills $(or $(KILLS),200) $(TORTURE)

docs: ## write docs/methods.md and docs/sweep.md again from what the program lists
	$(GO) run . list all --markdown > docs/methods.md.new
	$(GO) run . list keys --markdown > docs/sweep.md.new
	mv docs/methods.md.new docs/methods.md
	mv docs/sweep.md.new docs/sweep.md

bench: ## run all Go benchmarks once
	$(GO) test -run '^$$' -bench . -benchtime 1x ./...

bench-peers: build ## time this program beside PyTorch, NumPy and scikit-learn, ten minutes (docs/performance.md)
	$(PYTHON) docs/peers/compare.py --ours $(BINARY) $(PEERS)

clean: ## remove what build and tests leave behind (not results)
	rm -rf bin
	$(GO) clean -testcache
