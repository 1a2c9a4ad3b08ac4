// The import order of docs/ARCHITECTURE.md, checked: `node scripts/check-imports.mjs [root]`.
// Prints `file:line: the rule broken` for each violation; exit code 1 if there is one.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import ts from 'typescript';

const NODE_BUILT_INS = 'Node built-ins';

/** Left to right: a layer may import what stands to its left. Layers of one step may not import each other. */
const LAYERS = [
  ['lib'],
  ['wire'],
  ['tcp'],
  ['host'],
  ['sim', 'trace'],
  ['packetdrill'],
  ['lab', 'node'],
  ['net'],
  ['register'],
  ['cli'],
];

/** What a layer may import from outside src/. The engine and what plays scripts on it import nothing. */
const OUTSIDE = new Map([
  ['node', [NODE_BUILT_INS, 'koffi']],
  ['net', [NODE_BUILT_INS]],
  ['register', [NODE_BUILT_INS]],
  ['cli', [NODE_BUILT_INS, 'commander', 'string-width']],
]);

/** The lab's page may have these; the rest of the lab is as pure as the engine. */
const PAGE = 'lab/view/';
const PAGE_PACKAGES = ['preact', 'preact/hooks', '@preact/signals'];

const ENGINE = ['lib', 'wire', 'tcp', 'host', 'sim', 'trace'];
/** Layers that may not know time, chance or where they run. */
const PURE = new Set([...ENGINE, 'packetdrill', 'lab']);

/** The package's entry points, each with the layers that it may publish. Nothing imports them. */
const ENTRIES = new Map([
  ['index.ts', ENGINE],
  ['net.ts', [...ENGINE, 'net']],
  ['packetdrill.ts', [...ENGINE, 'packetdrill']],
  ['tun.ts', [...ENGINE, 'node']],
  ['register.ts', ['register']],
]);

/**
 * Inside src/tcp/, left to right again. Files of one group may import each other as long as no cycle comes of
 * it; groups that share a step may not. A step's `null` group holds every file that no other group names.
 * Type-only imports follow the same order, but do not count for cycles: a probe is told of a TCB, and a TCB
 * holds a probe.
 */
const TCP = [
  [['seq', 'state', 'rules', 'parameters', 'errors']],
  [['segment', 'reassembly', 'push-points', 'receive-tuning', 'busy-time', 'recovery/*', 'congestion/*']],
  [['tcb', 'variables', 'probe']],
  [null],
  [['ack', 'text']],
  [['events/*'], ['output']],
  [['connection', 'listener', 'isn']],
];
const MECHANISMS = 'mechanisms';

const inWords = (steps, name) => steps.map((step) => step.map(name).join(', ')).join(' → ');
const LAYERS_IN_WORDS = inWords(LAYERS, (layer) => layer);
const TCP_IN_WORDS = inWords(TCP, (group) => group?.join(', ') ?? MECHANISMS);

