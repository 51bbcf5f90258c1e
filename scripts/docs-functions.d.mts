/** The text of docs/reference/functions.md, as prettier leaves it. */
export declare function functionsReference(): Promise<string>;

/** Writes docs/reference/functions.md. */
export declare function writeFunctionsReference(): Promise<void>;

/** The path of docs/reference/functions.md. */
export declare const functionsPage: string;
