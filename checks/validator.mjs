// Microsoft's own validator of deliveries, behind a socket: it answers a request as a bot on their classic SDK would before any
// handler sees it, so that the same bytes can be sent to it and to us.
//
//   node validator.mjs METADATA APP-ID
//
// It prints the URL it listens on and ends with its standard input. The answer to a POST is 200, or the refusal's status and
// reason. METADATA is the OpenID document of the channel, and stands in for the directory's as well: a token that their validator
// takes as the Emulator's can then be signed, too.
//
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const {
  AuthenticationConfiguration,
  AuthenticationConstants: cloud,
  BotFrameworkAuthenticationFactory,
  PasswordServiceClientCredentialFactory,
} = require('botframework-connector');

const [metadata, appId] = process.argv.slice(2);
const authentication = BotFrameworkAuthenticationFactory.create(
  '',
  true,
  cloud.ToChannelFromBotLoginUrl,
  cloud.ToChannelFromBotOAuthScope,
  cloud.ToBotFromChannelTokenIssuer,
  cloud.OAuthUrl,
  metadata,
  metadata,
  'urn:botframework:azure',
  new PasswordServiceClientCredentialFactory(appId, 'no secret'),
  new AuthenticationConfiguration(),
);

// Their validator prints every refusal, with the keys it holds.
console.error = () => {};

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

// A body that is no JSON object is refused before their validator is asked, as their adapter does.
async function judge(request) {
  let activity;
  try {
    activity = JSON.parse(await body(request));
  } catch {
    return [400, 'the body is not JSON'];
  }
  if (typeof activity !== 'object' || activity === null || Array.isArray(activity)) return [400, 'the body is no object'];
  try {
    await authentication.authenticateRequest(activity, request.headers.authorization ?? '');
    return [200, 'accepted'];
  } catch (error) {
    return [error.statusCode ?? 500, error.message];
  }
}

const server = createServer(async (request, response) => {
  const [status, reason] = await judge(request);
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(reason);
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
process.stdin.resume().on('end', () => process.exit(0));
