// Command kubectl-plastron is the plugin `kubectl plastron`: what people ask
// about registries, Subjects and the distance between them. It works without
// kubectl's plugin mechanism too, as a program of its own.
//
// Files: main.go, root.go (flags that all commands have, and what they become),
// commands.go (the commands, in the order in which help lists them), backup.go,
// files.go (what is read and written), tunnel.go (the way into a cluster).
package main
