/** Files that leave the page. */

const TYPES: Record<string, string> = {
  png: "image/png",
  svg: "image/svg+xml",
  csv: "text/csv",
  html: "text/html",
  md: "text/markdown",
  py: "text/x-python",
};

/** Save bytes as a file, as a link does that is clicked. */
export function saveFile(name: string, content: BlobPart): void {
  const type = TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream";
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser takes the file after this.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** What no drawing may have in it, as XML: control characters, and halves of a character. */
const NOT_DRAWN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

/** An element as the text of a file, whatever is in its words. */
export const asXml = (root: Element): string => new XMLSerializer().serializeToString(root).replace(NOT_DRAWN, "\ufffd");
