package schema

// Flavour says whose behaviour is asked for where Karapace and Confluent
// visibly differ.
type Flavour string

// The two flavours; Karapace is the default of the product.
const (
	Karapace  Flavour = "karapace"
	Confluent Flavour = "confluent"
)
