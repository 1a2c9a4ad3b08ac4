// A variable of the environment that cannot be meant, in one line.

export class SettingError extends Error {
  constructor(variable: string, value: string, why: string) {
    super(`${variable}=${JSON.stringify(value)}: ${why}`);
  }
}
