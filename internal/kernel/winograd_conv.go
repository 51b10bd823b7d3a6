package kernel

// forwardWinograd is [Conv.Forward].
func (c *Conv) forwardWinograd(team *Team, y, x, weights []float32) {
	u := spectra.Get().(*spectrum)
	defer spectra.Put(u)
	transformWeights(team, u, weights, c.In, c.Out)
	c.wino.convolve(team, y, x, c.In, c.Out, u.x)
}

// inputWinograd is the convolution of dy with the weights turned around.
func (c *Conv) inputWinograd(team *Team, dx, dy, weights []float32) {
	u := spectra.Get().(*spectrum)
	defer spectra.Put(u)
	transformRotated(team, u, weights, c.In, c.Out)
	c.wino.convolve(team, dx, dy, c.Out, c.In, u.x)
}
