package store

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"protobench/internal/frugal"
)

// packed is text as `gzip -9n` leaves it.
func packed(t testing.TB, text []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	must(t, err)
	_, err = z.Write(text)
	must(t, errors.Join(err, z.Close()))
	return out.Bytes()
}

// packCurves does to a cell's curves what `gzip -9n` does, and returns them.
func packCurves(t testing.TB, c *CellDir) (text []byte) {
	t.Helper()
	text, err := os.ReadFile(c.file(curvesFile))
	must(t, err)
	must(t, errors.Join(os.WriteFile(c.file(packedCurves), packed(t, text), 0o644), os.Remove(c.file(curvesFile))))
	return text
}

func unsealed(t *testing.T, c *CellDir) {
	t.Helper()
	b, err := os.ReadFile(c.file("result.json"))
	must(t, err)
	at := bytes.Index(b, []byte(sealBegin))
	from := bytes.Index(b, []byte(",\n \"files\""))
	must(t, os.WriteFile(c.file("result.json"), bytes.Replace(append(b[:min(at, from)], "\n}\n"...), []byte(`"schema": 3`), []byte(`"schema": 2`), 1), 0o644))
	c.forget()
}

// Compressed after the cell has ended, curves are those that were written: nothing is wrong with the
// cell, whether its result knows checksums or not, and writing its result anew changes none.
func TestCompressedCurvesAreTheCurves(t *testing.T) {
	for name, older := range map[string]bool{"sealed": false, "of an older version": true} {
		t.Run(name, func(t *testing.T) {
			d, cells := aRun(t)
			c := cells[0]
			if older {
				unsealed(t, c)
			}
			was, err := c.Epochs()
			must(t, err)
			before, _, err := c.Result()
			must(t, err)
			packCurves(t, c)
			again := d.Cell(c.plan)
			is, err := again.Epochs()
			must(t, err)
			if diff := cmp.Diff(was, is); diff != "" || len(is) != 2 {
				t.Error(diff)
			}
			check, err := d.Check()
			must(t, err)
			if len(check.Findings) > 0 || (check.Unsealed == 1) != older {
				t.Errorf("%+v", check)
			}
			states, err := d.Cells()
			must(t, err)
			if states[0].State != Done {
				t.Errorf("%v: %v", states[0].State, states[0].Unreadable)
			}
			must(t, again.WriteResult(before))
			after, _, err := again.Result()
			must(t, err)
			if sum, err := contentDigest(again.lies(curvesFile)); err != nil || after.Files[curvesFile] != sum || !older && before.Files[curvesFile] != sum {
				t.Errorf("%v, %v, before %v", sum, after.Files, before.Files)
			}
		})
	}
}

// Of both, the plain one is read, and the checkup says so.
func TestPlainCurvesComeFirst(t *testing.T) {
	d, cells := aRun(t)
	c := cells[0]
	must(t, os.WriteFile(c.file(packedCurves), []byte("whatever"), 0o644))
	if lines, err := c.Epochs(); err != nil || len(lines) != 2 {
		t.Errorf("%v, %v", lines, err)
	}
	check, err := d.Check()
	must(t, err)
	if len(check.Findings) != 1 || check.Findings[0].Bad || check.Findings[0].Path != c.file(packedCurves) || !strings.Contains(check.Findings[0].Text, "not read") {
		t.Errorf("%+v", check.Findings)
	}
}

// Bits that the curves hang on are found flipped or cut off, and so are those of another cell: the
// checkup has them by the file's name and no reader takes them.
func TestNoDamageOfCompressedCurvesIsAccepted(t *testing.T) {
	d, cells := aRun(t)
	c := cells[0]
	text := packCurves(t, c)
	was, err := os.ReadFile(c.file(packedCurves))
	must(t, err)
	other := packed(t, bytes.Replace(text, []byte("7"), []byte("8"), 1))
	rapid.Check(t, func(rt *rapid.T) {
		now := slices.Clone(was)
		switch rapid.IntRange(0, 9).Draw(rt, "way") {
		case 0:
			now = now[:rapid.IntRange(0, len(was)-1).Draw(rt, "length")]
		case 1:
			now = other
		case 2:
			now = append(now, rapid.SliceOfN(rapid.Byte(), 1, 30).Draw(rt, "more")...)
		default:
			bit := rapid.IntRange(0, 8*len(was)-1).Draw(rt, "bit")
			now[bit/8] ^= 1 << (bit % 8)
		}
		must(t, os.WriteFile(c.file(packedCurves), now, 0o644))
		if z, err := gzip.NewReader(bytes.NewReader(now)); err == nil {
			if b, err := io.ReadAll(z); err == nil && bytes.Equal(b, text) {
				return // a bit of the header that says when and where it was compressed
			}
		}
		check, err := d.Check()
		if err != nil || len(check.Findings) != 1 || !check.Findings[0].Bad || check.Findings[0].Path != c.file(packedCurves) {
			rt.Fatalf("%q: found %+v, %v", now, check.Findings, err)
		}
		if lines, err := d.Cell(c.plan).Epochs(); err == nil {
			rt.Fatalf("%q was read: %v", now, lines)
		}
	})
}

