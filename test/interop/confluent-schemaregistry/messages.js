// Protobuf messages made from descriptors, so that no protoc is needed.
'use strict'

const { create, createFileRegistry, createMutableRegistry } = require('@bufbuild/protobuf')
const wkt = require('@bufbuild/protobuf/wkt')

const optional = wkt.FieldDescriptorProto_Label.OPTIONAL
const { STRING, INT64, MESSAGE } = wkt.FieldDescriptorProto_Type

// orders makes interop.Money and interop.Order, in two files in a folder; Order
// has more fields, which are strings. It returns a registry of both and a
// function that makes an order.
exports.orders = (folder, ...fields) => {
  const money = create(wkt.FileDescriptorProtoSchema, {
    name: `${folder}/money.proto`, package: 'interop', syntax: 'proto3',
    messageType: [{ name: 'Money', field: [{ name: 'cents', number: 1, type: INT64, label: optional }] }],
  })
  const order = create(wkt.FileDescriptorProtoSchema, {
    name: `${folder}/order.proto`, package: 'interop', syntax: 'proto3', dependency: [money.name],
    messageType: [{
      name: 'Order',
      field: [
        { name: 'id', number: 1, type: STRING, label: optional },
        { name: 'price', number: 2, type: MESSAGE, typeName: '.interop.Money', label: optional },
        ...fields.map((name, i) => ({ name, number: 3 + i, type: STRING, label: optional })),
      ],
    }],
  })
  const files = createFileRegistry(create(wkt.FileDescriptorSetSchema, { file: [money, order] }))
  const Order = files.getMessage('interop.Order')
  return {
    registry: createMutableRegistry(Order, files.getMessage('interop.Money')),
    order: (id, cents) => create(Order, { id, price: create(files.getMessage('interop.Money'), { cents }) }),
  }
}
