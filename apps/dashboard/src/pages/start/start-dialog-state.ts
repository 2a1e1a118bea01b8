/** Whether the dialog is open, and what it begins with. */
import { createStore } from '../../data/store.ts';

export type StartDraft = { readonly paths?: string };
export const startDialog = createStore<StartDraft | null>(null);
export const openStartDialog = (draft: StartDraft = {}): void => startDialog.set(draft);
export const closeStartDialog = (): void => startDialog.set(null);
