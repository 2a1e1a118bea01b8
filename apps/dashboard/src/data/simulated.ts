/** Who comes from a simulated sign-in, which exists for tests only: PROTOCOL.md, C28. */

const PREFIX = 'simulated:';

export const isSimulated = (user: string | null | undefined): boolean => user?.startsWith(PREFIX) ?? false;

type Run = { readonly owner: string; readonly simulated?: true };

/** Started by such a one, or steered since. */
export const isSimulatedRun = ({ owner, simulated }: Run): boolean =>
  simulated === true || isSimulated(owner);
