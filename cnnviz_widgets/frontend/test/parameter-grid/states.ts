/** Parameters of two layers as they come over the wire. */
import type { ParametersState } from "../../src/lib/wire/payloads";
import { readParameters, type Parameters } from "../../src/parameter-grid/parameters";
import { FakeModel, view } from "../fake";

/** Five outputs of three inputs with 2 × 2 taps; all values run from 0 to 1, output 1 is zero. */
export const kernel: ParametersState = {
  _shape: [5, 3, 2, 2],
  _codes: view(Uint8Array.from({ length: 60 }, (_, i) => [0, 127, 254, 0][i % 4]!)),
  _low: view(new Float32Array(15)),
  _high: view(Float32Array.from({ length: 15 }, (_, i) => (i < 12 ? 1 : 0))),
  _marks: view(Uint8Array.from({ length: 15 }, (_, i) => (i < 12 ? 0 : 1))),
  _kind: "image",
  _reduction: [1, 1],
  _montage: [1, 1],
  _outputs: view(Int32Array.of(4, 2, 0, 3, 1)),
  _inputs: 3,
  _taps: [2, 2],
  _words: ["input channel", "output channel"],
  _column_names: [],
  _tap_names: [],
  _bias: view(Float32Array.of(0.5, -0.25, 0, 1, NaN)),
};

/** Two outputs of eight inputs without taps, every stored pixel the mean of two inputs. */
export const strips: ParametersState = {
  ...kernel,
  _shape: [2, 1, 1, 4],
  _codes: view(Uint8Array.of(0, 100, 200, 254, 254, 200, 100, 0)),
  _low: view(Float32Array.of(0, 0)),
  _high: view(Float32Array.of(1, 2)),
  _marks: view(new Uint8Array(2)),
  _kind: "strip",
  _reduction: [1, 2],
  _outputs: view(Int32Array.of(1, 0)),
  _inputs: 8,
  _taps: [1, 1],
  _bias: view(new Float32Array(0)),
};

export const read = (state: ParametersState): Parameters => readParameters(new FakeModel<ParametersState>({ ...state }) as never);
