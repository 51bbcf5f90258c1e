import { isMap, type ConfigDocument, type DocumentPath } from './document.ts';
import { GO_ONLY_KEYS, templateLanguage } from './go-templates.ts';
import { problemAt, type Problem } from './problems.ts';
import { checkGroups, checkGuard, checkSafety } from './safety-rules.ts';
import { checkSupervisorRules } from './supervisor-rules.ts';

/**
 * What keys have to do with each other, which no schema of single values says. Looks at raw documents, so that it
 * finds what it can even where something else is wrong.
 */
export function checkRules(document: ConfigDocument): Problem[] {
  if (!isMap(document.content)) return [];
  const { catalog, guard, templates } = document.content;
  const problems: Problem[] = [];
  if (isMap(catalog)) checkCatalog(catalog);
  if (isMap(guard)) checkGuard(guard, ['guard'], report);
  if (Array.isArray(templates)) {
    for (const [index, template] of templates.entries()) {
      if (isMap(template)) checkTemplate(template, ['templates', index]);
    }
    checkGroups(templates, report);
  }
  checkSupervisorRules(document.content, report);
  return problems;

  function report(path: DocumentPath, message: string, suggestion: string): void {
    const key = typeof path.at(-1) === 'string' ? 'key' : 'value';
    problems.push(problemAt(document, path, key, { message, suggestion }));
  }

  function checkCatalog(entry: Readonly<Record<string, unknown>>): void {
    if ('consul' in entry && 'file' in entry) {
      report(['catalog'], 'expected one catalog, found consul and file', 'remove one of them');
    }
    const { consul } = entry;
    if (isMap(consul) && 'token' in consul && 'tokenFile' in consul) {
      report(
        ['catalog', 'consul', 'token'],
        'expected one token, found token and tokenFile',
        'keep tokenFile',
      );
    }
  }

  function checkTemplate(entry: Readonly<Record<string, unknown>>, path: DocumentPath): void {
    const hasSource = 'source' in entry;
    if (hasSource && 'contents' in entry) {
      report(path, 'expected exactly one of source and contents, found both', 'remove one of them');
    }
    if (!hasSource && !('contents' in entry)) {
      report(
        path,
        'expected exactly one of source and contents, found neither',
        'name the template file as source, or write the template as contents',
      );
    }
    if ('command' in entry && !('destination' in entry)) {
      report(
        [...path, 'command'],
        'a command needs a destination: it runs after a file was replaced',
        'add a destination',
      );
    }
    checkSafety(entry, path, report);
    const { source, engine } = entry;
    if (templateLanguage(engine, source) === 'go') return;
    for (const key of GO_ONLY_KEYS.filter((one) => one in entry)) {
      report(
        [...path, key],
        `${key} is for Go templates, and this is a Nunjucks template`,
        'remove it, or add engine: go',
      );
    }
  }
}
