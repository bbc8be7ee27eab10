package activity

import "bytes"

// manyNames is the size from which an object's names are kept in a map: below
// it, comparing one by one is faster and costs no memory.
const manyNames = 16

// names are the member names of the objects that a scanner is inside of.
type names struct {
	few   [2 * manyNames][]byte // of all objects that are not many, outer ones first
	used  int
	spare []map[string]bool // empty again
}

// objectNames are those of one object.
type objectNames struct {
	from int             // where they begin among the few
	many map[string]bool // in place of the few; nil as long as it is not needed
}

func (n *names) enter() objectNames { return objectNames{from: n.used} }

func (n *names) leave(o objectNames) {
	n.used = o.from
	if o.many != nil {
		clear(o.many)
		n.spare = append(n.spare, o.many)
	}
}

// add notes a name of the innermost object and reports whether it had it already.
func (n *names) add(o *objectNames, name []byte) (again bool) {
	if o.many != nil {
		again = o.many[string(name)]
		o.many[string(name)] = true
		return again
	}
	few := n.few[o.from:n.used]
	for _, one := range few {
		if bytes.Equal(one, name) {
			return true
		}
	}
	if len(few) == manyNames || n.used == len(n.few) {
		o.many = n.borrow()
		for _, one := range few {
			o.many[string(one)] = true
		}
		o.many[string(name)] = true
		return false
	}
	n.few[n.used] = name
	n.used++
	return false
}

// borrow answers an empty set of names, one that an earlier object is done with
// if there is any: a text of many objects needs no more than its depth.
func (n *names) borrow() map[string]bool {
	if len(n.spare) == 0 {
		return make(map[string]bool)
	}
	last := len(n.spare) - 1
	set := n.spare[last]
	n.spare = n.spare[:last]
	return set
}
