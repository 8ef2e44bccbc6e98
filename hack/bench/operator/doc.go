// Command operator measures the operator with many Subjects on one registry, and
// holds each figure against its bar:
//
//	make bench-operator                # 10,000 Subjects of 4 KB
//	SUBJECTS=500 make bench-operator   # a look
//
// It starts an API server (KUBEBUILDER_ASSETS, see hack/envtest/assets.sh), an
// embedded broker, and the two binaries as processes of their own. Writes are
// counted where they arrive: by the API server and by the registry. Everything
// shares the cores of the machine; processor seconds and memory are those of the
// operator alone, read from /proc.
//
// Files: main.go (flags, order), cluster.go (API server, registry, operator),
// steps.go (what is measured), counters.go (what servers count).
package main
