import { describe, expect, it } from 'vitest';

import { AutotmplError } from '../../../../src/core/errors.ts';
import { variadic } from '../../../../src/template/gotemplate/functions.ts';
import { goError, goText, renderGo } from './known-go-engine.ts';

type Case = readonly [template: string, message: string];

describe('a template that cannot be parsed', () => {
  it('has the code "template"', () => {
    expect(() => renderGo('{{')).toThrow(expect.objectContaining({ code: 'template' }));
    expect(() => renderGo('{{')).toThrow(AutotmplError);
  });
});

describe('a template that fails while it runs', () => {
  it.each<Case>([
    ['a\n  {{ .X.Y }}', "t.ctmpl:2:6: at <.X.Y>: can't evaluate field Y in type string"],
    ['{{.Nil.Y}}', 't.ctmpl:1:3: at <.Nil.Y>: nil pointer evaluating interface {}.Y'],
    [
      '{{index .List 9 | print}}',
      't.ctmpl:1:3: at <index .List 9>: error calling index: index out of range: 9',
    ],
    ['{{print (index .List 9)}}', 't.ctmpl:1:10: at <index .List 9>: error calling index'],
    ['{{if true}}\n{{range .X}}{{end}}{{end}}', "t.ctmpl:2:9: at <.X>: range can't iterate"],
    [
      '{{define "t"}}\n{{.Y.Z}}{{end}}{{template "t" .X}}',
      "t.ctmpl:2:3: at <.Y.Z>: can't evaluate field Y in type string",
    ],
  ])('%j says where, on what and why: %j', (template, message) => {
    expect(goError(template)).toContain(message);
  });

  it('shows types and not values, which may be secret', () => {
    const dot = { Password: 'hunter2' };
    for (const template of [
      '{{range .Password}}{{end}}',
      '{{.Password.X}}',
      '{{index .Password "a"}}',
      '{{lt .Password 1}}',
    ]) {
      const message = goError(template, { dot });
      expect(message).toBeDefined();
      expect(message).not.toContain('hunter2');
    }
  });

  it('counts columns in characters and cuts long excerpts', () => {
    expect(goError('é😀{{.X.Y}}')).toContain('t.ctmpl:1:5:');
    expect(goError(`{{not ${'"0123456789" '.repeat(20)}}}`)).toMatch(/at <not "0123.{51}…>/);
  });
});

describe('an entry that is missing', () => {
  it('is an error in a strict template where it is printed', () => {
    for (const text of ['{{.Map.z}}', '{{index .Map "z"}}', '{{.Nil}}']) {
      expect(goError(text, { strict: true })).toContain('there is no value to print');
    }
    expect(goError('{{if index .Map "z"}}{{end}}{{with .Map.z}}{{end}}', { strict: true })).toBe(
      undefined,
    );
  });

  it('is an error with missingkey=error where it is asked for', () => {
    const missingKey = 'error';
    expect(goError('{{if .Map.z}}{{end}}', { missingKey })).toBe(
      't.ctmpl:1:6: at <.Map.z>: map has no entry for key "z"',
    );
    expect(goError('{{.A}}', { missingKey, dot: undefined })).toContain(
      'nil data; no entry for key "A"',
    );
    expect(goText('{{index .Map "z"}}{{.Nil}}', { missingKey })).toBe('<no value><no value>');
  });
});

describe('a hostile template', () => {
  it.each([
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    'prototype',
    'length',
    'valueOf',
  ])('finds no %s in any value', (name) => {
    const none = '<no value>';
    expect(renderGo(`{{.${name}}}`).text).toBe(none);
    expect(renderGo(`{{.Map.${name}}}`).text).toBe(none);
    expect(renderGo(`{{index .Map "${name}"}}`).text).toBe(none);
    for (const holder of ['X', 'List', 'One', 'Yes', 'Half']) {
      expect(goError(`{{.${holder}.${name}}}`)).toContain("can't evaluate field");
    }
  });

  it('may not call itself without end', () => {
    expect(goError('{{define "t"}}{{template "t" .}}{{end}}{{template "t" .}}')).toContain(
      'exceeded maximum template depth',
    );
    const nest = '('.repeat(150);
    const close = ')'.repeat(150);
    const ifs = '{{if 1}}'.repeat(150);
    const ends = '{{end}}'.repeat(150);
    expect(
      goError(
        `{{define "t"}}${ifs}{{print ${nest}1${close}}}{{template "t" .}}${ends}{{end}}{{template "t" .}}`,
      ),
    ).toMatch(/exceeded maximum template depth|nested too deep/);
  });

  it('may not be nested without end', () => {
    expect(goError(`{{print ${'('.repeat(100_000)}`)).toContain('nested more than 200 deep');
    expect(goError(`{{print ${'('.repeat(100_000)}1${')'.repeat(100_000)}}}`)).toContain(
      'nested more than 200 deep',
    );
    expect(goError(`${'{{if 1}}'.repeat(100_000)}${'{{end}}'.repeat(100_000)}`)).toContain(
      'nested more than 200 deep',
    );
    expect(goError(`{{if 1}}${'{{else if 1}}'.repeat(100_000)}{{end}}`)).toContain(
      'nested more than 200 deep',
    );
  });

  it('may not take for ever, nor print without end', () => {
    expect(goError('{{range 1000000000}}{{range 1000000000}}{{end}}{{end}}')).toContain(
      'takes more than',
    );
    const text = 'x'.repeat(100_000);
    expect(goError(`{{range 100000000}}${text}{{end}}`)).toContain('prints more than');
  });

  it('may not make text without end, printed or not', () => {
    const doubled = '{{$x := "xx"}}{{range 100}}{{$x = print $x $x}}{{end}}';
    expect(goError(doubled)).toContain('the template makes too much text');
    const nested = '{{define "t"}}{{template "t" (urlquery . "%")}}{{end}}{{template "t" "a"}}';
    expect(goError(nested)).toMatch(/makes too much text|maximum template depth/);
    const many = `{{$x := printf "%9999999d" 1}}{{printf "${'%[1]q'.repeat(100)}" $x}}`;
    expect(goError(many)).toContain('error calling printf: the text would be too long');
  });

  it('may not print a small value that unfolds without end', () => {
    const list = { ...variadic(0, (items) => [...items]), gives: 'moved' as const };
    const functions = new Map([['list', list]]);
    const laughs = '{{$x := list 1}}{{range 60}}{{$x = list $x $x}}{{end}}{{len $x}}{{$x}}';
    expect(goError(laughs, { functions })).toContain('the value holds too much');
  });

  it('may take up a long list as often as it is long', () => {
    const dot = {
      List: Array.from({ length: 2000 }, (_, at) => ({ Name: `n${at}`, Tags: ['a'] })),
    };
    const text = '{{range $i, $x := .List}}{{(index $.List $i).Name}}{{len $.List}}{{end}}';
    expect(goText(text, { dot })).toContain('n19992000');
  });
});
