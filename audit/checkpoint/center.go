package checkpoint

import (
	"fmt"
	"strings"

	"protobench/internal/tensorfile"
)

// Center is what is taken off a teacher's scores before its softmax, one number a prototype: DINO's
// and iBOT's files hold it beside the prototypes. The tensor is called key; "" to find it, "none" for
// none; nil where there is none.
func (f *File) Center(of Found, key string) (*tensorfile.Array, error) {
	if key == "none" || key == "" && of.Branch == "student" {
		return nil, nil // there is none, which is no error
	}
	name := "center"
	if strings.HasSuffix(moduleOf(of.Key), "last_layer2") {
		name = "center2" // iBOT's patches
	}
	for i := range f.Arrays {
		a := &f.Arrays[i]
		named := a.Name == key || key == "" && a.Name[strings.LastIndexByte(a.Name, '.')+1:] == name
		if !named {
			continue
		}
		if a.Len() == of.Rows {
			return a, nil
		}
		if key != "" {
			return nil, fmt.Errorf("%s: tensor %q has shape %v where there are %d prototypes", f.Path, a.Name, a.Shape, of.Rows)
		}
	}
	if key != "" {
		return nil, fmt.Errorf("%s: no tensor %q to take off the scores", f.Path, key)
	}
	return nil, nil // there is none, which is no error
}
