/** What a language tag means to the checks, and which tags are known at all. */

export type Checker =
  | 'json'
  | 'jsonc'
  | 'yaml'
  | 'toml'
  | 'javascript'
  | 'typescript'
  | 'tsx'
  | 'python'
  | 'shell'
  | 'session';

const CHECKERS: Readonly<Record<string, Checker>> = {
  json: 'json',
  jsonc: 'jsonc',
  json5: 'jsonc',
  yaml: 'yaml',
  yml: 'yaml',
  toml: 'toml',
  js: 'javascript',
  javascript: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'javascript',
  node: 'javascript',
  ts: 'typescript',
  typescript: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  tsx: 'tsx',
  py: 'python',
  py3: 'python',
  python: 'python',
  python3: 'python',
  pycon: 'python',
  bash: 'shell',
  sh: 'shell',
  shell: 'shell',
  console: 'session',
  'shell-session': 'session',
  shellsession: 'session',
  'sh-session': 'session',
  terminal: 'session',
};

const KNOWN = new Set(
  (
    'abap abnf actionscript ada agda angular ansi antlr apache apex apl applescript arduino asciidoc asm ' +
    'assembly astro asp aspnet autohotkey awk bat batch bibtex bicep blade brainfuck c c# c++ cf cfml clj clojure ' +
    'cmake cmd cobol code codeowners coffee coffeescript conf console cpp crystal cs csharp cshtml csp css csv cue cuda ' +
    'curl cypher cython d dart dax delphi diff django dns dockerfile docker docker-compose dot dotenv dts ebnf editorconfig ' +
    'ejs elisp elixir elm emacs-lisp env erb erl erlang ex excel exs f# fish flow fortran forth fs fsharp ' +
    'gcode gdscript gherkin git gitattributes gitignore git-commit gleam glsl glimmer go gradle graphql gql graphviz groovy ' +
    'haml handlebars hack hbs haskell hcl hjson hlsl hs html htm html+erb http https idl ignore ini ignorefile ' +
    'io ipynb java javastacktrace jinja jinja2 jl jq jsdoc json-lines jsonl jsonnet jsp julia kotlin ko kt kts kusto ' +
    'latex ldif lean less lisp liquid llvm log lua makefile make markdown marko mask mathematica math matlab mdx md mdoc ' +
    'mermaid mips mjml mongodb msgpack mysql nasm ndjson nginx nim nix none npm nushell nu objc objective-c objectivec ocaml odin ' +
    'output pascal patch pem perl pgsql php plaintext plain plantuml pl po postcss postgres postgresql powershell prisma ' +
    'prolog promql properties proto protobuf ps ps1 pug puppet purescript pwsh qml r racket raku razor rb reason ' +
    'reg regex regexp rego rescript rest riscv robots rs rst ruby rust sass sas scala scheme scss sed smalltalk ' +
    'smarty smv sol solidity sparql sql sqlite squirrel ssh-config sshconfig stan stylus styl svelte svg swift systemd ' +
    'systemverilog tcl tap terraform tex text textile tf thrift toon tree tsql tsv turtle twig txt typst uml v ' +
    'vala vb vbnet velocity verilog vhdl viml vim vimscript vue vue-html vyper wasm wast wat webidl wgsl wiki ' +
    'wolfram x86asm xaml xhtml xml xonsh xpath xquery xsl xslt yang zig zsh bnf peg csp-header email eml treeview ' +
    'cli command commandline dosini ini-file jest jsstacktrace stacktrace trace traceback text/plain coq graphqls wit'
  ).split(' '),
);

/** The tag of an info string: `js {1,3}`, `{.python}`, `ts:title.ts` and `JSON` are js, python, ts and json. */
export function tagOf(info: string): string {
  const braced = /^\{\s*\.?([^\s}.,]+)/.exec(info);
  const tag = braced?.[1] ?? /^[^\s{,:;=]+/.exec(info)?.[0] ?? '';
  return tag.toLowerCase().replace(/^\./, '');
}

export function checkerOf(tag: string): Checker | null {
  return CHECKERS[tag] ?? null;
}

export const KNOWN_LANGUAGES: readonly string[] = [...KNOWN, ...Object.keys(CHECKERS)];

export function isKnownLanguage(tag: string): boolean {
  return KNOWN.has(tag) || Object.hasOwn(CHECKERS, tag);
}
