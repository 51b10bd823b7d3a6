package cli

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// localSlurm is a cluster of a few nodes on this machine: Slurm's own daemons, with a configuration,
// a key and logs in a folder of the test's, none of them left when the test ends.
type localSlurm struct {
	t       *testing.T
	dir     string
	daemons map[string]*exec.Cmd
	start   chan func() // on a thread that stays, see startDaemons
}

const slurmVariable = "PROTOBENCH_SLURM"

// newLocalSlurm starts a cluster, or skips the test by name.
func newLocalSlurm(t *testing.T, nodes, cpus int) *localSlurm {
	t.Helper()
	if os.Getenv(slurmVariable) == "" {
		t.Skipf("starts a Slurm and takes a minute; .ci/slurm runs it (%s=1)", slurmVariable)
	}
	t.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin")
	for _, name := range []string{"munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed (Debian: slurmctld slurmd slurm-client munge)", name)
		}
	}
	dir, err := os.MkdirTemp("/tmp", "slurm") // short: it holds a socket
	if err != nil {
		t.Fatal(err)
	}
	s := &localSlurm{t: t, dir: dir, daemons: map[string]*exec.Cmd{}, start: make(chan func())}
	t.Cleanup(func() { s.stop(nodes) })
	go func() { // daemons die with the thread that started them: no daemon outlives the tests
		runtime.LockOSThread()
		for f := range s.start {
			f()
		}
	}()
	s.configure(nodes, cpus)
	t.Setenv("SLURM_CONF", filepath.Join(dir, "slurm.conf"))
	for _, name := range []string{"SLURM_CLUSTERS", "SBATCH_ACCOUNT", "SBATCH_PARTITION", "SBATCH_QOS", "SBATCH_RESERVATION"} {
		t.Setenv(name, "")
		_ = os.Unsetenv(name)
	}
	socket := filepath.Join(dir, "munge")
	s.daemon("munged", "munged", "--foreground", "--force", "--key-file="+s.file("key"), "--socket="+socket, "--pid-file="+s.file("munged.pid"),
		"--log-file="+s.file("munged.log"), "--seed-file="+s.file("seed"), "--num-threads=2")
	s.until(10*time.Second, "munged answers", func() bool { return exec.Command("munge", "-S", socket, "-n").Run() == nil })
	s.daemon("slurmctld", "slurmctld", "-D", "-f", s.file("slurm.conf"))
	s.until(20*time.Second, "slurmctld answers", func() bool { return exec.Command("scontrol", "ping").Run() == nil })
	for n := range nodes {
		s.node(n + 1)
	}
	for n := range nodes {
		s.until(20*time.Second, "a node is idle", func() bool { return s.state(n+1) == "idle" })
	}
	return s
}

// of is the cluster with a subtest to complain to.
func (s *localSlurm) of(t *testing.T) *localSlurm {
	of := *s
	of.t = t
	return &of
}

func (s *localSlurm) file(name string) string { return filepath.Join(s.dir, name) }

// configure writes Slurm's configuration and a key for munge.
func (s *localSlurm) configure(nodes, cpus int) {
	s.t.Helper()
	host, err := os.Hostname()
	must(s.t, err)
	host, _, _ = strings.Cut(host, ".")
	me, err := user.Current()
	must(s.t, err)
	address, listen := "127.0.0.1", ""
	if all, err := net.LookupHost(host); err == nil {
		for _, a := range all {
			if ip := net.ParseIP(a); ip != nil && ip.To4() != nil { // that is where the daemons listen
				address, listen = a, "CommunicationParameters=NoCtldInAddrAny,NoInAddrAny\n"
				break
			}
		}
	}
	ports := s.freePorts(address, nodes+1)
	text := fmt.Sprintf(`ClusterName=local
SlurmctldHost=%s(%s)
SlurmctldPort=%d
SlurmUser=%s
SlurmdUser=%[4]s
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=%[5]s/munge,cred_expire=5
StateSaveLocation=%[5]s/state
SlurmdSpoolDir=%[5]s/%%n
SlurmctldPidFile=%[5]s/slurmctld.pid
SlurmdPidFile=%[5]s/%%n.pid
SlurmctldLogFile=%[5]s/slurmctld.log
SlurmdLogFile=%[5]s/%%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=2,sched_interval=2
ReturnToService=2
SlurmdTimeout=10
KillWait=3
InactiveLimit=0
SlurmdParameters=config_overrides
%[6]s`, host, address, ports[0], me.Username, s.dir, listen)
	for n := range nodes {
		text += fmt.Sprintf("NodeName=n%d NodeHostname=%s NodeAddr=%s Port=%d CPUs=%d RealMemory=1000 State=UNKNOWN\n", n+1, host, address, ports[n+1], cpus)
		must(s.t, os.Mkdir(s.file(fmt.Sprintf("n%d", n+1)), 0o755))
	}
	text += "PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE DefaultTime=60 State=UP\n"
	must(s.t, os.Mkdir(s.file("state"), 0o755))
	must(s.t, os.WriteFile(s.file("slurm.conf"), []byte(text), 0o644))
	must(s.t, os.WriteFile(s.file("key"), []byte(strings.Repeat(s.dir, 200))[:1024], 0o600)) // keeps nobody out of anything
	must(s.t, os.Chmod(s.dir, 0o755))
}

