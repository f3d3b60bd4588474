// SPDX-License-Identifier: Apache-2.0

/** Something that has no verdict: an object that cannot be opened or has no programs, wrong usage, a mistake of ours. */
export interface Trouble {
  readonly kind: 'open_error' | 'no_programs' | 'usage' | 'bug'
  /** As the user named it; undefined where it is about none. */
  readonly object?: string | undefined
  readonly program?: string | undefined
  /** One line, with its place. */
  readonly message: string
}

/** What stands for it where others have a verdict. */
export const verdictOfTrouble = ({ kind }: Trouble): 'bug' | 'open_error' => (kind === 'bug' ? 'bug' : 'open_error')
