import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { redactText } from '../../../src/redaction/redact-text.ts';
import { HARMLESS_NAMES } from '../../../src/redaction/harmless-names.ts';
import { SECRET_NAMES } from '../../../src/redaction/name-table.ts';
import { isPlainValue, isSecretName, rowOf, secrecyOf, wordsOf } from '../../../src/redaction/secret-names.ts';

const SECRET = `password Password PASSWORD db_password dbPassword user.password new-password passwordHash passwd PGPASSWORD MYSQL_PWD
  pwd passphrase passcode pass smtp.pass secret client_secret clientSecret client-secret SECRET_KEY secretAccessKey aws_secret_access_key
  token access_token accessToken accesstoken id_token refreshToken x-auth-token X-CSRF-Token csrftoken xsrf_token bot_token
  x-amz-security-token x-vault-token sessionToken apikey api_key apiKey api-key X-API-Key x-api-key API_KEY access_key_id privateKey
  private_key ssh_key signing_key encryptionKey subscription-key Ocp-Apim-Subscription-Key sharedAccessKey authKey accountKey
  authorization Authorization proxy-authorization http.request.header.authorization http.request.header.x-api-key
  http.request.header.x_api_key http.response.header.set-cookie cookie cookies Set-Cookie http.request.header.cookie basic_auth auth
  jwt user_jwt bearer credentials awsCredentials creds connect.sid sid PHPSESSID JSESSIONID sessionId session_id pin PIN pin_code cvv
  CVC2 otp totp ssn creditCard credit_card_number card_number cardNumber verification_code 2fa_code connectionString
  rpc.request.metadata.authorization --db-password user[password] aws.secret_id csrf _csrf
  password1 token1 apiKey2 api_key_3 backupCodes backup_codes recovery_codes passWord pass_word pass_phrase pswd pw user.pw passw
  aes_key hmacKey hmac_key storageKey storage_key stripe.key openaiKey x_key signature sig x-signature x-hub-signature-256
  stripe-signature hmac x-amz-signature SharedAccessSignature dpop code_verifier codeVerifier client_assertion SAMLResponse
  device_code authentication x-authentication auth_header authHeader pan card.pan csc pincode social_security_number seedPhrase
  seed_phrase recoveryPhrase mnemonic conn_str connStr invite_code reset_code activation_code magicLink resetLink securityAnswer
  passwort kennwort wachtwoord contraseña mot_de_passe motdepasse senha пароль 密码`.split(/\s+/);

const HARMLESS = `author author.name authority authoritative :authority authored_at monkey keyboard key keys keyword primary_key primaryKey
  foreign_key cache.key routing_key partitionKey aws.s3.key feature_flag.key messaging.kafka.message.key public_key hotkey turkey
  token.count token_count tokens.total gen_ai.usage.input_tokens gen_ai.usage.output_tokens gen_ai.token.type gen_ai.request.max_tokens
  llm.usage.total_tokens prompt_tokens completion_tokens reasoning.output_tokens cached_tokens max_tokens tokens_per_second
  time_to_first_token token_type token.limit token_expiry token_uri tokenizer tokenized tokenization password_policy password_length
  passwordChangedAt passwordless aws.secretsmanager.secret.arn secretsmanager.region secretary secret_name secret.version
  authentication.method auth.method auth_type authorization.policy authorization.result auth.provider authenticated oauth.scope
  cookie_consent cookie.count bypass passed passenger compass passport trespass db.operation.name db.namespace db.query.summary
  http.route http.request.method code.function.name trace_id span_id user.id user.name service.name status_code error.code exit_code
  zip_code country_code postcode code card cardinality discard pinned spinner opinion session.duration mcp.session.duration
  method_signature assign design sidecar inside host.name file.path url.full message body name value id type api_key_id apiKeyId token_id tokenId account_sid
  accepted_prediction_tokens rejected_prediction_tokens secret_santa has_password is_token has_api_key requires_password sort_key
  shard_key unique_key object_key message.key lookup_key translationKey i18n_key redis.key orderKey idempotency-key forgot_password_clicks
  pancake company japan panel signal assigned codec hmacked tokenise`.split(/\s+/);

