"""Serializers and deserializers of the three formats, on bytes."""

import json
import struct

from confluent_kafka.schema_registry import Schema, SchemaReference
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext, SerializationError
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2

from report import FLAVOUR, RUN, check, equal
from surface import avro, avro_with_references, connect, field

REGISTERED_ONLY = {"auto.register.schemas": False}
LATEST = {"auto.register.schemas": False, "use.latest.version": True}
NORMALIZED = {"normalize.schemas": True}


def context(topic):
    return SerializationContext(topic, MessageField.VALUE)


def id_of(data):
    magic, number = struct.unpack(">bI", data[:5])
    equal(magic, 0, "magic byte")
    return number


def fails(function, kind):
    try:
        function()
    except kind:
        return
    raise AssertionError(f"no {kind.__name__}")


# One type in three texts: the second has other spaces and order, the third
# only means the same. Karapace normalises Protobuf alone, so that the third is
# another schema for it.
ORDER = avro("Order", field("id"), namespace="interop").schema_str
ORDER_SHUFFLED = json.dumps(dict(reversed(json.loads(ORDER).items())), indent=2)
ORDER_REPHRASED = '{ "fields": [{"type": {"type": "string"}, "name": "id"}], "name": "interop.Order", "type": "record" }'
ORDER_WITH_NOTE = avro("Order", field("id"), field("note", default="none"), namespace="interop").schema_str


@check("Avro: auto-register")
def _():
    topic, value = f"{RUN}-avro-auto", {"id": "7"}
    data = AvroSerializer(connect(), ORDER)(value, context(topic))
    equal(connect().get_latest_version(f"{topic}-value").schema_id, id_of(data), "id in the record")
    equal(AvroDeserializer(connect())(data, context(topic)), value, "value")
    evolved = AvroDeserializer(connect(), ORDER_WITH_NOTE)(data, context(topic))
    equal(evolved, {"id": "7", "note": "none"}, "value read with the newer schema")


@check("Avro: registered only")
def _():
    topic = f"{RUN}-avro-registered"
    fails(lambda: AvroSerializer(connect(), ORDER, conf=REGISTERED_ONLY)({"id": "7"}, context(topic)), SchemaRegistryError)
    number = connect().register_schema(f"{topic}-value", Schema(ORDER, "AVRO"))
    equal(id_of(AvroSerializer(connect(), ORDER, conf=REGISTERED_ONLY)({"id": "7"}, context(topic))), number, "id")


@check("Avro: use latest")
def _():
    topic = f"{RUN}-avro-latest"
    connect().register_schema(f"{topic}-value", Schema(ORDER, "AVRO"))
    newest = connect().register_schema(f"{topic}-value", Schema(ORDER_WITH_NOTE, "AVRO"))
    data = AvroSerializer(connect(), None, conf=LATEST)({"id": "7", "note": "n"}, context(topic))
    equal(id_of(data), newest, "id")


@check("Avro: normalize")
def _():
    topic = f"{RUN}-avro-normalize"
    number = connect().register_schema(f"{topic}-value", Schema(ORDER, "AVRO"), normalize_schemas=True)
    data = AvroSerializer(connect(), ORDER_SHUFFLED, conf=NORMALIZED)({"id": "7"}, context(topic))
    equal(id_of(data), number, "id of a text in another order")
    AvroSerializer(connect(), ORDER_REPHRASED, conf=NORMALIZED)({"id": "7"}, context(topic))
    equal(connect().get_versions(f"{topic}-value"), [1] if FLAVOUR == "confluent" else [1, 2], "versions")


@check("Avro: references")
def _():
    topic, used = f"{RUN}-avro-references", f"{RUN}-avro-address"
    connect().register_schema(used, avro("Address", field("street"), namespace="interop"))
    schema = avro_with_references([SchemaReference("interop.Address", used, 1)],
                                  "Person", field("home", "interop.Address"), namespace="interop")
    value = {"home": {"street": "Elm"}}
    data = AvroSerializer(connect(), schema)(value, context(topic))
    equal(AvroDeserializer(connect())(data, context(topic)), value, "value")


def json_schema(properties, **more):
    return json.dumps({"$schema": "http://json-schema.org/draft-07/schema#", "title": "Order",
                       "type": "object", "properties": properties, **more})


ITEM = json_schema({"id": {"type": "string"}}, required=["id"])
ITEM_SHUFFLED = json.dumps(dict(reversed(json.loads(ITEM).items())), indent=2)
ITEM_WITH_COUNT = json_schema({"id": {"type": "string"}, "count": {"type": "integer"}}, required=["id"])


@check("JSON: auto-register")
def _():
    topic, value = f"{RUN}-json-auto", {"id": "7"}
    data = JSONSerializer(ITEM, connect())(value, context(topic))
    latest = connect().get_latest_version(f"{topic}-value")
    equal((latest.schema_id, latest.schema.schema_type), (id_of(data), "JSON"), "id in the record")
    equal(JSONDeserializer(None, schema_registry_client=connect())(data, context(topic)), value, "value")
    fails(lambda: JSONSerializer(ITEM, connect())({"id": 7}, context(topic)), SerializationError)


@check("JSON: use latest")
def _():
    topic = f"{RUN}-json-latest"
    client = connect()
    client.set_compatibility(f"{topic}-value", "NONE")
    client.register_schema(f"{topic}-value", Schema(ITEM, "JSON"))
    newest = client.register_schema(f"{topic}-value", Schema(ITEM_WITH_COUNT, "JSON"))
    data = JSONSerializer(None, connect(), conf=LATEST)({"id": "7", "count": 2}, context(topic))
    equal(id_of(data), newest, "id")


