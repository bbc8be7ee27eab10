// Judges a Teams app package: manifest.json by Microsoft's own library and the schema of its version that the library carries,
// the icons pixel by pixel, and what an upload wants beyond both.
//
//   node manifest.mjs ZIP…
//
// https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { isProgram, readJSON, report } from './report.mjs';

const require = createRequire(import.meta.url);
const { AppManifestUtils, TeamsManifestConverter } = require('@microsoft/app-manifest');
const { PNG } = require('pngjs');

const SCHEMAS = path.join(path.dirname(require.resolve('@microsoft/app-manifest')), 'json-schemas', 'teams');
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MAX_ICON_BYTES = 30_000;

// By default the library fetches the schema that the manifest names; given one, it stays offline.
async function schemaFindings(text, manifest) {
  const file = path.join(SCHEMAS, `v${manifest.manifestVersion}`, 'MicrosoftTeams.schema.json');
  if (!existsSync(file)) return [`schema: there is no manifestVersion ${manifest.manifestVersion}`];
  const findings = await AppManifestUtils.validateAgainstSchema(manifest, readJSON(file));
  try {
    TeamsManifestConverter.jsonToManifest(text);
  } catch (error) {
    findings.push(error.message.split('\n')[0]);
  }
  return findings.map((f) => `schema: ${f}`);
}

function ruleFindings(manifest) {
  const findings = [];
  const unique = (list) => new Set(list).size === list.length;
  if (!manifest.$schema?.includes(`/v${manifest.manifestVersion}/`)) findings.push('$schema and manifestVersion disagree');
  if (!GUID.test(manifest.id)) findings.push(`id ${manifest.id} is no GUID`);
  for (const { botId, scopes = [] } of manifest.bots ?? []) {
    if (!GUID.test(botId)) findings.push(`botId ${botId} is no GUID`);
    if (!unique(scopes)) findings.push('a scope of the bot stands twice');
  }
  if (!unique(manifest.validDomains ?? [])) findings.push('a valid domain stands twice');
  const specific = manifest.authorization?.permissions?.resourceSpecific ?? [];
  if (specific.length > 0 && !manifest.webApplicationInfo?.resource) findings.push('resource-specific permissions need webApplicationInfo.resource');
  return findings.map((f) => `rules: ${f}`);
}

const icons = {
  color: { side: 192, pixel: () => true },
  outline: { side: 32, pixel: (r, g, b, alpha) => alpha === 0 || (r === 255 && g === 255 && b === 255) },
};

function iconFindings(name, content) {
  if (!content) return [`${name} is not in the package`];
  if (content.length > MAX_ICON_BYTES) return [`${name} has ${content.length} bytes, more than ${MAX_ICON_BYTES}`];
  const { side, pixel } = icons[name];
  const { width, height, data } = PNG.sync.read(Buffer.from(content));
  if (width !== side || height !== side) return [`${name} is ${width}×${height}, not ${side}×${side}`];
  for (let i = 0; i < data.length; i += 4) {
    if (!pixel(...data.subarray(i, i + 4))) return [`${name} has a pixel that is neither white nor transparent`];
  }
  return [];
}

function fileFindings(manifest, files) {
  const languages = (manifest.localizationInfo?.additionalLanguages ?? []).map((l) => l.file);
  const named = ['manifest.json', ...Object.values(manifest.icons ?? {}), ...languages];
  const strays = Object.keys(files).filter((name) => !named.includes(name)).map((name) => `${name} is named by nothing`);
  const pictures = Object.keys(icons).flatMap((name) => {
    try {
      return iconFindings(name, files[manifest.icons?.[name]]);
    } catch (error) {
      return [`${name} is no picture: ${error.message}`];
    }
  });
  return [...strays, ...pictures].map((f) => `package: ${f}`);
}

/** packageFindings answers everything that is wrong with the package in a zip file. */
export async function packageFindings(file) {
  const files = unzipSync(readFileSync(file));
  if (!files['manifest.json']) return ['package: no manifest.json at the root'];
  const text = Buffer.from(files['manifest.json']).toString('utf8');
  const manifest = JSON.parse(text);
  return [...(await schemaFindings(text, manifest)), ...ruleFindings(manifest), ...fileFindings(manifest, files)];
}

if (isProgram(import.meta.url)) await report(process.argv.slice(2), packageFindings);
