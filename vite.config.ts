// The published bundle: entry points, and behind them one scope-hoisted file for each part that several share.
import { builtinModules } from 'node:module';
import { defineConfig, type Plugin } from 'vite';

const builtins = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));
const dependencies = ['koffi', 'commander', 'string-width'];

const entries = {
  index: 'src/index.ts',
  net: 'src/net.ts',
  tun: 'src/tun.ts',
  packetdrill: 'src/packetdrill.ts',
  register: 'src/register.ts',
};

/**
 * What `require` and `node -r` get: the one instance of each module that there is, as Node >= 20.19 lets CommonJS load
 * ES modules that wait for nothing. The declarations say the same, from TypeScript 5.8 on (module `node20`, `nodenext`).
 */
const commonJsDoors: Plugin = {
  name: 'commonjs-doors',
  generateBundle(_, bundle) {
    for (const name of Object.keys(entries)) {
      const chunk = bundle[`${name}.js`];
      const names = chunk?.type === 'chunk' ? chunk.exports : [];
      const source = [
        "'use strict';",
        "Object.defineProperty(exports, '__esModule', { value: true });",
        `const all = require('./${name}.js');`,
        // One by one, here and in the declarations: those who read without running see them so, too.
        ...names.map((exported) => `exports.${exported} = all.${exported};`),
      ];
      const types = [`export * from './${name}.js';`, `export { ${names.join(', ')} } from './${name}.js';`];
      this.emitFile({ type: 'asset', fileName: `${name}.cjs`, source: `${source.join('\n')}\n` });
      this.emitFile({ type: 'asset', fileName: `types/${name}.d.cts`, source: `${types.join('\n')}\n` });
    }
  },
};

export default defineConfig({
  plugins: [commonJsDoors],
  build: {
    target: 'node20',
    minify: false,
    sourcemap: true,
    lib: {
      formats: ['es'],
      entry: {
        ...entries,
        cli: 'src/cli/main.ts',
        'packetdrill-thread': 'src/cli/packetdrill-thread.ts',
      },
    },
    rolldownOptions: {
      external: (id) => builtins.has(id) || dependencies.includes(id),
      output: {
        chunkFileNames: 'chunks/[name].js',
        codeSplitting: {
          groups: [
            { name: 'engine', test: /\/src\/(lib|wire|tcp|host|sim|trace)\// },
            { name: 'packetdrill', test: /\/src\/packetdrill\// },
            { name: 'net', test: /\/src\/net\// },
            { name: 'clock', test: /\/src\/node\/clock\.ts/ },
            { name: 'node', test: /\/src\/node\// },
          ],
        },
      },
    },
  },
});
