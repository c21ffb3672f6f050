/** The ops port: whether it is asked for, where it listens, and to whom it shows details. */
import type { OpsConfig } from './config.ts';
import { optional, type SettingsReader } from './read-settings.ts';

/** Each of them asks for the port. */
const ASKING = ['OTEL_EXPORTER_PROMETHEUS_HOST', 'OTEL_EXPORTER_PROMETHEUS_PORT', 'SIGNALBOX_OPS_HOST', 'SIGNALBOX_OPS_PORT'];

export function readOps(reader: SettingsReader): OpsConfig {
  const port = reader.find('SIGNALBOX_OPS_PORT');
  return {
    isWanted: isWanted(reader),
    host: reader.get('SIGNALBOX_OPS_HOST') as string,
    port: reader.get('SIGNALBOX_OPS_PORT') as number,
    portSetting: port?.label ?? 'SIGNALBOX_OPS_PORT',
    details: reader.get('SIGNALBOX_OPS_DETAILS') as boolean,
    ...optional('token', reader.find('SIGNALBOX_OPS_TOKEN')?.value as string | undefined),
    ...optional('tokenFile', reader.find('SIGNALBOX_OPS_TOKEN_FILE')?.value as string | undefined),
    ...optional('alerts', readAlerts(reader)),
    aliases: reader.get('SIGNALBOX_METRICS_ALIASES') as boolean,
  };
}

function readAlerts(reader: SettingsReader): OpsConfig['alerts'] {
  const token = reader.find('SIGNALBOX_ON_ALERT_TOKEN')?.value as string | undefined;
  const tokenFile = reader.find('SIGNALBOX_ON_ALERT_TOKEN_FILE')?.value as string | undefined;
  return token === undefined && tokenFile === undefined ? undefined : { ...optional('token', token), ...optional('tokenFile', tokenFile) };
}

function isWanted(reader: SettingsReader): boolean {
  const exporter = reader.find('OTEL_METRICS_EXPORTER');
  const isServed = exporter !== undefined && (exporter.value as readonly string[]).includes('prometheus');
  const said = reader.find('SIGNALBOX_OPS')?.value as boolean | undefined;
  if (said === false && isServed)
    reader.report(
      'contradiction',
      exporter.label,
      `${exporter.label} must not name prometheus where SIGNALBOX_OPS is false, but it does. Metrics are not served; remove one of the two.`,
    );
  return said ?? (isServed || ASKING.some((name) => reader.find(name) !== undefined));
}
