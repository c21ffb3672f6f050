// SQS and SNS of AWS SDK 3, against a server of its own that checks each signature.
const { createHash, createHmac } = require('node:crypto');
const { once } = require('node:events');
const http = require('node:http');
const { deepFreeze, failure, outcome, say, shape } = require('./show.cjs');

const SECRET = 'not a secret';
const OF_TRACES = new Set(['traceparent', 'tracestate', 'baggage']);
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const hash = (text) => createHash('sha256').update(text).digest('hex');

function isSigned({ headers, method, url }, body) {
  const [, credential, names, signature] =
    /Credential=([^,]+), SignedHeaders=([^,]+), Signature=(\w+)/.exec(headers.authorization ?? '') ?? [];
  if (credential === undefined) return false;
  const [, day, region, service] = credential.split('/');
  const lines = names.split(';').map((name) => `${name}:${headers[name].trim()}\n`);
  const canonical = [method, url, '', lines.join(''), names, hash(body)].join('\n');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], `${day}/${region}/${service}/aws4_request`, hash(canonical)].join('\n');
  const key = ['aws4_request'].reduce(hmac, hmac(hmac(hmac(`AWS4${SECRET}`, day), region), service));
  return hmac(key, text).toString('hex') === signature;
}

/** What was sent, without what carries the trace. */
function shown(body) {
  if (!body.startsWith('{'))
    return [...new URLSearchParams(body)].filter(([name]) => !name.startsWith('MessageAttributes')).map(([, value]) => value);
  return JSON.parse(body, (name, value) => {
    if (OF_TRACES.has(name)) return undefined;
    if (name === 'MessageAttributeNames') return value.filter((each) => !OF_TRACES.has(each));
    return name === 'MessageAttributes' && Object.keys(value).length === 0 ? undefined : value;
  });
}

const md5 = (text) => createHash('md5').update(text).digest('hex');

module.exports = async function run(
  { SQSClient, SendMessageCommand, SendMessageBatchCommand, ReceiveMessageCommand, ListQueuesCommand },
  { SNSClient, PublishCommand },
) {
  const got = [];
  const sent = [];
  const carried = [];
  const server = http.createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const action = request.headers['x-amz-target'] ?? 'sns';
    got.push([action, isSigned(request, body), shown(body)]);
    sent.push(...(body.match(/MessageBody|Message=/g) ?? []));
    carried.push(...(body.match(/00-[\da-f]{32}-[\da-f]{16}-\d\d/g) ?? []));
    if (body.includes('refuse')) {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'r1' });
      return response.end(JSON.stringify({ __type: 'com.amazonaws.sqs#InvalidMessageContents', message: 'refused' }));
    }
    if (action === 'sns') {
      response.writeHead(200, { 'content-type': 'text/xml' });
      return response.end(
        '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m1</MessageId></PublishResult></PublishResponse>',
      );
    }
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'r2' });
    const given = JSON.parse(body);
    if (action.endsWith('ReceiveMessage'))
      return response.end(JSON.stringify({ Messages: [{ MessageId: 'm', Body: 'text', MD5OfBody: md5('text') }] }));
    if (action.endsWith('Batch'))
      return response.end(
        JSON.stringify({
          Successful: given.Entries.map(({ Id, MessageBody }) => ({ Id, MessageId: Id, MD5OfMessageBody: md5(MessageBody) })),
          Failed: [],
        }),
      );
    response.end(JSON.stringify(given.MessageBody === undefined ? {} : { MessageId: 'm', MD5OfMessageBody: md5(given.MessageBody) }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${server.address().port}`;
  const settings = {
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'me', secretAccessKey: SECRET },
    maxAttempts: 1,
    useQueueUrlAsEndpoint: false,
  };
  const client = new SQSClient(settings);
  const sns = new SNSClient(settings);
  const QueueUrl = 'https://sqs.eu-central-1.amazonaws.com/1/queue';
  const MessageAttributes = { color: { DataType: 'String', StringValue: 'red' } };

  for (const [name, freeze] of [
    ['open', (value) => value],
    ['frozen', deepFreeze],
  ]) {
    for (const [Command, input, sender = client] of [
      [SendMessageCommand, { QueueUrl, MessageBody: 'a' }],
      [SendMessageCommand, { QueueUrl, MessageBody: 'b', MessageAttributes }],
      [
        SendMessageBatchCommand,
        {
          QueueUrl,
          Entries: [
            { Id: '1', MessageBody: 'c' },
            { Id: '2', MessageBody: 'd', MessageAttributes },
          ],
        },
      ],
      [ReceiveMessageCommand, { QueueUrl, MessageAttributeNames: ['color'] }],
      [ListQueuesCommand, {}],
      [PublishCommand, { TopicArn: 'arn:aws:sns:eu-central-1:1:topic', Message: 'e', MessageAttributes }, sns],
      [SendMessageCommand, { QueueUrl, MessageBody: 'refuse' }],
    ]) {
      const command = new Command(freeze(input));
      const { resolves, ...rest } = await outcome(() => sender.send(freeze(command)));
      say(
        name,
        Command.name,
        rest,
        resolves === undefined ? undefined : Object.keys(resolves),
        resolves?.MessageId,
        resolves?.$metadata?.httpStatusCode,
      );
      say('input', input, command.input === input, shape(command).keys);
    }
  }
  const reused = new SendMessageCommand({ QueueUrl, MessageBody: 'again', MessageAttributes });
  for (let time = 0; time < 3; time++) say((await client.send(reused)).MessageId, Object.keys(reused.input.MessageAttributes));
  await new Promise((resolve) => client.send(reused, (error, data) => resolve(say('callback', error, data.MessageId))));
  say(
    'nothing',
    await outcome(() => client.send()),
    await outcome(() => client.send({})).then(({ throws, rejects }) => (throws ?? rejects).name),
  );
  say('got', JSON.stringify(got, undefined, 1).replaceAll(endpoint, 'URL'));
  const rejections = [];
  process.on('unhandledRejection', (error) => rejections.push(failure(error).name));
  void client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'refuse' }));
  await client.send(new ListQueuesCommand({}));
  await new Promise((resolve) => setTimeout(resolve, 50));
  say('rejections', rejections);
  if (process.env.CARRIED !== undefined) say('carried', sent.length, carried.length, new Set(carried).size);
  for (const each of [client, sns]) each.destroy();
  server.closeAllConnections();
  server.close();
};
