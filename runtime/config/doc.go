// Package config turns a JSON file and the environment into one typed Config.
//
// It is called by cmd and app; nothing else in the data plane sees it, since
// app translates its values into the options of each package. The table of
// keys (keys.go and keys_*.go) is the only place that knows a key: its name,
// type, default, description, whether it is secret and whether it has an
// effect yet. Loading, validation, printing and docs/configuration.md are all
// made from that table.
//
// What is not obvious: the environment wins over the file and is enough by
// itself; several spellings of a variable are accepted, because Karapace 4,
// Karapace 5 and Karapace's container image name them differently (load.go);
// and a key that protects something, but has no effect yet, stops the start
// instead of being ignored (validate.go).
//
// Files: config.go (the result), keys.go (shape of the table), keys_*.go (the
// table), value.go (one value from text or JSON), load.go (sources and their
// order), environ.go (spellings of variables), validate.go (rules across
// keys), print.go (masked listing), document.go (docs/configuration.md),
// confluent.go and confluent_kafka.go (Confluent's properties in our keys),
// properties.go (their syntax).
package config
