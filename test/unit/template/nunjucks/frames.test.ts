import nunjucks from 'nunjucks';
import { describe, expect, it } from 'vitest';

import { errorKnowing, textKnowing } from './known-engine.ts';

const EVERYTHING =
  '{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}';

/** Templates whose text nunjucks' own frames give too. */
const SAME_AS_NUNJUCKS = {
  'says all of a turn': `{% for x in [7, 8, 9] %}${EVERYTHING},{% endfor %}`,
  'counts the entries of a map': `{% for k, v in { a: 1, b: 2 } %}{{ k }}{{ v }}${EVERYTHING},{% endfor %}`,
  'counts lists that are taken apart': `{% for a, b in [[1, 2], [3, 4]] %}{{ a }}{{ b }}${EVERYTHING},{% endfor %}`,
  'comes back to the outer loop': `{% for x in [1, 2] %}{% for y in [1, 2, 3] %}{{ loop.index }}{% endfor %}/{{ loop.index }}{{ loop.last }} {% endfor %}`,
  'shares one object between turns': `{% for x in [1, 2] %}{% if loop.first %}{% set kept = loop %}{% endif %}{{ kept.index }}{% endfor %}`,
  'lets a variable of a loop hide an outer one': `{% set x = 'o' %}{% for x in [1, 2] %}{{ x }}{% endfor %}{{ x }}`,
  'sets an outer variable from a loop': `{% set n = 0 %}{% for x in [1, 2, 3] %}{% set n = n + x %}{% endfor %}{{ n }}`,
  'gives a macro variables of its own':
    '{% set x = 1 %}{% macro m(y) %}{% set x = 2 %}{{ y }}{% endmacro %}{{ m(3) }}{{ x }}',
  'hands loops into a macro': `{% macro m(l) %}{{ l.index }}{% endmacro %}{% for x in [1, 2] %}{{ m(loop) }}{% endfor %}`,
  'takes a name that objects have for a variable':
    '{% set toString = 1 %}{% set hasOwnProperty = 2 %}{{ toString }}{{ hasOwnProperty }}',
  'prints numbers as JavaScript does': '{{ 1 }} {{ 1.5 }} {{ -0 }} {{ 1 / 3 }}',
};

describe('variables of Nunjucks templates', () => {
  it.each(Object.entries(SAME_AS_NUNJUCKS))('%s', (_title, text) => {
    const stock = new nunjucks.Environment(null, { autoescape: false });
    const expected = stock.renderString(text, {});
    expect(expected).not.toBe('');
    expect(textKnowing({}, text)).toBe(expected);
  });

  it('refuses a loop whose variable is called loop, as nunjucks does', () => {
    expect(errorKnowing({}, '{% for loop in [1] %}{{ loop }}{% endfor %}')).toBeDefined();
  });

  it('has no way from a variable of a bad name to what all objects share', () => {
    expect(textKnowing({}, '{% set __proto__ = { x: 1 } %}{{ x | default("none") }}')).toBe('none');
  });
});
