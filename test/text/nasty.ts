// SPDX-License-Identifier: Apache-2.0

/** Everything a terminal, a CI runner or an eye could trip over. */
export const nasty = [
  '\u001b]0;PWNED\u0007\u001b[4mRED\u001b[0m',
  '\n::error file=x::INJECTED',
  '\r\n##[error]x ##vso[task.setvariable variable=x]y',
  ' ::add-mask::x %0A%0D',
  '\t\b\u007f\u009b31m\u0085',
  '\u202e\u2066\u200b\u200f\ufeff\u2028\u2029\u3164\u00ad\u{e0041}\ufe0f\u2800',
  '[a](javascript:b) <img src=x> \\ "q" `$(id)` ,:',
].join('')
