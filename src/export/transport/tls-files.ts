/** The PEM files of an endpoint. They are read when a connection is prepared, so that renewed ones are found. */
import type { SecureContextOptions } from 'node:tls';
import type { OtlpConfig } from '../../config/config.ts';
import { TlsFileError } from './failure.ts';
import { settingOf } from './setting-names.ts';
import { getBuiltinModule } from '../../runtime/captured.ts';

const { readFileSync } = getBuiltinModule('node:fs');

/** Set in a worker thread, which does not see what the main thread was set to trust. */
let trusted: readonly string[] | undefined;

/** @param certificates - PEM of the authorities to trust where no setting names one. Default: those of Node.js. */
export function trust(certificates: readonly string[]): void {
  trusted = certificates;
}

/** @throws TlsFileError that names the setting of a file that cannot be read. */
export function readTlsFiles(otlp: OtlpConfig): SecureContextOptions {
  const options: SecureContextOptions = {};
  if (trusted !== undefined) options.ca = [...trusted];
  if (otlp.caFile) options.ca = read(otlp.caFile, settingOf(otlp, 'CERTIFICATE'));
  if (otlp.clientCertificateFile) options.cert = read(otlp.clientCertificateFile, settingOf(otlp, 'CLIENT_CERTIFICATE'));
  if (otlp.clientKeyFile) options.key = read(otlp.clientKeyFile, settingOf(otlp, 'CLIENT_KEY'));
  return options;
}

function read(path: string, setting: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new TlsFileError(`${setting} must name a readable PEM file, got "${path}" (${(error as NodeJS.ErrnoException).code})`);
  }
}
