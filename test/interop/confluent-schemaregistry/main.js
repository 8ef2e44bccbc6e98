// What users of @confluentinc/schemaregistry do: its client, and the serializers
// of the three formats on bytes. See ../report.js for what it needs and prints.
'use strict'

const assert = require('node:assert/strict')
const sr = require('@confluentinc/schemaregistry')
const { registry, confluent, unique, check, run } = require('../report.js')
const { orders } = require('./messages.js')

// connect makes a client with empty caches.
const connect = () => new sr.SchemaRegistryClient({ baseURLs: [registry] })

const avro = (name, ...fields) =>
  ({ schemaType: 'AVRO', schema: JSON.stringify({ type: 'record', name, namespace: 'interop', fields }) })
const order = avro('Order', { name: 'id', type: 'string' })
const orderWithNote = avro('Order', { name: 'id', type: 'string' }, { name: 'note', type: 'string', default: '' })
const orderBroken = avro('Order', { name: 'id', type: 'string' }, { name: 'price', type: 'long' })
const refused = (status, errorCode, message) => err => {
  assert.ok(err instanceof sr.RestError, `a ${err.name}, no RestError: ${err.message}`)
  assert.deepEqual([err.status, err.errorCode], [status, errorCode], err.message)
  if (message) assert.match(err.message, message)
  return true
}

check('register and look up', async () => {
  const subject = `${unique}-register-value`
  const first = await connect().register(subject, order)
  assert.equal(await connect().register(`${subject}-other`, order), first, 'id in another subject')
  const full = await connect().registerFullResponse(subject, orderWithNote)
  assert.notEqual(full.id, first)
  assert.equal(await connect().getId(subject, orderWithNote), full.id)
  assert.equal(await connect().getVersion(subject, orderWithNote), 2)
})

check('read by id, guid and version', async () => {
  const subject = `${unique}-read-value`
  const first = await connect().register(subject, order)
  await connect().register(subject, orderWithNote)
  const info = await connect().getBySubjectAndId(subject, first)
  assert.deepEqual(JSON.parse(info.schema), JSON.parse(order.schema))
  const latest = await connect().getLatestSchemaMetadata(subject)
  assert.equal(latest.version, 2)
  assert.equal((await connect().getSchemaMetadata(subject, 1)).id, first)
  if (confluent) assert.equal((await connect().getByGuid(latest.guid)).schema, latest.schema)
})

check('lists and deletes', async () => {
  const subject = `${unique}-delete-value`
  const client = connect()
  await client.register(subject, order)
  await client.register(subject, orderWithNote)
  assert.ok((await client.getAllSubjects()).includes(subject))
  assert.deepEqual(await client.getAllVersions(subject), [1, 2])
  assert.equal(await client.deleteSubjectVersion(subject, 2), 2)
  assert.deepEqual(await client.deleteSubject(subject), [1])
  assert.ok(!(await client.getAllSubjects()).includes(subject))
  assert.deepEqual(await client.deleteSubject(subject, true), [1, 2])
})

check('levels and compatibility', async () => {
  const subject = `${unique}-level-value`
  const client = connect()
  await client.register(subject, order)
  assert.equal(await client.updateCompatibility(subject, 'FULL'), 'FULL')
  assert.equal(await client.getCompatibility(subject), 'FULL')
  assert.equal(await client.testCompatibility(subject, 1, orderWithNote), true)
  assert.equal(await client.testSubjectCompatibility(subject, orderBroken), false)
  await client.updateConfig(subject, { compatibility: 'NONE' })
  assert.equal((await client.getConfig(subject)).compatibilityLevel, 'NONE')
  assert.ok(await client.getDefaultCompatibility())
})

check('metadata', async () => {
  const subject = `${unique}-metadata-value`
  await connect().register(subject, { ...order, metadata: { properties: { stage: 'old' } } })
  await connect().register(subject, { ...orderWithNote, metadata: { properties: { stage: 'new' } } })
  assert.equal((await connect().getLatestWithMetadata(subject, { stage: 'old' })).version, 1)
})

check('associations', async () => {
  // Every serializer asks this first and goes on only if there is an answer.
  const found = await connect().getAssociationsByResourceName(`${unique}-none`, '-', 'topic', ['value'], null, 0, -1)
  assert.deepEqual(found, [])
})

// association is the request that gives the value of a topic a subject.
const association = (topic, subject, more) => ({
  resourceName: topic, resourceNamespace: `${unique}-cluster`, resourceId: `${unique}-${topic}`, resourceType: 'topic',
  associations: [{ subject, associationType: 'value', ...more }],
})
const associated = (topic, lifecycle = null) =>
  connect().getAssociationsByResourceName(topic, '-', 'topic', ['value'], lifecycle, 0, -1)

