/* SPDX-License-Identifier: Apache-2.0 */
/* contract.h as the programs see it: every kfunc of it is an extern that the kernel resolves. */
#include "example.h"

#define __bpf_kfunc extern __attribute__((section(".ksyms")))
#include "contract.h"

int input;