test('names of secrets', () => {
  assert.deepEqual(
    SECRET.filter((name) => !isSecretName(name)),
    [],
  );
});

test('each of them hides its value in text', () => {
  assert.deepEqual(
    SECRET.filter((name) => /^[\w.-]+$/.test(name) && !redactText(`x ${name}=CANARY7x`).endsWith('REDACTED')),
    [],
  );
});

test('names that only look like them', () => {
  assert.deepEqual(
    HARMLESS.filter((name) => isSecretName(name)),
    [],
  );
});

test('no attribute of the semantic conventions is secret but those that are', () => {
  const require = createRequire(import.meta.url);
  const conventions: Record<string, unknown> = require('@opentelemetry/semantic-conventions/incubating');
  const names = Object.entries(conventions).flatMap(([name, value]) =>
    /^(?:ATTR|METRIC|EVENT)_/.test(name) && typeof value === 'string' ? [value] : [],
  );
  assert.ok(names.length > 500, `${names.length} names`);
  assert.deepEqual([...new Set(names)].filter(isSecretName).sort(), ['db.connection_string']);
});

test('numbers are secret where the number is the secret', () => {
  for (const name of ['pin', 'cvv', 'otp', 'password', 'ssn', 'card_number', 'client_secret'])
    assert.equal(secrecyOf(name), 'text and numbers', name);
  for (const name of ['tokens', 'token', 'cookies', 'api_keys', 'pass']) assert.equal(secrecyOf(name), 'text', name);
  assert.equal(secrecyOf('user.id'), 'none');
});

test('many and long names are answered alike', () => {
  for (let i = 0; i < 10_000; i++) assert.equal(isSecretName(`name${i}_password`), true);
  assert.equal(isSecretName(`${'x'.repeat(100_000)}_password`), true);
  assert.equal(isSecretName('A'.repeat(100_000)), false);
  assert.equal(isSecretName(''), false);
});

for (const row of SECRET_NAMES) {
  describe(`names of ${row.what}`, () => {
    for (const name of row.examples) {
      test(`${name} is one, and by no other row`, () => {
        assert.equal(rowOf(name), row);
        assert.equal(secrecyOf(name), row.secrecy);
        assert.match(name, new RegExp(row.part, 'i'));
        assert.equal(redactText(`x ${name}=CANARY7x`), `x ${name}=REDACTED`);
      });
    }
    for (const { examples, what, words } of row.except ?? []) {
      for (const name of examples) {
        test(`${name} is none: ${what}`, () => {
          assert.match(wordsOf(name), row.words, 'the row takes it');
          assert.match(wordsOf(name), words);
          assert.equal(secrecyOf(name), 'none');
          assert.equal(redactText(`x ${name}=CANARY7x`), `x ${name}=CANARY7x`);
        });
      }
    }
  });
}

for (const { examples, what, words } of HARMLESS_NAMES) {
  for (const name of examples) {
    test(`${name} is harmless: ${what}`, () => {
      assert.ok(SECRET_NAMES.some((row) => row.words.test(wordsOf(name).replace(words, '').trim()) || row.words.test(wordsOf(name))));
      assert.equal(secrecyOf(name), 'none');
    });
  }
}

test('under a name that may be that of a key, words and small numbers are none', () => {
  for (const value of ['eu', 'DE', 'us1', 'main', 'summerSale', 'eu-west-1', 'BER-01', 'cpu.load', 'orders/new', 'order:42', '17', 'día'])
    assert.equal(isPlainValue(value), true, value);
  for (const value of ['hunter2', 'CANARY7x', 'xKqPzWbN', 'abcdefghijklmnop', '0123456789abcdef', 'a1b2-c3d4', '1234-5678-9012', 'p@ss'])
    assert.equal(isPlainValue(value), false, value);
});
