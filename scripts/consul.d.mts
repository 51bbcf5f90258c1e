/** The path of a Consul binary that runs here; fetches one when there is none. */
export declare function ensureConsul(): Promise<string>;
