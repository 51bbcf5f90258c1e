import { describe, expect, it } from 'vitest';

import { AutotmplError } from '../../../../src/core/errors.ts';
import { goError, goText, renderGo } from './known-go-engine.ts';

type Case = readonly [template: string, message: string];

describe('a template that cannot be parsed', () => {
  it.each<Case>([
    ['a\n{{.X', '2:1: unclosed action'],
    ['{{/* a }}', '1:1: unclosed comment'],
    ['{{/* a */ b}}', '1:1: comment ends before closing delimiter'],
    ['{{"a}}', '1:3: unterminated quoted string'],
    ['{{"a\nb"}}', '1:3: unterminated quoted string'],
    ['{{`a}}', '1:3: unterminated raw quoted string'],
    ["{{'a}}", '1:3: unterminated character constant'],
    ["{{'ab'}}", "1:3: malformed character constant: 'ab'"],
    ["{{''}}", '1:3: malformed character constant'],
    ['{{"\\z"}}', '1:3: invalid syntax'],
    ['{{(1}}', '1:5: unclosed left paren'],
    ['{{1)}}', '1:4: unexpected right paren'],
    ['{{.X ^ 1}}', '1:6: unexpected "^" in an action (U+005E)'],
    ['{{.X!}}', '1:5: bad character "!" behind a name (U+0021)'],
    ['{{$x=1}}', '1:5: bad character "="'],
    ['{{3k}}', '1:3: bad number syntax: "3k"'],
    ['{{1+2}}', '1:3: bad number syntax'],
    ['{{1__0}}', '1:3: illegal number syntax: "1__0"'],
    ['{{08}}', '1:3: integer overflow: "08"'],
    ['{{9223372036854775808}}', '1:3: 9223372036854775808 overflows int'],
    ['{{1i}}', '1:3: complex numbers are not supported: 1i'],
    ['{{.X : 1}}', '1:6: expected :='],
    ['{{}}', '1:3: missing value for command'],
    ['{{print ()}}', '1:10: missing value for parenthesized pipeline'],
    ['{{if}}{{end}}', '1:5: missing value for if'],
    ['{{nofunc 1}}', '1:3: function "nofunc" not defined'],
    ['{{$x}}', '1:3: undefined variable "$x"'],
    ['{{with $x := 1}}{{end}}{{$x}}', '1:26: undefined variable "$x"'],
    ['{{$v := 1}}{{define "t"}}{{$v}}{{end}}', '1:28: undefined variable "$v"'],
    ['{{if .X}}a', '1:3: {{if}} has no {{end}}'],
    ['{{if .X}}a{{else}}b', '1:3: {{if}} has no {{end}}'],
    ['{{range .X}}{{if 1}}{{end}}', '1:3: {{range}} has no {{end}}'],
    ['{{define "t"}}a', '{{define}} has no {{end}}'],
    ['a{{end}}', '1:4: unexpected {{end}}'],
    ['{{else}}', '1:3: unexpected {{else}}'],
    ['{{if 1}}{{else}}{{else}}{{end}}', '1:19: expected {{end}}; found {{else}}'],
    ['{{define "t"}}{{else}}{{end}}', 'unexpected {{else}} in define clause'],
    ['{{break}}', '1:3: {{break}} outside {{range}}'],
    ['{{range .List}}{{define "t"}}', 'unexpected {{define}} in command'],
    ['{{range .List}}{{end}}{{continue}}', '{{continue}} outside {{range}}'],
    ['{{range .List}}{{block "b" .}}{{break}}{{end}}{{end}}', '{{break}} outside {{range}}'],
    ['{{range .List}}{{break 1}}{{end}}', 'unexpected "1" in {{break}}'],
    ['{{1 | 2}}', '1:7: non executable command in pipeline stage 2'],
    ['{{1 | .}}', 'non executable command in pipeline stage 2'],
    ['{{"a".X}}', '1:6: unexpected . after term "\\"a\\""'],
    ['{{1 2,3}}', 'unexpected "," in operand'],
    ['{{printf 3`x`}}', 'unexpected "`x`" in operand'],
    ['{{range $a, $b, $c := .List}}{{end}}', 'too many declarations in range'],
    ['{{with $a, $b := .List}}{{end}}', 'too many declarations in with'],
    ['{{range $a, 1 := .List}}{{end}}', 'range can only initialize variables'],
    ['{{template .X}}', 'unexpected ".X" in template clause'],
    ['{{define .X}}{{end}}', 'unexpected ".X" in define clause'],
    ['{{define "t" .}}{{end}}', 'unexpected "." in define clause'],
    ['{{define "t"}}a{{end}}{{define "t"}}b{{end}}', 'multiple definition of template "t"'],
    ['{{if 1}}{{else with 1}}{{end}}{{end}}', 'unexpected {{with}} in else'],
  ])('%j says %j', (template, message) => {
    expect(goError(template)).toContain(`t.ctmpl:`);
    expect(goError(template)).toContain(message);
  });

  it('has the code "template"', () => {
    expect(() => renderGo('{{')).toThrow(expect.objectContaining({ code: 'template' }));
    expect(() => renderGo('{{')).toThrow(AutotmplError);
  });
});

describe('a template that fails while it runs', () => {
  it.each<Case>([
    ['a\n  {{ .X.Y }}', "t.ctmpl:2:6: at <.X.Y>: can't evaluate field Y in type string"],
    ['{{.Nil.Y}}', 'at <.Nil.Y>: nil pointer evaluating interface {}.Y'],
    ['{{.List.Y}}', "can't evaluate field Y in type []string"],
    [
      '{{index .List 9 | print}}',
      't.ctmpl:1:3: at <index .List 9>: error calling index: index out of range: 9',
    ],
    ['{{nil}}', 'at <nil>: nil is not a command'],
    ['{{1 2}}', "at <1>: can't give argument to non-function 1"],
    ['{{.X 1}}', 'at <.X>: X is not a method but has arguments'],
    ['{{1 | .X}}', 'X is not a method but has arguments'],
    ['{{$x := 1}}{{$x 2}}', "can't give argument to non-function $x"],
    ['{{(print 1) 2}}', "can't give argument to non-function (print 1)"],
    ['{{not 1 2}}', 'at <not 1 2>: wrong number of args for not: want 1 got 2'],
    ['{{and}}', 'wrong number of args for and: want at least 1 got 0'],
    ['{{range .X}}{{end}}', "at <.X>: range can't iterate over string"],
    ['{{range $i, $x := 3}}{{end}}', "can't use an int to iterate over more than one variable"],
    ['{{template "none"}}', 'at <template "none">: template "none" not defined'],
    ['{{$x = 1}}', 'undefined variable: $x'],
    [
      '{{define "t"}}\n{{.Y.Z}}{{end}}{{template "t" .X}}',
      "t.ctmpl:2:3: at <.Y.Z>: can't evaluate field Y",
    ],
  ])('%j says %j', (template, message) => {
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
});
