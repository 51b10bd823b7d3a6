package pickle

import (
	"errors"
	"fmt"
)

// ErrShort says that a pickle goes on beyond the bytes that there are: more of its file, where
// there is more, may mend it.
var ErrShort = errors.New("the pickle is cut short")

// Caller makes what a class makes of its arguments. It may return any value; one that implements
// [Stateful] gets the state that the pickle sets.
type Caller func(args Tuple) (any, error)

// Stateful is a value of a [Caller]'s whose state a pickle may set after it was made.
type Stateful interface{ SetState(state any) error }

// Options are what a reader of particular files adds. The zero value is the allow-list alone.
type Options struct {
	// Classes are more classes and functions, by "module.name". NumPy's and Python's own containers
	// are known.
	Classes map[string]Caller
	// Persistent resolves references to what lies outside of the pickle. nil: they become
	// [Persistent].
	Persistent func(id any) (any, error)
}

// Load reads the first pickle of b and returns its value and what follows it. Bytes, texts and
// arrays share b's memory.
func Load(b []byte, o Options) (v any, rest []byte, err error) {
	m := &machine{in: b, size: len(b), options: o, memo: map[int]any{}}
	v, err = m.run()
	if err != nil {
		return nil, nil, fmt.Errorf("pickle, byte %d: %w", m.size-len(m.in), err)
	}
	return v, m.in, nil
}

// mark is what stands on the stack where a container's items begin.
type mark struct{}

// machine is the stack that a pickle's opcodes work on.
type machine struct {
	in      []byte // what is left to read
	size    int
	options Options
	stack   []any
	memo    map[int]any
	copied  int // items and bytes that classes were called with
}

// highest is the highest protocol that is read.
const highest = 5

// mostSteps bounds the opcodes of one pickle, each of which takes some memory: a list of millions
// of numbers is one.
const mostSteps = 1 << 25

func (m *machine) run() (any, error) {
	for range mostSteps {
		op, err := m.take(1)
		if err != nil {
			return nil, err
		}
		if op[0] == '.' {
			return m.pop()
		}
		step := opcodes[op[0]]
		if step == nil {
			return nil, fmt.Errorf("opcode %#02x is none of protocols 0 to %d: no pickle, or a damaged one", op[0], highest)
		}
		if err := step(m); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("more than %d opcodes, the most that are read", mostSteps)
}

// take returns the next n bytes.
func (m *machine) take(n int) ([]byte, error) {
	if n < 0 || n > len(m.in) {
		return nil, fmt.Errorf("%d bytes are asked for where %d are left: %w", n, len(m.in), ErrShort)
	}
	b := m.in[:n:n]
	m.in = m.in[n:]
	return b, nil
}

// line returns the bytes up to the next line feed, which is dropped.
func (m *machine) line() (string, error) {
	for i, c := range m.in {
		if c == '\n' {
			b, _ := m.take(i)
			m.in = m.in[1:]
			return string(b), nil
		}
	}
	return "", fmt.Errorf("no line end in the %d bytes that are left: %w", len(m.in), ErrShort)
}

// length reads a length of n bytes, little-endian.
func (m *machine) length(n int) (int, error) {
	b, err := m.take(n)
	if err != nil {
		return 0, err
	}
	var v uint64
	for i, c := range b {
		v |= uint64(c) << (8 * i)
	}
	if v > uint64(m.size) && n > 1 { // lengths and memo numbers alike: no pickle has more than its bytes
		return 0, fmt.Errorf("a length of %d in a pickle of %d bytes: damaged, or %w", v, m.size, ErrShort)
	}
	return int(v), nil
}

func (m *machine) push(v any) error {
	m.stack = append(m.stack, v)
	return nil
}

func (m *machine) pop() (any, error) {
	if len(m.stack) == 0 {
		return nil, fmt.Errorf("nothing is on the stack: damaged")
	}
	v := m.stack[len(m.stack)-1]
	if _, is := v.(mark); is {
		return nil, fmt.Errorf("a mark stands where a value should: damaged")
	}
	m.stack = m.stack[:len(m.stack)-1]
	return v, nil
}

// top is the uppermost value, which stays.
func (m *machine) top() (any, error) {
	v, err := m.pop()
	if err == nil {
		m.stack = m.stack[:len(m.stack)+1]
	}
	return v, err
}

// items takes all down to the last mark, and the mark. They are valid until the next push.
func (m *machine) items() ([]any, error) {
	for i := len(m.stack) - 1; i >= 0; i-- {
		if _, is := m.stack[i].(mark); is {
			items := m.stack[i+1:]
			m.stack = m.stack[:i]
			return items, nil
		}
	}
	return nil, fmt.Errorf("no mark is on the stack: damaged")
}

// popN takes the n uppermost values, the deepest first.
func (m *machine) popN(n int) (Tuple, error) {
	out := make(Tuple, n)
	for i := n - 1; i >= 0; i-- {
		v, err := m.pop()
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}