/** Every module that the source refers to: `import`, `export ... from`, `import()`, and `import('x').T`. */
function importsOf(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, false);
  const found = [];
  const note = (specifier, typeOnly) => {
    const { line } = source.getLineAndCharacterOfPosition(specifier.getStart(source));
    found.push({ specifier: specifier.text, line: line + 1, typeOnly });
  };
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) note(node.moduleSpecifier, node.importClause?.isTypeOnly ?? false);
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier)
      note(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      note(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [target] = node.arguments;
      if (target && ts.isStringLiteralLike(target)) note(target, false);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Uses of `Math.random` and `globalThis`, which the linter's list of globals can't name. */
function forbiddenUses(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node) => {
    const isRandom =
      ts.isPropertyAccessExpression(node) &&
      node.name.text === 'random' &&
      node.expression.getText(source) === 'Math';
    const isGlobal = ts.isIdentifier(node) && node.text === 'globalThis';
    if (isRandom || isGlobal) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      found.push({ line: line + 1, what: node.getText(source) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Where a name stands in `steps`: its step, and its group within the step. */
function place(steps, holds) {
  for (const [step, groups] of steps.entries()) {
    const group = groups.findIndex(holds);
    if (group >= 0) return { step, group };
  }
  return null;
}

const layerOf = (path) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : null);
const layerPlace = (layer) => place(LAYERS, (candidate) => candidate === layer);

/** `path` is relative to src/tcp/, without `.ts`. */
function tcpPlace(path) {
  const named = place(TCP, (group) => group?.some((name) => matches(name, path)) ?? false);
  return named ?? place(TCP, (group) => group === null);
}

const matches = (name, path) => (name.endsWith('/*') ? path.startsWith(name.slice(0, -1)) : path === name);

const mayImport = (from, to) => to.step < from.step || (to.step === from.step && to.group === from.group);

/** The rule that an import from outside src/ breaks, or null. */
function outsideFault(path, specifier) {
  const layer = layerOf(path);
  const allowed = path.startsWith(PAGE) ? PAGE_PACKAGES : (OUTSIDE.get(layer) ?? []);
  const what = isBuiltin(specifier) ? NODE_BUILT_INS : specifier;
  if (allowed.includes(what)) return null;
  return `${layer ?? path} may not import ${what === specifier ? 'the package' : 'the Node built-in'} '${specifier}'${
    allowed.length > 0 ? ` (only ${allowed.join(', ')})` : ': the engine has no dependencies'
  }`;
}

/** The rule that an import of one file of src/ by another breaks, or null. Paths are relative to src/. */
function insideFault(from, to) {
  if (ENTRIES.has(to)) return `${to} is an entry point of the package: import the module it takes from`;
  const target = layerOf(to);
  if (ENTRIES.has(from)) {
    const published = ENTRIES.get(from);
    return published.includes(target)
      ? null
      : `the entry point ${from} publishes only ${published.join(', ')}, not ${target}`;
  }
  const layer = layerOf(from);
  if (layer === 'tcp' && target === 'tcp') return tcpFault(from, to);
  if (layerPlace(target) === null || mayImport(layerPlace(layer), layerPlace(target))) return null;
  return `${layer} may not import from ${target} (${LAYERS_IN_WORDS})`;
}

function tcpFault(from, to) {
  const [a, b] = [from, to].map((path) => path.slice('tcp/'.length, -'.ts'.length));
  if (mayImport(tcpPlace(a), tcpPlace(b))) return null;
  return `tcp/${a} may not import tcp/${b} (inside tcp: ${TCP_IN_WORDS})`;
}

/** Cycles of value imports, each as the list of files on it. `graph`: file -> files it imports. */
function cyclesOf(graph) {
  const cycles = [];
  const done = new Set();
  const visit = (file, trail) => {
    const at = trail.indexOf(file);
    if (at >= 0) cycles.push([...trail.slice(at), file]);
    if (at >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return cycles;
}

/** The faults of one import; records the edge for the search for cycles. */
function importFault(root, path, { specifier, typeOnly }, edges) {
  if (!specifier.startsWith('.')) return outsideFault(path, specifier);
  const to = posix.normalize(posix.join(posix.dirname(path), specifier));
  if (to.startsWith('../')) return `'${specifier}' leaves src/`;
  if (path.startsWith(PAGE) && specifier.endsWith('.css')) return null;
  if (!/\.tsx?$/.test(specifier)) return `'${specifier}' must say its .ts extension`;
  if (!existsSync(join(root, to))) return `'${specifier}' does not exist`;
  if (!typeOnly) edges.push(to);
  return insideFault(path, to);
}

/** Every violation under `root`, a src/ directory, as `file:line: message` with files relative to its parent. */
export function checkImports(root) {
  const shown = (path) => relative(dirname(root), join(root, path)).split(sep).join('/');
  const faults = [];
  const graph = new Map();
  let ffi = null;
  const paths = readdirSync(root, { recursive: true }).map((path) => path.split(sep).join('/'));
  for (const path of paths.filter((name) => /\.tsx?$/.test(name)).sort()) {
    const layer = layerOf(path);
    if (layer === null ? !ENTRIES.has(path) : layerPlace(layer) === null) {
      faults.push(`${shown(path)}:1: neither an entry point nor in a layer (${LAYERS_IN_WORDS})`);
      continue;
    }
    const edges = [];
    graph.set(path, edges);
    const text = readFileSync(join(root, path), 'utf8');
    if (PURE.has(layer) && !path.startsWith(PAGE)) {
      for (const { line, what } of forbiddenUses(path, text)) {
        faults.push(
          `${shown(path)}:${line}: ${layer} may not use ${what}: time and randomness are arguments`,
        );
      }
    }
    for (const found of importsOf(path, text)) {
      const where = `${shown(path)}:${found.line}`;
      const fault = importFault(root, path, found, edges);
      if (fault !== null) faults.push(`${where}: ${fault}`);
      if (found.specifier !== 'koffi' || found.typeOnly) continue;
      if (ffi !== null && ffi !== path) faults.push(`${where}: koffi belongs to one file, ${shown(ffi)}`);
      ffi ??= path;
    }
  }
  for (const cycle of cyclesOf(graph)) {
    faults.push(`${shown(cycle[0])}:1: imports itself: ${cycle.map(shown).join(' → ')}`);
  }
  return { faults, files: graph.size };
}

if (process.argv[1] === import.meta.filename) {
  const root = resolve(process.argv[2] ?? join(import.meta.dirname, '..', 'src'));
  const { faults, files } = checkImports(root);
  for (const fault of faults) console.error(fault);
  console.log(`${files} files, ${faults.length === 0 ? 'import order kept' : `${faults.length} violations`}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
