import { describe, expect, it } from 'vitest';
import type { Value } from '../../../src/catalog/values.ts';
import { CONSUL_TEMPLATE_FUNCTIONS } from '../../../src/template/gotemplate/consul-template-functions.ts';
import { renderGo } from './gotemplate/known-go-engine.ts';
import { renderKnowing, textKnowing } from './nunjucks/known-engine.ts';

const FRAME = {
  RequestID: 'r',
  LeaseID: 'database/creds/app/1',
  LeaseDuration: 3600,
  Renewable: true,
  Warnings: [],
  Auth: null,
  WrapInfo: null,
};
const ANSWERS: Readonly<Record<string, Value>> = {
  'vaultRead(secret/app)': {
    ...FRAME,
    Data: { data: { password: 'hunter22', port: 5432 }, metadata: { version: 3 } },
  },
  'vaultList(secret)': ['app', 'other/'],
  'vaultPki(pki/issue/web)': { Cert: 'C', Key: 'a-key', CA: 'A', CAChain: ['A', 'B'] },
  'nomadService(web)': [
    {
      ...{ ID: 'i1', Name: 'web', Node: 'n', Address: '10.0.0.1', Port: 80, Datacenter: 'dc1' },
      ...{ Tags: ['a', 'b'], JobID: 'j', AllocID: 'x' },
    },
  ],
  'nomadServices()': [{ Name: 'web', Tags: ['a'] }],
  'nomadVar(nomad/jobs/web)': {
    ...{ Namespace: 'default', Path: 'nomad/jobs/web', CreateIndex: 7, ModifyIndex: 9 },
    ...{ CreateTime: '1', ModifyTime: '2', Items: { a: 'one-of-it', b: 'two-of-it' } },
  },
  'nomadVarList()': [
    {
      ...{ Namespace: 'default', Path: 'nomad/jobs/web', CreateIndex: 7, ModifyIndex: 9 },
      ...{ CreateTime: '1', ModifyTime: '2' },
    },
  ],
};

const go = (text: string) =>
  renderGo(text, { answers: ANSWERS, functions: CONSUL_TEMPLATE_FUNCTIONS });

describe('a Go template', () => {
  it.each([
    [
      '{{ with secret "secret/app" }}{{ .Data.data.password }}:{{ .Data.data.port }} {{ .LeaseID }} {{ .Renewable }}{{ end }}',
      'hunter22:5432 database/creds/app/1 true',
    ],
    ['{{ range secrets "secret" }}{{ . }};{{ end }}', 'app;other/;'],
    [
      '{{ with pkiCert "pki/issue/web" }}{{ .Cert }}{{ .Data.Key }}{{ range .CAChain }}{{ . }}{{ end }}{{ end }}',
      'Ca-keyAB',
    ],
    [
      '{{ range nomadService "web" }}{{ .Address }}:{{ .Port }} {{ .Tags | join "," }} {{ .Tags.Contains "b" }}{{ end }}',
      '10.0.0.1:80 a,b true',
    ],
    ['{{ range nomadServices }}{{ .Name }}{{ .Tags }}{{ end }}', 'web[a]'],
    ['{{ with nomadVar "nomad/jobs/web" }}{{ .a }} {{ .b }}{{ end }}', 'one-of-it two-of-it'],
    [
      '{{ range $k, $v := nomadVar "nomad/jobs/web" }}{{ $k }}={{ $v }};{{ end }}',
      'a=one-of-it;b=two-of-it;',
    ],
    [
      '{{ with nomadVar "nomad/jobs/web" }}{{ range .Tuples }}{{ .K }}={{ .V }};{{ end }}{{ .Keys }}{{ .Metadata.Path }} {{ .Parent.ModifyIndex }} {{ .Parent.Items | toJSON }}{{ end }}',
      'a=one-of-it;b=two-of-it;[a b]nomad/jobs/web 9 {"a":"one-of-it","b":"two-of-it"}',
    ],
    [
      '{{ range nomadVarListSafe }}{{ if nomadVarExists .Path }}{{ .Path }}{{ end }}{{ end }}',
      'nomad/jobs/web',
    ],
    ['{{ "secret/app" | secret | toJSON | len | lt 50 }}', 'true'],
  ])('%s', (text, expected) => {
    const { text: rendered, error } = go(text);
    expect(error).toBeUndefined();
    expect(rendered).toBe(expected);
  });

  it('takes a field that a secret has not for a mistake', () => {
    expect(go('{{ (secret "secret/app").Dta }}').error?.message).toContain(
      "can't evaluate field Dta",
    );
  });

  it('marks what it was given', () => {
    expect([...go('{{ (secret "secret/app").LeaseID }}').secrets]).toContain('hunter22');
  });
});

describe('what anybody may register in Nomad', () => {
  const hostile: Readonly<Record<string, Value>> = {
    'nomadServices()': [{ Name: 'web', Tags: ['a\nserver evil;'] }],
    'nomadVar(nomad/jobs/web)': {
      ...{ Namespace: 'default', Path: 'nomad/jobs/web', CreateIndex: 7, ModifyIndex: 9 },
      ...{ CreateTime: '1', ModifyTime: '2', Items: { key: 'line one\nline two' } },
    },
  };

  it('cannot end a line of the file; what operators write may', () => {
    const { error } = renderKnowing(hostile, '{{ nomadServices()[0].Tags[0] }}');
    expect(error?.message).toContain('control character');
    expect(textKnowing(hostile, '{{ nomadVar("nomad/jobs/web").key }}')).toBe('line one\nline two');
  });
});

describe('a Nunjucks template', () => {
  it.each([
    ['{{ secret("secret/app").Data.data.password }}', 'hunter22'],
    ['{% for name in secrets("secret") %}{{ name }};{% endfor %}', 'app;other/;'],
    ['{{ pkiCert("pki/issue/web").Key }}', 'a-key'],
    ['{{ nomadService("web")[0].Address }}', '10.0.0.1'],
    ['{{ nomadVar("nomad/jobs/web").a }}', 'one-of-it'],
    [
      '{% for k, v in nomadVar("nomad/jobs/web") %}{{ k }}={{ v }};{% endfor %}',
      'a=one-of-it;b=two-of-it;',
    ],
    [
      '{% for item in nomadVar("nomad/jobs/web").Tuples %}{{ item.K }}={{ item.V }};{% endfor %}',
      'a=one-of-it;b=two-of-it;',
    ],
  ])('%s', (text, expected) => {
    expect(textKnowing(ANSWERS, text)).toBe(expected);
  });

  it('marks a text behind a pipe, and asks Vault for nothing', () => {
    const { text, secrets, used } = renderKnowing({}, '{{ "plain text" | secret }}');
    expect(text).toBe('plain text');
    expect([...secrets]).toEqual(['plain text']);
    expect(used.size).toBe(0);
  });

  it('refuses an argument for the filter', () => {
    expect(renderKnowing({}, '{{ "plain" | secret("x") }}').error?.message).toContain(
      'no arguments',
    );
  });
});
