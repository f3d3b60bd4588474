// SPDX-License-Identifier: Apache-2.0

// gojudge: what bpfjudge is for libbpf, for ebpf-go (github.com/cilium/ebpf). It loads each program of each object by itself, with the maps that
// it names, and prints a JSON line for it. Built by build.sh; run.sh boots a kernel with it (JUDGE=…/gojudge).
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strings"

	"github.com/cilium/ebpf"
)

type row struct {
	Obj     string `json:"obj"`
	Prog    string `json:"prog,omitempty"`
	Verdict string `json:"verdict"`
	Msg     string `json:"msg,omitempty"`
	// Instructions processed.
	Insns string `json:"insns,omitempty"`
}

func main() {
	root := flag.String("r", "", "folder of the objects, with / at its end")
	share := flag.String("k", "0/1", "judge every Nth object, from the Kth on: K/N")
	list := flag.String("l", "", "file with the names of the objects")
	flag.Parse()
	var first, step int
	if n, _ := fmt.Sscanf(*share, "%d/%d", &first, &step); n != 2 || step < 1 {
		fmt.Fprintln(os.Stderr, "gojudge: -k K/N")
		os.Exit(2)
	}
	file, err := os.Open(*list)
	if err != nil {
		fmt.Fprintln(os.Stderr, "gojudge:", err)
		os.Exit(2)
	}
	out := json.NewEncoder(os.Stdout)
	names := bufio.NewScanner(file)
	for at := 0; names.Scan(); at++ {
		if at%step == first {
			judgeObject(out, *root, names.Text())
		}
	}
}

func judgeObject(out *json.Encoder, root, name string) {
	spec, err := ebpf.LoadCollectionSpec(root + name)
	if err != nil {
		out.Encode(row{Obj: name, Verdict: "open_error", Msg: err.Error()})
		return
	}
	progs := make([]string, 0, len(spec.Programs))
	for prog := range spec.Programs {
		progs = append(progs, prog)
	}
	sort.Strings(progs)
	for _, prog := range progs {
		said := judge(alone(spec, prog), prog)
		said.Obj, said.Prog = name, prog
		out.Encode(said)
	}
}

// alone is the collection with one program, nothing pinned, and no program in any slot.
func alone(spec *ebpf.CollectionSpec, prog string) *ebpf.CollectionSpec {
	one := spec.Copy()
	used := map[string]bool{}
	for _, ins := range one.Programs[prog].Instructions {
		used[ins.Reference()] = true
	}
	for _, m := range one.Maps {
		// what stands in slots of a map of maps
		for _, slot := range m.Contents {
			if inner, ok := slot.Value.(string); ok {
				used[inner] = true
			}
		}
	}
	for other := range one.Programs {
		if other != prog {
			delete(one.Programs, other)
		}
	}
	for name, m := range one.Maps {
		m.Pinning = ebpf.PinNone
		if m.Type == ebpf.ProgramArray {
			m.Contents = nil
		}
		if !used[name] && !strings.HasPrefix(name, ".") {
			delete(one.Maps, name)
		}
	}
	return one
}

func judge(spec *ebpf.CollectionSpec, prog string) row {
	options := ebpf.CollectionOptions{Programs: ebpf.ProgramOptions{LogLevel: 1 | 4, LogSize: 4 << 20}}
	constants, err := frozen(spec)
	if err != nil {
		return row{Verdict: "load_error", Msg: err.Error()}
	}
	defer closeAll(constants)
	options.MapReplacements = constants
	coll, err := ebpf.NewCollectionWithOptions(spec, options)
	if err == nil {
		defer coll.Close()
		if coll.Programs[prog] == nil {
			return row{Verdict: "skipped"}
		}
		_, insns := read(strings.Split(coll.Programs[prog].VerifierLog, "\n"))
		return row{Verdict: "accept", Insns: insns}
	}
	var refused *ebpf.VerifierError
	if !errors.As(err, &refused) {
		return row{Verdict: "load_error", Msg: err.Error()}
	}
	said, insns := read(refused.Log)
	return row{Verdict: "reject", Msg: said, Insns: insns}
}

// frozen makes the maps of constants before any program is loaded, as ebpf-go does since 2024; older ones filled them afterwards.
func frozen(spec *ebpf.CollectionSpec) (map[string]*ebpf.Map, error) {
	made := map[string]*ebpf.Map{}
	for name, m := range spec.Maps {
		if !strings.HasPrefix(name, ".rodata") {
			continue
		}
		one, err := ebpf.NewMap(m)
		if err != nil {
			closeAll(made)
			return nil, err
		}
		made[name] = one
		m.Contents = nil
		// a field that newer ones have not
		if freeze := reflect.ValueOf(m).Elem().FieldByName("Freeze"); freeze.IsValid() {
			freeze.SetBool(false)
		}
	}
	return made, nil
}

func closeAll(maps map[string]*ebpf.Map) {
	for _, m := range maps {
		m.Close()
	}
}

// read finds the last line before the statistics, and how many instructions they tell.
func read(log []string) (said, insns string) {
	for i, line := range log {
		if fields := strings.Fields(line); strings.HasPrefix(line, "processed ") && len(fields) > 1 {
			insns = fields[1]
		}
		if said == "" && i > 0 && (strings.HasPrefix(line, "verification time") || strings.HasPrefix(line, "processed ")) {
			said = log[i-1]
		}
	}
	return said, insns
}
