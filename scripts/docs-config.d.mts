/** The generated pages, by their path below the project. */
export declare function configPages(): Promise<Readonly<Record<string, string>>>;

/** The JSON Schema of the config, as text. */
export declare function configSchemaText(): Promise<string>;
