package main

import (
	"path/filepath"
	"strings"
)

// arguments returns the arguments for the root command. Karapace 4 is started
// as "karapace FILE", so that is what a link of that name understands too, and
// its tool for passwords is a command here.
func arguments(argv []string) []string {
	switch strings.TrimSuffix(filepath.Base(argv[0]), ".exe") {
	case "karapace":
	case "karapace_mkpasswd":
		return append([]string{"mkpasswd"}, argv[1:]...)
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
