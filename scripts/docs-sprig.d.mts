/** The text of docs/reference/sprig.md, as prettier leaves it. */
export declare function sprigReference(): Promise<string>;

/** The path of docs/reference/sprig.md. */
export declare const sprigPage: string;
