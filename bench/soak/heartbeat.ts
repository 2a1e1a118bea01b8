/** How often the gateway of the soak beats: often, so that what is lost is noticed soon, and no more often than a busy machine can. */
export const HEARTBEAT_MS = 500;
