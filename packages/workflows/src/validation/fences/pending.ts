/** Code that only its own interpreter can parse: handed from the thread that read the document to the one that owns it. */

export type CodeRow = {
  readonly text: string;
  /** Where the row starts in the document. */
  readonly line: number;
  readonly column: number;
  /** The document's line. */
  readonly excerpt: string;
};

/** Plain data. */
export type PendingCode = {
  readonly interpreter: 'python' | 'shell';
  readonly rows: readonly CodeRow[];
};
