package audit

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"protobench/metrics/matrix"
)

// sparse writes a file of begin, a hole, and end.
func sparse(t *testing.T, name, begin string, hole int64, end []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(begin); err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(end, int64(len(begin))+hole); err != nil {
		t.Skipf("no sparse files here: %v", err)
	}
	return path
}

// TestLargeFiles audits prototypes at the end of files of 3 GB, and holds a small part of them.
func TestLargeFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("writes sparse files of 3 GB")
	}
	const n, k, d = 750_000_000, 64, 16
	var data []byte
	for _, x := range matrix.RandomUnit(1, k, d).Data {
		data, _ = binary.Append(data, binary.LittleEndian, x)
	}
	head := fmt.Sprintf(`{"backbone.weight":{"dtype":"F32","shape":[%d],"data_offsets":[0,%d]},"prototypes.weight":{"dtype":"F32","shape":[%d,%d],"data_offsets":[%d,%d]}}`,
		n, 4*n, k, d, 4*n, 4*n+len(data))
	length := binary.LittleEndian.AppendUint64(nil, uint64(len(head)))

	size := func(n int) string { return "J" + string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }
	tensor := func(key string, n int, shape, strides string) string {
		return "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x00" + key + "X\x03\x00\x00\x00cpu" + size(n) + "tQK\x00" +
			shape + strides + "\x89NtR"
	}
	name := func(s string) string { return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s }
	legacy := "\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.}.}(" + name("backbone") + tensor("a", n, size(n)+"\x85", "K\x01\x85") +
		name("prototypes") + tensor("b", k*d, size(k)+size(d)+"\x86", size(d)+"K\x01\x86") + "u.](" + name("a") + name("b") + "e."
	legacy += string(binary.LittleEndian.AppendUint64(nil, n))
	count := binary.LittleEndian.AppendUint64(nil, k*d)

	for _, path := range []string{
		sparse(t, "x.safetensors", string(length)+head, 4*n, data),
		sparse(t, "x.pth", legacy, 4*n, append(count, data...)),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r := one(t, path, options())
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 64<<20 {
			t.Errorf("%s: %d MiB are taken", path, taken>>20)
		}
		if r.Kind != Healthy || r.K != k || !strings.HasPrefix(r.Key, "prototypes") {
			t.Errorf("%s: %s", path, r.sentence())
		}
	}
}
