// SPDX-License-Identifier: Apache-2.0

/** bpf_throw(): leaves every function of the program that runs. */
export class BpfThrow extends Error {
  readonly cookie: bigint
  constructor(cookie: bigint) {
    super(`bpf_throw(${cookie})`)
    this.cookie = cookie
  }
}