// A repair sets a broken one aside and the result with it; the cell that is run again leaves plain
// curves alone.
func TestBrokenCompressedCurvesAreRepaired(t *testing.T) {
	d, cells := aRun(t)
	c := cells[0]
	packCurves(t, c)
	must(t, os.WriteFile(c.file(packedCurves), []byte("torn"), 0o644))
	check, err := d.Check()
	must(t, err)
	did, err := check.Repair()
	must(t, err)
	if len(did) != 1 || !strings.Contains(did[0], packedCurves) {
		t.Errorf("%q", did)
	}
	states, err := d.Cells()
	must(t, err)
	if states[0].State != Partial {
		t.Errorf("%v", states[0].State)
	}
	wantAnew(t, d, c, nil)
}

// wantAnew opens a cell's curves for appending, and wants so many bytes in them and nothing beside.
func wantAnew(t *testing.T, d *Dir, c *CellDir, text []byte) {
	t.Helper()
	log, err := d.Cell(c.plan).OpenEpochs()
	must(t, err)
	must(t, log.Close())
	if b, err := os.ReadFile(c.file(curvesFile)); err != nil || !bytes.Equal(b, text) {
		t.Errorf("%q, %v", b, err)
	}
	if exists(c.file(packedCurves)) {
		t.Error("compressed curves are left")
	}
}

// A cell that goes on finds its lines whether they were compressed or not, and loses damaged ones,
// which are kept aside and named.
func TestCurvesAreUnpackedToGoOn(t *testing.T) {
	d, cells := aRun(t)
	c := cells[1] // not ended
	wantAnew(t, d, c, packCurves(t, c))
	text := packCurves(t, c)
	must(t, os.WriteFile(c.file(curvesFile), text, 0o644))
	wantAnew(t, d, c, text)
	packCurves(t, c)
	must(t, os.WriteFile(c.file(packedCurves), []byte("torn"), 0o644))
	check, err := d.Check()
	must(t, err)
	if len(check.Findings) != 1 || !check.Findings[0].Bad || check.Findings[0].Path != c.file(packedCurves) {
		t.Errorf("%+v", check.Findings)
	}
	wantAnew(t, d, c, nil)
	if b, err := os.ReadFile(c.file("log.txt")); err != nil || !strings.Contains(string(b), packedCurves+": no gzip data") {
		t.Errorf("%q, %v", b, err)
	}
	if aside, err := filepath.Glob(c.file("epochs*.damaged*")); err != nil || len(aside) != 1 {
		t.Errorf("%q, %v", aside, err)
	}
}

// However much a small file says or begins to unpack to, no more is asked for than it warrants.
func TestUnpackingIsFrugal(t *testing.T) {
	bomb := packed(t, make([]byte, 100<<20))
	honest, short := packed(t, make([]byte, alwaysUnpacked)), packed(t, make([]byte, 3000))
	short[len(short)-4]--
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"a bomb":              {bomb, "gunzip it if it is sound"},
		"one that lies":       {append(slices.Clone(bomb[:len(bomb)-4]), 0, 0, 1, 0), "more than the 65536 bytes"},
		"as much as is free":  {honest, ""},
		"more than it says":   {short, "more than the 2999 bytes"},
		"a header alone":      {[]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x00"), "damaged gzip data"},
		"nothing":             {nil, "no gzip data"},
		"two in one file":     {append(packed(t, []byte("ab")), packed(t, []byte("ab"))...), "more than the 2 bytes"},
		"nothing, compressed": {packed(t, nil), ""},
	} {
		t.Run(name, func(t *testing.T) {
			defer frugal.Bound(t, min(len(c.b), frugal.Small))()
			_, err := unpack(c.b)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// Compressed curves out of anywhere are read, or refused with their path.
func FuzzCompressedCurves(f *testing.F) {
	line := []byte(`{"step":1,"epoch":0.5,"metrics":{"used":3,"dead":null}}` + "\n")
	f.Add(packed(f, nil))
	f.Add(packed(f, line))
	f.Add(packed(f, bytes.Repeat(line, 1000)))
	f.Add(packed(f, line)[:30])
	f.Fuzz(func(t *testing.T, b []byte) {
		text, _ := unpack(b)
		defer frugal.Bound(t, max(len(b), len(text)))()
		d := fuzzed(t, filepath.Join("cells", "c", packedCurves), b)
		_, err := d.Cell(PlanCell{Dir: "c"}).Epochs()
		if err != nil && !strings.Contains(err.Error(), packedCurves) {
			t.Error(err)
		}
	})
}