check('associations: written', async () => {
  const topic = `${unique}-associated`
  const subject = `${unique}-orders`
  await assert.rejects(connect().createAssociation(association(topic, subject)), refused(409, 40907))
  // The schema comes along, and both are written.
  const made = await connect().createAssociation(association(topic, subject, { lifecycle: 'STRONG', schema: order }))
  assert.deepEqual([made.resourceId, made.associations.length, made.associations[0].subject, made.associations[0].lifecycle],
    [`${unique}-${topic}`, 1, subject, 'STRONG'])
  const [found] = await associated(topic, 'STRONG')
  assert.deepEqual([found.subject, found.resourceName, found.resourceNamespace, found.associationType, found.frozen],
    [subject, topic, `${unique}-cluster`, 'value', false])
  assert.ok(found.guid)
  assert.deepEqual(await associated(topic, 'WEAK'), [])
  assert.equal((await connect().createAssociation(association(topic, subject))).associations.length, 1, 'the same again')

  await assert.rejects(connect().createAssociation(association(topic, subject, { lifecycle: 'WEAK' })), refused(409, 40903))
  await assert.rejects(connect().createAssociation(association(`${topic}-2`, subject, { lifecycle: 'WEAK' })), refused(409, 40905))
  await assert.rejects(connect().createAssociation(association(topic, subject, { associationType: 'header' })), refused(422, 42212))
  await assert.rejects(connect().deleteSubject(subject), refused(409, 40904))

  await connect().deleteAssociations(`${unique}-${topic}`, 'topic', ['value'], false)
  assert.deepEqual(await associated(topic), [])
  await assert.rejects(connect().deleteAssociations(`${unique}-${topic}`, 'topic', ['value'], false), refused(404, 40410))
  assert.deepEqual(await connect().deleteSubject(subject), [1])
})

check('associations: the serializer finds its subject', async () => {
  const topic = `${unique}-renamed`
  const subject = `${unique}-renamed-orders`
  await connect().createAssociation(association(topic, subject, { schema: order }))
  const serializer = new sr.AvroSerializer(connect(), sr.SerdeType.VALUE, { useLatestVersion: true })
  const data = await serializer.serialize(topic, { id: '7' })
  assert.equal(data.readInt32BE(1), (await connect().getLatestSchemaMetadata(subject)).id)
  assert.deepEqual({ ...await new sr.AvroDeserializer(connect(), sr.SerdeType.VALUE, {}).deserialize(topic, data) }, { id: '7' })
  await assert.rejects(connect().getLatestSchemaMetadata(`${topic}-value`), refused(404, 40401))
  // With cascade the subject goes with a strong association, and stays with a weak one.
  await connect().deleteAssociations(`${unique}-${topic}`, 'topic', null, true)
  assert.equal((await connect().getLatestSchemaMetadata(subject)).version, 1)
})

check('errors 404', async () => {
  const subject = `${unique}-missing-value`
  await assert.rejects(connect().getLatestSchemaMetadata(subject), refused(404, 40401))
  await assert.rejects(connect().getBySubjectAndId('', 1999999999), refused(404, 40403))
  await connect().register(`${unique}-known-value`, order)
  await assert.rejects(connect().getSchemaMetadata(`${unique}-known-value`, 99), refused(404, 40402))
  await assert.rejects(connect().getCompatibility(subject), refused(404, confluent ? 40408 : 40401))
})

check('error 409', async () => {
  const subject = `${unique}-conflict-value`
  await connect().register(subject, order)
  await assert.rejects(connect().register(subject, orderBroken), refused(409, confluent ? 40901 : 409, /price/))
})

check('errors 422', async () => {
  const subject = `${unique}-invalid-value`
  for (const [schemaType, schema] of [['AVRO', '{"type":"nonsense"}'], ['JSON', '{"type":7}'], ['PROTOBUF', 'message {']]) {
    await assert.rejects(connect().register(subject, { schemaType, schema }), refused(422, 42201))
  }
  await assert.rejects(connect().updateCompatibility(subject, 'SOMEHOW'), refused(422, 42203))
})

const item = (properties, more) => ({
  schemaType: 'JSON',
  schema: JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', properties, ...more }),
})

const formats = {
  Avro: {
    Serializer: sr.AvroSerializer, Deserializer: sr.AvroDeserializer, value: { id: '7' }, schema: order, newer: orderWithNote,
    used: { name: 'interop.Address', info: avro('Address', { name: 'street', type: 'string' }) },
    user: avro('Person', { name: 'home', type: 'interop.Address' }),
  },
  JSON: {
    Serializer: sr.JsonSerializer, Deserializer: sr.JsonDeserializer, value: { id: '7' },
    schema: item({ id: { type: 'string' } }, { required: ['id'] }),
    newer: item({ id: { type: 'string' }, note: { type: 'string' } }, { required: ['id'] }),
    used: { name: 'http://interop.test/address.json', info: item({ street: { type: 'string' } }, { $id: 'http://interop.test/address.json' }) },
    user: item({ home: { $ref: 'http://interop.test/address.json' } }),
  },
}

