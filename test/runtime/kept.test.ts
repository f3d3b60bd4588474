// SPDX-License-Identifier: Apache-2.0
// References in maps: their destructors run when the element, or the object that made the map, goes.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { defineModule, type ModuleDefinition, openKernel, unwrap, withModule } from '../../src/index.ts'
import { createMachine } from '../../src/runtime/index.ts'

interface Job {
  readonly id: number
}

/** The bodies' calls stand in `seen`. */
async function machine(bodies: NonNullable<ModuleDefinition['bodies']> = {}) {
  const seen: string[] = []
  const jobs = new Map<number, Job>([1, 2, 3].map((id) => [id, { id }]))
  const kernel = unwrap(await openKernel('6.12'))
  const module = unwrap(
    await defineModule(
      {
        name: 'jobs',
        c: `struct job { int id; };
            __bpf_kfunc struct job *job_find(int id);
            __bpf_kfunc void job_put(struct job *job);
            void job_put_dtor(void *job);`,
        flags: { job_find: 'KF_ACQUIRE | KF_RET_NULL', job_put: 'KF_RELEASE' },
        register: { BPF_PROG_TYPE_SYSCALL: ['job_find', 'job_put'] },
        dtors: { job: 'job_put_dtor' },
        bodies: {
          job_find: (id: number) => jobs.get(id) ?? null,
          job_put: ({ id }: Job) => {
            seen.push(`put ${id}`)
          },
          ...bodies,
        },
      },
      { base: kernel.btf },
    ),
  )
  const made = createMachine(unwrap(withModule(kernel, module)))
  const loaded = unwrap(made.load(readFileSync('test/runtime/programs/kept.bpf.o')))
  const run = (name: string, ...words: number[]): number =>
    unwrap(loaded.programs.get(name)!.testRun({ ctx: new Uint8Array(Uint32Array.of(...words, 0).buffer) })).retval
  const held = (): number[] => made.held().map(({ object }) => (object as Job).id)
  return { machine: made, loaded, run, held, seen }
}
const key = (id: number): Uint8Array => new Uint8Array(Uint32Array.of(id).buffer)

test('a host object that another takes the place of is given back by the program', async () => {
  const { run, held, seen } = await machine()
  expect([run('keep', 1), run('keep', 2)]).toEqual([0, 0])
  expect(held()).toEqual([2])
  expect(seen).toEqual(['put 1'])
})

test('one in an element that is deleted goes by the body of what gives it back', async () => {
  const { loaded, run, held, seen } = await machine()
  expect([run('keep_in_hash', 1), run('keep_in_hash', 2), run('keep_in_hash', 3)]).toEqual([0, 0, 0])
  expect(run('delete_from_hash', 2)).toBe(0)
  expect(loaded.maps.get('by_id')!.remove(key(3))).toBe(0)
  expect(seen).toEqual(['put 2', 'put 3'])
  expect(held()).toEqual([1])
})

test('the destructor has a body of its own', async () => {
  const seen: unknown[] = []
  const { loaded, run, held } = await machine({
    job_put_dtor: (job: unknown) => {
      seen.push(job)
    },
  })
  run('keep_in_hash', 1)
  expect(loaded.maps.get('by_id')!.set(key(1), new Uint8Array(16))).toBe(0)
  expect(seen).toEqual([{ id: 1 }])
  expect(held()).toEqual([])
})

test('what is left in maps goes when their object is unloaded, and its programs run no more', async () => {
  const { machine: made, loaded, run, held, seen } = await machine()
  const task = made.task({ pid: 7 })
  const cgroup = made.cgroup('one', { id: 9n })
  const before = [task.references, cgroup.references]
  run('keep', 3)
  run('keep_in_hash', 1)
  expect(run('keep_kernel', 7, 9)).toBe(0)
  expect([task.references, cgroup.references]).toEqual(before.map((count) => count + 1))
  loaded.unload()
  expect([task.references, cgroup.references]).toEqual(before)
  expect(held()).toEqual([])
  expect(seen.sort()).toEqual(['put 1', 'put 3'])
  const answer = loaded.programs.get('keep')!.testRun({ ctx: new Uint8Array(8) })
  expect(answer.ok ? 'it ran' : answer.fault.what).toContain('keep was unloaded')
})

test('a task that nobody holds takes what is stored for it along', async () => {
  const { machine: made, loaded } = await machine()
  const map = loaded.maps.get('per_task')!
  const task = made.task({ pid: 7 })
  const init = made.currentTask
  made.currentTask = task
  expect(unwrap(loaded.programs.get('keep_for_task')!.call()).returned).toBe(0n)
  made.currentTask = init
  expect([...map.entries()].length).toBe(1)
  task.exit()
  expect([...map.entries()]).toEqual([])
})

test('an object that is loaded and unloaded leaves nothing behind: memory, elements', async () => {
  const kernel = unwrap(await openKernel('6.12'))
  const machine = createMachine(kernel, { memoryLimit: 1 << 20, mapEntryLimit: 100_000 })
  const names = ['kept', 'recent', 'timers']
  const objects = names.map((name) => readFileSync(`test/runtime/programs/${name}.bpf.o`))
  for (let i = 0; i < 12; i++)
    for (const object of objects) {
      const loaded = unwrap(machine.load(object))
      for (const map of loaded.maps.values()) {
        if (map.def.keySize === 0 || map.def.keySize > 64) continue
        map.set(new Uint8Array(map.def.keySize), new Uint8Array(map.userSize))
      }
      loaded.unload()
      const [map] = loaded.maps.values()
      if (map !== undefined) expect(() => map.get(new Uint8Array(map.def.keySize))).toThrow('was unloaded')
    }
  expect(machine.maps.size).toBe(0)
  expect(machine.mapEntries).toBe(0)
})
