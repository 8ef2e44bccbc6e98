package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"
)

func main() {
	out := flag.String("out", "dist/bundle", "folder that receives the bundle")
	version := flag.String("version", "0.1.0", "version of the operator, and tag of its images")
	flag.Parse()
	if err := run(".", *out, *version); err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

func run(root, out, version string) error {
	files, err := bundle(root, version)
	if err != nil {
		return err
	}
	for name, text := range files {
		path := filepath.Join(out, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// bundle returns the files by name.
func bundle(root, version string) (map[string][]byte, error) {
	files := map[string][]byte{
		"metadata/annotations.yaml": []byte(annotations),
		"bundle.Dockerfile":         []byte(dockerfile),
	}
	crds, err := filepath.Glob(filepath.Join(root, "config/crd/plastron.dev_*.yaml"))
	if err != nil {
		return nil, err
	}
	for _, path := range crds {
		if files["manifests/"+filepath.Base(path)], err = os.ReadFile(path); err != nil {
			return nil, err
		}
	}
	csv, err := serviceVersion(root, version, crds)
	if err != nil {
		return nil, err
	}
	if files["manifests/plastron.clusterserviceversion.yaml"], err = yaml.Marshal(csv); err != nil {
		return nil, fmt.Errorf("writing the ClusterServiceVersion: %w", err)
	}
	return files, nil
}

const annotations = `annotations:
  operators.operatorframework.io.bundle.mediatype.v1: registry+v1
  operators.operatorframework.io.bundle.manifests.v1: manifests/
  operators.operatorframework.io.bundle.metadata.v1: metadata/
  operators.operatorframework.io.bundle.package.v1: plastron
  operators.operatorframework.io.bundle.channels.v1: alpha
  operators.operatorframework.io.bundle.channel.default.v1: alpha
`

const dockerfile = `FROM scratch
LABEL operators.operatorframework.io.bundle.mediatype.v1=registry+v1
LABEL operators.operatorframework.io.bundle.manifests.v1=manifests/
LABEL operators.operatorframework.io.bundle.metadata.v1=metadata/
LABEL operators.operatorframework.io.bundle.package.v1=plastron
LABEL operators.operatorframework.io.bundle.channels.v1=alpha
LABEL operators.operatorframework.io.bundle.channel.default.v1=alpha
COPY manifests /manifests/
COPY metadata /metadata/
`
