// SPDX-License-Identifier: Apache-2.0

/** include/uapi/asm-generic/errno.h; helpers return them negated. */
export const errno = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  E2BIG: 7,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  ENOSPC: 28,
  ERANGE: 34,
  EDEADLK: 35,
  ENAMETOOLONG: 36,
  ELOOP: 40,
  ENOMSG: 42,
  ENODATA: 61,
  ENONET: 64,
  ENOLINK: 67,
  EPROTO: 71,
  EBADMSG: 74,
  EOVERFLOW: 75,
  ENOTSOCK: 88,
  EDESTADDRREQ: 89,
  EMSGSIZE: 90,
  EPROTOTYPE: 91,
  EPROTONOSUPPORT: 93,
  ESOCKTNOSUPPORT: 94,
  EOPNOTSUPP: 95,
  EAFNOSUPPORT: 97,
  ENETUNREACH: 101,
  ETIMEDOUT: 110,
  EALREADY: 114,
  EINPROGRESS: 115,
  ENOTSUPP: 524,
} as const

/** 'EINVAL' of 22; the number where it has no name here. */
export const errnoName = (number: number): string =>
  Object.entries(errno).find(([, value]) => value === number)?.[0] ?? String(number)
