// SPDX-License-Identifier: Apache-2.0
// kfuncs on cgroups: kfuncs.rst §4.2.

import { model, type Models } from '../core/abi.ts'
import { acquireCgroup, cgroupAncestor, cgroupsOf, releaseCgroup } from '../objects/cgroup.ts'

const release = model(['i32'], 'none', (core) => (cgroup) => releaseCgroup(core, cgroup))

export const cgroupKfuncs: Models = {
  bpf_cgroup_acquire: model(['i32'], 'u32', (core) => (cgroup) => acquireCgroup(core, cgroup)),
  bpf_cgroup_release: release,
  bpf_cgroup_release_dtor: release,
  bpf_cgroup_ancestor: model(['i32', 'i32'], 'u32', (core) => (cgroup, level) => {
    const ancestor = cgroupAncestor(core, cgroup, level)
    return ancestor === 0 ? 0 : acquireCgroup(core, ancestor)
  }),
  bpf_cgroup_from_id: model(['i64'], 'u32', (core) => {
    const cgroups = cgroupsOf(core)
    return (id) => {
      const cgroup = cgroups.find(BigInt.asUintN(64, id))
      return cgroup === undefined ? 0 : acquireCgroup(core, cgroup.address)
    }
  }),
}
