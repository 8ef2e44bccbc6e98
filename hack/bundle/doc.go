// Command bundle writes a bundle for the Operator Lifecycle Manager: a folder with
// manifests/ and metadata/, made from config/ and charts/ of this repository, so
// that nothing is said twice. It is a skeleton: no channel but alpha, no catalog,
// no icon.
//
//	go run ./hack/bundle -out dist/bundle -version 0.1.0
//
// Files: main.go (reading and writing), csv.go (the ClusterServiceVersion).
package main
