package pickle

import (
	"fmt"
	"strconv"
	"unsafe"
)

// shared is a text in the memory of its bytes, which nobody changes.
func shared(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func (m *machine) collect(into func(items []any) any) error {
	items, err := m.items()
	if err != nil {
		return err
	}
	return m.push(into(items))
}

func (m *machine) tuple(n int) error {
	t, err := m.popN(n)
	if err != nil {
		return err
	}
	return m.push(t)
}

func (m *machine) dict() error {
	items, err := m.items()
	if err != nil {
		return err
	}
	entries, err := pairs(items)
	if err != nil {
		return err
	}
	return m.push(&Dict{entries})
}

func pairs(items []any) ([]Entry, error) {
	if len(items)%2 != 0 {
		return nil, fmt.Errorf("%d keys and values do not pair up: damaged", len(items))
	}
	out := make([]Entry, 0, len(items)/2)
	for i := 0; i < len(items); i += 2 {
		out = append(out, Entry{items[i], items[i+1]})
	}
	return out, nil
}

func (m *machine) append() error {
	v, err := m.pop()
	if err != nil {
		return err
	}
	return m.add([]any{v})
}

func (m *machine) extend() error {
	items, err := m.items()
	if err != nil {
		return err
	}
	return m.add(items)
}

// add puts items into the container on top.
func (m *machine) add(items []any) error {
	to, err := m.top()
	if err != nil {
		return err
	}
	switch to := to.(type) {
	case *List:
		to.Items = append(to.Items, items...)
	case *Set:
		to.Items = append(to.Items, items...)
	case *Object:
		to.Items = append(to.Items, items...)
	default:
		return fmt.Errorf("items are added to a value of type %s: damaged", Kind(to))
	}
	return nil
}

func (m *machine) setItem() error {
	pair, err := m.popN(2)
	if err != nil {
		return err
	}
	return m.set(pair)
}

func (m *machine) setItems() error {
	items, err := m.items()
	if err != nil {
		return err
	}
	return m.set(items)
}

// set puts keys and values into the dictionary on top.
func (m *machine) set(items []any) error {
	entries, err := pairs(items)
	if err != nil {
		return err
	}
	to, err := m.top()
	if err != nil {
		return err
	}
	switch to := to.(type) {
	case *Dict:
		to.Entries = append(to.Entries, entries...)
	case *Object:
		to.Dict = append(to.Dict, entries...)
	default:
		return fmt.Errorf("keys are set of a value of type %s: damaged", Kind(to))
	}
	return nil
}

func (m *machine) putLine() error {
	at, err := m.place()
	if err != nil {
		return err
	}
	return m.remember(at)
}

func (m *machine) put(n int) error {
	at, err := m.length(n)
	if err != nil {
		return err
	}
	return m.remember(at)
}

func (m *machine) remember(at int) error {
	v, err := m.top()
	if err != nil {
		return err
	}
	m.memo[at] = v
	return nil
}

func (m *machine) getLine() error {
	at, err := m.place()
	if err != nil {
		return err
	}
	return m.recall(at)
}

func (m *machine) get(n int) error {
	at, err := m.length(n)
	if err != nil {
		return err
	}
	return m.recall(at)
}

func (m *machine) recall(at int) error {
	v, ok := m.memo[at]
	if !ok {
		return fmt.Errorf("memo %d was never set: damaged", at)
	}
	return m.push(v)
}

func (m *machine) place() (int, error) {
	text, err := m.line()
	if err != nil {
		return 0, err
	}
	at, err := strconv.Atoi(text)
	if err != nil || at < 0 {
		return 0, fmt.Errorf("%.20q is no memo number", text)
	}
	return at, nil
}
