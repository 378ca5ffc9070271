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
