// One topic for each format, written and read by kafkajs and by the REST proxy:
// the bytes in Kafka have to be the same, and the values that each reads.
'use strict'

const assert = require('node:assert/strict')
const { Kafka, logLevel } = require('kafkajs')
const { SchemaRegistry, SchemaType } = require('@kafkajs/confluent-schema-registry')
const { registry, kafka, rest, unique, check } = require('../report.js')

const connect = () => new SchemaRegistry({ host: registry, retry: { retries: 0 } })

// ask returns what the proxy answers, from JSON.
async function ask (method, path, body, format = 'json') {
  assert.ok(rest, 'no proxy was named in INTEROP_REST')
  const answer = await fetch(rest + path, {
    method,
    headers: { 'Content-Type': `application/vnd.kafka.${format}.v2+json` },
    body: body && JSON.stringify(body),
  })
  const text = await answer.text()
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`)
  return text && JSON.parse(text)
}

async function readWithProxy (topic, format, count) {
  const group = `/consumers/${topic}-proxy`
  await ask('POST', group, { name: 'i', format, 'auto.commit.enable': false })
  const partitions = [{ topic, partition: 0 }]
  await ask('POST', `${group}/instances/i/assignments`, { partitions })
  await ask('POST', `${group}/instances/i/positions/beginning`, { partitions })
  const got = []
  while (got.length < count) {
    const records = await ask('GET', `${group}/instances/i/records?timeout=30000`)
    assert.ok(records.length, `${got.length} of ${count} records within 30 s`)
    got.push(...records.map(r => r.value))
  }
  await ask('DELETE', `${group}/instances/i`)
  return got
}

async function readWithClient (cluster, topic, count) {
  const consumer = cluster.consumer({ groupId: `${topic}-client` })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const got = []
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${got.length} of ${count} records within 60 s`)), 60000)
    consumer.run({
      eachMessage: async ({ message }) => {
        if (got.push(message.value) === count) { clearTimeout(timer); resolve() }
      },
    }).catch(reject)
  })
  await consumer.disconnect()
  return got
}

// agree has both write one value, which the client has as bytes and the proxy
// gets as JSON, and both read the two records.
async function agree (format, value, bytes, schema) {
  const { topic, sent, byClient, byProxy } = await write(format, value, bytes, schema)
  assert.deepEqual(byClient, sent, 'bytes by the client')
  assert.deepEqual(byProxy, sent, 'bytes by the proxy')
  if (schema) {
    const decoded = await connect().decode(byProxy)
    assert.deepEqual(JSON.parse(JSON.stringify(decoded)), value, 'value by the proxy for the client')
  }
  assert.deepEqual(await readWithProxy(topic, format, 2), [value, value], 'values for the proxy')
}

async function write (format, value, sent, schema) {
  const topic = `${unique}-proxy-${format}`
  const cluster = new Kafka({ brokers: [kafka], logLevel: logLevel.ERROR })
  const admin = cluster.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1 }], waitForLeaders: true })
  await admin.disconnect()
  const body = { records: [{ value }] }
  if (schema) {
    const { id } = await connect().register(schema, { subject: `${topic}-value` })
    body.value_schema_id = id
    sent = await connect().encode(id, value)
  }
  const producer = cluster.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  await producer.send({ topic, messages: [{ value: sent }] })
  await producer.disconnect()
  assert.equal((await ask('POST', `/topics/${topic}`, body, format)).offsets[0].offset, 1)
  const [byClient, byProxy] = await readWithClient(cluster, topic, 2)
  return { topic, sent, byClient, byProxy }
}

check('proxy: binary, same bytes both ways', async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
  await agree('binary', bytes.toString('base64'), bytes)
})

check('proxy: JSON, same bytes both ways', async () => {
  const value = { text: 'é€\u{1F600}"\\\n', n: [0, -1, 1.5, 9007199254740991], t: true, nothing: null, o: {} }
  await agree('json', value, Buffer.from(JSON.stringify(value)))
})

check('proxy: Avro, same bytes both ways', async () => {
  const value = { s: 'é€\u{1F600}', i: -2147483648, d: 0.1, b: true, e: 'B', u: 'x', none: null, a: [1, -2, 300], m: { one: 1 }, r: { x: 7 } }
  const fields = [
    { name: 's', type: 'string' }, { name: 'i', type: 'int' }, { name: 'd', type: 'double' }, { name: 'b', type: 'boolean' },
    { name: 'e', type: { type: 'enum', name: 'E', symbols: ['A', 'B'] } },
    { name: 'u', type: ['null', 'string'] }, { name: 'none', type: ['null', 'string'] },
    { name: 'a', type: { type: 'array', items: 'long' } }, { name: 'm', type: { type: 'map', values: 'int' } },
    { name: 'r', type: { type: 'record', name: 'Inner', fields: [{ name: 'x', type: 'int' }] } },
  ]
  const schema = JSON.stringify({ type: 'record', name: 'All', namespace: 'interop', fields })
  await agree('avro', value, null, { type: SchemaType.AVRO, schema })
})

check('proxy: JSON Schema, same bytes both ways', async () => {
  const schema = JSON.stringify({ title: 'Order', type: 'object', properties: { id: { type: 'string' }, n: { type: 'array' } }, required: ['id'] })
  await agree('jsonschema', { id: 'é€\u{1F600}', n: [1, 2.5] }, null, { type: SchemaType.JSON, schema })
})

// The client writes no message index behind the header, and reads none: what
// follows is the same.
check('proxy: Protobuf, same bytes but for the index', async () => {
  const schema = 'syntax = "proto3";\npackage interop;\nmessage Order { string id = 1; int32 n = 2; repeated Line lines = 3; }\nmessage Line { double price = 1; bool paid = 2; }'
  const value = { id: 'é€\u{1F600}', n: -7, lines: [{ price: 0.1, paid: true }, { price: 2.5, paid: true }] }
  const { sent, byProxy } = await write('protobuf', value, null, { type: SchemaType.PROTOBUF, schema })
  assert.deepEqual(byProxy, Buffer.concat([sent.subarray(0, 5), Buffer.from([0]), sent.subarray(5)]), 'bytes by the proxy')
})
