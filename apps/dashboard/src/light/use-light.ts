import type { Status } from '@greenlight/client/status';
import { useSyncExternalStore } from 'react';
import { client } from '../data/client.ts';
import { lightFrom, type Light } from './light.ts';

const subscribe = (listener: () => void): (() => void) => client.status.subscribe(listener);
const current = (): Status => client.status.current;

export const useStatus = (): Status => useSyncExternalStore(subscribe, current);
export const useLight = (): Light => lightFrom(useStatus());
