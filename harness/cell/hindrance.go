package cell

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"protobench/harness/store"
)

// passing reports whether an error comes from the machine rather than from the cell: a full disk, a
// folder that cannot be written, a file that is gone. Such a cell has not failed: it gets no result,
// and the next run goes on with it.
func passing(err error) bool {
	var path *fs.PathError
	var link *os.LinkError
	var call *os.SyscallError
	var errno syscall.Errno
	return errors.As(err, &path) || errors.As(err, &link) || errors.As(err, &call) || errors.As(err, &errno)
}

// GoesOn says what the next run does with a cell that has no result.
func GoesOn(dir *store.CellDir) string {
	if dir.HasCheckpoint() {
		return "the next run goes on from its checkpoint"
	}
	return "the next run starts it again"
}
