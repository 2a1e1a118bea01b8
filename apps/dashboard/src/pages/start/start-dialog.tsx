import { useState, type FormEvent } from 'react';
import { useLocation } from 'wouter';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field, INPUT } from '../../components/field.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { failureOf } from '../../data/api.ts';
import type { Failure } from '../../data/failure.ts';
import { OWN_DOCS, PROFILES, startValidation, type Profile } from '../../data/start-validation.ts';
import { useStore } from '../../data/store.ts';
import { closeStartDialog, startDialog } from './start-dialog-state.ts';

const PROFILE_WORDS = {
  default: ['Default', 'Every check that needs no network.'],
  strict: ['Strict', 'The same, and warnings fail a document.'],
  quick: ['Quick', 'Syntax and structure only.'],
  content_only: ['Content', 'Truth data, titles and descriptions; no style.'],
} as const satisfies Record<Profile, readonly [string, string]>;

export function StartDialog() {
  const draft = useStore(startDialog);
  return draft === null ? null : <OpenDialog paths={draft.paths ?? OWN_DOCS.paths.join('\n')} />;
}

const textOf = (form: FormData, name: string): string => {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
};

function OpenDialog({ paths: given }: { paths: string }) {
  const [, navigate] = useLocation();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [noPaths, setNoPaths] = useState(false);

  const start = async (form: FormData): Promise<void> => {
    const paths = textOf(form, 'paths')
      .split('\n')
      .map((path) => path.trim())
      .filter(Boolean);
    setNoPaths(paths.length === 0);
    if (paths.length === 0) return;
    setBusy(true);
    setFailure(null);
    const schema = textOf(form, 'schema');
    const truth = textOf(form, 'truth');
    try {
      const run = await startValidation({
        paths,
        profile: textOf(form, 'profile') as Profile,
        external: form.has('external'),
        ...(schema && { schema }),
        ...(truth && { truth }),
      });
      closeStartDialog();
      navigate(`/runs/${run.id}`);
    } catch (error) {
      setFailure(failureOf(error));
      setBusy(false);
    }
  };

  return (
    <Dialog title="New validation" onClose={closeStartDialog}>
      <form
        className="flex flex-col gap-4 p-4"
        onSubmit={(event: FormEvent<HTMLFormElement>) => {
          event.preventDefault();
          void start(new FormData(event.currentTarget));
        }}
      >
        <Field
          label="Documents"
          hint="Files, folders or globs, one a line, relative to the folder Greenlight was started in."
          error={noPaths ? 'Name at least one file, folder or glob, such as docs.' : null}
        >
          {(attributes) => (
            <textarea
              {...attributes}
              name="paths"
              rows={3}
              defaultValue={given}
              spellCheck={false}
              // The dialog was opened to fill this in.
              // oxlint-disable-next-line jsx-a11y/no-autofocus
              autoFocus
              className={`${INPUT} resize-y font-mono`}
            />
          )}
        </Field>
        <fieldset className="flex flex-col gap-1">
          <legend className="mb-1 text-xs font-medium">Profile</legend>
          <div className="grid gap-2 sm:grid-cols-2">
            {PROFILES.map((profile) => (
              <ProfileChoice key={profile} profile={profile} />
            ))}
          </div>
        </fieldset>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Truth file" optional hint="YAML: terms, names, versions, forbidden claims.">
            {(attributes) => (
              <input
                {...attributes}
                name="truth"
                placeholder="truth.yaml"
                spellCheck={false}
                className={INPUT}
              />
            )}
          </Field>
          <Field label="Front-matter schema" optional hint="JSON Schema or YAML file.">
            {(attributes) => (
              <input
                {...attributes}
                name="schema"
                placeholder="schema.json"
                spellCheck={false}
                className={INPUT}
              />
            )}
          </Field>
        </div>
        <label className="grid grid-cols-[auto_1fr] gap-x-2.5">
          <input type="checkbox" name="external" className="mt-0.5 size-4 accent-(--control)" />
          <span className="font-medium">Ask the web about external links</span>
          <span className="col-start-2 text-xs text-muted">Sends one request for each address; slower.</span>
        </label>
        {failure && <ProblemNote failure={failure} />}
        <div className="flex justify-end gap-2 border-t border-line pt-4">
          <Button look="quiet" onClick={closeStartDialog}>
            Cancel
          </Button>
          <Button look="primary" type="submit" busy={busy}>
            Start validation
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function ProfileChoice({ profile }: { profile: Profile }) {
  const [name, words] = PROFILE_WORDS[profile];
  return (
    <label className="grid grid-cols-[auto_1fr] content-start gap-x-2.5 rounded-md border border-line-strong px-3 py-2 hover:bg-hover has-checked:border-control has-checked:bg-selected has-focus-visible:outline-2 has-focus-visible:outline-offset-2">
      <input
        type="radio"
        name="profile"
        value={profile}
        defaultChecked={profile === 'default'}
        className="mt-1 accent-(--control) focus-visible:outline-none"
      />
      <span className="font-medium">{name}</span>
      <span className="col-start-2 text-xs text-muted">{words}</span>
    </label>
  );
}
