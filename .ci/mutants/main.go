package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/tools/go/packages"
)

// limit is the processor time of one run of the tests, in seconds.
const limit = 20

// workers is the number of changes that are tried at a time, on one processor each.
const workers = 2

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: mutants ROOT PACKAGE [TESTS-TO-TRY-LAST]")
		os.Exit(2)
	}
	last := ""
	if len(os.Args) > 3 {
		last = os.Args[3]
	}
	if err := count(os.Args[1], os.Args[2], last); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

// count prints what lives and how many there are.
func count(root, pkg, last string) error {
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	t := tests{binary: filepath.Join(dir, "t.test"), dir: filepath.Join(root, pkg), last: last}
	mutants, err := build(root, pkg, dir, t.binary)
	if err != nil {
		return err
	}
	if t.notice(0) {
		return errors.New("the tests of " + pkg + " fail without any change, or take longer than " + fmt.Sprint(limit) + " s of processor time")
	}
	lived := t.survivors(len(mutants))
	for _, n := range lived {
		fmt.Println("lived:", mutants[n-1].at, mutants[n-1].kind)
	}
	noticed := len(mutants) - len(lived)
	fmt.Printf("%s: %d changes, %d noticed (%.1f %%)\n", pkg, len(mutants), noticed, 100*float64(noticed)/float64(len(mutants)))
	return nil
}

// build compiles the tests of a package with all its changes.
func build(root, pkg, dir, binary string) ([]mutant, error) {
	const mode = packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedDeps
	loaded, err := packages.Load(&packages.Config{Dir: root, Mode: mode}, "./"+pkg)
	if err != nil {
		return nil, err
	}
	if packages.PrintErrors(loaded) > 0 || len(loaded) != 1 {
		return nil, errors.New("no package " + pkg + " below " + root)
	}
	p, overlay := loaded[0], map[string]string{}
	r := &rewriter{fset: p.Fset, info: p.TypesInfo}
	write := func(name, text string) error {
		to := filepath.Join(dir, fmt.Sprint(len(overlay), ".go"))
		overlay[name] = to
		return os.WriteFile(to, []byte(text), 0o600)
	}
	for _, f := range p.Syntax {
		name := p.Fset.Position(f.FileStart).Filename
		if r.source, err = os.ReadFile(name); err != nil {
			return nil, err
		}
		r.names = qualifier(p.Types, f)
		if err := write(name, r.file(f)); err != nil {
			return nil, err
		}
	}
	chosen := "package " + p.Name + "\n\nimport (\n\t\"os\"\n\t\"strconv\"\n)\n\nvar zzMutant = func() int { n, _ := strconv.Atoi(os.Getenv(\"MUTANT\")); return n }()\n"
	if err := write(filepath.Join(root, pkg, "zz_mutant.go"), chosen); err != nil {
		return nil, err
	}
	list, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		return nil, err
	}
	at := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(at, list, 0o600); err != nil {
		return nil, err
	}
	c := exec.Command("go", "test", "-c", "-vet=off", "-overlay", at, "-o", binary, "./"+pkg)
	c.Dir = root
	if out, err := c.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	return r.mutants, nil
}

// tests is the compiled package.
type tests struct {
	binary, dir string
	last        string // expression of tests that are run only where the others notice nothing
}

// survivors are the numbers of the changes that nothing notices, of those from 1 to n.
func (t tests) survivors(n int) []int {
	var next atomic.Int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	var out []int
	for range workers {
		wg.Go(func() {
			for id := int(next.Add(1)); id <= n; id = int(next.Add(1)) {
				if t.notice(id) {
					continue
				}
				mu.Lock()
				out = append(out, id)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	slices.Sort(out)
	return out
}

// notice reports whether the tests fail under a change, or do not end.
func (t tests) notice(id int) bool {
	if t.last == "" {
		return t.fail(id, "")
	}
	return t.fail(id, "-test.skip="+t.last) || t.fail(id, "-test.run="+t.last)
}

func (t tests) fail(id int, choice string) bool {
	args := []string{"-c", fmt.Sprintf(`ulimit -t %d; exec "$0" "$@"`, limit), t.binary, "-test.failfast"}
	if choice != "" {
		args = append(args, choice)
	}
	c := exec.Command("sh", args...)
	c.Dir = t.dir
	c.Env = append(os.Environ(), fmt.Sprint("MUTANT=", id), "GOMAXPROCS=1", "GOMEMLIMIT=1500MiB")
	return c.Run() != nil
}
