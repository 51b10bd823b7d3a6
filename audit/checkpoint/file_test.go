package checkpoint

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOpenRefuses names the right file where a path is of a distributed checkpoint, or no file.
func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	piece := filepath.Join(dir, "iteration_5", "__0_0.distcp")
	if err := os.Mkdir(filepath.Dir(piece), 0o755); err != nil {
		t.Fatal(err)
	}
	note := filepath.Join(dir, "x.safetensors")
	for _, path := range []string{piece, note} {
		if err := os.WriteFile(path, []byte("hello"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{
		piece:                        "eval/*/teacher_checkpoint.pth",
		filepath.Dir(piece):          "dcp_to_torch_save",
		dir:                          "a folder; name the checkpoint files in it",
		note:                         "too short for safetensors",
		filepath.Join(dir, "no.pth"): "no such file",
	} {
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("got %v, want %s and %q", err, path, want)
		}
	}
}

// TestOrdered sorts by the numbers in names, else by what files hold, else not at all.
func TestOrdered(t *testing.T) {
	in := func(names ...string) []string {
		out := make([]string, len(names))
		for i, name := range names {
			out[i] = filepath.Join("..", "testdata", name)
		}
		return out
	}
	for _, c := range []struct{ given, want []string }{
		{[]string{"a10.pth", "a9.pth", "a100.pth"}, []string{"a9.pth", "a10.pth", "a100.pth"}},
		{[]string{"v2_b.pth", "v2_a.pth"}, []string{"v2_b.pth", "v2_a.pth"}},
		{in("solo_dino.ckpt", "dino.pth", "swav_training.pth.tar"), in("swav_training.pth.tar", "dino.pth", "solo_dino.ckpt")}, // epochs 99, 10 and 3
		{in("solo_dino.ckpt", "tensor.pt"), in("solo_dino.ckpt", "tensor.pt")},
		{in("dino.pth"), in("dino.pth")},
	} {
		if got := Ordered(c.given); strings.Join(got, " ") != strings.Join(c.want, " ") {
			t.Errorf("%v: got %v, want %v", c.given, got, c.want)
		}
	}
}
