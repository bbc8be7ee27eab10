// Judges Adaptive Cards: by the official schema 1.5, by the parser of the official renderer, and by the limits of Teams.
//
//   node cards.mjs FILE…      a file holds a card or a list of cards; - reads standard input
//
// https://adaptivecards.io/explorer
// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
import { createRequire } from 'node:module';
import { isProgram, readJSON, report, schemaFindings } from './report.mjs';

const require = createRequire(import.meta.url);
const { Ajv } = require('ajv');
const addFormats = require('ajv-formats');
const { AdaptiveCard, CardElement, SerializationContext, ValidationEvent, Version } = require('adaptivecards/dist/adaptivecards.js');

const MAX_BYTES = 28_000;
const MAX_BUTTONS = 6;
const MAX_VERSION = 5; // 1.5 is the newest that Teams takes from a bot

const msteams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    width: { enum: ['Full'] },
    entities: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'text', 'mentioned'],
        properties: {
          type: { const: 'mention' },
          text: { type: 'string', pattern: '^<at>[^<>]+</at>$' },
          mentioned: { type: 'object', required: ['id', 'name'], properties: { id: { type: 'string', minLength: 1 }, name: { type: 'string', minLength: 1 } } },
        },
      },
    },
  },
};

// The official schema says "one of these types" by trying them all, which turns one mistake into hundreds of errors. Here the
// member "type" decides which definition counts. Its patterns for values in any case are anchored at one end only and let
// anything through: the lists of values beside them count, as they stand and with a small first letter.
function officialSchema() {
  const schema = readJSON(new URL('data/adaptive-card-1.5.schema.json', import.meta.url));
  delete schema.$schema;
  delete schema.id;
  for (const [name, definition] of Object.entries(schema.definitions)) {
    if (name.startsWith('ImplementationsOf.')) schema.definitions[name] = chosenByType(definition);
    const listed = definition.anyOf?.find((option) => option.enum)?.enum;
    if (listed) schema.definitions[name] = { enum: [...new Set([...listed, ...listed.map(smallInitial)])] };
  }
  const { AdaptiveCard: card, Table: table } = schema.definitions;
  card.properties.msteams = msteams;
  table.properties.firstRowAsHeaders = table.properties.firstRowAsHeader; // as every renderer spells it
  delete table.properties.firstRowAsHeader;
  return schema;
}

const smallInitial = (word) => word[0].toLowerCase() + word.slice(1);

function chosenByType(definition) {
  const names = definition.anyOf.map((option) => option.allOf[0].$ref.split('/').pop());
  return {
    required: ['type'],
    properties: { type: { enum: names } },
    allOf: names.map((name) => ({
      if: { required: ['type'], properties: { type: { const: name } } },
      then: { $ref: `#/definitions/${name}` },
    })),
  };
}

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
const keepsToSchema = ajv.compile(officialSchema());

// This expression has the flag g in 3.0.6 and so refuses every second card.
CardElement.langProperty.regEx = new RegExp(CardElement.langProperty.regEx.source, 'i');

function parserFindings(card) {
  const context = new SerializationContext(Version.parse(card.version, new SerializationContext()));
  const parsed = new AdaptiveCard();
  parsed.parse(card, context);
  const events = Array.from({ length: context.eventCount }, (_, i) => context.getEventAt(i));
  return [...events, ...parsed.validateProperties().validationEvents].map((e) => `parser: ${ValidationEvent[e.event]}: ${e.message}`);
}

function* nodes(value) {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value;
  for (const [name, member] of Object.entries(value)) {
    if (name !== 'data' && name !== 'msteams') yield* nodes(member);
  }
}

function teamsFindings(card) {
  const findings = [];
  const minor = /^1\.(\d+)$/.exec(card.version)?.[1];
  if (minor === undefined || Number(minor) > MAX_VERSION) findings.push(`version ${card.version}: Teams takes 1.0 to 1.${MAX_VERSION}`);
  const size = Buffer.byteLength(JSON.stringify(card));
  if (size > MAX_BYTES) findings.push(`${size} bytes: more than ${MAX_BYTES}`);
  const texts = [];
  for (const node of nodes(card)) {
    texts.push(node.text);
    if (node.actions?.filter((a) => a.mode !== 'secondary').length > MAX_BUTTONS) findings.push(`more than ${MAX_BUTTONS} buttons in a row`);
    if (node.type === 'Action.Execute' && !node.verb) findings.push(`the button ${node.title} has no verb`);
    if (node.type === 'Image' && !/^(https:|data:image)/.test(node.url)) findings.push(`an image by ${node.url}: only https is fetched`);
  }
  for (const { text } of card.msteams?.entities ?? []) {
    if (!texts.some((t) => typeof t === 'string' && t.includes(text))) findings.push(`the mention ${text} stands in no text`);
  }
  return findings.map((f) => `teams: ${f}`);
}

/** cardFindings answers everything that is wrong with a card. */
export function cardFindings(card) {
  keepsToSchema(card);
  const schema = schemaFindings('schema', keepsToSchema.errors);
  if (card?.type !== 'AdaptiveCard' || typeof card.version !== 'string') return [...schema, 'teams: no AdaptiveCard with a version'];
  return [...schema, ...parserFindings(card), ...teamsFindings(card)];
}

if (isProgram(import.meta.url)) {
  await report(process.argv.slice(2), (file) => {
    const content = readJSON(file);
    if (!Array.isArray(content)) return cardFindings(content);
    return content.flatMap((card, i) => cardFindings(card).map((finding) => `card ${i}: ${finding}`));
  });
}
