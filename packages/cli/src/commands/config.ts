/** `greenlight config`: what a server with these settings would be told, without a start. */
import { type CommandGroup, defineCommand, nothing } from '../command.ts';
import { GATEWAY_OPTIONS, runGateway } from '../run-gateway.ts';

const check = defineCommand({
  usage: '[options]',
  about:
    'Prints each setting with its value and where it comes from, and everything that is wrong. Exit code 0, or 78 if the server would not start.',
  options: {
    json: { type: 'boolean', about: 'Print {"ok", "settings", "errors", "warnings"}.' },
    ...GATEWAY_OPTIONS,
  },
  examples: ['greenlight config check', 'greenlight config check --config production.json --json'],
  run(values, positionals) {
    nothing(positionals);
    const args = Object.entries(values).flatMap(([name, value]) =>
      value === true ? [`--${name}`] : [value].flat().flatMap((one) => [`--${name}`, String(one)]),
    );
    return runGateway('config-main.ts', args);
  },
});

export const command: CommandGroup = {
  about: 'The settings of a server in this folder and with these variables.',
  commands: { check },
  examples: ['greenlight config check'],
};
