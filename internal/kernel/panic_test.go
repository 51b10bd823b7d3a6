package kernel

import "testing"

// TestPanicsLeaveNothing lets tasks panic on the way and checks that what goes back to the stocks
// is as free as it was.
func TestPanicsLeaveNothing(t *testing.T) {
	panics := func(f func()) {
		defer func() {
			if recover() == nil {
				t.Error("it did not panic")
			}
		}()
		f()
	}
	c := NewConv(7, 4, 4, 8, 16, 2)
	ch := make([]float32, 8)
	short := Normed{X: make([]float32, 1), Scale: ch, Shift: ch}
	y := padded(c.Output(), nil)

	one := []class{c.forwardClass()}
	_, stages := rooms{of: c.Input(), from: short, images: imageGroup}.take(nil)
	panics(func() { c.multiply(nil, one, feed{stages: stages}, y, nil) })
	if stages.busy[0].Load() {
		t.Error("a stage whose window cannot be filled stays taken")
	}
	stages.take()
	stages.end()
	for i := range stages.busy {
		if stages.busy[i].Load() {
			t.Error("a stage is taken for the next call")
		}
	}
}
