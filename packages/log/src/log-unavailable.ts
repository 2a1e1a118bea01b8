/** The log could not write (a full or failing disk), and whoever asked has no answer of its own for that. Nothing was changed. */
export class LogUnavailable extends Error {
  override name = 'LogUnavailable';
}