// freePorts are ports that nobody listens on now.
func (s *localSlurm) freePorts(address string, n int) []int {
	s.t.Helper()
	var ports []int
	for range n {
		l, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
		must(s.t, err)
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}

// daemon starts a program in the foreground.
func (s *localSlurm) daemon(name, program string, args ...string) {
	s.t.Helper()
	out, err := os.Create(s.file(name + ".out"))
	must(s.t, err)
	defer out.Close()
	c := exec.Command(program, args...)
	c.Stdout, c.Stderr, c.Dir = out, out, s.dir
	dieWithParent(c)
	failed := make(chan error)
	s.start <- func() { failed <- c.Start() }
	must(s.t, <-failed)
	s.daemons[name] = c
}

// node starts a node's daemon.
func (s *localSlurm) node(n int) {
	s.t.Helper()
	name := fmt.Sprintf("n%d", n)
	s.daemon(name, "slurmd", "-D", "-N", name, "-f", s.file("slurm.conf"))
}

// kill ends a daemon as a crash would; what a node ran runs on.
func (s *localSlurm) kill(name string) {
	s.t.Helper()
	c := s.daemons[name]
	delete(s.daemons, name)
	must(s.t, c.Process.Kill())
	_ = c.Wait()
}

// state is a node's, as sinfo says it.
func (s *localSlurm) state(n int) string {
	out, err := exec.Command("sinfo", "-h", "-N", "-n", fmt.Sprintf("n%d", n), "-o", "%T").Output()
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(out))
}

// call runs one of Slurm's commands.
func (s *localSlurm) call(name string, args ...string) {
	s.t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		s.t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}

// until waits for something, and fails the test with the daemons' last words.
func (s *localSlurm) until(limit time.Duration, what string, ok func() bool) {
	s.t.Helper()
	for end := time.Now().Add(limit); !ok(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("not within %v: %s\n%s", limit, what, s.lastWords())
		}
	}
}

func (s *localSlurm) lastWords() string {
	text := ""
	for _, name := range []string{"munged.out", "slurmctld.out", "slurmctld.log", "n1.log", "n2.log"} {
		b, _ := os.ReadFile(s.file(name))
		text += fmt.Sprintf("-- %s --\n%s\n", name, b[max(0, len(b)-1500):])
	}
	return text
}

// stop ends all jobs and all daemons.
func (s *localSlurm) stop(nodes int) {
	if s.daemons["slurmctld"] != nil {
		me, err := user.Current()
		if err == nil {
			err = exec.Command("scancel", "--user="+me.Username).Run()
		}
		for end := time.Now().Add(10 * time.Second); err == nil && time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
			if out, err := exec.Command("squeue", "-h").Output(); err != nil || len(out) == 0 {
				break
			}
		}
	}
	names := []string{"slurmctld"}
	for n := range nodes {
		names = append(names, fmt.Sprintf("n%d", n+1))
	}
	for _, name := range append(names, "munged") {
		if c := s.daemons[name]; c != nil {
			s.end(name, c)
		}
	}
	close(s.start)
	if s.t.Failed() {
		s.t.Log(s.lastWords())
	}
	if err := os.RemoveAll(s.dir); err != nil {
		s.t.Error(err)
	}
}

// end lets a daemon go, and ends it if it does not.
func (s *localSlurm) end(name string, c *exec.Cmd) {
	_ = c.Process.Signal(os.Interrupt)
	ended := make(chan struct{})
	go func() { defer close(ended); _ = c.Wait() }() // it was told to end
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		if err := c.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			s.t.Errorf("%s: %v", name, err)
		}
		<-ended
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
