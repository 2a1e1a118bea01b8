/** The documents of one run, in an order that stays the same when the run is resumed. */
import type { Finding } from '@greenlight/protocol/review';
import { validationId } from './collections.ts';
import type { Discovery, DocumentSource } from './validation/api.ts';
import type { ValidationInput } from './validation/input.ts';

export type PlacedDocument = {
  readonly source: DocumentSource;
  /** Counts from 0. */
  readonly place: number;
  /** Of its validation. */
  readonly id: string;
};

export type Documents = {
  /** Validations that the run will have. */
  readonly total: number;
  readonly list: readonly PlacedDocument[];
  /** By the name that results carry. */
  readonly byFile: ReadonlyMap<string, PlacedDocument>;
  /** What was named and could not be read: it has a validation that failed, too. */
  readonly unread: readonly {
    readonly id: string;
    readonly file: string;
    readonly findings: readonly Finding[];
  }[];
};

export function placeDocuments(
  run: string,
  discovery: Discovery,
  { content = [] }: ValidationInput,
): Documents {
  const texts = new Map(content.map(({ name, text }) => [name, text]));
  const list = discovery.files.map((source, place): PlacedDocument => {
    const text = source.path === undefined ? texts.get(source.file) : undefined;
    return {
      source: text === undefined ? source : { ...source, text },
      place,
      id: validationId(run, place),
    };
  });
  const unread = [...Map.groupBy(discovery.findings, ({ file }) => file)].map(([file, findings], at) => ({
    id: validationId(run, list.length + at),
    file,
    findings,
  }));
  return {
    total: list.length + unread.length,
    list,
    byFile: new Map(list.map((document) => [document.source.file, document])),
    unread,
  };
}
