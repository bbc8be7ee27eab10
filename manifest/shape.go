package manifest

import "math"

// A shape gives a point's distance from its edge, negative inside. Shapes of this
// kind combine by simple arithmetic, and their edges come out smooth at any size.
type shape func(p point) float64

type point struct{ x, y float64 }

// coverage returns how much of a pixel lies inside an edge at that distance, 0 to
// 1.
func coverage(distance float64) float64 { return min(max(0.5-distance, 0), 1) }

// box is a rectangle with round corners.
func box(left, top, right, bottom, radius float64) shape {
	middle := point{(left + right) / 2, (top + bottom) / 2}
	half := point{(right-left)/2 - radius, (bottom-top)/2 - radius}
	return func(p point) float64 {
		x, y := math.Abs(p.x-middle.x)-half.x, math.Abs(p.y-middle.y)-half.y
		return math.Hypot(max(x, 0), max(y, 0)) + min(max(x, y), 0) - radius
	}
}

// polygon is convex; its corners are given clockwise on the screen.
func polygon(corners ...point) shape {
	return func(p point) float64 {
		farthest := math.Inf(-1)
		for i, a := range corners {
			b := corners[(i+1)%len(corners)]
			dx, dy := b.x-a.x, b.y-a.y
			distance := ((p.x-a.x)*dy - (p.y-a.y)*dx) / math.Hypot(dx, dy)
			farthest = max(farthest, distance)
		}
		return farthest
	}
}

func union(shapes ...shape) shape {
	return func(p point) float64 {
		nearest := math.Inf(1)
		for _, s := range shapes {
			nearest = min(nearest, s(p))
		}
		return nearest
	}
}

func minus(s, hole shape) shape {
	return func(p point) float64 { return max(s(p), -hole(p)) }
}

// grown is a shape with its edge moved outwards.
func grown(s shape, by float64) shape {
	return func(p point) float64 { return s(p) - by }
}
