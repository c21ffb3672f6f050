import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadConfig } from '../../../../src/config/load-config.ts';
import { detectResource } from '../../../../src/engine/resource/resource.ts';
import { require } from '../../../../src/runtime/otel.ts';
import { version } from '../../../../src/version.ts';
import { readFacts } from '../../../../src/config/facts.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-resource-')));
after(() => rmSync(folder, { recursive: true, force: true }));

function project(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(folder, 'project-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const detect = (env: Record<string, string> = {}, facts: Partial<Parameters<typeof detectResource>[1]> = {}): Record<string, unknown> =>
  detectResource(loadConfig(env).config, { cwd: folder, ...facts });

it('says which SDK speaks, with the version of the official one that it follows', () => {
  const { SDK_INFO } = require('@opentelemetry/core') as typeof import('@opentelemetry/core');
  const found = detect();
  for (const name of ['telemetry.sdk.name', 'telemetry.sdk.version', 'telemetry.sdk.language'])
    assert.equal(found[name], SDK_INFO[name as keyof typeof SDK_INFO]);
  assert.deepEqual([found['telemetry.distro.name'], found['telemetry.distro.version']], ['signalbox', version]);
});

describe('the service', () => {
  const root = project({
    'package.json': '{"name":"shop","version":"1.4.2"}',
    'src/server.js': '',
    'node_modules/other/package.json': '{"name":"other","version":"9.9.9"}',
    'node_modules/other/bin.js': '',
    'nested/package.json': '{"type":"module"}',
    'nested/app.js': '',
    'broken/package.json': 'not json',
    'broken/app.js': '',
  });
  for (const [what, script] of [
    ['the script', 'src/server.js'],
    ['a nearer package.json without a name', 'nested/app.js'],
    ['a nearer package.json that is not JSON', 'broken/app.js'],
  ] as const) {
    it(`is named after the package.json above ${what}`, () => {
      const found = detect({}, { script: join(root, script) });
      assert.deepEqual([found['service.name'], found['service.version']], ['shop', '1.4.2']);
    });
  }

  it('is never named after a dependency that is run', () => {
    assert.equal(detect({}, { script: join(root, 'node_modules/other/bin.js'), cwd: root })['service.name'], 'shop');
  });

  it('is named by what is set, the strongest first', () => {
    const facts = { script: join(root, 'src/server.js') };
    assert.equal(detect({ OTEL_RESOURCE_ATTRIBUTES: 'service.name=listed' }, facts)['service.name'], 'listed');
    assert.equal(detect({ OTEL_RESOURCE_ATTRIBUTES: 'service.name=listed', OTEL_SERVICE_NAME: 'named' }, facts)['service.name'], 'named');
  });

  it('is named by the platform where it has no package.json with a name', () => {
    assert.equal(detect({}, { cwd: '/', platformName: 'greet' })['service.name'], 'greet');
    assert.equal(detect({}, { script: join(root, 'src/server.js'), platformName: 'greet' })['service.name'], 'shop');
    for (const name of ['AWS_LAMBDA_FUNCTION_NAME', 'K_SERVICE', 'WEBSITE_SITE_NAME'])
      assert.equal(readFacts({ [name]: 'greet' }, undefined).platformName, 'greet', name);
  });

  it('has a name in any case', () => {
    const found = detect({}, { cwd: '/' });
    assert.equal(found['service.name'], 'unknown_service:node');
    assert.ok(!('service.version' in found));
  });
});

describe('the resource', () => {
  it('tells the SDK, the process and the host, and neither the command line nor its owner', () => {
    const found = detect();
    assert.equal(found['telemetry.sdk.language'], 'nodejs');
    assert.equal(found['telemetry.distro.name'], 'signalbox');
    assert.equal(found['telemetry.distro.version'], version);
    assert.equal(found['process.pid'], process.pid);
    assert.equal(found['process.runtime.version'], process.versions.node);
    assert.match(String(found['service.instance.id']), /^[0-9a-f-]{36}$/);
    assert.deepEqual(
      Object.keys(found).filter((key) => /command|owner|executable/.test(key)),
      [],
    );
  });

  it('is what is asked for', () => {
    assert.deepEqual(
      Object.keys(detect({ OTEL_NODE_RESOURCE_DETECTORS: 'os' }))
        .filter((key) => /^(process|host|os)\./.test(key))
        .sort(),
      ['os.type', 'os.version'],
    );
    assert.deepEqual(Object.keys(detect({ OTEL_NODE_RESOURCE_DETECTORS: 'none' })).sort(), [
      'service.name',
      'telemetry.distro.name',
      'telemetry.distro.version',
      'telemetry.sdk.language',
      'telemetry.sdk.name',
      'telemetry.sdk.version',
    ]);
    assert.ok('host.name' in detect({ OTEL_NODE_RESOURCE_DETECTORS: 'all' }));
  });

  it('holds what is set over what was found', () => {
    const found = detect({ OTEL_RESOURCE_ATTRIBUTES: 'host.name=mine,team=platform', ENVIRONMENT: 'production', GIT_COMMIT: 'abc123' });
    assert.deepEqual(
      [found['host.name'], found['team'], found['deployment.environment.name'], found['vcs.ref.head.revision']],
      ['mine', 'platform', 'production', 'abc123'],
    );
  });

  it('names the pod only in Kubernetes', () => {
    assert.equal('k8s.pod.name' in detect({}, { podName: 'shop-1' }), false);
    const found = detect({}, { kubernetesHost: '10.0.0.1', podName: 'shop-1', podNamespace: 'store' });
    assert.deepEqual([found['k8s.pod.name'], found['k8s.namespace.name']], ['shop-1', 'store']);
  });
});
