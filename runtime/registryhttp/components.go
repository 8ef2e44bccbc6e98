package registryhttp

// jsonObject is an object of a JSON document.
type jsonObject = map[string]any

func ofType(name string) jsonObject { return jsonObject{"type": name} }

func ref(name string) jsonObject { return jsonObject{"$ref": "#/components/schemas/" + name} }

func listOf(item jsonObject) jsonObject { return jsonObject{"type": "array", "items": item} }

func objectOf(properties jsonObject, required ...string) jsonObject {
	out := jsonObject{"type": "object", "properties": properties}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func withExample(example, component jsonObject) jsonObject {
	component["example"] = example
	return component
}

// components are the schemas of the document.
func components() jsonObject {
	text, number, flag := ofType("string"), ofType("integer"), ofType("boolean")
	content := func(more jsonObject) jsonObject {
		out := jsonObject{
			"schema": text, "schemaType": text, "references": listOf(ref("Reference")), "metadata": ref("Metadata"),
			"guid": text, "ts": number, "deleted": flag, "schemaTags": listOf(ref("Tags")),
		}
		for name, property := range more {
			out[name] = property
		}
		return out
	}
	return jsonObject{
		"Text": jsonObject{}, "Page": text, "Lines": text, "Object": ofType("object"), "Objects": listOf(ofType("object")),
		"Name": text, "Names": listOf(text), "Number": number, "Numbers": listOf(number),
		"Reference": objectOf(jsonObject{"name": text, "subject": text, "version": number}, "name", "subject", "version"),
		"Metadata": objectOf(jsonObject{
			"tags":       jsonObject{"type": "object", "additionalProperties": listOf(text)},
			"properties": jsonObject{"type": "object", "additionalProperties": text},
			"sensitive":  listOf(text),
		}),
		"Registration": withExample(jsonObject{
			"schema": `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}`, "schemaType": "AVRO",
		}, objectOf(jsonObject{
			"schema": text, "schemaType": jsonObject{"type": "string", "enum": []string{"AVRO", "JSON", "PROTOBUF"}},
			"references": listOf(ref("Reference")), "metadata": ref("Metadata"), "id": number, "version": number,
			"schemaTagsToAdd": listOf(ref("Tags")), "schemaTagsToRemove": listOf(ref("Tags")), "propagateSchemaTags": flag,
		})),
		"TagChange": objectOf(jsonObject{
			"newVersion": number, "tagsToAdd": listOf(ref("Tags")), "tagsToRemove": listOf(ref("Tags")), "metadata": ref("Metadata"),
		}),
		"Tags": objectOf(jsonObject{
			"schemaEntity": objectOf(jsonObject{"entityPath": text, "entityType": jsonObject{"type": "string", "enum": []string{recordEntity, fieldEntity}}}),
			"tags":         listOf(text),
		}),
		"Registered": objectOf(content(jsonObject{"id": number, "version": number}), "id"),
		"Version":    objectOf(content(jsonObject{"subject": text, "version": number, "id": number}), "subject", "version", "id", "schema"),
		"Versions":   listOf(ref("Version")),
		"Schema": objectOf(content(jsonObject{
			"subject": text, "version": number, "maxId": number, "subjects": listOf(text),
		}), "schema"),
		"Places":       listOf(objectOf(jsonObject{"subject": text, "version": number}, "subject", "version")),
		"ContextIDs":   listOf(objectOf(jsonObject{"context": text, "id": number}, "context", "id")),
		"Verdict":      objectOf(jsonObject{"is_compatible": flag, "messages": listOf(text)}, "is_compatible"),
		"Config":       objectOf(settingComponents(levelRead)),
		"ConfigChange": objectOf(settingComponents(levelWritten)),
		"Mode":         objectOf(jsonObject{"mode": text}),

		"Association": objectOf(jsonObject{
			"subject": text, "guid": text, "resourceName": text, "resourceNamespace": text, "resourceId": text, "resourceType": text,
			"associationType": text, "lifecycle": text, "frozen": flag, "createTs": number, "updateTs": number,
		}, "subject", "associationType", "lifecycle", "frozen"),
		"Associations": listOf(ref("Association")),
		"AssociationRequest": associated(jsonObject{
			"associationType": text, "subject": text, "lifecycle": text, "frozen": flag, "normalize": flag, "opType": text,
			"cascadeLifecycle": flag, "schema": ref("Registration"),
		}),
		"Associated":         associated(jsonObject{"associationType": text, "subject": text, "lifecycle": text, "frozen": flag}),
		"AssociationBatch":   objectOf(jsonObject{"requests": listOf(ref("AssociationRequest"))}, "requests"),
		"AssociationResults": objectOf(jsonObject{"results": listOf(objectOf(jsonObject{"result": ref("Associated"), "error": ref("Error")}))}, "results"),

		"Error": objectOf(jsonObject{"error_code": number, "message": jsonObject{}}, "error_code", "message"),
	}
}

// associated is a resource with items.
func associated(item jsonObject) jsonObject {
	text := ofType("string")
	return objectOf(jsonObject{
		"resourceName": text, "resourceNamespace": text, "resourceId": text, "resourceType": text,
		"associationTypes": listOf(text), "lifecycle": text, "associations": listOf(objectOf(item)),
	})
}

func settingComponents(level string) jsonObject {
	text, flag := ofType("string"), ofType("boolean")
	return jsonObject{
		level: text, "alias": text, "aliasForDeks": text, "compatibilityGroup": text, "compatibilityPolicy": text,
		"normalize": flag, "validateFields": flag, "validateRules": flag, "validateNewSchemas": flag,
		"defaultMetadata": ref("Metadata"), "overrideMetadata": ref("Metadata"),
	}
}
