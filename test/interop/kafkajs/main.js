// What users of @kafkajs/confluent-schema-registry do, with records that travel
// through a broker by kafkajs. See ../report.js for what it needs and prints.
'use strict'

const assert = require('node:assert/strict')
const { Kafka, logLevel } = require('kafkajs')
const { SchemaRegistry, SchemaType, COMPATIBILITY } = require('@kafkajs/confluent-schema-registry')
const { registry, kafka, unique, check, idOf, run } = require('../report.js')

// connect makes a client with empty caches; it does not repeat what fails.
const connect = () => new SchemaRegistry({ host: registry, retry: { retries: 0 } })

const avro = (name, ...fields) => JSON.stringify({ type: 'record', name, namespace: 'interop', fields })
const order = avro('Order', { name: 'id', type: 'string' })
const orderWithNote = avro('Order', { name: 'id', type: 'string' }, { name: 'note', type: 'string', default: '' })
const orderBroken = avro('Order', { name: 'id', type: 'string' }, { name: 'price', type: 'long' })
const register = (subject, type, schema, references) =>
  connect().register({ type, schema, references }, { subject })

check('register and look up', async () => {
  const subject = `${unique}-register-value`
  const first = await register(subject, SchemaType.AVRO, order)
  assert.equal((await register(subject, SchemaType.AVRO, order)).id, first.id, 'id of the second time')
  const second = await register(subject, SchemaType.AVRO, orderWithNote)
  assert.notEqual(second.id, first.id)
  const client = connect()
  assert.equal(await client.getRegistryIdBySchema(subject, { type: SchemaType.AVRO, schema: order }), first.id)
})

check('read by id and version', async () => {
  const subject = `${unique}-read-value`
  const { id } = await register(subject, SchemaType.AVRO, order)
  const newest = await register(subject, SchemaType.AVRO, orderWithNote)
  const client = connect()
  assert.equal((await client.getSchema(id)).name, 'interop.Order')
  assert.equal(await client.getRegistryId(subject, 1), id)
  assert.equal(await client.getLatestSchemaId(subject), newest.id)
})

check('levels and compatibility', async () => {
  const subject = `${unique}-level-value`
  // The client sets the level of a subject that has none.
  await connect().register({ type: SchemaType.AVRO, schema: order }, { subject, compatibility: COMPATIBILITY.FULL })
  await assert.rejects(
    connect().register({ type: SchemaType.AVRO, schema: order }, { subject, compatibility: COMPATIBILITY.NONE }),
    { name: 'ConfluentSchemaRegistryCompatibilityError' })
  await connect().register({ type: SchemaType.AVRO, schema: orderWithNote }, { subject, compatibility: COMPATIBILITY.FULL })
})

check('errors 404', async () => {
  const client = connect()
  const missing = message => ({ name: 'ResponseError', status: 404, message })
  await assert.rejects(client.getLatestSchemaId(`${unique}-missing-value`), missing(/not found/))
  await assert.rejects(client.getSchema(1999999999), missing(/not found/))
  await register(`${unique}-known-value`, SchemaType.AVRO, order)
  await assert.rejects(client.getRegistryId(`${unique}-known-value`, 99), missing(/not found/))
})

check('error 409', async () => {
  const subject = `${unique}-conflict-value`
  await register(subject, SchemaType.AVRO, order)
  await assert.rejects(register(subject, SchemaType.AVRO, orderBroken), { name: 'ResponseError', status: 409, message: /price/ })
})

check('errors 422', async () => {
  const subject = `${unique}-invalid-value`
  // The client's own parser takes what no registry takes: a proto file with an unknown type.
  await assert.rejects(
    register(subject, SchemaType.PROTOBUF, 'syntax = "proto3"; message M { Nowhere n = 1; }'),
    { name: 'ResponseError', status: 422 })
})

const formats = {
  Avro: {
    type: SchemaType.AVRO, schema: order, value: { id: '7' }, wrong: { id: 7 },
    used: { name: 'interop.Address', schema: avro('Address', { name: 'street', type: 'string' }) },
    user: avro('Person', { name: 'home', type: 'interop.Address' }),
  },
  JSON: {
    type: SchemaType.JSON, value: { id: '7' }, wrong: { id: 7 },
    schema: JSON.stringify({ title: 'Order', type: 'object', properties: { id: { type: 'string' } }, required: ['id'] }),
    used: {
      name: 'http://interop.test/address.json',
      schema: JSON.stringify({ $id: 'http://interop.test/address.json', type: 'object', properties: { street: { type: 'string' } } }),
    },
    user: JSON.stringify({ type: 'object', properties: { home: { $ref: 'http://interop.test/address.json' } } }),
  },
  Protobuf: {
    type: SchemaType.PROTOBUF, value: { id: '7' }, wrong: { id: 7 },
    schema: 'syntax = "proto3";\npackage interop;\nmessage Order { string id = 1; }',
    used: { name: 'address.proto', schema: 'syntax = "proto3";\npackage interop;\nmessage Address { string street = 1; }' },
    user: 'syntax = "proto3";\npackage interop;\nimport "address.proto";\nmessage Person { Address home = 1; }',
  },
}

for (const [name, f] of Object.entries(formats)) {
  const topic = `${unique}-${name.toLowerCase()}`

  check(`${name}: register, encode, decode`, async () => {
    const { id } = await register(`${topic}-value`, f.type, f.schema)
    const data = await connect().encode(id, f.value)
    assert.equal(idOf(data), id)
    assert.deepEqual({ ...await connect().decode(data) }, f.value)
    await assert.rejects(connect().encode(id, f.wrong), { name: 'ConfluentSchemaRegistryValidationError' })
  })

  check(`${name}: references`, async () => {
    const subject = `${topic}-used`
    await register(subject, f.type, f.used.schema)
    const { id } = await register(`${topic}-user-value`, f.type, f.user, [{ name: f.used.name, subject, version: 1 }])
    const data = await connect().encode(id, { home: { street: 'Elm' } })
    const { home } = await connect().decode(data)
    assert.equal(home.street, 'Elm')
  })

  check(`${name}: records through Kafka`, async () => {
    assert.ok(kafka, 'no broker was named in INTEROP_KAFKA')
    await travel(`${topic}-records`, f)
  })
}

// travel produces values to a new topic and reads them back in a group.
async function travel (topic, f) {
  const cluster = new Kafka({ brokers: [kafka], logLevel: logLevel.ERROR })
  const admin = cluster.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1 }], waitForLeaders: true })
  await admin.disconnect()

  const values = Array.from({ length: 20 }, (_, i) => ({ id: String(i) }))
  const { id } = await register(`${topic}-value`, f.type, f.schema)
  const client = connect()
  const producer = cluster.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  await producer.send({ topic, messages: await Promise.all(values.map(async v => ({ value: await client.encode(id, v) }))) })
  await producer.disconnect()

  const reader = connect()
  const consumer = cluster.consumer({ groupId: `${topic}-group` })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const got = []
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${got.length} of ${values.length} records within 60 s`)), 60000)
    consumer.run({
      eachMessage: async ({ message }) => {
        got.push({ ...await reader.decode(message.value) })
        if (got.length === values.length) { clearTimeout(timer); resolve() }
      },
    }).catch(reject)
  })
  await consumer.disconnect()
  assert.deepEqual(got, values)
}

require('./proxy.js')

run()
