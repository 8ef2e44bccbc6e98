package apidoc

// Object is an object of a JSON document.
type Object = map[string]any

// Type is a schema of a simple type: string, integer, boolean, object.
func Type(name string) Object { return Object{"type": name} }

// Ref refers to a component of the document.
func Ref(name string) Object { return Object{"$ref": "#/components/schemas/" + name} }

// List is an array of items.
func List(item Object) Object { return Object{"type": "array", "items": item} }

// Members is an object with those members, of which some are required.
func Members(properties Object, required ...string) Object {
	out := Object{"type": "object", "properties": properties}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// WithExample adds an example to a component.
func WithExample(example any, component Object) Object {
	component["example"] = example
	return component
}