@check("JSON: normalize")
def _():
    topic = f"{RUN}-json-normalize"
    number = connect().register_schema(f"{topic}-value", Schema(ITEM, "JSON"), normalize_schemas=True)
    data = JSONSerializer(ITEM_SHUFFLED, connect(), conf=NORMALIZED)({"id": "7"}, context(topic))
    equal(id_of(data), number, "id of a text that means the same")


@check("JSON: references")
def _():
    topic, used, name = f"{RUN}-json-references", f"{RUN}-json-item", "http://interop.test/item.json"
    connect().register_schema(used, Schema(ITEM, "JSON"))
    schema = Schema(json_schema({"item": {"$ref": name}}), "JSON", references=[SchemaReference(name, used, 1)])
    value = {"item": {"id": "7"}}
    data = JSONSerializer(schema, connect())(value, context(topic))
    equal(JSONDeserializer(None, schema_registry_client=connect())(data, context(topic)), value, "value")
    fails(lambda: JSONSerializer(schema, connect())({"item": {}}, context(topic)), SerializationError)


def messages(*fields):
    """The classes of interop.Money and interop.Order, made without protoc.

    Order lies in a second file that imports the first, so a serializer
    registers two schemas, one of which refers to the other.
    """
    kind = descriptor_pb2.FieldDescriptorProto
    money = descriptor_pb2.FileDescriptorProto(name="interop/money.proto", package="interop", syntax="proto3")
    money.message_type.add(name="Money").field.add(name="cents", number=1, type=kind.TYPE_INT64, label=kind.LABEL_OPTIONAL)
    order = descriptor_pb2.FileDescriptorProto(
        name="interop/order.proto", package="interop", syntax="proto3",
        dependency=["interop/money.proto", "google/protobuf/timestamp.proto"])
    message = order.message_type.add(name="Order")
    message.field.add(name="id", number=1, type=kind.TYPE_STRING, label=kind.LABEL_OPTIONAL)
    message.field.add(name="price", number=2, type=kind.TYPE_MESSAGE, type_name=".interop.Money", label=kind.LABEL_OPTIONAL)
    message.field.add(name="at", number=3, type=kind.TYPE_MESSAGE, type_name=".google.protobuf.Timestamp",
                      label=kind.LABEL_OPTIONAL)
    for i, name in enumerate(fields):
        message.field.add(name=name, number=4 + i, type=kind.TYPE_STRING, label=kind.LABEL_OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(timestamp_pb2.DESCRIPTOR.serialized_pb)
    pool.AddSerializedFile(money.SerializeToString())
    pool.AddSerializedFile(order.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("interop.Order"))


ProtoOrder = messages()
ProtoOrderWithNote = messages("note")


def proto_order():
    order = ProtoOrder(id="7")
    order.price.cents = 250
    order.at.seconds = 1
    return order


def proto_config(topic, **more):
    """References of one topic get subjects of their own."""
    return {"reference.subject.name.strategy": lambda _, ref: f"{topic}-{ref.name}",
            **{key.replace("_", "."): value for key, value in more.items()}}


@check("Protobuf: auto-register and references")
def _():
    topic = f"{RUN}-protobuf-auto"
    data = ProtobufSerializer(ProtoOrder, connect(), proto_config(topic))(proto_order(), context(topic))
    client = connect()
    latest = client.get_latest_version(f"{topic}-value")
    equal((latest.schema_id, latest.schema.schema_type), (id_of(data), "PROTOBUF"), "id in the record")
    names = [r.name for r in latest.schema.references]
    equal(names, ["interop/money.proto"], "references")
    if "message Order" not in latest.schema.schema_str:
        raise AssertionError(f"not stored as text: {latest.schema.schema_str}")
    equal(ProtobufDeserializer(ProtoOrder, {}, connect())(data, context(topic)), proto_order(), "value")
    equal(ProtobufDeserializer(ProtoOrderWithNote, {}, connect())(data, context(topic)).price.cents, 250,
          "value read with the newer schema")


@check("Protobuf: use latest")
def _():
    topic = f"{RUN}-protobuf-latest"
    ProtobufSerializer(ProtoOrder, connect(), proto_config(topic))(proto_order(), context(topic))
    data = ProtobufSerializer(ProtoOrderWithNote, connect(), proto_config(topic))(
        ProtoOrderWithNote(id="8", note="n"), context(topic))
    newest = id_of(data)
    data = ProtobufSerializer(ProtoOrder, connect(), proto_config(
        topic, auto_register_schemas=False, use_latest_version=True))(proto_order(), context(topic))
    equal(id_of(data), newest, "id")


@check("Protobuf: normalize")
def _():
    topic = f"{RUN}-protobuf-normalize"
    client = connect()
    money = '// Cents.\nsyntax = "proto3";\npackage interop;\nmessage Money { int64 cents = 1; }'
    client.register_schema(f"{topic}-interop/money.proto", Schema(money, "PROTOBUF"), normalize_schemas=True)
    ProtobufSerializer(ProtoOrder, connect(), proto_config(topic, normalize_schemas=True))(proto_order(), context(topic))
    equal(client.get_versions(f"{topic}-interop/money.proto"), [1], "versions of the file that was there as a text")
