package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"protobench/internal/console"
	"protobench/internal/stream"
	"protobench/internal/tensorfile"
)

// interopSweep has an arm for every encoder with weights and every form of the projector.
const interopSweep = `
name = "interop"
references = ["pixels", "supervised"]
seeds = 1
[data]
name = "npz"
path = %q
[train]
epochs = 1
batch = 16
[prototypes]
count = 8
[encoder]
name = "convnet"
width = 4
depth = 3
dim = 8
hidden = 12
[[method]]
name = "swav"
[[method]]
name = "resnet"
preset = "carp"
encoder.name = "resnet18"
encoder.projector = "bn-gelu"
carp.block = 4
[[method]]
name = "vit"
preset = "dino"
encoder.name = "vit"
encoder.heads = 2
encoder.projector = "gelu"
[[method]]
name = "masked"
preset = "ibot"
encoder.name = "vit"
encoder.heads = 2
[[method]]
name = "mlp"
preset = "dino"
encoder.name = "mlp"
`

// interopCells runs that sweep on images [16,12,3] in a folder and returns its cells by method.
func interopCells(t *testing.T, dir string) map[string]string {
	t.Helper()
	var arrays []tensorfile.Tensor
	rng := stream.New(1, "interop")
	for _, s := range []struct {
		name string
		n    int
	}{{"train", 48}, {"test", 20}} {
		x, y := make([]int64, s.n*16*12*3), make([]int64, s.n)
		for i := range x {
			x[i] = int64(rng.IntN(256))
		}
		for i := range y {
			y[i] = int64(i % 3)
		}
		arrays = append(arrays, tensorfile.Tensor{Name: "x_" + s.name, Shape: []int{s.n, 16, 12, 3}, I64: x}, tensorfile.Tensor{Name: "y_" + s.name, Shape: []int{s.n}, I64: y})
	}
	data, sweep, out := filepath.Join(dir, "images.npz"), filepath.Join(dir, "s.toml"), filepath.Join(dir, "run")
	if err := tensorfile.WriteNPZ(data, arrays); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(sweep, fmt.Appendf(nil, interopSweep, data), 0o600); err != nil {
		t.Fatal(err)
	}
	command(t, console.OK, "run", sweep, "--out", out)
	cells := map[string]string{}
	paths, _ := filepath.Glob(filepath.Join(out, "cells", "*"))
	for _, path := range paths {
		method, _, _ := strings.Cut(filepath.Base(path), "__")
		cells[method] = path
	}
	return cells
}

// command runs the program, wants its exit code, and returns what it says.
func command(t *testing.T, code int, args ...string) (out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	if got := run(t.Context(), args, &o, &e); got != code {
		t.Fatalf("%v: exit code %d, want %d\n%s%s", args, got, code, o.String(), e.String())
	}
	return o.String(), e.String()
}

// safetensorsStandIn reads files for Pythons without the safetensors package.
const safetensorsStandIn = `
import json, sys, types
import numpy, torch
class safe_open:
    def __init__(self, path, framework):
        raw = open(path, "rb").read()
        n = int.from_bytes(raw[:8], "little")
        self.head, self.data = json.loads(raw[8:8 + n]), raw[8 + n:]
        self.meta = self.head.pop("__metadata__", None)
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def metadata(self): return self.meta
    def keys(self): return list(self.head)
    def get_tensor(self, key):
        e = self.head[key]
        a, b = e["data_offsets"]
        return torch.from_numpy(numpy.frombuffer(self.data[a:b], {"F32": "<f4", "I64": "<i8"}[e["dtype"]]).reshape(e["shape"]).copy())
sys.modules["safetensors"] = types.ModuleType("safetensors")
sys.modules["safetensors"].safe_open = safe_open
`

// TestExport trains cells, holds what is exported of them to PyTorch, and then takes files away
// from them.
func TestExport(t *testing.T) {
	if testing.Short() {
		t.Skip("trains seven cells and loads PyTorch")
	}
	dir := t.TempDir()
	cells := interopCells(t, dir)
	t.Run("interop", func(t *testing.T) { testInterop(t, dir, cells) })
	t.Run("refuses", func(t *testing.T) { testExportRefuses(t, dir, cells) })
}

