// `synfin/register`: replaces TCP in an unmodified program, `node --import synfin/register app.js`.

import { register } from './register/register.ts';

register();
