/** Binary traits arrive as DataViews into a larger message; these views honour their offset. */

/** A typed array over the bytes; copied only where the offset breaks the alignment. */
function decode<T>(
  view: DataView | null | undefined,
  type: { new (buffer: ArrayBufferLike, offset: number, length: number): T; BYTES_PER_ELEMENT: number },
): T {
  if (!view) return new type(new ArrayBuffer(0), 0, 0);
  const size = type.BYTES_PER_ELEMENT;
  const length = Math.floor(view.byteLength / size);
  if (view.byteOffset % size === 0) return new type(view.buffer, view.byteOffset, length);
  const bytes = new Uint8Array(view.byteLength);
  bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return new type(bytes.buffer, 0, length);
}

export const asUint8 = (view?: DataView | null): Uint8Array => decode(view, Uint8Array);
export const asInt32 = (view?: DataView | null): Int32Array => decode(view, Int32Array);
export const asFloat32 = (view?: DataView | null): Float32Array => decode(view, Float32Array);
export const asFloat64 = (view?: DataView | null): Float64Array => decode(view, Float64Array);
