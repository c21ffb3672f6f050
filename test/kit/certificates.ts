/** Certificates for tests, made when they are needed: no key lies in the repository, and no program is asked. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import * as x509 from '@peculiar/x509';

export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  /** Holds the files; removed after the tests. */
  readonly directory: string;
  readonly caFile: string;
  readonly ca: string;
  /** @param days - negative for one that has expired. */
  issue(name: string, host: string, days?: number): Promise<Certificate>;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

x509.cryptoProvider.set(webcrypto as never);

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;

async function privateKeyPem({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', privateKey), 'PRIVATE KEY');
}

/** Long before now, for the one that has expired begins then as well. */
const validFrom = (): Date => new Date(Date.now() - 365 * DAY_MS);
const validTo = (days: number): Date => new Date(Date.now() + days * DAY_MS);

/** A certificate authority of its own, in a temporary directory. */
export async function createAuthority(): Promise<Authority> {
  const directory = mkdtempSync(join(tmpdir(), 'signalbox-tls-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  const keys = await newKeys();
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=signalbox test authority',
    notBefore: validFrom(),
    notAfter: validTo(30),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  const ca = authority.toString('pem');
  const caFile = join(directory, 'ca.pem');
  writeFileSync(caFile, ca);
  return {
    directory,
    caFile,
    ca,
    async issue(name, host, days = 30) {
      const own = await newKeys();
      const issued = await x509.X509CertificateGenerator.create({
        subject: `CN=${name}`,
        issuer: authority.subject,
        notBefore: validFrom(),
        notAfter: validTo(days),
        signingAlgorithm: ALGORITHM,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new x509.SubjectAlternativeNameExtension([
            { type: 'dns', value: host },
            ...(host === 'localhost' ? [{ type: 'ip', value: '127.0.0.1' } as const] : []),
          ]),
        ],
      });
      const [cert, key] = [issued.toString('pem'), await privateKeyPem(own)];
      const [certFile, keyFile] = [join(directory, `${name}.pem`), join(directory, `${name}.key`)];
      writeFileSync(certFile, cert);
      writeFileSync(keyFile, key);
      return { certFile, keyFile, cert, key };
    },
  };
}

/** A key and a certificate for `localhost` and 127.0.0.1 that no authority signed. */
export async function createSelfSigned(): Promise<{ cert: string; key: string }> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    notBefore: validFrom(),
    notAfter: validTo(30),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
    ],
  });
  return { cert: certificate.toString('pem'), key: await privateKeyPem(keys) };
}
