package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// unshared warns of a folder for results that lies on a disk of this machine, which no other node
// sees; "" where it does not, or where it cannot be told.
func unshared(dir string) string {
	local := map[int64]string{0x01021994: "tmpfs", 0x858458f6: "ramfs", 0xef53: "ext4", 0x58465342: "xfs", 0x9123683e: "btrfs", 0x794c7630: "overlayfs"}
	path, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	for {
		if _, err := os.Stat(path); err == nil || path == filepath.Dir(path) {
			break
		}
		path = filepath.Dir(path)
	}
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return ""
	}
	kind, ok := local[int64(s.Type)&0xffffffff]
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s lies on a file system of this machine (%s): tasks on other nodes fail without a log; choose a shared folder with --out", dir, kind)
}
