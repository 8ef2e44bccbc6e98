# Every target works alone and is listed by `make help`; a test fails on an
# undocumented one (hack/rules).
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VERSION ?= 0.1.0-dev
TAG     ?= dev
GO      ?= go
TOOL    := $(GO) tool -modfile=hack/tools/go.mod
LDFLAGS := -s -w -X main.version=$(VERSION)
FUZZTIME ?= 60s

.PHONY: help
help: ## list the targets
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## the three programs, static, into bin/
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "$(LDFLAGS)" -o bin/ ./cmd/plastron ./cmd/manager ./cmd/kubectl-plastron

.PHONY: run
run: ## plastron dev: embedded broker on 9092, registry on 8081, REST proxy on 8082, one unprivileged process
	@mkdir -p bin && CGO_ENABLED=0 $(GO) build -trimpath -ldflags "$(LDFLAGS)" -o bin/plastron ./cmd/plastron
	@bin/plastron dev

.PHONY: demo
demo: ## Kubernetes, Kafka, operator and samples, from apply to a decoded record (KAFKA=apache for a real Kafka)
	@hack/demo/demo.sh up

.PHONY: demo-down
demo-down: ## remove everything that make demo started
	@hack/demo/demo.sh down

.PHONY: test
test: ## all tests that need no cluster; says what it left out and why (with CI=true nothing may be left out)
	@hack/test.sh

.PHONY: conformance
conformance: ## conformance scripts against URL=registry [REST=proxy]
	@: $${URL:?say which registry: make conformance URL=http://127.0.0.1:8081 REST=http://127.0.0.1:8082}
	$(GO) run ./test/conformance/run -registry "$(URL)" -rest "$(REST)"

.PHONY: interop
interop: ## real clients from package registries against the binary, in both flavours [CLIENT=name] [INTEROP_REGISTRY=URL]
	@hack/interop.sh $(CLIENT)

.PHONY: browser
browser: ## the page of /ui in a headless Chromium against the real binary (PICTURES=1 keeps pictures)
	@hack/browser.sh

.PHONY: oracle
oracle: ## what Avro's, Protobuf's and JSON Schema's own programs say of our verdicts (needs a JDK, Maven, Python)
	@hack/oracle.sh

.PHONY: e2e
e2e: ## end-to-end tests on a Kubernetes of their own (kind, or the local one-node cluster)
	@hack/e2e.sh

.PHONY: bench
bench: ## the figures of docs/performance.md, printed with their bars (QUICK=1 for a look)
	@hack/bench/run.sh

.PHONY: bench-operator
bench-operator: ## the operator with SUBJECTS=10000 on one registry: time, writes, processor, memory
	@hack/bench/operator.sh

.PHONY: fuzz
fuzz: ## every fuzz target in the tree, FUZZTIME each (one minute)
	@hack/fuzz.sh $(FUZZTIME)

.PHONY: soak
soak: ## random faults on three nodes with 50 clients, SOAK=10m; SEED=n repeats a run
	SOAK="$${SOAK:-10m}" $(GO) test -tags soak -count=1 -v -timeout 0 -run '^TestSoak$$' ./test/faults

.PHONY: image
image: ## both images as archives in dist/, reproducibly and without a container engine
	@$(GO) run ./hack/image -out dist -tag $(TAG)

.PHONY: reproducible
reproducible: ## builds both images twice, at two places, and compares them (FULL=1 compiles everything twice)
	@hack/reproducible.sh

.PHONY: sbom
sbom: image ## what is inside the programs of the images, as CycloneDX, into dist/
	@for program in plastron manager; do $(GO) run ./hack/sbom dist/$$program > dist/$$program.cdx.json; done

.PHONY: bundle
bundle: ## skeleton of a bundle for the Operator Lifecycle Manager, into dist/bundle
	@$(GO) run ./hack/bundle -out dist/bundle -version $(VERSION)

.PHONY: packages
packages: ## .deb and .rpm into dist/ (ARCH=amd64 or arm64)
	@VERSION=$(VERSION) hack/packages/build.sh

.PHONY: packages-test
packages-test: ## build them, install, start, stop, remove and purge the .deb on this machine (root, Debian)
	@VERSION=$(VERSION) hack/packages/test.sh

.PHONY: envtest-assets
envtest-assets: ## control-plane programs for the controller tests; prints their folder
	@hack/envtest/assets.sh

.PHONY: generate
generate: ## deepcopy, CRDs, RBAC, chart copies, documentation tables
	hack/generate.sh

.PHONY: verify
verify: generate ## generated files and go.mod are up to date
	$(GO) mod tidy
	git diff --exit-code

.PHONY: lint
lint: ## gofmt, vet, staticcheck, shellcheck, helm lint
	@hack/lint.sh

.PHONY: vuln
vuln: ## known vulnerabilities in what we call (needs the vulnerability database)
	$(TOOL) govulncheck ./...
