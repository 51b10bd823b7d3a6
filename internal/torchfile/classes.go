package torchfile

import (
	"fmt"
	"math"
	"strings"

	"protobench/internal/pickle"
)

// tensor is what a file says of one; its numbers are elsewhere.
type tensor struct {
	of             *storage
	dtype          string
	offset         int
	shape, strides []int
}

// kind is a type of elements.
type kind struct {
	dtype string // as safetensors names it; another name for what is not read
	size  int
}

// kinds are PyTorch's types by the names of their storages.
func kinds(name string) (kind, bool) {
	k, ok := map[string]kind{
		"Float": {"F32", 4}, "Double": {"F64", 8}, "Half": {"F16", 2}, "BFloat16": {"BF16", 2},
		"Long": {"I64", 8}, "Int": {"I32", 4}, "Short": {"I16", 2}, "Char": {"I8", 1}, "Byte": {"U8", 1}, "Bool": {"BOOL", 1},
		"Untyped": {"", 1}, "ComplexFloat": {"complex64", 8}, "ComplexDouble": {"complex128", 16},
		"QInt8": {"qint8", 1}, "QUInt8": {"quint8", 1}, "QInt32": {"qint32", 4},
	}[strings.TrimSuffix(name, "Storage")]
	return k, ok
}

// typeOf is the type that a tensor of untyped bytes says to have: torch.float32.
func typeOf(v any) (kind, bool) {
	c, ok := v.(pickle.Class)
	if !ok || c.Module != "torch" {
		return kind{}, false
	}
	k, ok := map[string]kind{
		"float32": {"F32", 4}, "float64": {"F64", 8}, "float16": {"F16", 2}, "bfloat16": {"BF16", 2},
		"int64": {"I64", 8}, "int32": {"I32", 4}, "int16": {"I16", 2}, "int8": {"I8", 1}, "uint8": {"U8", 1}, "bool": {"BOOL", 1},
	}[c.Name]
	if !ok {
		k = kind{c.Name, 1} // is not read
	}
	return k, true
}

// classes are the functions that torch.save's pickles name.
func classes() map[string]pickle.Caller {
	return map[string]pickle.Caller{
		"torch._utils._rebuild_tensor":               rebuild,
		"torch._utils._rebuild_tensor_v2":            rebuild,
		"torch._utils._rebuild_tensor_v3":            rebuildTyped,
		"torch._utils._rebuild_parameter":            first,
		"torch._utils._rebuild_parameter_with_state": first,
		"torch._tensor._rebuild_from_type_v2":        rebuildAs,
		"torch._tensor._rebuild_from_type":           rebuildAs,
		"torch.Size":                                 first,
	}
}

// first is what a class of one value is made of.
func first(args pickle.Tuple) (any, error) {
	if len(args) == 0 {
		return nil, fmt.Errorf("called without an argument")
	}
	return args[0], nil
}

// rebuild makes a tensor of (storage, offset, size, strides, …).
func rebuild(args pickle.Tuple) (any, error) {
	if len(args) < 4 {
		return nil, fmt.Errorf("called with %d arguments, at least 4 are expected", len(args))
	}
	s, ok := args[0].(*storage)
	if !ok {
		return nil, fmt.Errorf("a tensor of %s, not of a storage", pickle.Kind(args[0]))
	}
	offset, a := args[1].(int64)
	shape, b := sizes(args[2])
	strides, c := sizes(args[3])
	if !a || !b || !c || offset < 0 || offset > math.MaxInt64/2 || len(shape) != len(strides) {
		return nil, fmt.Errorf("a tensor from %v on, of size %v and strides %v", args[1], args[2], args[3])
	}
	if s.whole != nil {
		offset, s = offset+int64(s.skip), s.whole
	}
	return &tensor{s, s.dtype, int(offset), shape, strides}, nil
}

// rebuildTyped makes a tensor of untyped bytes: (…, requires_grad, hooks, dtype).
func rebuildTyped(args pickle.Tuple) (any, error) {
	const dtype = 6
	v, err := rebuild(args)
	if err != nil {
		return nil, err
	}
	if len(args) <= dtype {
		return nil, fmt.Errorf("called with %d arguments, at least %d are expected", len(args), dtype+1)
	}
	k, ok := typeOf(args[dtype])
	if !ok {
		return nil, fmt.Errorf("a type that is %s", pickle.Kind(args[dtype]))
	}
	v.(*tensor).dtype = k.dtype
	return v, nil
}

