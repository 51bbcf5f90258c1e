type Listener = Parameters<AbortSignal['addEventListener']>[1];

/**
 * An `AbortController` and its signal in one, for what there is by the thousand: Node's own takes 840 bytes with one listener, since each
 * has a shape and two hash tables of its own. It tells of nothing but `abort`, and can be no part of an `AbortSignal.any`.
 */
export class Stop implements AbortSignal {
  onabort: AbortSignal['onabort'] = null;
  #aborted = false;
  #reason: unknown;
  #listeners: Listener[] | undefined;

  get aborted(): boolean {
    return this.#aborted;
  }

  /** As Node's: an `AbortError` where nobody gave another. It is made for whoever asks. */
  get reason(): unknown {
    if (this.#aborted) {
      this.#reason ??= new DOMException('This operation was aborted', 'AbortError');
    }
    return this.#reason;
  }

  throwIfAborted(): void {
    if (this.#aborted) throw this.reason;
  }

  /** Calls all who listen, in their order; a second time does nothing. One that throws keeps no other from being called. */
  abort(reason?: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    const event = new Event('abort');
    if (this.onabort !== null) this.#call(this.onabort, event);
    // One by one, since one may take another back.
    while (this.#listeners !== undefined && this.#listeners.length > 0) {
      this.#call(this.#listeners.shift() as Listener, event);
    }
    this.#listeners = undefined;
  }

  /** Whether it is to be called once makes no difference, since nothing is told twice. */
  addEventListener(name: string, listener: Listener): void {
    if (name !== 'abort' || this.#aborted) return;
    // A list that is pushed to has room for 17 at once, and hardly any has more than two.
    if (this.#listeners === undefined) this.#listeners = [listener];
    else if (!this.#listeners.includes(listener)) this.#listeners = [...this.#listeners, listener];
  }

  removeEventListener(name: string, listener: Listener): void {
    if (name !== 'abort' || this.#listeners === undefined) return;
    this.#listeners = this.#listeners.filter((one) => one !== listener);
    if (this.#listeners.length === 0) this.#listeners = undefined;
  }

  /** Nobody can make it tell of something: that is what `abort` is for. */
  dispatchEvent(): boolean {
    throw new Error('a Stop is aborted, not dispatched to');
  }

  #call(listener: Listener, event: Event): void {
    try {
      if (typeof listener === 'function') listener.call(this, event);
      else listener.handleEvent(event);
    } catch (error) {
      // As with Node's own: it is a defect, and nobody here can mend it.
      process.nextTick(() => {
        throw error;
      });
    }
  }
}
