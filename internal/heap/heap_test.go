package heap

import (
	"runtime/debug"
	"testing"
)

// TestUndo: what is asked for holds until it is undone, and the user's own settings hold throughout.
func TestUndo(t *testing.T) {
	percent := func() int { p := debug.SetGCPercent(77); debug.SetGCPercent(p); return p }
	limit := func() int64 { return debug.SetMemoryLimit(-1) }
	before, most := percent(), limit()
	early, free := Late(), Below(1<<40)
	if percent() != 50 || limit() != 1<<40/10*9 {
		t.Errorf("%d %%, %d bytes", percent(), limit())
	}
	early()
	free()
	t.Setenv("GOGC", "33")
	t.Setenv("GOMEMLIMIT", "1GiB")
	defer Late()()
	defer Below(1 << 40)()
	if percent() != before || limit() != most || Early() != nil {
		t.Errorf("%d %%, %d bytes; %d and %d are wanted", percent(), limit(), before, most)
	}
}
