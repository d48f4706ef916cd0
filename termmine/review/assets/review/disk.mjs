// Files on the reader's disk: written in place where the browser can (File System Access), else downloaded.
// In: text, a name. Out: the name it was saved under and how; or the text of a file that was chosen.

const TYPES = {
  csv: [{ description: "CSV", accept: { "text/csv": [".csv"] } }],
  jsonl: [{ description: "JSON Lines", accept: { "application/x-ndjson": [".jsonl"] } }],
};

/** The file that Save writes to; it is asked for once. */
export class Disk {
  #window;
  #handle = null;

  constructor(window) {
    this.#window = window;
  }

  /** Save a text: {file, inPlace}, or null where the reader changed their mind. */
  async save(text, name, form) {
    if (!this.#window.showSaveFilePicker) return this.#download(text, name);
    const handle = await this.#ask(name, form);
    if (!handle) return null;
    const stream = await handle.createWritable();
    await stream.write(text);
    await stream.close();
    this.#handle = handle;
    return { file: handle.name, inPlace: true };
  }

  async #ask(name, form) {
    if (this.#handle && (await this.#mayWrite())) return this.#handle;
    try {
      return await this.#window.showSaveFilePicker({ suggestedName: name, types: TYPES[form] });
    } catch (error) {
      if (error.name === "AbortError") return null;
      throw error;
    }
  }

  async #mayWrite() {
    return !this.#handle.requestPermission || (await this.#handle.requestPermission({ mode: "readwrite" })) === "granted";
  }

  #download(text, name) {
    const { document, URL, Blob } = this.#window;
    const address = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
    this.#window.setTimeout(() => URL.revokeObjectURL(address), 60_000);
    return { file: name, inPlace: false };
  }
}

/** The text of a file, which is UTF-8 or nothing. */
export async function textOf(file) {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await file.arrayBuffer());
}
