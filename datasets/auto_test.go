package datasets

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/datasets/internal/fixture"
)

func TestInstalledSetsAreFound(t *testing.T) {
	fixture.OwnCache(t)
	root := fixture.WriteFiles(t, map[string][]byte{
		"digits/t10k-images-idx3-ubyte": fixture.IDX(1, 2, 2), "cifar10/data_batch_1.bin": cifarBinary(0, 1, false), "cifar100/train.bin": cifarBinary(0, 1, true),
		"stl10/train_X.bin": nil, "med/a.npz": npzOf(t, map[string][]byte{"train_images": nil}), "hf/train.parquet": nil,
		"shards/a.tar": fixture.Shard(t, "a.jpg", "", "a.cls", "1"), "photos/ant/1.jpg": nil, "fashion-mnist/train-images-idx3-ubyte.gz": nil, "notes/a.txt": nil, "README.md": nil,
	})
	t.Setenv("PROTOBENCH_DATA", root)
	got := map[string]string{}
	for _, s := range Installed() {
		got[filepath.Base(s.Path)] = s.Name
	}
	want := map[string]string{
		"digits": "idx", "cifar10": "cifar10", "cifar100": "cifar100", "stl10": "stl10", "med": "npz", "hf": "parquet", "shards": "webdataset",
		"photos": "folder", "fashion-mnist": "fashion-mnist", "notes": "",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
