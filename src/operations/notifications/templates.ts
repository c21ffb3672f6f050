/**
 * Texts of messages, as templates of Alertmanager.
 *
 * A message that its receiver refuses is lost, so every value is cut before it is escaped, and a text grows only while it fits:
 * then nothing can be cut in the middle of a tag. Templates cannot count, but they can measure what they have put together.
 */
import { LINK_NAMES } from './link-names.ts';

/** Telegram takes 4,096 UTF-16 units without tags; Alertmanager cuts at 4,096 characters with them. Both are kept. */
const TELEGRAM_CHARACTERS = 3900;
/** From here on alerts are one line each. */
const TELEGRAM_CHARACTERS_OF_LONG_ONES = 2900;
/** Slack shortens what is longer than its blocks, and says nothing. */
const SLACK_CHARACTERS = 3900;
const SLACK_CHARACTERS_OF_LONG_ONES = 2900;

const SUBJECT_CHARACTERS = 120;
const TITLE_CHARACTERS = 160;
const DESCRIPTION_CHARACTERS = 400;
const NAME_CHARACTERS = 60;
const LINK_CHARACTERS = 700;
const EMAIL_ALERTS = 50;
/** The most that a pattern of Go may repeat. */
const EMAIL_DESCRIPTION_CHARACTERS = 1000;

/** Line breaks, and marks that would let a name run from right to left over what follows. */
const ONE_LINE = 'reReplaceAll `[\\s\\x00-\\x1f\\x{85}\\x{2028}-\\x{202e}\\x{2066}-\\x{2069}]+` " "';
const cut = (characters: number): string => `reReplaceAll \`(?s)^(.{${characters}}).+$\` "\${1}…"`;
const short = (value: string, characters: number): string => `(${value} | ${ONE_LINE} | ${cut(characters)})`;
const ESCAPE = 'reReplaceAll "&" "&amp;" | reReplaceAll "<" "&lt;" | reReplaceAll ">" "&gt;"';
const escaped = (value: string, characters: number): string => `(${short(value, characters)} | ${ESCAPE})`;
/** What is not ASCII counts twice, as it does in UTF-16 at the most. */
const lengthOf = (text: string): string => `(len (${text} | reReplaceAll \`[^\\x00-\\x7f]\` "xx"))`;

const TITLE = '(or .Annotations.summary .Annotations.title .Labels.alertname "An alert without a name")';
const DESCRIPTION = '(or .Annotations.description .Annotations.message "")';
const SERVICE = '(or .CommonLabels.service .CommonLabels.job "")';
const ENVIRONMENT = '(or .CommonLabels.deployment_environment_name "")';
const SEVERITY = '(or .CommonLabels.severity "alert")';
const ICON =
  '(or (and (eq .CommonLabels.severity "critical") "🔴") (and (eq .CommonLabels.severity "warning") "🟡") (and (eq .CommonLabels.severity "info") "🔵") "⚪")';

const IS_LINK = `match \`^https?://[^\\s"'<>\\\\]{1,${LINK_CHARACTERS}}$\``;

export const HEAD = '{{- /* Written by `signalbox rules write`. Do not edit: see docs/alerts.md. */ -}}\n';

/** `subject.tmpl`: one line. */
export const SUBJECT_TEMPLATE = `${HEAD}
{{ define "signalbox.subject" -}}
{{- if eq .Status "resolved" -}}resolved{{- else -}}{{ ${short(SEVERITY, NAME_CHARACTERS)} }}{{- end -}}
{{- with ${SERVICE} }} {{ ${short('.', NAME_CHARACTERS)} }}{{ end }}: {{ with index .Alerts 0 }}{{ ${short(TITLE, SUBJECT_CHARACTERS)} }}{{ end }}
{{- if gt (len .Alerts) 1 }} ({{ len .Alerts }} alerts){{ end -}}
{{- end }}
`;

/** `telegram.tmpl`: for \`parse_mode: HTML\`, of which it uses <b> and <a> alone. */
export const TELEGRAM_TEMPLATE = `${HEAD}
{{ define "signalbox.telegram" -}}
${assemble({
  bold: (text) => `<b>${text}</b>`,
  link: (name) => `(printf "<a href=\\"%s\\">${name}</a>" (. | reReplaceAll "&" "&amp;"))`,
  limit: TELEGRAM_CHARACTERS,
  limitOfLong: TELEGRAM_CHARACTERS_OF_LONG_ONES,
})}
{{- $text | safeHtml -}}
{{- end }}
`;

