package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// owner is the content of DIR/.lock.
type owner struct {
	Host    string    `json:"host"`
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
}

// Lock keeps other runs out of the directory until release is called or the process
// ends. The lock of a process that died on this host is taken over; one from another
// host, whose processes cannot be seen from here, is refused with the remedy.
func (d *Dir) Lock() (release func() error, err error) {
	path := d.lockPath()
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, unwritable(d.path, err)
	}
	host, err := os.Hostname()
	if err == nil {
		err = take(f, path, host)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error { return errors.Join(f.Truncate(0), unlock(f), f.Close()) }, nil
}

// take locks the open file and writes the new owner into it.
func take(f *os.File, path, host string) error {
	free, err := tryLock(f)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	was, known := readOwner(path)
	if !free {
		return fmt.Errorf("%s: another run is at work here (%s); wait for it or stop it", filepath.Dir(path), was)
	}
	if known && was.Host != host {
		return errors.Join(unlock(f), fmt.Errorf("%s: another run may be at work here (%s); if it is gone, delete %s",
			filepath.Dir(path), was, path))
	}
	b, err := json.Marshal(owner{Host: host, PID: os.Getpid(), Started: time.Now().Truncate(time.Second)})
	if err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt(append(b, '\n'), 0)
	return err
}

// readOwner reads who holds or held the lock; known is false for an empty or torn file.
func readOwner(path string) (o owner, known bool) {
	b, err := os.ReadFile(path)
	if err != nil {
		return o, false
	}
	return o, json.Unmarshal(b, &o) == nil && o.Host != ""
}

func (o owner) String() string {
	if o.Host == "" {
		return "process unknown"
	}
	return fmt.Sprintf("process %d on %s since %s", o.PID, o.Host, o.Started.Format(time.DateTime))
}

func (d *Dir) lockPath() string { return filepath.Join(d.path, ".lock") }

// holder describes who runs here now, "" when nobody does.
func (d *Dir) holder() string {
	o, known := readOwner(d.lockPath())
	if !known {
		return ""
	}
	if host, err := os.Hostname(); err == nil && host == o.Host && !alive(o.PID) {
		return ""
	}
	return o.String()
}
