/** What is said of a template in the Go language. */
export const GO_NOT_YET = 'Go templates (.ctmpl) are not supported yet';

/** Whether the name of a template says that it is written in Go's language. */
export function isGoTemplate(path: string): boolean {
  return path.endsWith('.ctmpl');
}
