package main

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// The numeric user both images run as; Kubernetes can only verify that a
// numeric user is not root.
const user = "65532"

// compile builds cmd/PROGRAM as a static binary that carries version.
func compile(ctx context.Context, program, output, arch, version string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false",
		"-ldflags", "-s -w -buildid= -X main.version="+version, "-o", output, "./cmd/"+program)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("compiling %s: %w", program, err)
	}
	return nil
}

// layer returns the uncompressed tar of the image's only layer. Every header
// field that could differ between two builds is fixed.
func layer(program, binary string) ([]byte, error) {
	code, err := os.ReadFile(binary)
	if err != nil {
		return nil, err
	}
	certificates, err := caCertificates()
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	entries := []struct {
		name    string
		mode    int64
		content []byte
	}{
		{"etc/", 0o755, nil},
		{"etc/passwd", 0o644, []byte("root:x:0:0:root:/:/sbin/nologin\nplastron:x:" + user + ":" + user + ":plastron:/:/sbin/nologin\n")},
		{"etc/group", 0o644, []byte("root:x:0:\nplastron:x:" + user + ":\n")},
		{"etc/ssl/", 0o755, nil},
		{"etc/ssl/certs/", 0o755, nil},
		{"etc/ssl/certs/ca-certificates.crt", 0o644, certificates},
		{"tmp/", 0o1777, nil},
		{program, 0o755, code},
	}
	for _, e := range entries {
		if err := appendEntry(w, e.name, e.mode, e.content); err != nil {
			return nil, err
		}
	}
	return buf.Bytes(), w.Close()
}

func appendEntry(w *tar.Writer, name string, mode int64, content []byte) error {
	header := &tar.Header{Name: name, Mode: mode, Size: int64(len(content)), ModTime: time.Unix(0, 0), Typeflag: tar.TypeReg}
	if content == nil {
		header.Typeflag = tar.TypeDir
	}
	if err := w.WriteHeader(header); err != nil {
		return err
	}
	_, err := w.Write(content)
	return err
}

// caCertificates returns the build machine's trust store.
func caCertificates() ([]byte, error) {
	for _, path := range []string{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"} {
		content, err := os.ReadFile(path)
		if err == nil {
			return content, nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	return nil, errors.New("no CA certificates on this machine; install the package ca-certificates")
}
