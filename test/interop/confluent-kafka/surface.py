"""The registry's client without serializers: calls and errors."""

import json

from confluent_kafka.schema_registry import (
    AssociationCreateOrUpdateInfo, AssociationCreateOrUpdateRequest, ConfigCompatibilityLevel, Metadata, MetadataProperties, Schema, SchemaReference, SchemaRegistryClient, ServerConfig)
from confluent_kafka.schema_registry.error import SchemaRegistryError

from report import FLAVOUR, REGISTRY, RUN, check, equal


def connect():
    """A client that has nothing in its caches."""
    return SchemaRegistryClient({"url": REGISTRY})


def avro(name, *fields, **more):
    return Schema(json.dumps({"type": "record", "name": name, "fields": list(fields), **more}), "AVRO")


def avro_with_references(references, *args, **more):
    return Schema(avro(*args, **more).schema_str, "AVRO", references=references)


def field(name, kind="string", **more):
    return {"name": name, "type": kind, **more}


ORDER = avro("Order", field("id"))
ORDER_WITH_NOTE = avro("Order", field("id"), field("note", default=""))
ORDER_BROKEN = avro("Order", field("id"), field("price", "long"))


def refused(function, status, code, *words):
    """The client has to raise its own error, with the status and the code."""
    try:
        function()
    except SchemaRegistryError as err:
        equal((err.http_status_code, err.error_code), (status, code), str(err))
        if not isinstance(err.error_message, str):
            raise AssertionError(f"the message is no text: {err.error_message!r}")
        for word in words:
            if word not in err.error_message:
                raise AssertionError(f"{word!r} is not in {err.error_message!r}")
        return
    raise AssertionError(f"no error, want {status}/{code}")


@check("register and look up")
def _():
    client, subject = connect(), f"{RUN}-register-value"
    first = client.register_schema(subject, ORDER)
    equal(client.register_schema(f"{RUN}-register-other-value", ORDER), first, "id in another subject")
    second = connect().register_schema(subject, ORDER_WITH_NOTE)
    if second == first:
        raise AssertionError("two schemas have one id")
    found = connect().lookup_schema(subject, ORDER_WITH_NOTE)
    equal((found.schema_id, found.version, found.subject), (second, 2, subject), "lookup")
    full = connect().register_schema_full_response(subject, ORDER)
    equal(full.schema_id, first, "id of the full answer")


@check("read by id, guid and version")
def _():
    client, subject = connect(), f"{RUN}-read-value"
    first = client.register_schema(subject, ORDER)
    second = client.register_schema(subject, ORDER_WITH_NOTE)
    client = connect()
    equal(json.loads(client.get_schema(first).schema_str), json.loads(ORDER.schema_str), "by id")
    latest = client.get_latest_version(subject)
    equal((latest.schema_id, latest.version), (second, 2), "latest")
    equal(client.get_version(subject, 1).schema_id, first, "version 1")
    guid = latest.guid
    if FLAVOUR == "confluent":
        equal(client.get_schema_by_guid(guid).schema_str, latest.schema.schema_str, "by guid")
    versions = {(v.subject, v.version) for v in client.get_schema_versions(first)}
    if (subject, 1) not in versions:
        raise AssertionError(f"versions of id {first}: {versions}")
    if subject not in client.get_subjects_by_schema_id(second):
        raise AssertionError("the subject is not among those of its id")
    equal(sorted(client.get_schema_types()), ["AVRO", "JSON", "PROTOBUF"], "types")


@check("lists and deletes")
def _():
    client, subject = connect(), f"{RUN}-delete-value"
    client.register_schema(subject, ORDER)
    client.register_schema(subject, ORDER_WITH_NOTE)
    if subject not in client.get_subjects():
        raise AssertionError("the subject is not listed")
    equal(client.get_subjects(subject_prefix=subject), [subject], "subjects with the prefix")
    equal(client.get_versions(subject), [1, 2], "versions")
    equal(client.delete_version(subject, 2), 2, "deleted version")
    equal(client.get_versions(subject), [1], "versions after one was deleted")
    equal(client.delete_subject(subject), [1], "deleted versions of the subject")
    if subject in client.get_subjects() or subject not in client.get_subjects(deleted=True):
        raise AssertionError("a deleted subject is listed only when asked for")
    equal(client.delete_subject(subject, permanent=True), [1, 2], "permanently deleted versions")
    if subject in client.get_subjects(deleted=True):
        raise AssertionError("a permanently deleted subject is listed")


@check("levels and compatibility")
def _():
    client, subject = connect(), f"{RUN}-level-value"
    client.register_schema(subject, ORDER)
    equal(client.set_compatibility(subject, "FULL")["compatibility"], "FULL", "level that was set")
    equal(client.get_compatibility(subject), "FULL", "level of the subject")
    equal(client.test_compatibility(subject, ORDER_WITH_NOTE), True, "compatible")
    equal(client.test_compatibility(subject, ORDER_BROKEN), False, "incompatible")
    equal(client.test_compatibility_all_versions(subject, ORDER_BROKEN), False, "incompatible with all versions")
    client.set_config(subject, ServerConfig(compatibility=ConfigCompatibilityLevel.NONE))
    equal(client.test_compatibility(subject, ORDER_BROKEN), True, "anything goes under NONE")
    client.delete_config(subject)


