// The published bundle: one scope-hoisted file for each entry point, shared code in chunks beside them.
import { builtinModules } from 'node:module';
import { defineConfig } from 'vite';

const builtins = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));
const dependencies = ['koffi', 'commander', 'string-width'];

export default defineConfig({
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
        cli: 'src/cli/main.ts',
      },
    },
    rolldownOptions: {
      external: (id) => builtins.has(id) || dependencies.includes(id),
      output: { chunkFileNames: 'chunks/[name].js' },
    },
  },
});
