package cli

import (
	"testing"
	"time"
)

func TestSizes(t *testing.T) {
	for text, want := range map[string]byteSize{"4GB": 4e9, "512MiB": 512 << 20, "2G": 2 << 30, "1.5 kb": 1500, "1024": 1024} {
		var b byteSize
		if err := b.UnmarshalText([]byte(text)); err != nil || b != want {
			t.Errorf("%s: %d, want %d, %v", text, b, want, err)
		}
	}
	for _, text := range []string{"", "GB", "-1GB", "0", "4 apples", "1e30GB", "0.1"} {
		var b byteSize
		if err := b.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken for %d", text, b)
		}
	}
}

func TestCellsAtATime(t *testing.T) {
	for text, want := range map[string]atATime{"auto": 0, "3": 3} {
		a := atATime(9)
		if err := a.UnmarshalText([]byte(text)); err != nil || a != want {
			t.Errorf("%s: %d, %v", text, a, err)
		}
	}
	for _, text := range []string{"0", "-1", "all", ""} {
		var a atATime
		if err := a.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("-j %s is taken for %d", text, a)
		}
	}
}

func TestIntervals(t *testing.T) {
	var i interval
	if err := i.UnmarshalText([]byte("90s")); err != nil || time.Duration(i) != 90*time.Second {
		t.Errorf("%v, %v", i, err)
	}
	for _, text := range []string{"0s", "-1s", "soon", "", "3"} {
		if err := i.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("--checkpoint %s is taken for %v", text, time.Duration(i))
		}
	}
}
