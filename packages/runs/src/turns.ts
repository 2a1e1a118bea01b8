/** One thing at a time for each key, in the order asked. */
export function createTurns(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const turn = (tails.get(key) ?? Promise.resolve()).then(work);
    const settle = async (): Promise<void> => {
      await turn.catch(() => {});
      if (tails.get(key) === tail) tails.delete(key);
    };
    const tail = settle();
    tails.set(key, tail);
    return turn;
  };
}
