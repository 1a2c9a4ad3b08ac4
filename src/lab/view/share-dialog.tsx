// What a run can be taken away as: a link to it, or a file in one of several formats, with a look at it first.

import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { type Exported, exported, FORMATS, type Format } from './exports.ts';
import type { Lab } from './lab.ts';
import { pngOf } from './png.ts';
import './panels.css';

/** Of a text, characters that are shown before it is saved. */
const PREVIEW = 20_000;
/** Formats that are taken at one host. */
const PLACED: readonly Format[] = ['pcapng', 'packetdrill', 'graph'];

interface ShareProps {
  readonly lab: Lab;
  readonly close: () => void;
}

export function ShareDialog({ lab, close }: ShareProps): JSX.Element {
  const messages = lab.messages.value;
  const { share } = messages.panels;
  const element = useRef<HTMLDialogElement>(null);
  const format = useSignal<Format>('svg');
  const host = useSignal(lab.story.value.hosts[0] ?? '');
  const whole = useSignal(true);
  const said = useSignal('');
  const file = useComputed(() => {
    const shown = whole.value ? lab.length.value : lab.position.value;
    return exported(lab, format.value, { host: host.value, shown });
  });
  useEffect(() => element.current!.showModal(), []);
  const copy = async (text: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      said.value = share.copied;
    } catch {
      said.value = share.notCopied;
    }
  };
  const save = async (): Promise<void> => {
    said.value = share.working;
    said.value = await saveFile(file.value, format.value, lab);
  };
  const link = `${location.href.split('#')[0]}#${lab.link.value}`;
  const { name, text, remark } = file.value;
  return (
    <dialog ref={element} class="share" aria-labelledby="share-title" onClose={close}>
      <div class="share-head">
        <h2 id="share-title">{share.title}</h2>
        <button type="button" onClick={() => element.current!.close()}>
          {share.close}
        </button>
      </div>
      <label class="in-line column">
        {share.link}
        <input type="text" readOnly value={link} onFocus={(event) => event.currentTarget.select()} />
      </label>
      <p class="hint">{share.linkHelp}</p>
      <button type="button" onClick={() => void copy(link)}>
        {share.copy}
      </button>
      <div class="share-choice">
        <fieldset class="formats">
          <legend>{share.format}</legend>
          {FORMATS.map((one) => (
            <label key={one}>
              <input
                type="radio"
                name="format"
                checked={format.value === one}
                onChange={() => {
                  format.value = one;
                  said.value = '';
                }}
              />
              {share.formats[one]}
            </label>
          ))}
        </fieldset>
        <div class="share-file">
          <p>{share.about[format.value]}</p>
          <div class="in-line">
            <label>
              {share.extent}{' '}
              <select
                value={whole.value ? 'whole' : 'shown'}
                onChange={(event) => (whole.value = event.currentTarget.value === 'whole')}
              >
                <option value="whole">{share.whole}</option>
                <option value="shown">{share.shown}</option>
              </select>
            </label>
            {PLACED.includes(format.value) && (
              <label>
                {share.vantage}{' '}
                <select value={host.value} onChange={(event) => (host.value = event.currentTarget.value)}>
                  {lab.story.value.hosts.map((one) => (
                    <option key={one} value={one}>
                      {one}
                    </option>
                  ))}
                </select>
              </label>
            )}
          </div>
          {remark !== '' && <p class="remark">{remark}</p>}
          {text !== null && (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard
            <pre class="preview" tabIndex={0}>
              {text.length > PREVIEW ? `${text.slice(0, PREVIEW)}…` : text}
            </pre>
          )}
          <div class="in-line">
            <button type="button" class="primary" disabled={name === ''} onClick={() => void save()}>
              {share.save} {name}
            </button>
            {text !== null && (
              <button type="button" onClick={() => void copy(text)}>
                {share.copy}
              </button>
            )}
          </div>
          <p role="status">{said.value}</p>
        </div>
      </div>
    </dialog>
  );
}

/** What is to be said of it; empty: nothing. */
async function saveFile(file: Exported, format: Format, lab: Lab): Promise<string> {
  const { share } = lab.messages.value.panels;
  if (format !== 'png') {
    download(new Blob([file.content], { type: file.type }), file.name);
    return '';
  }
  const made = await pngOf(file.content as string);
  if (made === null) return share.impossible;
  download(made.blob, file.name);
  return made.shrunk ? share.tooLarge({ pixels: made.wanted }) : '';
}

function download(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken hold of it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
