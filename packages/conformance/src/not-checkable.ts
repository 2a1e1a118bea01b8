/** Rules that nobody can see kept from outside, each with what it would take. */
const MACHINE =
  "It is about the files and the life of the server's machine: the server's own tests kill the process, fill the disk, restore.";
const ISSUER = 'It needs tokens of the issuer that this server trusts, so its signing key.';
const ACCOUNT =
  'It needs an account with a password or a sign-in code; a key opens no session, and an account cannot be taken away again.';
const BUS =
  'It is about what happens between nodes when an announcement is lost, which nobody outside can cause.';
const FLOOD = 'It would take flooding the server, and would lock out whoever runs the checks.';
const START = 'It is about how a server starts with settings that only its operator can give.';
const DOCUMENTS = 'It needs documents of known content in the folders that the server may read and write.';
const WORKERS = 'It needs a hand on the workers and the gate of the engine inside the server.';
const CRASH = 'It needs the process to die or to stop while a run is under way.';

export const NOT_CHECKABLE: Readonly<Record<string, string>> = {
  P7: 'It needs retention to overtake an open subscription, so a channel with a policy of the operator.',
  P9: BUS,
  L4: "The API takes no expected head; the versions that decisions state are L4's outside, and need a recommendation.",
  L6: 'Records and their versions are inside the server.',
  L8: 'It needs events to be forgotten, so a channel with a policy of the operator, and a restart.',
  L9: 'It needs a channel with a known policy, and a look at the disk.',
  L11: 'It needs the process to be started again.',
  L12: MACHINE,
  L13: MACHINE,
  L14: MACHINE,
  L15: MACHINE,
  L16: MACHINE,
  L17: MACHINE,
  L18: MACHINE,
  L19: MACHINE,
  L20: BUS,
  L21: BUS,
  H17: 'It needs a check that breaks inside the server.',
  H18: FLOOD,
  H20: FLOOD,
  H22: 'It needs a port with TLS whose certificate its operator exchanges, and a look at the counters.',
  H23: 'It needs a second address: from one alone nobody can tell whether its word about another counts.',
  C10: ACCOUNT,
  C11: ACCOUNT,
  C12: ACCOUNT,
  C13: ISSUER,
  C16: ISSUER,
  C17: ISSUER,
  C18: START,
  C19: ACCOUNT,
  C20: FLOOD,
  C21: ACCOUNT,
  C22: "It would take the administrator's role away if the rule were not kept.",
  C23: ACCOUNT,
  C24: START,
  C26: 'It needs a sign-in with the provider of this server.',
  C27: 'It needs a sign-in with the provider of this server.',
  C28: 'It needs the key of the simulated issuer.',
  C29: START,
  F5: 'It would take many megabytes for one slow reader, how many only the operator knows.',
  F14: 'It needs the node to stop.',
  S6: 'It would take many megabytes for one slow reader, how many only the operator knows.',
  R6: ACCOUNT,
  R21: 'It needs a proxy with a fault in front of the public URL.',
  R22: 'It needs another process at the public URL, and a start.',
  R23: MACHINE,
  R24: START,
  X6: 'It needs a workflow that cannot go on.',
  X9: 'The bounds on progress are in time inside the server; the network would be measured with them.',
  X11: CRASH,
  X12: CRASH,
  X13: CRASH,
  X15: DOCUMENTS,
  X16: DOCUMENTS,
  X17: CRASH,
  X18: CRASH,
  V4: DOCUMENTS,
  V6: "Each rule of validation would need its own documents; the engine's tests hold them.",
  V7: 'That code is not executed cannot be seen from outside.',
  V8: 'The 250 ms are those of the server; the network would be measured with them.',
  V9: WORKERS,
  V10: WORKERS,
  V11: DOCUMENTS,
  V12: DOCUMENTS,
  V13: DOCUMENTS,
  V14: 'It needs addresses that the server may ask and that tell whether it did.',
  V16: "The engine's tests hold it; from outside it is a matter of many documents.",
  V18: DOCUMENTS,
};
