/** Dark, light, or as the system has it. `public/theme.js` applies a stored choice before the first paint. */
import { createStore } from './store.ts';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'greenlight.theme';
const stored = localStorage.getItem(KEY);
export const theme = createStore<Theme>(stored === 'dark' || stored === 'light' ? stored : 'system');

export function chooseTheme(choice: Theme): void {
  theme.set(choice);
  if (choice === 'system') {
    localStorage.removeItem(KEY);
    delete document.documentElement.dataset['theme'];
  } else {
    localStorage.setItem(KEY, choice);
    document.documentElement.dataset['theme'] = choice;
  }
}