@check("modes")
def _():
    client, subject = connect(), f"{RUN}-mode-value"
    client.register_schema(subject, ORDER)
    equal(client.get_global_mode(), "READWRITE", "global mode")
    equal(client.update_mode(subject, "READONLY"), "READONLY", "mode that was set")
    refused(lambda: connect().register_schema(subject, ORDER_WITH_NOTE), 422, 42205)
    client.delete_mode(subject)
    connect().register_schema(subject, ORDER_WITH_NOTE)


@check("references")
def _():
    client = connect()
    used, user = f"{RUN}-used", f"{RUN}-user-value"
    client.register_schema(used, avro("Address", field("street"), namespace="interop"))
    schema = avro_with_references([SchemaReference("interop.Address", used, 1)],
                                  "Person", field("home", "interop.Address"), namespace="interop")
    registered = client.register_schema(user, schema)
    got = connect().get_schema(registered)
    equal([(r.name, r.subject, r.version) for r in got.references], [("interop.Address", used, 1)], "references")
    equal(client.get_referenced_by(used, 1), [registered], "ids that refer to it")
    refused(lambda: client.delete_subject(used), 422, 42206)


@check("metadata")
def _():
    client, subject = connect(), f"{RUN}-metadata-value"
    first = Schema(ORDER.schema_str, "AVRO", metadata=Metadata(None, MetadataProperties({"stage": "old"}), None))
    second = Schema(ORDER_WITH_NOTE.schema_str, "AVRO", metadata=Metadata(None, MetadataProperties({"stage": "new"}), None))
    client.register_schema(subject, first)
    client.register_schema(subject, second)
    equal(connect().get_latest_with_metadata(subject, {"stage": "old"}).version, 1, "latest version of the old stage")


@check("associations")
def _():
    client, topic, subject = connect(), f"{RUN}-associated", f"{RUN}-orders"
    equal(client.get_associations_by_resource_name(topic, "-", "topic", ["value"]), [], "before")

    def request(name, **more):
        return AssociationCreateOrUpdateRequest(
            resource_name=name, resource_namespace=f"{RUN}-cluster", resource_id=f"{RUN}-{name}", resource_type="topic",
            associations=[AssociationCreateOrUpdateInfo(subject=subject, association_type="value", **more)])

    refused(lambda: client.create_association(request(topic)), 409, 40907)
    made = client.create_association(request(topic, lifecycle="STRONG", schema=ORDER))
    equal([(a.subject, a.lifecycle, a.frozen) for a in made.associations], [(subject, "STRONG", False)], "created")
    found = client.get_associations_by_resource_name(topic, "-", "topic", ["value"])
    equal([(a.subject, a.resource_namespace, a.association_type) for a in found], [(subject, f"{RUN}-cluster", "value")], "found")
    refused(lambda: client.create_association(request(topic, lifecycle="WEAK")), 409, 40903)
    refused(lambda: client.create_association(request(f"{topic}-2", lifecycle="WEAK")), 409, 40905)
    refused(lambda: client.delete_subject(subject), 409, 40904)
    client.delete_associations(f"{RUN}-{topic}", "topic", ["value"])
    equal(client.get_associations_by_resource_name(topic, "-", "topic"), [], "after")
    refused(lambda: client.delete_associations(f"{RUN}-{topic}", "topic", ["value"]), 404, 40410)


@check("contexts")
def _():
    client, subject = connect(), f":.{RUN}:orders-value"
    client.register_schema(subject, ORDER)
    if f".{RUN}" not in client.get_contexts():
        raise AssertionError("the context is not listed")
    equal(connect().get_latest_version(subject).version, 1, "version in the context")


@check("errors 404")
def _():
    client, subject = connect(), f"{RUN}-missing-value"
    refused(lambda: client.get_latest_version(subject), 404, 40401, subject)
    refused(lambda: client.lookup_schema(subject, ORDER), 404, 40401)
    refused(lambda: client.get_schema(1999999999), 404, 40403)
    known = f"{RUN}-known-value"
    client.register_schema(known, ORDER)
    refused(lambda: client.get_version(known, 99), 404, 40402, "99")
    refused(lambda: connect().lookup_schema(known, ORDER_BROKEN), 404, 40403)
    refused(lambda: client.get_compatibility(subject), 404, 40408 if FLAVOUR == "confluent" else 40401)
    refused(lambda: client.delete_subject(known, permanent=True), 404, 40405)


@check("error 409")
def _():
    client, subject = connect(), f"{RUN}-conflict-value"
    client.register_schema(subject, ORDER)
    code = 40901 if FLAVOUR == "confluent" else 409
    refused(lambda: client.register_schema(subject, ORDER_BROKEN), 409, code, "price")


@check("errors 422")
def _():
    client, subject = connect(), f"{RUN}-invalid-value"
    refused(lambda: client.register_schema(subject, Schema('{"type": "nonsense"}', "AVRO")), 422, 42201)
    refused(lambda: client.register_schema(subject, Schema("message {", "PROTOBUF")), 422, 42201)
    refused(lambda: client.register_schema(subject, Schema('{"type": 7}', "JSON")), 422, 42201)
    client.register_schema(subject, ORDER)
    refused(lambda: client.get_version(subject, 0), 422, 42202)
    refused(lambda: client.set_compatibility(subject, "SOMEHOW"), 422, 42203)
