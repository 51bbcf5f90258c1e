import { parseAllDocuments, visit, type Document, type ParsedNode, type YAMLError } from 'yaml';
import { complainAt, NESTED_TOO_DEEPLY, type Complaint } from './format.ts';

/** Where the parser's own words quote the text. */
const OWN_WORDS: Readonly<Record<string, string>> = {
  BAD_DIRECTIVE: 'a directive (%…) that YAML does not know',
  BAD_DQ_ESCAPE: 'an escape (\\…) that YAML does not know; in single quotes a backslash is plain',
  BAD_SCALAR_START: 'plain text may not begin with this character; put the text in quotes',
  DUPLICATE_KEY: 'this key is there twice',
};

/** What is not printable (YAML 1.2, 5.1). The parser lets it be; libyaml, go-yaml and PyYAML refuse it wherever it stands. */
const FORBIDDEN = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** YAML 1.2, any number of documents. Tags are let be: they mean something to whoever reads the file. */
export function findFaultInYaml(text: string): Complaint | undefined {
  const forbidden = text.search(FORBIDDEN);
  if (forbidden !== -1) {
    return complainAt(text, forbidden, 'a control character, which YAML does not allow');
  }
  try {
    const documents = parseAllDocuments<ParsedNode, true>(text, {
      ...{ prettyErrors: false, logLevel: 'silent' },
    });
    if ('empty' in documents) return complainOf(text, documents.errors);
    for (const document of documents) {
      const complaint = complainOf(text, document.errors) ?? findLooseAlias(text, document);
      if (complaint !== undefined) return complaint;
    }
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return { line: 1, column: 1, what: NESTED_TOO_DEEPLY };
    throw error;
  }
}

/** The parser looks for anchors only where values are asked for. */
function findLooseAlias(text: string, document: Document.Parsed): Complaint | undefined {
  const anchors = new Set<string>();
  let complaint: Complaint | undefined;
  visit(document, {
    Alias: (_, { source, range }) => {
      if (anchors.has(source)) return undefined;
      const what = 'an alias (*…) whose anchor (&…) does not come before it';
      complaint = complainAt(text, range?.[0] ?? 0, what);
      return visit.BREAK;
    },
    Value: (_, { anchor }) => {
      if (anchor !== undefined) anchors.add(anchor);
    },
  });
  return complaint;
}

function complainOf(text: string, [error]: readonly YAMLError[]): Complaint | undefined {
  if (error === undefined) return undefined;
  const what = OWN_WORDS[error.code] ?? error.message.replace(/: .*$/s, '');
  return complainAt(text, error.pos[0], what);
}
