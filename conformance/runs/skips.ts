// SPDX-License-Identifier: Apache-2.0
/** Programs that the guest is not to run, as `OBJ PROG`, each with its reason. */
export const notRun: ReadonlyMap<string, string> = new Map([])