// piece is a process's part of a tensor that is spread over many: FSDP2's DTensor, or FSDP's
// ShardedTensor. Its numbers are no tensor's.
type piece struct{ class string }

// pieceOf tells classes of which a file holds parts alone, wherever PyTorch's versions keep them.
func pieceOf(class any) (*piece, bool) {
	c, ok := class.(pickle.Class)
	if !ok || !strings.HasPrefix(c.Module, "torch.distributed") || c.Name != "DTensor" && c.Name != "ShardedTensor" {
		return nil, false
	}
	return &piece{c.Name}, true
}

// rebuildAs makes a tensor of a subclass, (function, class, arguments, state), of which the
// function alone decides the numbers; of a piece it makes none.
func rebuildAs(args pickle.Tuple) (any, error) {
	if len(args) < 3 {
		return nil, fmt.Errorf("called with %d arguments, at least 3 are expected", len(args))
	}
	c, a := args[0].(pickle.Class)
	with, b := args[2].(pickle.Tuple)
	if !a || !b {
		return nil, fmt.Errorf("called with %s and %s", pickle.Kind(args[0]), pickle.Kind(args[2]))
	}
	if p, ok := pieceOf(args[1]); ok {
		return p, nil
	}
	switch c.String() {
	case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2":
		return rebuild(with)
	case "torch._utils._rebuild_tensor_v3":
		return rebuildTyped(with)
	}
	return &pickle.Object{Class: c, Args: with}, nil
}

// sizes reads a torch.Size or a tuple of as many dimensions as PyTorch has.
func sizes(v any) ([]int, bool) {
	t, ok := v.(pickle.Tuple)
	const most = 64
	if !ok || len(t) > most {
		return nil, false
	}
	out := make([]int, len(t))
	for i, x := range t {
		n, ok := x.(int64)
		if !ok || n < 0 {
			return nil, false
		}
		out[i] = int(n)
	}
	return out, true
}

// refer resolves what a pickle says of the rest of the file: ("storage", type, key, location,
// elements, view), or ("module", class, file, source), of which the class is all that is wanted.
func (r *reading) refer(id any) (any, error) {
	t, _ := id.(pickle.Tuple)
	if len(t) >= 2 && (t[0] == "module" || isText(t[0], "module")) {
		return t[1], nil
	}
	if len(t) < 5 || !isText(t[0], "storage") {
		return nil, fmt.Errorf("a reference to other than a storage (%s): not written by torch.save", pickle.Kind(id))
	}
	s, err := r.storage(t)
	if err != nil || len(t) < 6 || t[5] == nil {
		return s, err
	}
	part, _ := t[5].(pickle.Tuple) // key, first element, elements: as PyTorch before 0.4 shared storages
	if len(part) != 3 {
		return nil, fmt.Errorf("storage %q is a part of another one that is named by %s: damaged", s.key, pickle.Kind(t[5]))
	}
	skip, ok := part[1].(int64)
	if !ok || skip < 0 || skip > int64(s.n) {
		return nil, fmt.Errorf("storage %q: a part that begins at %v of %d: damaged", s.key, part[1], s.n)
	}
	return &storage{whole: s, skip: int(skip)}, nil
}

func isText(v any, want string) bool {
	text, ok := pickle.Text(v)
	return ok && text == want
}

// storage is that of a reference, the same one whenever it is referred to.
func (r *reading) storage(t pickle.Tuple) (*storage, error) {
	class, a := t[1].(pickle.Class)
	key, b := t[2].(string)
	n, c := t[4].(int64)
	if !a || !b || !c || n < 0 {
		return nil, fmt.Errorf("a storage that is a %s under a %s of size %v: damaged", pickle.Kind(t[1]), pickle.Kind(t[2]), t[4])
	}
	k, ok := kinds(class.Name)
	if !ok || class.Module != "torch" && class.Module != "torch.cuda" && class.Module != "torch.storage" {
		return nil, fmt.Errorf("a storage of type %s, which is not known", class)
	}
	if s := r.storages[key]; s != nil {
		if s.dtype != k.dtype || s.n != int(n) {
			return nil, fmt.Errorf("storage %q is %d of %q in one place and %d of %q in another: damaged", key, s.n, s.dtype, n, k.dtype)
		}
		return s, nil
	}
	s := &storage{key: key, dtype: k.dtype, size: k.size, n: int(n)}
	r.storages[key] = s
	return s, nil
}
