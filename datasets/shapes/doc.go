// Package shapes draws the images of the set "shapes": silhouettes in arrangements of copies, with
// place, size, turn, colours, texture, clutter, light and noise that are independent of both. Begin
// with Painter.Paint and Silhouettes.
//
// It knows pixels and random draws. Which classes and how many images make a set is package
// datasets' to say.
package shapes
