/** Why a log could not be opened. The message is one sentence for the person who started the process. */
export type LogOpenCode =
  | 'folder_in_use'
  | 'folder_unusable'
  | 'not_a_greenlight_database'
  | 'schema_newer'
  | 'database_damaged';

export class LogOpenError extends Error {
  override name = 'LogOpenError';
  readonly code: LogOpenCode;

  constructor(code: LogOpenCode, message: string) {
    super(message);
    this.code = code;
  }
}
