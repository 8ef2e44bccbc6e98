package main

import (
	"bytes"
	"io"
	"os"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// writeArchive writes the docker-format archive of the image at path and
// returns its size in bytes. It replaces an older archive only when complete.
func writeArchive(path string, t target, binary, arch, tag string) (int64, error) {
	content, err := layer(t.program, binary)
	if err != nil {
		return 0, err
	}
	image, err := assemble(t.program, content, arch)
	if err != nil {
		return 0, err
	}
	reference, err := name.NewTag(t.repository + ":" + tag)
	if err != nil {
		return 0, err
	}
	temporary := path + ".partial"
	if err := tarball.WriteToFile(temporary, reference, image); err != nil {
		return 0, err
	}
	if err := os.Rename(temporary, path); err != nil {
		return 0, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func assemble(program string, content []byte, arch string) (v1.Image, error) {
	l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content)), nil
	})
	if err != nil {
		return nil, err
	}
	image, err := mutate.AppendLayers(empty.Image, l)
	if err != nil {
		return nil, err
	}
	file, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	file = file.DeepCopy()
	file.OS, file.Architecture = "linux", arch
	file.Created = v1.Time{Time: time.Unix(0, 0).UTC()}
	file.Config = v1.Config{
		User:       user + ":" + user,
		Entrypoint: []string{"/" + program},
		Env:        []string{"PATH=/", "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"},
	}
	return mutate.ConfigFile(image, file)
}
