// Command image builds the two container images without a container engine,
// as archives that containerd, kind and docker load:
//
//	go run ./hack/image -out dist -tag dev
//
// An image is one static binary with CA certificates, a user database and a
// /tmp, run as a numeric non-root user: the same two targets as the
// Dockerfile has. The same sources and tag give the same bytes.
//
// Files: main.go (flags), build.go (binary and layer), archive.go (image
// configuration and archive).
package main
