/** What somebody may do; PROTOCOL.md section C. */
export const ROLES = ['viewer', 'reviewer', 'operator', 'admin', 'service'] as const;
export type Role = (typeof ROLES)[number];
