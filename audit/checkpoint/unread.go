package checkpoint

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// pieces are PyTorch's classes of which a file holds one process's part, and how to save the whole.
func pieces() map[string]string {
	const since = "torch.distributed.checkpoint.state_dict.get_model_state_dict with StateDictOptions(full_state_dict=True, cpu_offload=True)"
	return map[string]string{
		"DTensor":       "save the gathered state (" + since + "), or the tensor's full_tensor()",
		"ShardedTensor": "save the gathered state (" + since + ", or FSDP.state_dict_type with FULL_STATE_DICT)",
	}
}

// WhyUnread says why a tensor is not read, and what to do.
func (f *File) WhyUnread(name string) string {
	what := f.Unread[name]
	if remedy, ok := pieces()[what]; ok {
		return fmt.Sprintf("%s is a %s, of which the file holds one process's piece (FSDP); %s", name, what, remedy)
	}
	return fmt.Sprintf("%s is %s, which is not read; save it as float32", name, what)
}

// unreadPrototypes are the tensors that a layout has and that are not read.
func (f *File) unreadPrototypes() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(f.Unread)) {
		if l, ok := layoutOf(moduleOf(name)); ok && !l.memory && !isState(name) {
			out = append(out, name)
		}
	}
	return out
}

// Missed says of each tensor that a layout has and that is not read why, and what to do.
func (f *File) Missed() []string {
	var out []string
	for _, name := range f.unreadPrototypes() {
		out = append(out, f.WhyUnread(name))
	}
	return out
}

// refuseUnread is the error of a file whose prototypes, as far as they have names that are known,
// are not read, or of which all that is not found may be in pieces.
func (f *File) refuseUnread() error {
	if list := f.unreadPrototypes(); len(list) > 0 {
		return errors.New(f.Path + ": " + f.WhyUnread(list[0]))
	}
	for _, name := range slices.Sorted(maps.Keys(f.Unread)) {
		if _, ok := pieces()[f.Unread[name]]; ok {
			return errors.New(f.Path + ": no prototypes that can be read; " + f.WhyUnread(name))
		}
	}
	return nil
}
