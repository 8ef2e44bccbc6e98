// Package e2e holds the stories that need a real Kubernetes with nodes: one
// file per story or fault. `make e2e` brings up a cluster of its own, installs
// the operator and a Kafka, and runs them in order; they need KUBECONFIG and
// KUBECTL (the path of kubectl) in the environment, PLASTRON_E2E_CLIENT (the
// image of ./client) and PLASTRON_E2E_PLUGIN (the path of kubectl-plastron).
//
// The tests speak to the cluster the way its users do: with kubectl, and with
// HTTP through port-forwards, so that they are the same on every backend. What
// only a pod sees is done by ./client, as a pod.
//
// Files: stories_test.go (the order), kubectl_test.go and http_test.go (how
// they speak), one file per story.
package e2e
