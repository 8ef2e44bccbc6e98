"""One topic for each format, written and read by the client and by the REST proxy.

Both write the same value: the bytes in Kafka have to be the same. Both read what
the other one wrote: the values have to be the same.
"""

import base64
import json
import urllib.request

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer

import formats
from report import KAFKA, REST, RUN, check, equal
from surface import connect


def ask(method, path, body=None, kind="json"):
    """The answer of the proxy, from JSON."""
    if not REST:
        raise AssertionError("no proxy was named in INTEROP_REST")
    # The proxy keeps escapes of a request as they are, and those of Python are many.
    data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    headers = {"Content-Type": f"application/vnd.kafka.{kind}.v2+json", "Accept": "*/*"}
    with urllib.request.urlopen(urllib.request.Request(REST + path, data, headers, method=method), timeout=60) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def write_with_client(topic, key, value):
    producer, errors = Producer({"bootstrap.servers": KAFKA}), []
    producer.produce(topic, key=key, value=value, on_delivery=lambda err, _: errors.append(err) if err else None)
    equal((producer.flush(30), errors), (0, []), "delivery by the client")


def read_with_client(topic, count):
    """Keys and values of the topic, as bytes."""
    consumer = Consumer({"bootstrap.servers": KAFKA, "group.id": f"{topic}-client", "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, 0, 0)])
    got = []
    try:
        while len(got) < count:
            message = consumer.poll(30)
            if message is None:
                raise AssertionError(f"{len(got)} of {count} records within 30 s of silence")
            if message.error():
                raise AssertionError(message.error())
            got.append((message.key(), message.value()))
    finally:
        consumer.close()
    return got


def read_with_proxy(topic, kind, count):
    """Keys and values of the topic, as JSON."""
    group = f"/consumers/{topic}-proxy"
    ask("POST", group, {"name": "i", "format": kind, "auto.commit.enable": False})
    instance = f"{group}/instances/i"
    ask("POST", f"{instance}/assignments", {"partitions": [{"topic": topic, "partition": 0}]})
    ask("POST", f"{instance}/positions/beginning", {"partitions": [{"topic": topic, "partition": 0}]})
    got = []
    while len(got) < count:
        records = ask("GET", f"{instance}/records?timeout=30000")
        if not records:
            raise AssertionError(f"{len(got)} of {count} records within 30 s")
        got += [(r["key"], r["value"]) for r in records]
    ask("DELETE", instance)
    return got


def agree(kind, key, value, as_bytes, back=None, seen=None):
    """Both write key and value, given as JSON.

    as_bytes is what the client writes to a topic; its serializer registers the
    schema. back is a deserializer of the client and what it has to return, seen
    what the proxy shows when that is not value.
    """
    topic = f"{RUN}-proxy-{kind}"
    admin = AdminClient({"bootstrap.servers": KAFKA})
    admin.create_topics([NewTopic(topic, 1, 1)])[topic].result(30)
    wire = as_bytes(topic)
    write_with_client(topic, *wire)
    body = {"records": [{"key": key, "value": value}]}
    if back:
        body["value_schema_id"] = connect().get_latest_version(f"{topic}-value").schema_id
    equal(ask("POST", f"/topics/{topic}", body, kind)["offsets"][0].get("offset"), 1, "place of the proxy's record")
    for who, got in zip(("client", "proxy"), read_with_client(topic, 2)):
        equal(got, wire, f"bytes by the {who}")
        if back:
            deserialize, want = back
            equal(deserialize(got[1], formats.context(topic)), want, f"value by the {who} for the client")
    equal(read_with_proxy(topic, kind, 2), [(key, seen or value)] * 2, "values for the proxy")


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


@check("proxy: binary, same bytes both ways")
def _():
    key, value = b"k\x00\xff", bytes(range(256))
    agree("binary", base64.b64encode(key).decode(), base64.b64encode(value).decode(), lambda _: (key, value))


@check("proxy: JSON, same bytes both ways")
def _():
    value = {"text": "é€\U0001f600\"\\\n", "n": [0, -1, 1.5, 9007199254740991], "t": True, "nothing": None, "o": {}}
    agree("json", "k", value, lambda _: (b'"k"', compact(value).encode()))


AVRO = json.dumps({"type": "record", "name": "All", "namespace": "interop", "fields": [
    {"name": "s", "type": "string"}, {"name": "i", "type": "int"}, {"name": "l", "type": "long"},
    {"name": "f", "type": "float"}, {"name": "d", "type": "double"}, {"name": "b", "type": "boolean"},
    {"name": "raw", "type": "bytes"}, {"name": "fix", "type": {"type": "fixed", "name": "Four", "size": 4}},
    {"name": "e", "type": {"type": "enum", "name": "E", "symbols": ["A", "B"]}},
    {"name": "u", "type": ["null", "string"]}, {"name": "none", "type": ["null", "string"]},
    {"name": "a", "type": {"type": "array", "items": "long"}}, {"name": "m", "type": {"type": "map", "values": "int"}},
    {"name": "r", "type": {"type": "record", "name": "Inner", "fields": [{"name": "x", "type": "int"}]}},
    {"name": "again", "type": ["null", "Inner"]}]})


@check("proxy: Avro, same bytes both ways")
def _():
    value = {"s": "é€\U0001f600", "i": -2147483648, "l": 9007199254740991, "f": 0.5, "d": 0.1, "b": True,
             "raw": b"\x00\xff", "fix": b"abcd", "e": "B", "u": "x", "none": None,
             "a": [1, -2, 300], "m": {"one": 1}, "r": {"x": 7}, "again": {"x": -8}}
    text = {**value, "raw": base64.b64encode(value["raw"]).decode(), "fix": base64.b64encode(value["fix"]).decode()}
    agree("avro", None, text,
          lambda topic: (None, AvroSerializer(connect(), AVRO)(value, formats.context(topic))),
          (AvroDeserializer(connect()), value))


@check("proxy: JSON Schema, same bytes both ways")
def _():
    schema = formats.json_schema({"id": {"type": "string"}, "n": {"type": "array", "items": {"type": "number"}}}, required=["id"])
    value = {"id": "é€\U0001f600", "n": [1, 2.5]}
    agree("jsonschema", None, value,
          lambda topic: (None, JSONSerializer(schema, connect(), json_encode=compact)(value, formats.context(topic))),
          (JSONDeserializer(None, schema_registry_client=connect()), value))


@check("proxy: Protobuf, same bytes both ways")
def _():
    message = formats.proto_order()
    value = {"id": "7", "price": {"cents": 250}, "at": "1970-01-01T00:00:01Z"}
    agree("protobuf", None, value,
          lambda topic: (None, ProtobufSerializer(formats.ProtoOrder, connect(), formats.proto_config(topic))(message, formats.context(topic))),
          (ProtobufDeserializer(formats.ProtoOrder, {}, connect()), message), {**value, "at": "1970-01-01T00:00:01"})
