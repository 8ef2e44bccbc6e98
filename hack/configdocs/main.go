// Command configdocs writes docs/configuration.md from the table of keys in
// runtime/config. Run it from the root of the repository:
//
//	go run ./hack/configdocs
package main

import (
	"fmt"
	"os"

	"github.com/plastron-dev/plastron/runtime/config"
)

const path = "docs/configuration.md"

func main() {
	if err := os.WriteFile(path, []byte(config.Document()), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
