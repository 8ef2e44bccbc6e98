package jsonschema

import (
	"fmt"
	"math"
	"strconv"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// conforms checks a document against the metaschema of a draft and returns the
// first thing that is wrong, or nil.
func conforms(root jsonx.Value, d Draft, limits Limits) *Error {
	c := checker{draft: d, limits: limits}
	return c.schema(root)
}

// checker walks a schema. Its recursion is bounded by the depth of the JSON.
type checker struct {
	draft  Draft
	limits Limits
	path   []string
}

func (c *checker) fail(format string, args ...any) *Error {
	return &Error{Kind: Malformed, Path: pointer(c.path), Text: fmt.Sprintf(format, args...)}
}

// within runs check one step further down the path.
func (c *checker) within(step string, check func() *Error) *Error {
	c.path = append(c.path, step)
	err := check()
	c.path = c.path[:len(c.path)-1]
	return err
}

func (c *checker) schema(v jsonx.Value) *Error {
	switch v.Type() {
	case jsonx.True, jsonx.False:
		if c.draft == Draft4 {
			return c.fail("in draft 4 a schema is an object, not a boolean")
		}
		return nil
	case jsonx.Object:
	default:
		return c.fail("a schema is an object or a boolean, not %s", v.Type())
	}
	for it := v.Iter(); it.Next(); {
		keyword := it.Key().Text()
		what := shapeOf(c.draft, keyword)
		if what == anything {
			continue
		}
		value := it.Value()
		if err := c.within(keyword, func() *Error { return c.shape(what, keyword, value) }); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) shape(what shape, keyword string, v jsonx.Value) *Error {
	switch what {
	case aText, aBoolean, aNumber, aFactor, aCount, anArray, anObject:
		return c.scalar(what, keyword, v)
	case aPattern:
		if v.Type() != jsonx.String {
			return c.fail("%s is a string, not %s", keyword, v.Type())
		}
		return c.pattern(v.Text())
	case aTextSet, aTextSetFilled:
		return c.texts(keyword, v, what == aTextSetFilled)
	case aTypeList:
		return c.types(v)
	case aSchemaMap, aPatternMap, aDependencyMap, aTextSetMap:
		return c.mapped(what, keyword, v)
	default:
		return c.schemas(what, keyword, v)
	}
}

func (c *checker) scalar(what shape, keyword string, v jsonx.Value) *Error {
	t := v.Type()
	fits, wanted := false, ""
	switch what {
	case aText:
		fits, wanted = t == jsonx.String, "a string"
	case aBoolean:
		fits, wanted = t == jsonx.True || t == jsonx.False, "a boolean"
	case aNumber:
		fits, wanted = t == jsonx.Int || t == jsonx.Float, "a number"
	case aFactor:
		f, ok := v.Float64()
		fits, wanted = ok && f > 0, "a number greater than 0"
	case aCount:
		f, ok := v.Float64()
		fits, wanted = ok && f >= 0 && f == math.Trunc(f), "an integer of 0 or more"
	case anArray:
		fits, wanted = t == jsonx.Array, "an array"
	default:
		fits, wanted = t == jsonx.Object, "an object"
	}
	if fits {
		return nil
	}
	if t == jsonx.Int || t == jsonx.Float {
		return c.fail("%s is %s, not %s", keyword, wanted, clip(string(v.Raw())))
	}
	return c.fail("%s is %s, not %s", keyword, wanted, t)
}

func (c *checker) pattern(text string) *Error {
	cost, err := checkPattern(text)
	if err != nil {
		return c.fail("%q is not a regular expression: %s", clip(text), err)
	}
	if cost > c.limits.MaxPatternCost {
		e := c.fail("the regular expression %q costs %d, at most %d is allowed: use shorter repetitions", clip(text), cost, c.limits.MaxPatternCost)
		e.Kind, e.Bound = TooLarge, PatternCost
		return e
	}
	return nil
}

func (c *checker) texts(keyword string, v jsonx.Value, filled bool) *Error {
	if v.Type() != jsonx.Array {
		return c.fail("%s is an array of strings, not %s", keyword, v.Type())
	}
	if filled && v.Len() == 0 {
		return c.fail("%s holds at least one string", keyword)
	}
	seen := make(map[string]struct{}, v.Len())
	for it := v.Iter(); it.Next(); {
		item := it.Value()
		if item.Type() != jsonx.String {
			return c.fail("%s is an array of strings, it holds %s", keyword, item.Type())
		}
		text := item.Text()
		if _, again := seen[text]; again {
			return c.fail("%s holds %q more than once", keyword, clip(text))
		}
		seen[text] = struct{}{}
	}
	return nil
}

func (c *checker) types(v jsonx.Value) *Error {
	const allowed = "null, boolean, integer, number, string, array or object"
	switch v.Type() {
	case jsonx.String:
		if _, ok := typeNamed(v.Text()); !ok {
			return c.fail("%q is not a type; a type is %s", clip(v.Text()), allowed)
		}
		return nil
	case jsonx.Array:
	default:
		return c.fail("type is a name or an array of names, not %s", v.Type())
	}
	if v.Len() == 0 {
		return c.fail("type holds at least one name")
	}
	if err := c.texts("type", v, true); err != nil {
		return err
	}
	for it := v.Iter(); it.Next(); {
		if _, ok := typeNamed(it.Value().Text()); !ok {
			return c.fail("%q is not a type; a type is %s", clip(it.Value().Text()), allowed)
		}
	}
	return nil
}

// mapped checks keywords whose values are objects with names of the author's
// choice.
func (c *checker) mapped(what shape, keyword string, v jsonx.Value) *Error {
	if v.Type() != jsonx.Object {
		return c.fail("%s is an object, not %s", keyword, v.Type())
	}
	for it := v.Iter(); it.Next(); {
		name, value := it.Key().Text(), it.Value()
		err := c.within(name, func() *Error {
			if what == aPatternMap {
				if err := c.pattern(name); err != nil {
					return err
				}
			}
			if what == aTextSetMap || what == aDependencyMap && value.Type() == jsonx.Array {
				return c.texts(keyword, value, c.draft == Draft4)
			}
			return c.schema(value)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) schemas(what shape, keyword string, v jsonx.Value) *Error {
	t := v.Type()
	switch {
	case what == aSchemaOrBoolean && (t == jsonx.True || t == jsonx.False):
		return nil
	case what == aSchemaList && t != jsonx.Array:
		return c.fail("%s is an array of schemas, not %s", keyword, t)
	case t != jsonx.Array || what == aSchema || what == aSchemaOrBoolean:
		return c.schema(v)
	case v.Len() == 0:
		return c.fail("%s holds at least one schema", keyword)
	}
	i := 0
	for it := v.Iter(); it.Next(); i++ {
		value := it.Value()
		if err := c.within(strconv.Itoa(i), func() *Error { return c.schema(value) }); err != nil {
			return err
		}
	}
	return nil
}
