/** Ctrl-C: the first one asks to stop, the second one does. */

/** The signal is aborted by the first SIGINT or SIGTERM. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort(new Error('Interrupted.'));
    });
  return controller.signal;
}
