// Command plastron is the data plane: a schema registry and a Kafka REST
// proxy, together or apart, and a development server with its own broker.
//
// Every subcommand has a file of its own that parses flags and calls
// runtime/app. Called by the name karapace with a file, it behaves as
// "plastron all --config FILE" (name.go).
package main
