"""Records of the three formats through a broker."""

from confluent_kafka import DeserializingConsumer, SerializingProducer
from confluent_kafka.admin import AdminClient, NewTopic
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer

import formats
from report import KAFKA, RUN, check, equal
from surface import connect

RECORDS = 20


def travel(topic, values, serializer, deserializer):
    """Produces values to a new topic and reads them back in a group."""
    if not KAFKA:
        raise AssertionError("no broker was named in INTEROP_KAFKA")
    admin = AdminClient({"bootstrap.servers": KAFKA})
    admin.create_topics([NewTopic(topic, 1, 1)])[topic].result(30)
    producer = SerializingProducer({"bootstrap.servers": KAFKA, "value.serializer": serializer})
    errors = []
    for value in values:
        producer.produce(topic, value=value, on_delivery=lambda err, _: errors.append(err) if err else None)
    equal(producer.flush(30), 0, "records that were not delivered")
    equal(errors, [], "errors of the delivery")
    consumer = DeserializingConsumer({
        "bootstrap.servers": KAFKA, "group.id": f"{topic}-group", "auto.offset.reset": "earliest",
        "value.deserializer": deserializer})
    consumer.subscribe([topic])
    got = []
    try:
        while len(got) < len(values):
            message = consumer.poll(30)
            if message is None:
                raise AssertionError(f"{len(got)} of {len(values)} records within 30 s of silence")
            got.append(message.value())
    finally:
        consumer.close()
    equal(got, values, "records")


@check("Avro: records through Kafka")
def _():
    travel(f"{RUN}-records-avro", [{"id": str(i)} for i in range(RECORDS)],
           AvroSerializer(connect(), formats.ORDER), AvroDeserializer(connect()))


@check("JSON: records through Kafka")
def _():
    travel(f"{RUN}-records-json", [{"id": str(i)} for i in range(RECORDS)],
           JSONSerializer(formats.ITEM, connect()), JSONDeserializer(None, schema_registry_client=connect()))


@check("Protobuf: records through Kafka")
def _():
    topic = f"{RUN}-records-protobuf"
    travel(topic, [formats.ProtoOrder(id=str(i)) for i in range(RECORDS)],
           ProtobufSerializer(formats.ProtoOrder, connect(), formats.proto_config(topic)),
           ProtobufDeserializer(formats.ProtoOrder, {}, connect()))
