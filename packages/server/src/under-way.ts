/** Work that somebody waits for the answer of: whoever stops waits for it too. */
export class UnderWay {
  #count = 0;
  #ended: PromiseWithResolvers<void> | null = null;

  /** Gives the function to call when it is over. */
  begin(): () => void {
    this.#count += 1;
    let over = false;
    return () => {
      if (over) return;
      over = true;
      this.#count -= 1;
      if (this.#count === 0) this.#ended?.resolve();
    };
  }

  /** Resolves when nothing is under way. Null: nothing is. */
  ended(): Promise<void> | null {
    if (this.#count === 0) return null;
    this.#ended ??= Promise.withResolvers<void>();
    const { promise } = this.#ended;
    return promise;
  }
}
