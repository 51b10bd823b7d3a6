package store

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// Owner is who holds a lock: the content of the lock's file.
type Owner struct {
	Purpose   string    `json:"purpose"` // "run", "plan", "worker" or "cell"
	Host      string    `json:"host"`
	Boot      string    `json:"boot,omitempty"` // names a start of the host's kernel, where the system tells it
	PID       int       `json:"pid"`
	Started   time.Time `json:"started"`
	Heartbeat time.Time `json:"heartbeat"` // by the owner's clock; staleness is judged by the file system's
	Token     string    `json:"token"`     // unlike any other lock's
}

const (
	// Heartbeat is how often the owner of a lock says that it lives.
	Heartbeat = 10 * time.Second
	// StaleAfter is how long an owner on another host may be silent before its lock is taken over.
	StaleAfter = 2 * time.Minute
)

// self is this process as an owner.
func self(purpose string) (Owner, error) {
	host, err := os.Hostname()
	now := time.Now().UTC().Truncate(time.Second)
	return Owner{Purpose: purpose, Host: host, Boot: bootID(), PID: os.Getpid(), Started: now, Heartbeat: now, Token: rand.Text()}, err
}

// String names the process.
func (o Owner) String() string {
	if o.Host == "" {
		return "process unknown"
	}
	return fmt.Sprintf("process %d on %s since %s", o.PID, o.Host, o.Started.Local().Format(time.DateTime))
}

// here reports whether the owner runs, or ran, under this host's kernel, which knows its locks.
func (o Owner) here() bool {
	if boot := bootID(); boot != "" && o.Boot != "" {
		return boot == o.Boot
	}
	host, err := os.Hostname()
	return err == nil && host == o.Host
}

// encode is the file's content. Its length stays the same with every heartbeat, so that it is
// rewritten in place by one write.
func (o Owner) encode() ([]byte, error) {
	b, err := json.Marshal(o)
	return append(b, '\n'), err
}

// readOwner reads who holds or held a lock; known is false for an absent, empty or torn file.
func readOwner(path string) (o Owner, known bool) {
	b, err := os.ReadFile(path)
	if err != nil {
		return o, false
	}
	return o, json.Unmarshal(b, &o) == nil && o.Host != ""
}
