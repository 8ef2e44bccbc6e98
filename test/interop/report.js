// Runs checks and prints one line each: state, feature and, when it failed, why.
// hack/interop.sh reads these lines (fields are separated by tabs) and makes the
// table of docs/interop.md from them.
'use strict'

const assert = require('node:assert/strict')
const crypto = require('node:crypto')

const checks = []

exports.registry = process.env.INTEROP_REGISTRY
exports.kafka = process.env.INTEROP_KAFKA
exports.rest = process.env.INTEROP_REST
exports.confluent = process.env.INTEROP_FLAVOUR === 'confluent'

// unique is a part of every name, so that a registry may be used again.
exports.unique = 'interop-' + crypto.randomBytes(4).toString('hex')

// check adds a function to the checks, under the name of a feature.
exports.check = (feature, run) => checks.push({ feature, run })

// idOf reads the schema id in the header of a record.
exports.idOf = data => {
  assert.equal(data[0], 0, 'magic byte')
  return data.readInt32BE(1)
}

// run runs all checks and ends the process.
exports.run = async () => {
  let failed = 0
  for (const { feature, run } of checks) {
    try {
      await run()
      console.log(`ok\t${feature}`)
    } catch (err) {
      failed++
      console.log(`FAIL\t${feature}\t${String(err).replace(/\s+/g, ' ')}`)
      console.error(feature, err)
    }
  }
  process.exit(failed ? 1 : 0)
}