for (const [name, f] of Object.entries(formats)) {
  const serializer = conf => new f.Serializer(connect(), sr.SerdeType.VALUE, { validate: true, ...conf })
  const deserializer = () => new f.Deserializer(connect(), sr.SerdeType.VALUE, {})

  check(`${name}: auto-register`, async () => {
    const topic = `${unique}-${name}-auto`
    const data = await serializer({ autoRegisterSchemas: true }).serialize(topic, f.value)
    assert.equal(data.readInt32BE(1), (await connect().getLatestSchemaMetadata(`${topic}-value`)).id)
    assert.deepEqual({ ...await deserializer().deserialize(topic, data) }, f.value)
  })

  check(`${name}: use latest`, async () => {
    const topic = `${unique}-${name}-latest`
    await connect().updateCompatibility(`${topic}-value`, 'NONE')
    await connect().register(`${topic}-value`, f.schema)
    const newest = await connect().register(`${topic}-value`, f.newer)
    const value = { ...f.value, note: 'n' }
    const data = await serializer({ useLatestVersion: true }).serialize(topic, value)
    assert.equal(data.readInt32BE(1), newest)
    assert.deepEqual({ ...await deserializer().deserialize(topic, data) }, value)
  })

  check(`${name}: normalize`, async () => {
    const subject = `${unique}-${name}-normalize`
    const spread = { ...f.schema, schema: JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(f.schema.schema)).reverse()), null, 2) }
    assert.equal(await connect().register(subject, f.schema, true), await connect().register(subject, spread, true))
    assert.deepEqual(await connect().getAllVersions(subject), [1])
  })

  check(`${name}: references`, async () => {
    const topic = `${unique}-${name}-user`
    const used = `${unique}-${name}-used`
    await connect().register(used, f.used.info)
    await connect().register(`${topic}-value`, { ...f.user, references: [{ name: f.used.name, subject: used, version: 1 }] })
    const data = await serializer({ useLatestVersion: true }).serialize(topic, { home: { street: 'Elm' } })
    assert.equal((await deserializer().deserialize(topic, data)).home.street, 'Elm')
    await assert.rejects(serializer({ useLatestVersion: true }).serialize(topic, { home: { street: 5 } }))
  })
}

const protobuf = (made, conf) => new sr.ProtobufSerializer(connect(), sr.SerdeType.VALUE, { registry: made.registry, ...conf })

check('Protobuf: auto-register and references', async () => {
  const topic = `${unique}-protobuf-auto`
  const made = orders(unique)
  const data = await protobuf(made, { autoRegisterSchemas: true }).serialize(topic, made.order('7', 250n))
  const latest = await connect().getLatestSchemaMetadata(`${topic}-value`)
  assert.equal(data.readInt32BE(1), latest.id)
  assert.deepEqual(latest.references.map(r => r.name), [`${unique}/money.proto`])
  const got = await new sr.ProtobufDeserializer(connect(), sr.SerdeType.VALUE, {}).deserialize(topic, data)
  assert.deepEqual([got.id, got.price.cents], ['7', 250n])
})

check('Protobuf: use latest', async () => {
  const topic = `${unique}-protobuf-latest`
  const old = orders(unique)
  const made = orders(unique, 'note')
  await protobuf(old, { autoRegisterSchemas: true }).serialize(topic, old.order('7', 250n))
  const newest = (await protobuf(made, { autoRegisterSchemas: true }).serialize(topic, made.order('7', 250n))).readInt32BE(1)
  const data = await protobuf(old, { useLatestVersion: true }).serialize(topic, old.order('8', 1n))
  assert.equal(data.readInt32BE(1), newest)
})

check('Protobuf: normalize', async () => {
  const subject = `${unique}-protobuf-normalize`
  const register = (...lines) =>
    connect().register(subject, { schemaType: 'PROTOBUF', schema: ['syntax = "proto3";', 'package interop;', ...lines].join('\n') }, true)
  const options = ['option java_package = "p";', 'option java_outer_classname = "c";']
  const fields = ['string a = 1;', 'string b = 2;']
  const first = await register(...options, 'message M {', ...fields, '}')
  assert.equal(await register(...options.slice().reverse(), 'message M {', ...fields, '}'), first, 'options in another order')
  // Karapace puts nothing but options in order.
  const shuffled = await register(...options, 'message M {', ...fields.slice().reverse(), '}')
  assert.equal(shuffled === first, confluent, 'fields in another order')
})

run()
