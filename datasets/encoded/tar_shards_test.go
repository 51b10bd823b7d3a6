package encoded

import (
	"testing"

	"protobench/datasets/files"
	"protobench/datasets/internal/fixture"
	"protobench/internal/frugal"
)

func FuzzWebDataset(f *testing.F) {
	f.Add(fixture.Shard(f, "a.png", "x", "a.cls", "1", "b.json", `{"label": 3}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		defer frugal.Bound(t, len(b))()
		p, err := files.OpenLocation(fixture.WriteFiles(t, map[string][]byte{"a.tar": b}))
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		_ = (&TarShards{p, []string{"a.tar"}}).scan(func(e Image) error {
			if e.path == "" || e.label >= files.MostClasses {
				t.Errorf("%+v", e)
			}
			return nil
		})
	})
}
