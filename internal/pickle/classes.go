package pickle

import (
	"fmt"
	"slices"
)

func (m *machine) global() error {
	module, err := m.line()
	if err != nil {
		return err
	}
	name, err := m.line()
	if err != nil {
		return err
	}
	return m.push(Class{module, name})
}

func (m *machine) stackGlobal() error {
	names, err := m.popN(2)
	if err != nil {
		return err
	}
	module, a := names[0].(string)
	name, b := names[1].(string)
	if !a || !b {
		return fmt.Errorf("a class is named by %s and %s: damaged", Kind(names[0]), Kind(names[1]))
	}
	return m.push(Class{module, name})
}

// reduce makes what a class makes of arguments.
func (m *machine) reduce() error {
	call, err := m.popN(2)
	if err != nil {
		return err
	}
	return m.call(call[0], call[1])
}

func (m *machine) newEx() error {
	call, err := m.popN(3)
	if err != nil {
		return err
	}
	if named, ok := call[2].(*Dict); !ok || len(named.Entries) > 0 {
		return m.push(&Object{Class: call[0], Args: Tuple{call[1], call[2]}})
	}
	return m.call(call[0], call[1])
}

// instance is a class that is named, and its arguments on the stack (protocol 0).
func (m *machine) instance() error {
	if err := m.global(); err != nil {
		return err
	}
	class, err := m.pop()
	if err != nil {
		return err
	}
	args, err := m.items()
	if err != nil {
		return err
	}
	return m.call(class, Tuple(slices.Clone(args)))
}

// object is a class and its arguments on the stack.
func (m *machine) object() error {
	items, err := m.items()
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return fmt.Errorf("an object without a class: damaged")
	}
	return m.call(items[0], Tuple(slices.Clone(items[1:])))
}

// call makes a value of a known class; of any other, what it would be made of.
func (m *machine) call(class, args any) error {
	c, named := class.(Class)
	t, listed := args.(Tuple)
	if named && listed {
		if known := m.known(c); known != nil {
			if err := m.charge(t); err != nil {
				return err
			}
			v, err := known(t)
			if err != nil {
				return fmt.Errorf("%s: %w", c, err)
			}
			return m.push(v)
		}
	}
	return m.push(&Object{Class: class, Args: args})
}

// charge counts what a class may copy of its arguments: a pickle that has one long list copied over
// and over would fill any memory.
func (m *machine) charge(args Tuple) error {
	for _, v := range args {
		switch v := v.(type) {
		case *List:
			m.copied += len(v.Items)
		case Tuple:
			m.copied += len(v)
		case *Set:
			m.copied += len(v.Items)
		case string:
			m.copied += len(v)
		}
	}
	const free = 1 << 20
	if m.copied > 4*m.size+free {
		return fmt.Errorf("its classes copy more than four times its own size: no honest pickle does")
	}
	return nil
}

func (m *machine) known(c Class) Caller {
	if own := m.options.Classes[c.String()]; own != nil {
		return own
	}
	return allowed(c)
}

// build sets the state of the value below.
func (m *machine) build() error {
	state, err := m.pop()
	if err != nil {
		return err
	}
	of, err := m.top()
	if err != nil {
		return err
	}
	switch of := of.(type) {
	case Stateful:
		if err := of.SetState(state); err != nil {
			return err
		}
	case *Object:
		of.State = state
	case *Dict, *List, *Set: // attributes of a container are none of its items
	default:
		return fmt.Errorf("a state is set of a value of type %s: damaged", Kind(of))
	}
	return nil
}

// allowed are the classes and functions that are known, all of which only hold or copy what they
// are given.
func allowed(c Class) Caller {
	switch c.String() {
	case "collections.OrderedDict", "__builtin__.dict", "builtins.dict":
		return newDict
	case "__builtin__.list", "builtins.list":
		return func(args Tuple) (any, error) { items, err := sequence(args); return &List{items}, err }
	case "__builtin__.tuple", "builtins.tuple":
		return func(args Tuple) (any, error) { items, err := sequence(args); return Tuple(items), err }
	case "__builtin__.set", "builtins.set", "__builtin__.frozenset", "builtins.frozenset":
		return func(args Tuple) (any, error) { items, err := sequence(args); return &Set{items}, err }
	case "__builtin__.bytearray", "builtins.bytearray", "__builtin__.bytes", "builtins.bytes":
		return newBytes
	case "__builtin__.complex", "builtins.complex":
		return newComplex
	case "_codecs.encode":
		return encode
	}
	return numpy(c)
}

// newDict makes an empty dictionary, or one of a list of pairs, as Python 2 pickles ordered ones.
func newDict(args Tuple) (any, error) {
	items, err := sequence(args)
	if err != nil {
		return nil, err
	}
	d := &Dict{}
	for _, item := range items {
		pair, err := sequence(Tuple{item})
		if err != nil || len(pair) != 2 {
			return nil, fmt.Errorf("a dictionary of %s", Kind(item))
		}
		d.Entries = append(d.Entries, Entry{pair[0], pair[1]})
	}
	return d, nil
}

// sequence copies the items of the one argument, of none where there is no argument.
func sequence(args Tuple) ([]any, error) {
	if len(args) == 0 {
		return nil, nil
	}
	if len(args) == 1 {
		switch from := args[0].(type) {
		case *List:
			return slices.Clone(from.Items), nil
		case Tuple:
			return slices.Clone(from), nil
		case *Set:
			return slices.Clone(from.Items), nil
		}
	}
	return nil, fmt.Errorf("called with %d arguments, the first of type %s", len(args), Kind(args[0]))
}

// newBytes makes bytes of none, of bytes, or of a text in Latin-1, as protocols below 3 write them.
func newBytes(args Tuple) (any, error) {
	if len(args) == 0 {
		return []byte{}, nil
	}
	if b, ok := args[0].([]byte); ok && len(args) == 1 {
		return b, nil
	}
	return encode(args)
}

// encode is the text's bytes in Latin-1.
func encode(args Tuple) (any, error) {
	if len(args) == 2 {
		text, a := args[0].(string)
		code, b := args[1].(string)
		if a && b && slices.Contains([]string{"latin1", "latin-1", "iso-8859-1"}, code) {
			return latin1(text)
		}
	}
	return nil, fmt.Errorf("called with other than a text and latin1")
}

func latin1(text string) ([]byte, error) {
	out := make([]byte, 0, len(text))
	for _, r := range text {
		if r > 0xff {
			return nil, fmt.Errorf("%q is not in Latin-1", r)
		}
		out = append(out, byte(r))
	}
	return out, nil
}

func newComplex(args Tuple) (any, error) {
	if len(args) == 2 {
		re, a := args[0].(float64)
		im, b := args[1].(float64)
		if a && b {
			return complex(re, im), nil
		}
	}
	return nil, fmt.Errorf("called with other than two floats")
}
