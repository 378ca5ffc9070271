/** Put a text into the clipboard; false where the browser refuses, as on a page that is not of https. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (error) {
    console.warn("The clipboard was refused:", error);
    return false;
  }
}