/** `slack.tmpl`: for mrkdwn. */
export const SLACK_TEMPLATE = `${HEAD}
{{ define "signalbox.slack" -}}
${assemble({
  bold: (text) => `*${text}*`,
  link: (name) => `(printf "<%s|${name}>" (. | reReplaceAll "&" "&amp;" | reReplaceAll \`\\|\` "%7C"))`,
  limit: SLACK_CHARACTERS,
  limitOfLong: SLACK_CHARACTERS_OF_LONG_ONES,
})}
{{- $text -}}
{{- end }}
`;

/** `email.tmpl`: HTML, which Alertmanager's engine escapes itself where it is rendered as such. */
export const EMAIL_TEMPLATE = `${HEAD}
{{ define "signalbox.email" -}}
<!doctype html>
<html><body style="font-family: sans-serif">
<p>{{ len .Alerts.Firing }} firing, {{ len .Alerts.Resolved }} ended</p>
{{ range $i, $_ := .Alerts }}{{ if lt $i ${EMAIL_ALERTS} }}
<h3>{{ if eq .Status "resolved" }}Ended: {{ end }}{{ ${short(TITLE, TITLE_CHARACTERS)} }}</h3>
<p>{{ ${short(DESCRIPTION, EMAIL_DESCRIPTION_CHARACTERS)} }}</p>
<p>since {{ .StartsAt.UTC.Format "2006-01-02 15:04 UTC" }}
${LINK_NAMES.map(([annotation, name]) => `{{ with .Annotations.${annotation} }}{{ if ${IS_LINK} . }}<a href="{{ . }}">${name}</a>{{ end }}{{ end }}`).join('\n')}
</p>
{{ end }}{{ end }}
{{ if gt (len .Alerts) ${EMAIL_ALERTS} }}<p>{{ len .Alerts }} in all; the first ${EMAIL_ALERTS} are above.</p>{{ end }}
</body></html>
{{- end }}
`;

interface Markup {
  readonly bold: (text: string) => string;
  /** @returns a pipeline; the address is the dot. */
  readonly link: (name: string) => string;
  readonly limit: number;
  readonly limitOfLong: number;
}

/** Puts the message together in \`$text\`. */
function assemble({ bold, limit, limitOfLong, link }: Markup): string {
  const fits = (addition: string, characters: number): string => `lt ${lengthOf(`(printf "%s%s" $text ${addition})`)} ${characters}`;
  const links = LINK_NAMES.map(
    ([annotation, name]) =>
      `{{- with .Annotations.${annotation} }}{{ if ${IS_LINK} . }}{{ $links = printf "%s%s%s" $links (and $links " · ") ${link(name)} }}{{ end }}{{ end -}}`,
  );
  return `{{- $text := printf "%s ${bold('%s')}" ${ICON} ${escaped(SEVERITY, NAME_CHARACTERS)} -}}
{{- if eq .Status "resolved" }}{{ $text = "✅ ${bold('resolved')}" }}{{ end -}}
{{- with .CommonLabels.alertname }}{{ $text = printf "%s %s" $text ${escaped('.', NAME_CHARACTERS)} }}{{ end -}}
{{- with ${SERVICE} }}{{ $text = printf "%s · %s" $text ${escaped('.', NAME_CHARACTERS)} }}{{ end -}}
{{- with ${ENVIRONMENT} }}{{ $text = printf "%s · %s" $text ${escaped('.', NAME_CHARACTERS)} }}{{ end -}}
{{- $text = printf "%s\\n" $text -}}
{{- $shown := "" -}}
{{- range .Alerts.Firing -}}
{{- $links := "" -}}
${links.join('\n')}
{{- $title := ${escaped(TITLE, TITLE_CHARACTERS)} -}}
{{- $line := printf "\\n• %s" $title -}}
{{- $long := printf "\\n${bold('%s')}\\n" $title -}}
{{- with ${DESCRIPTION} }}{{ $long = printf "%s%s\\n" $long ${escaped('.', DESCRIPTION_CHARACTERS)} }}{{ end -}}
{{- $long = printf "%ssince %s\\n" $long (.StartsAt.UTC.Format "2006-01-02 15:04 UTC") -}}
{{- if $links }}{{ $long = printf "%s%s\\n" $long $links }}{{ end -}}
{{- if ${fits('$long', limitOfLong)} }}{{ $text = printf "%s%s" $text $long }}{{ $shown = printf "%sx" $shown -}}
{{- else if ${fits('$line', limit - 200)} }}{{ $text = printf "%s%s" $text $line }}{{ $shown = printf "%sx" $shown }}{{ end -}}
{{- end -}}
{{- if gt (len .Alerts.Firing) (len $shown) }}{{ $text = printf "%s\\n\\n%d fire in all; the first %d of them are above.\\n" $text (len .Alerts.Firing) (len $shown) }}{{ end -}}
{{- $ended := "" -}}
{{- range .Alerts.Resolved -}}
{{- $line := printf "\\n✅ %s, ended after %s" ${escaped(TITLE, TITLE_CHARACTERS)} (humanizeDuration (.EndsAt.Sub .StartsAt).Seconds) -}}
{{- if ${fits('$line', limit - 100)} }}{{ $text = printf "%s%s" $text $line }}{{ $ended = printf "%sx" $ended }}{{ end -}}
{{- end -}}
{{- if gt (len .Alerts.Resolved) (len $ended) }}{{ $text = printf "%s\\n\\n%d have ended." $text (len .Alerts.Resolved) }}{{ end -}}`;
}
