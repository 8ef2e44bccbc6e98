package registryhttp

import "github.com/plastron-dev/plastron/runtime/apidoc"

// components are the schemas of the document.
func components() apidoc.Object {
	text, number, flag := apidoc.Type("string"), apidoc.Type("integer"), apidoc.Type("boolean")
	content := func(more apidoc.Object) apidoc.Object {
		out := apidoc.Object{
			"schema": text, "schemaType": text, "references": apidoc.List(apidoc.Ref("Reference")), "metadata": apidoc.Ref("Metadata"),
			"guid": text, "ts": number, "deleted": flag, "schemaTags": apidoc.List(apidoc.Ref("Tags")),
		}
		for name, property := range more {
			out[name] = property
		}
		return out
	}
	return apidoc.Object{
		"Text": apidoc.Object{}, "Page": text, "Lines": text, "Object": apidoc.Type("object"), "Objects": apidoc.List(apidoc.Type("object")),
		"Name": text, "Names": apidoc.List(text), "Number": number, "Numbers": apidoc.List(number),
		"Reference": apidoc.Members(apidoc.Object{"name": text, "subject": text, "version": number}, "name", "subject", "version"),
		"Metadata": apidoc.Members(apidoc.Object{
			"tags":       apidoc.Object{"type": "object", "additionalProperties": apidoc.List(text)},
			"properties": apidoc.Object{"type": "object", "additionalProperties": text},
			"sensitive":  apidoc.List(text),
		}),
		"Registration": apidoc.WithExample(apidoc.Object{
			"schema": `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}`, "schemaType": "AVRO",
		}, apidoc.Members(apidoc.Object{
			"schema": text, "schemaType": apidoc.Object{"type": "string", "enum": []string{"AVRO", "JSON", "PROTOBUF"}},
			"references": apidoc.List(apidoc.Ref("Reference")), "metadata": apidoc.Ref("Metadata"), "id": number, "version": number,
			"schemaTagsToAdd": apidoc.List(apidoc.Ref("Tags")), "schemaTagsToRemove": apidoc.List(apidoc.Ref("Tags")), "propagateSchemaTags": flag,
		})),
		"TagChange": apidoc.Members(apidoc.Object{
			"newVersion": number, "tagsToAdd": apidoc.List(apidoc.Ref("Tags")), "tagsToRemove": apidoc.List(apidoc.Ref("Tags")), "metadata": apidoc.Ref("Metadata"),
		}),
		"Tags": apidoc.Members(apidoc.Object{
			"schemaEntity": apidoc.Members(apidoc.Object{"entityPath": text, "entityType": apidoc.Object{"type": "string", "enum": []string{recordEntity, fieldEntity}}}),
			"tags":         apidoc.List(text),
		}),
		"Registered": apidoc.Members(content(apidoc.Object{"id": number, "version": number}), "id"),
		"Version":    apidoc.Members(content(apidoc.Object{"subject": text, "version": number, "id": number}), "subject", "version", "id", "schema"),
		"Versions":   apidoc.List(apidoc.Ref("Version")),
		"Schema": apidoc.Members(content(apidoc.Object{
			"subject": text, "version": number, "maxId": number, "subjects": apidoc.List(text),
		}), "schema"),
		"Places":       apidoc.List(apidoc.Members(apidoc.Object{"subject": text, "version": number}, "subject", "version")),
		"ContextIDs":   apidoc.List(apidoc.Members(apidoc.Object{"context": text, "id": number}, "context", "id")),
		"Verdict":      apidoc.Members(apidoc.Object{"is_compatible": flag, "messages": apidoc.List(text)}, "is_compatible"),
		"Config":       apidoc.Members(settingComponents(levelRead)),
		"ConfigChange": apidoc.Members(settingComponents(levelWritten)),
		"Mode":         apidoc.Members(apidoc.Object{"mode": text}),
		"Feed": apidoc.Members(apidoc.Object{
			"cursor": text, "log": text, "listing": apidoc.Object{"type": "string", "enum": []string{"first", "next"}}, "more": flag,
			"defaults": apidoc.Members(apidoc.Object{"config": apidoc.Ref("Config"), "mode": text}),
			"subjects": apidoc.List(apidoc.Members(apidoc.Object{
				"subject": text, "version": number, "id": number, "schemaType": text, "deleted": flag, "live": number, "config": apidoc.Ref("Config"), "mode": text,
			}, "subject")),
		}, "cursor", "log", "more", "subjects"),

		"Association": apidoc.Members(apidoc.Object{
			"subject": text, "guid": text, "resourceName": text, "resourceNamespace": text, "resourceId": text, "resourceType": text,
			"associationType": text, "lifecycle": text, "frozen": flag, "createTs": number, "updateTs": number,
		}, "subject", "associationType", "lifecycle", "frozen"),
		"Associations": apidoc.List(apidoc.Ref("Association")),
		"AssociationRequest": associated(apidoc.Object{
			"associationType": text, "subject": text, "lifecycle": text, "frozen": flag, "normalize": flag, "opType": text,
			"cascadeLifecycle": flag, "schema": apidoc.Ref("Registration"),
		}),
		"Associated":         associated(apidoc.Object{"associationType": text, "subject": text, "lifecycle": text, "frozen": flag}),
		"AssociationBatch":   apidoc.Members(apidoc.Object{"requests": apidoc.List(apidoc.Ref("AssociationRequest"))}, "requests"),
		"AssociationResults": apidoc.Members(apidoc.Object{"results": apidoc.List(apidoc.Members(apidoc.Object{"result": apidoc.Ref("Associated"), "error": apidoc.Ref("Error")}))}, "results"),

		"Error": apidoc.Members(apidoc.Object{"error_code": number, "message": apidoc.Object{}}, "error_code", "message"),
	}
}

// associated is a resource with items.
func associated(item apidoc.Object) apidoc.Object {
	text := apidoc.Type("string")
	return apidoc.Members(apidoc.Object{
		"resourceName": text, "resourceNamespace": text, "resourceId": text, "resourceType": text,
		"associationTypes": apidoc.List(text), "lifecycle": text, "associations": apidoc.List(apidoc.Members(item)),
	})
}

func settingComponents(level string) apidoc.Object {
	text, flag := apidoc.Type("string"), apidoc.Type("boolean")
	return apidoc.Object{
		level: text, "alias": text, "aliasForDeks": text, "compatibilityGroup": text, "compatibilityPolicy": text,
		"normalize": flag, "validateFields": flag, "validateRules": flag, "validateNewSchemas": flag,
		"defaultMetadata": apidoc.Ref("Metadata"), "overrideMetadata": apidoc.Ref("Metadata"),
	}
}
