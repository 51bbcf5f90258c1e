/** @types/nunjucks describes the public face only. */
declare module 'nunjucks/src/parser.js';
declare module 'nunjucks/src/transformer.js';
