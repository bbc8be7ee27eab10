package bolt

import (
	"context"
	"slices"
)

// entryFunc sees the entries of a tree's leaves, in order.
type entryFunc func(flags uint32, key, value []byte) error

// tree visits a page and what is below it; it ends because no page is read twice. The keys must lie between from and to, where a nil to is open.
func (p *pages) tree(ctx context.Context, id uint64, from, to []byte, visit entryFunc) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g, err := p.read(id)
	switch {
	case err != nil:
		return err
	case g.flags == leafPage:
		return leaf(g, from, to, visit)
	case g.flags != branchPage || g.count == 0:
		return damaged("page %d is neither branch nor leaf", id)
	}
	return p.branch(ctx, g, from, to, visit)
}

func (p *pages) branch(ctx context.Context, g page, from, to []byte, visit entryFunc) error {
	key, id, err := g.child(0)
	for i := range g.count {
		if err != nil {
			return err
		}
		if !within(key, from, to, i == 0) {
			return damaged("the keys of page %d are in disorder", g.id)
		}
		next, nextID, end := []byte(nil), uint64(0), to
		if i+1 < g.count {
			if next, nextID, err = g.child(i + 1); err != nil {
				return err
			}
			end = next
		}
		if err := p.tree(ctx, id, key, end, visit); err != nil {
			return err
		}
		from, key, id = key, next, nextID
	}
	return nil
}

func leaf(g page, from, to []byte, visit entryFunc) error {
	for i := range g.count {
		flags, key, value, err := g.entry(i)
		if err != nil {
			return err
		}
		if !within(key, from, to, i == 0) {
			return damaged("the keys of page %d are in disorder", g.id)
		}
		if err := visit(flags, key, value); err != nil {
			return err
		}
		from = key
	}
	return nil
}

// entries visits what is in a bucket that stands in a leaf.
func (p *pages) entries(ctx context.Context, flags uint32, value []byte, visit entryFunc) error {
	root, own, err := bucket(p.head.root, flags, value)
	switch {
	case err != nil:
		return err
	case root == 0:
		return leaf(own, nil, nil, visit)
	}
	return p.tree(ctx, root, nil, nil, visit)
}

// outline makes sure that the pages of a store form trees, and that the other pages are free: it reads the branches, and no more than
// the head of each leaf. Without that nothing may be asked of bbolt, which follows the numbers of pages wherever they lead: in a circle it
// reads for ever, or until the stack is full, and that ends the process.
func (p *pages) outline(ctx context.Context) error {
	err := p.tree(ctx, p.head.root, nil, nil, func(flags uint32, _, value []byte) error {
		root, _, err := bucket(p.head.root, flags, value)
		if err != nil || root == 0 {
			return err
		}
		return p.skeleton(ctx, root)
	})
	if err != nil {
		return err
	}
	return p.complete()
}

// skeleton goes down a tree level by level; it ends because no page is used twice.
func (p *pages) skeleton(ctx context.Context, root uint64) error {
	for level := []uint64{root}; len(level) > 0; {
		slices.Sort(level) // in the order in which they lie on the disk
		var below []uint64
		for _, id := range level {
			if err := ctx.Err(); err != nil {
				return err
			}
			children, err := p.children(id)
			if err != nil {
				return err
			}
			below = append(below, children...)
		}
		level = below
	}
	return nil
}

// children are the pages below a page: none, of a leaf.
func (p *pages) children(id uint64) (below []uint64, err error) {
	g, err := p.glance(id)
	switch {
	case err != nil:
		return nil, err
	case g.flags == leafPage:
		return nil, nil
	case g.flags != branchPage || g.count == 0:
		return nil, damaged("page %d is neither branch nor leaf", id)
	}
	if g, err = p.whole(g); err != nil {
		return nil, err
	}
	for i := range g.count {
		_, child, err := g.child(i)
		if err != nil {
			return nil, err
		}
		below = append(below, child)
	}
	return below, nil
}

// complete reads the list of free pages, and makes sure that every page is in use or free.
func (p *pages) complete() error {
	if err := p.readFree(); err != nil {
		return err
	}
	for id := uint64(2); id < p.head.end; id++ {
		if !p.used.has(id) {
			return damaged("page %d belongs to nothing", id)
		}
	}
	return nil
}
