// SPDX-License-Identifier: Apache-2.0
// Writes the part of GitHub's API description that tidegate calls: the named paths, and of the
// components only what they lead to. The whole takes Prism twelve seconds to load.
'use strict'
const fs = require('fs')

const wanted = [
  '/repos/{owner}/{repo}/check-runs',
  '/repos/{owner}/{repo}/check-runs/{check_run_id}',
  '/repos/{owner}/{repo}/commits/{ref}/check-runs',
  '/repos/{owner}/{repo}/statuses/{sha}',
  '/repos/{owner}/{repo}/issues/{issue_number}/comments',
  '/repos/{owner}/{repo}/issues/comments/{comment_id}',
  '/repos/{owner}/{repo}/deployments',
  '/repos/{owner}/{repo}/deployments/{deployment_id}',
  '/repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
  '/repos/{owner}/{repo}/pulls/{pull_number}/reviews',
  '/repos/{owner}/{repo}/pulls/{pull_number}/comments',
  '/repos/{owner}/{repo}/pulls/{pull_number}/files',
  '/repos/{owner}/{repo}/compare/{basehead}',
  '/user',
]

// Enterprise Server has its API below a prefix, which its description gives to the server's URL, and
// Prism does not take from there.
const [source, target, prefix = ''] = process.argv.slice(2)
const whole = JSON.parse(fs.readFileSync(source, 'utf8'))
const part = { ...whole, paths: {}, components: {} }
delete part.webhooks
delete part['x-webhooks']
part.servers = [{ url: '/' }]

function copy(pointer) {
  const [, , kind, name] = pointer.split('/')
  part.components[kind] ??= {}
  if (part.components[kind][name]) return
  part.components[kind][name] = whole.components[kind][name]
  follow(part.components[kind][name])
}

function follow(value) {
  if (value === null || typeof value !== 'object') return
  if (typeof value.$ref === 'string') copy(value.$ref)
  Object.values(value).forEach(follow)
}

for (const path of wanted) {
  if (!whole.paths[path]) throw new Error(`the description has no path ${path}`)
  part.paths[prefix + path] = whole.paths[path]
  follow(whole.paths[path])
}
// The description names plain JSON only, while GitHub's manual asks for its own media type.
const alias = 'application/vnd.github+json'
// The example of a Link header names a next page on another host, for ever.
function accept(response) {
  delete response.headers
  const content = response.content
  if (content?.['application/json']) content[alias] = content['application/json']
}
for (const path of Object.values(part.paths)) {
  for (const { responses } of Object.values(path)) Object.values(responses ?? {}).forEach(accept)
}
Object.values(part.components.responses ?? {}).forEach(accept)

fs.writeFileSync(target, JSON.stringify(part))