// testInterop loads exported weights into the modules of docs/interop.md, strictly, and compares
// what they make of the test images with exported features and embeddings.
func testInterop(t *testing.T, dir string, cells map[string]string) {
	python := os.Getenv("PYTHON")
	if python == "" {
		python = "/usr/bin/python3"
	}
	for _, module := range []string{"torch", "numpy"} {
		if exec.Command(python, "-c", "import importlib.util as u, sys; sys.exit(u.find_spec('"+module+"') is None)").Run() != nil {
			t.Skip(python + " has no " + module)
		}
	}
	_, rest, _ := strings.Cut(readText(t, filepath.Join("..", "..", "docs", "interop.md")), "```python\n")
	code, _, _ := strings.Cut(rest, "```")
	code = safetensorsStandIn + code + `
pixels = numpy.load(sys.argv[1])["x_test"]
for weights, features, sees in zip(sys.argv[2::3], sys.argv[3::3], sys.argv[4::3]):
    net, meta = load(weights)
    with torch.no_grad():
        x, z = net(images(pixels, meta))
    f = numpy.load(features)
    off = abs(f["x_test"] - x.numpy()).max()
    if "z_test" in f.files:
        z = F.normalize(z) if sees == "directions" else z
        off = max(off, abs(f["z_test"] - z.numpy()).max())
    print(meta["encoder"], meta["branch"], "agree" if off < 1e-4 and f["x_test"].std() > 1e-3 else off)
`
	args := []string{"-c", code, filepath.Join(dir, "images.npz")}
	var want string
	for _, c := range [][4]string{ // the last: what the objective sees of embeddings
		{"swav", "teacher", "convnet", "directions"}, {"swav", "student", "convnet", "directions"}, {"resnet", "teacher", "resnet18", "all"},
		{"vit", "teacher", "vit", "directions"}, {"masked", "student", "vit", "directions"}, {"mlp", "student", "mlp", "directions"}, {"supervised", "student", "convnet", ""},
	} {
		weights, features := filepath.Join(dir, c[0]+c[1]+".safetensors"), filepath.Join(dir, c[0]+c[1]+".npz")
		branch := []string{}
		if c[0] != "supervised" && c[1] == "student" { // else what there is without asking
			branch = []string{"--branch", "student"}
		}
		command(t, console.OK, append([]string{"export", "weights", cells[c[0]], "--out", weights}, branch...)...)
		command(t, console.OK, append([]string{"export", "features", cells[c[0]], "--out", features}, branch...)...)
		args = append(args, weights, features, c[3])
		want += c[2] + " " + c[1] + " agree\n"
	}
	out, err := exec.Command(python, args...).CombinedOutput()
	if err != nil || string(out) != want {
		t.Errorf("%v\n%swant\n%s", err, out, want)
	}
}

// testExportRefuses says what a folder is that gives nothing, and what to do.
func testExportRefuses(t *testing.T, dir string, cells map[string]string) {
	out := filepath.Join(dir, "o.safetensors")
	if err := os.Remove(filepath.Join(cells["swav"], "final.safetensors")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(cells["vit"], "result.json")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want string
		args []string
	}{
		{"not the folder of a cell, RUN/cells/NAME", []string{"weights", dir}},
		{"[store] weights = false; set weights = true", []string{"weights", cells["swav"]}},
		{"[store] weights = false; set weights = true", []string{"features", cells["swav"]}},
		{"not finished", []string{"weights", cells["vit"]}},
		{"a row of pixels, which has no weights", []string{"weights", cells["pixels"]}},
		{"no weights of a teacher: rows have a student alone", []string{"weights", cells["supervised"], "--branch", "teacher"}},
	} {
		if _, errs := command(t, console.Usage, append(append([]string{"export"}, c.args...), "--out", out)...); !strings.Contains(errs, c.want) {
			t.Errorf("%v: %s; want %q", c.args, errs, c.want)
		}
	}
	for name, want := range map[string]string{"features": "ends in .npz or .safetensors", "weights": "ends in .safetensors"} {
		if _, errs := command(t, console.Usage, "export", name, cells["mlp"], "--out", "x.pt"); !strings.Contains(errs, want) {
			t.Error(errs)
		}
	}
	if exists(out) {
		t.Error("a file is written")
	}
	said, _ := command(t, console.OK, "export", "features", cells["pixels"], "--out", out)
	if !strings.Contains(said, "x_test   [20 576]") || strings.Contains(said, "z_") || !exists(out) {
		t.Error(said)
	}
}
