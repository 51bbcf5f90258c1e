/** Orders text by its code units: the same everywhere, whatever the locale. */
export function compareText(first: string, second: string): number {
  if (first === second) return 0;
  return first < second ? -1 : 1;
}

/** Orders things by one text and then, where that is equal, by the next. */
export function compareBy<T>(...texts: readonly ((thing: T) => string)[]) {
  return (first: T, second: T): number => {
    for (const text of texts) {
      const order = compareText(text(first), text(second));
      if (order !== 0) return order;
    }
    return 0;
  };
}
