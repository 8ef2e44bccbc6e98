package config

// limitKeys are the limits of package format, with its defaults; package app
// carries them over and its tests hold the two tables equal.
func limitKeys() []Key {
	return []Key{
		{Name: "schema_max_bytes", Kind: Integer, Default: "2097152", Min: 1, Max: 64 << 20, Use: ByBoth, Effect: Honoured,
			Doc:  "Longest text of a schema, and of each schema that it refers to, in bytes. Plastron's own key.",
			bind: func(c *Config) any { return &c.Limits.Bytes }},
		{Name: "schema_max_depth", Kind: Integer, Default: "1024", Min: 1, Max: 10_000, Use: ByBoth, Effect: Honoured,
			Doc:  "How deep the JSON of a schema, or the messages of a Protobuf schema, may be nested; of the latter never more than 100. Plastron's own key.",
			bind: func(c *Config) any { return &c.Limits.Depth }},
		{Name: "schema_max_nodes", Kind: Integer, Default: "600000", Min: 1, Max: 10_000_000, Use: ByBoth, Effect: Honoured,
			Doc: "Most values of JSON, keys included, in a schema and all that it refers to. Of Protobuf, never more than 600000: a field counts 3, " +
				"a message 8. Plastron's own key.",
			bind: func(c *Config) any { return &c.Limits.Nodes }},
		{Name: "schema_max_subschemas", Kind: Integer, Default: "65536", Min: 1, Max: 1_000_000, Use: ByBoth, Effect: Honoured,
			Doc:  "Most schemas within a JSON Schema and all that it refers to. Plastron's own key.",
			bind: func(c *Config) any { return &c.Limits.Subschemas }},
		{Name: "schema_max_pattern_cost", Kind: Integer, Default: "20000", Min: 1, Max: 1_000_000, Use: ByBoth, Effect: Honoured,
			Doc: "Greatest cost of one regular expression in a JSON Schema: about its number of characters, those in a repetition counted as often as it " +
				"repeats them. Plastron's own key.",
			bind: func(c *Config) any { return &c.Limits.PatternCost }},
		{Name: "schema_max_references", Kind: Integer, Default: "1024", Min: 1, Max: 100_000, Use: ByBoth, Effect: Honoured,
			Doc:  "Most references of a schema, those of references included. Plastron's own key.",
			bind: func(c *Config) any { return &c.Limits.References }},
		{Name: "schema_max_reference_depth", Kind: Integer, Default: "64", Min: 1, Max: 1000, Use: ByBoth, Effect: Honoured,
			Doc:  "Longest chain of references from one schema to the next. Plastron's own key.",
			bind: func(c *Config) any { return &c.Limits.ReferenceDepth }},
	}
}
