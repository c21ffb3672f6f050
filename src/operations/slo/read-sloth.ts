/** Sloth's `prometheus/v1` as objectives. @see https://sloth.dev/specs/default/ */
import { parse } from 'yaml';
import type { BurnAlertSettings, Objective } from './objective.ts';

interface SlothAlert {
  readonly disable?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface SlothFile {
  readonly version?: unknown;
  readonly service?: unknown;
  readonly labels?: Readonly<Record<string, string>>;
  readonly slos?: readonly {
    readonly name?: string;
    readonly objective?: number;
    readonly description?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly sli?: {
      readonly events?: { readonly error_query?: string; readonly total_query?: string };
      readonly raw?: { readonly error_ratio_query?: string };
      readonly plugin?: unknown;
    };
    readonly alerting?: SlothAlert & { readonly name?: string; readonly page_alert?: SlothAlert; readonly ticket_alert?: SlothAlert };
  }[];
}

export interface SlothObjectives {
  readonly service: string;
  readonly objectives: readonly Objective[];
}

/** @throws {Error} when it is not such a file, or needs a plugin of Sloth. */
export function readSloth(text: string): SlothObjectives {
  const file = parse(text) as SlothFile | null;
  if (file?.version !== 'prometheus/v1') throw new Error(`version must be "prometheus/v1", got ${JSON.stringify(file?.version)}.`);
  if (typeof file.service !== 'string' || file.service === '')
    throw new Error(`service must be a name, got ${JSON.stringify(file.service)}.`);
  const objectives = (file.slos ?? []).map((slo): Objective => {
    const { alerting = {}, sli = {} } = slo;
    if (sli.plugin !== undefined)
      throw new Error(`slos: ${slo.name} uses a plugin of Sloth, which only Sloth runs. Write its queries out.`);
    return {
      name: slo.name ?? '',
      objective: slo.objective ?? Number.NaN,
      type: 'events',
      ...(slo.description === undefined ? {} : { description: slo.description }),
      ...(sli.events === undefined ? {} : { errorQuery: sli.events.error_query ?? '', totalQuery: sli.events.total_query ?? '' }),
      ...(sli.raw === undefined ? {} : { errorRatioQuery: sli.raw.error_ratio_query ?? '' }),
      labels: { ...file.labels, ...slo.labels },
      alerting: {
        ...(alerting.name === undefined ? {} : { name: alerting.name }),
        labels: alerting.labels ?? {},
        annotations: alerting.annotations ?? {},
        page: burnAlert(alerting.page_alert),
        ticket: burnAlert(alerting.ticket_alert),
      },
    };
  });
  return { service: file.service, objectives };
}

function burnAlert({ annotations = {}, disable = false, labels = {} }: SlothAlert = {}): BurnAlertSettings {
  return { isDisabled: disable, labels, annotations };
}
