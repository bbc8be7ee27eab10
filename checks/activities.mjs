// Judges what the bot sends: by the schema of Microsoft's own SDK, made strict, by the rules of the Connector and of Teams, and
// every card inside as cards.mjs does.
//
//   node activities.mjs activity FILE…        bodies of POST and PUT …/activities
//   node activities.mjs conversation FILE…    bodies of POST /v3/conversations
//   node activities.mjs answer FILE…          bodies that answer an adaptiveCard/action invoke
//
// A file holds one of them or a list; - reads standard input.
//
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
// https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model
import { activityZodSchema } from '@microsoft/agents-activity';
import { cardFindings } from './cards.mjs';
import { isProgram, readJSON, report } from './report.mjs';

const CARD = 'application/vnd.microsoft.card.adaptive';
const MAX_BYTES = 100_000;

// What only the channel may set.
const CHANNELS_OWN = ['id', 'timestamp', 'localTimestamp', 'localTimezone', 'serviceUrl', 'callerId'];
const SENT_TYPES = ['message', 'typing'];

// The SDK's schema drops members it does not know, and where it lists the known values it takes any other text too. What we
// send has no such excuse.
function tighten(schema) {
  const def = schema._def;
  switch (def.typeName) {
    case 'ZodObject':
      if (def.unknownKeys === 'strip') def.unknownKeys = 'strict';
      Object.values(schema.shape).forEach(tighten);
      break;
    case 'ZodOptional':
      tighten(def.innerType);
      break;
    case 'ZodArray':
      tighten(def.type);
      break;
    case 'ZodUnion': {
      const listed = def.options.find((option) => ['ZodEnum', 'ZodNativeEnum'].includes(option._def.typeName));
      if (listed) def.options = [listed];
      break;
    }
  }
}
tighten(activityZodSchema);

function schemaFindings(activity) {
  const result = activityZodSchema.safeParse(activity);
  return result.success ? [] : result.error.issues.map((issue) => `schema: /${issue.path.join('/')} ${issue.message}`);
}

function mentionFindings(activity) {
  const text = activity.text ?? '';
  return (activity.entities ?? []).filter((e) => e?.type === 'mention').flatMap((mention) => {
    if (!mention.mentioned?.id) return ['mention: names nobody'];
    if (!/^<at>[^<>]+<\/at>$/.test(mention.text ?? '')) return [`mention: ${mention.text} is not <at>…</at>`];
    return text.includes(mention.text) ? [] : [`mention: ${mention.text} is not in the text`];
  });
}

function contentFindings(activity) {
  const findings = [];
  const { text } = activity;
  const attachments = activity.attachments ?? [];
  for (const name of CHANNELS_OWN) if (name in activity) findings.push(`connector: ${name} is the channel's to set`);
  if (!SENT_TYPES.includes(activity.type)) findings.push(`connector: a bot sends no ${activity.type} to a channel`);
  if (activity.type === 'message' && !text && attachments.length === 0) findings.push('connector: the message is empty');
  if (Number(Boolean(text)) + attachments.length > 1) findings.push('teams: text and attachments are split into several messages');
  if (Buffer.byteLength(JSON.stringify(activity)) > MAX_BYTES) findings.push(`teams: more than ${MAX_BYTES} bytes`);
  return findings;
}

/** activityFindings answers everything that is wrong with an activity that the bot sends. */
export function activityFindings(activity) {
  if (typeof activity !== 'object' || activity === null) return ['schema: no activity'];
  const cards = (activity.attachments ?? []).filter((a) => a?.contentType === CARD);
  return [
    ...schemaFindings(activity),
    ...contentFindings(activity),
    ...mentionFindings(activity),
    ...cards.flatMap((a) => cardFindings(a.content).map((f) => `card: ${f}`)),
  ];
}

const CONVERSATION_MEMBERS = ['isGroup', 'bot', 'members', 'topicName', 'tenantId', 'activity', 'channelData'];

/** conversationFindings answers everything that is wrong with a request for a new thread of a channel. */
export function conversationFindings(conversation) {
  const findings = Object.keys(conversation).filter((name) => !CONVERSATION_MEMBERS.includes(name)).map((name) => `connector: there is no ${name}`);
  if (conversation.isGroup !== true) findings.push('teams: isGroup must be true for a thread of a channel');
  if (!conversation.channelData?.channel?.id) findings.push('teams: channelData.channel.id must name the channel');
  return [...findings, ...activityFindings(conversation.activity)];
}

// Which status goes with which type of answer, and what its value must be.
const answers = {
  [CARD]: { status: [200], value: cardFindings },
  'application/vnd.microsoft.activity.message': { status: [200], value: (v) => (typeof v === 'string' && v !== '' ? [] : ['value is no text']) },
  'application/vnd.microsoft.error': {
    status: [400, 500],
    value: (v) => (typeof v?.code === 'string' && typeof v?.message === 'string' ? [] : ['value has no code and message']),
  },
};

/** answerFindings answers everything that is wrong with the answer to a press. */
export function answerFindings(answer) {
  const known = answers[answer?.type];
  if (!known) return [`answer: there is no type ${answer?.type}`];
  const findings = Object.keys(answer).filter((name) => !['type', 'statusCode', 'value'].includes(name)).map((name) => `there is no ${name}`);
  if (!known.status.includes(answer.statusCode)) findings.push(`statusCode ${answer.statusCode} does not go with ${answer.type}`);
  return [...findings, ...known.value(answer.value)].map((f) => `answer: ${f}`);
}

const judges = { activity: activityFindings, conversation: conversationFindings, answer: answerFindings };

if (isProgram(import.meta.url)) {
  const [kind, ...files] = process.argv.slice(2);
  if (judges[kind]) {
    await report(files, (file) => {
      const content = readJSON(file);
      const all = Array.isArray(content) ? content : [content];
      return all.flatMap((one, i) => judges[kind](one).map((finding) => (Array.isArray(content) ? `${i}: ${finding}` : finding)));
    });
  } else {
    console.error(`the first word must be one of: ${Object.keys(judges).join(', ')}`);
    process.exitCode = 2;
  }
}
