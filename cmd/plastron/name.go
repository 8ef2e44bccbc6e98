package main

import (
	"path/filepath"
	"strings"
)

// arguments returns the arguments for the root command. Karapace 4 is started
// as "karapace FILE", so that is what a link of that name understands too, and
// its tools for passwords and backups are commands here.
func arguments(argv []string) []string {
	switch strings.TrimSuffix(filepath.Base(argv[0]), ".exe") {
	case "karapace":
	case "karapace_mkpasswd":
		return append([]string{"mkpasswd"}, argv[1:]...)
	case "karapace_schema_backup":
		return append([]string{"backup"}, argv[1:]...)
	default:
		return argv[1:]
	}
	switch {
	case len(argv) == 1:
		return []string{"all"}
	case argv[1] == "--version":
		return []string{"version"}
	case strings.HasPrefix(argv[1], "-"):
		return append([]string{"all"}, argv[1:]...)
	default:
		return append([]string{"all", "--config"}, argv[1:]...)
	}
}
