// The published bundle: entry points, and behind them one scope-hoisted file for each part that several share.
import { builtinModules } from 'node:module';
import { defineConfig, type Plugin } from 'vite';

const builtins = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));
const dependencies = ['koffi', 'commander', 'string-width'];

/** `node -r synfin/register`: Node >= 20.19 lets CommonJS load ES modules that wait for nothing. */
const commonJsDoor: Plugin = {
  name: 'commonjs-door',
  generateBundle() {
    const source = "'use strict';\nrequire('./register.js');\n";
    this.emitFile({ type: 'asset', fileName: 'register.cjs', source });
    this.emitFile({ type: 'asset', fileName: 'types/register.d.cts', source: 'export {};\n' });
  },
};

export default defineConfig({
  plugins: [commonJsDoor],
  build: {
    target: 'node20',
    minify: false,
    sourcemap: true,
    lib: {
      formats: ['es'],
      entry: {
        index: 'src/index.ts',
        net: 'src/net.ts',
        tun: 'src/tun.ts',
        packetdrill: 'src/packetdrill.ts',
        register: 'src/register.ts',
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
