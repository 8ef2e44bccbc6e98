package jsonschema

// shape is what the value of a keyword must look like.
type shape uint8

const (
	anything shape = iota // also for keywords that a draft does not know
	aText
	aBoolean
	aNumber
	aFactor // a number greater than 0
	aCount  // an integer that is not negative; 1.0 is one
	anArray
	anObject
	aPattern
	aSchema
	aSchemaOrBoolean // draft 4, where schemas are objects only
	aSchemaOrList
	aSchemaList // of at least one
	aSchemaMap
	aPatternMap // schemas by regular expressions
	aTextSet
	aTextSetFilled // of at least one, as in draft 4
	aTextSetMap
	aDependencyMap // schemas or lists of names
	aTypeList
)

// shapeOf returns what the metaschema of the draft asks of a keyword.
func shapeOf(d Draft, keyword string) shape {
	switch keyword {
	case "$schema", "title", "description", "format", "$ref":
		return aText
	case "multipleOf":
		return aFactor
	case "maximum", "minimum":
		return aNumber
	case "maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties":
		return aCount
	case "uniqueItems":
		return aBoolean
	case "pattern":
		return aPattern
	case "enum":
		return anArray
	case "type":
		return aTypeList
	case "not":
		return aSchema
	case "allOf", "anyOf", "oneOf":
		return aSchemaList
	case "properties", "definitions":
		return aSchemaMap
	case "patternProperties":
		return aPatternMap
	case "dependencies":
		return aDependencyMap
	}
	if d == Draft4 {
		return shapeOf4(keyword)
	}
	return shapeFrom6(d, keyword)
}

func shapeOf4(keyword string) shape {
	switch keyword {
	case "id":
		return aText
	case "exclusiveMaximum", "exclusiveMinimum":
		return aBoolean
	case "required":
		return aTextSetFilled
	case "additionalItems", "additionalProperties":
		return aSchemaOrBoolean
	case "items":
		return aSchemaOrList
	default:
		return anything
	}
}

func shapeFrom6(d Draft, keyword string) shape {
	switch keyword {
	case "$id":
		return aText
	case "exclusiveMaximum", "exclusiveMinimum":
		return aNumber
	case "required":
		return aTextSet
	case "additionalProperties", "contains", "propertyNames":
		return aSchema
	case "examples":
		return anArray
	case "items":
		if d == Draft2020 {
			return aSchema
		}
		return aSchemaOrList
	case "additionalItems":
		if d == Draft2020 {
			return anything
		}
		return aSchema
	}
	if d < Draft7 {
		return anything
	}
	switch keyword {
	case "if", "then", "else":
		return aSchema
	case "$comment", "contentMediaType", "contentEncoding":
		return aText
	case "readOnly":
		return aBoolean
	}
	if d < Draft2019 {
		return anything
	}
	return shapeFrom2019(d, keyword)
}

func shapeFrom2019(d Draft, keyword string) shape {
	switch keyword {
	case "$anchor":
		return aText
	case "$defs", "dependentSchemas":
		return aSchemaMap
	case "dependentRequired":
		return aTextSetMap
	case "unevaluatedItems", "unevaluatedProperties", "contentSchema":
		return aSchema
	case "maxContains", "minContains":
		return aCount
	case "writeOnly", "deprecated":
		return aBoolean
	case "$vocabulary":
		return anObject
	case "$recursiveRef":
		if d == Draft2019 {
			return aText
		}
	case "$recursiveAnchor":
		if d == Draft2019 {
			return aBoolean
		}
	case "$dynamicRef", "$dynamicAnchor":
		if d == Draft2020 {
			return aText
		}
	case "prefixItems":
		if d == Draft2020 {
			return aSchemaList
		}
	}
	return anything
}
